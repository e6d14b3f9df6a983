// System calls the C library does not offer on every platform under one name.
#ifndef CSYSTEM_H
#define CSYSTEM_H

/// Swaps what two paths name, in one step. Returns 0, or -1 with errno (ENOSYS, EINVAL: this system or file system can't).
int csystem_exchange(const char *first, const char *second);

#endif
