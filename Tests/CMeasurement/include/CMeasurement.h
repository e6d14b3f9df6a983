// What a benchmark asks the C library's allocator.
#ifndef CMEASUREMENT_H
#define CMEASUREMENT_H

#include <stdint.h>

/// Blocks of memory that the calling thread has asked for until now; 0 where they cannot be counted (not glibc).
uint64_t measurement_allocations(void);

/// Bytes that the process holds in blocks, with the allocator's own overhead; 0 where this is not known (not glibc).
uint64_t measurement_live_bytes(void);

/// Nanoseconds of processor time that the calling thread has taken.
uint64_t measurement_thread_nanoseconds(void);

#endif
