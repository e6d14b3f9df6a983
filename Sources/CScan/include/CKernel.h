#ifndef CKERNEL_H
#define CKERNEL_H

/// Bytes a block must have behind its end, readable, of any value.
#define CSCAN_SLACK 64

/// How bytes are classified. Every kernel finds the same.
typedef enum {
    /// Eight bytes at a time in plain C.
    CSCAN_PORTABLE = 0,
    /// SSE2 or NEON: what every machine of the architecture has.
    CSCAN_BASELINE = 1,
    /// AVX2.
    CSCAN_WIDE = 2,
} cscan_kernel;

/// The fastest kernel that this machine runs.
cscan_kernel cscan_best_kernel(void);

#endif
