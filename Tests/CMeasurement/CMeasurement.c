#define _GNU_SOURCE
#include "CMeasurement.h"

#include <stdlib.h>
#include <time.h>

#if defined(__GLIBC__)
#include <errno.h>
#include <malloc.h>

static _Thread_local uint64_t allocations;

// A program's own functions of these names take the place of the library's, which stay reachable under these.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    allocations++;
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    allocations++;
    *block = __libc_memalign(alignment, size);
    return *block == NULL ? ENOMEM : 0;
}

uint64_t measurement_allocations(void) { return allocations; }

uint64_t measurement_live_bytes(void) {
    struct mallinfo2 information = mallinfo2();
    return information.uordblks + information.hblkhd;
}
#else
uint64_t measurement_allocations(void) { return 0; }

uint64_t measurement_live_bytes(void) { return 0; }
#endif

uint64_t measurement_thread_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}
