// Where the bytes are that give a block of JSON lines its shape.
//
//     {"ts":"2026","type":"view"}\n{"ts":"20\u0032
//      ^  ^ ^    ^ ^    ^ ^    ^                      quotes: positions of quotes that no backslash escapes
//                                 ^                   line ends: positions of line feeds, with the quotes before each
//                                            ^        special: a bit a byte, for backslashes and control characters
//                                                     high: a bit a byte, for bytes of 0x80 and above
#ifndef CSCAN_H
#define CSCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CKernel.h"
#include "CMatch.h"

/// The index of a block. The caller owns the arrays: `quotes`, `line_ends` and `line_quotes` with room for a position for each
/// byte and 64 more, `special` and `high` with a word for each 64 bytes begun.
typedef struct {
    uint32_t *quotes;
    uint32_t *line_ends;
    /// The number of quotes before each line end.
    uint32_t *line_quotes;
    uint64_t *special;
    uint64_t *high;
    size_t quote_count;
    size_t line_count;
    /// Nonzero when any byte of the block is special, or high.
    uint64_t any_special;
    uint64_t any_high;
} cscan_index;

/// Indexes `count` bytes, at most 2^32 - 1. A kernel this machine does not run is replaced by the next lower one.
void cscan_block(const uint8_t *bytes, size_t count, cscan_index *index, cscan_kernel kernel);

/// Whether two runs of `count` bytes are equal. Names and ids are short: they are compared in a few words, without a call.
static inline int cscan_equal(const uint8_t *first, const uint8_t *second, size_t count) {
    if (count < 8) {
        for (size_t index = 0; index < count; index++) {
            if (first[index] != second[index]) return 0;
        }
        return 1;
    }
    if (count > 32) return memcmp(first, second, count) == 0;
    uint64_t difference = 0, left, right;
    for (size_t offset = 0; offset + 8 < count; offset += 8) {
        memcpy(&left, first + offset, 8);
        memcpy(&right, second + offset, 8);
        difference |= left ^ right;
    }
    // The last word may overlap the one before.
    memcpy(&left, first + count - 8, 8);
    memcpy(&right, second + count - 8, 8);
    return (difference | (left ^ right)) == 0;
}

/// Asks for the memory at an address to be brought near: it will be used soon.
static inline void cscan_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
