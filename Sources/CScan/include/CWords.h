// Eight bytes at a time in plain C, for machines without vectors and as the vectors' twin in the tests.
#ifndef CWORDS_H
#define CWORDS_H

#include <stdint.h>

#define CSCAN_ONES 0x0101010101010101u

/// Eight bytes, the first in the lowest bits on every machine.
static inline uint64_t cscan_word(const uint8_t *bytes) {
    uint64_t word = 0;
    for (int byte = 0; byte < 8; byte++) word |= (uint64_t)bytes[byte] << (8 * byte);
    return word;
}

/// Top bits of the bytes that are zero (Mycroft's test made exact: no carry crosses a byte).
static inline uint64_t cscan_zero_bytes(uint64_t word) {
    const uint64_t low7 = 0x7F7F7F7F7F7F7F7Fu;
    return ~(((word & low7) + low7) | word | low7);
}

/// Top bits of the bytes that are `byte`.
static inline uint64_t cscan_bytes(uint64_t word, uint8_t byte) { return cscan_zero_bytes(word ^ CSCAN_ONES * byte); }

/// Top bits of the bytes below 0x20.
static inline uint64_t cscan_control_bytes(uint64_t word) { return cscan_zero_bytes(word & CSCAN_ONES * 0xE0); }

#endif
