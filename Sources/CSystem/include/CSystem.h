// System calls that the C library does not offer on every platform under one name, or not in a form that Swift can call.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stddef.h>

/// Swaps what two paths name, in one step. Returns 0, or -1 with errno (ENOSYS, EINVAL: this system or file system can't).
int csystem_exchange(const char *first, const char *second);

/// Runs a program of the PATH on one argument, what it prints going to standard error, and waits for it. Returns its exit code,
/// 1 when a signal ended it, -1 when it could not be started.
int csystem_run(const char *program, const char *argument);

/// Makes `from` bytes of memory `to` bytes long, of which those that are new are 0; new memory where there was none (NULL). Its pages
/// take room when they are written, and are moved, not copied, where the system can. Returns NULL when there is none.
void *csystem_resize_pages(void *memory, size_t from, size_t to);

/// Gives memory of csystem_resize_pages back to the system.
void csystem_release_pages(void *memory, size_t bytes);

#endif
