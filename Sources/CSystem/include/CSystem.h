// System calls the C library does not offer on every platform under one name, and what of it needs care.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stdint.h>

/// Swaps what two paths name, in one step. Returns 0, or -1 with errno (ENOSYS, EINVAL: this system or file system can't).
int csystem_exchange(const char *first, const char *second);

/// Where the system keeps its timezones: the directory that names such as "Europe/Paris" are below.
const char *csystem_zones(void);

/// The longest path of a zone, in bytes.
enum { csystem_longest_zone = 1023 };

/// The seconds that local time is ahead of UTC at an instant (seconds since the epoch) in the zone of a file, given by its absolute
/// path. Any thread may ask. The C library knows one zone at a time, the one in the environment: that is set.
long csystem_ahead_of_utc(const char *zone, int64_t instant);

/// Runs a program of the PATH on one argument, what it prints going to standard error, and waits for it. Returns its exit code,
/// 1 when a signal ended it, -1 when it could not be started.
int csystem_run(const char *program, const char *argument);

#endif
