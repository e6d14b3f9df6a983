// System calls that the C library does not offer on every platform under one name, or not in a form that Swift can call.
#ifndef CSYSTEM_H
#define CSYSTEM_H

/// Swaps what two paths name, in one step. Returns 0, or -1 with errno (ENOSYS, EINVAL: this system or file system can't).
int csystem_exchange(const char *first, const char *second);

/// Runs a program of the PATH on one argument, what it prints going to standard error, and waits for it. Returns its exit code,
/// 1 when a signal ended it, -1 when it could not be started.
int csystem_run(const char *program, const char *argument);

#endif
