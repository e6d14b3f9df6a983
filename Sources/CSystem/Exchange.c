#define _GNU_SOURCE
#include "CSystem.h"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int csystem_exchange(const char *first, const char *second) {
    const unsigned int rename_exchange = 2;
    return (int)syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, rename_exchange);
}
#elif defined(__APPLE__)
#include <stdio.h>

int csystem_exchange(const char *first, const char *second) {
    return renamex_np(first, second, RENAME_SWAP);
}
#else
#include <errno.h>

int csystem_exchange(const char *first, const char *second) {
    (void)first;
    (void)second;
    errno = ENOSYS;
    return -1;
}
#endif
