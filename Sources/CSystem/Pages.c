#define _GNU_SOURCE
#include "CSystem.h"

#include <string.h>
#include <sys/mman.h>

void *csystem_resize_pages(void *memory, size_t from, size_t to) {
#if defined(__linux__)
    if (memory != NULL) {
        void *moved = mremap(memory, from, to, MREMAP_MAYMOVE);
        return moved == MAP_FAILED ? NULL : moved;
    }
#endif
    void *pages = mmap(NULL, to, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return NULL;
    if (memory != NULL) {
        memcpy(pages, memory, from < to ? from : to);
        munmap(memory, from);
    }
    return pages;
}

void csystem_release_pages(void *memory, size_t bytes) { munmap(memory, bytes); }
