// Lines read by the shape of an earlier one: what stands between its values is compared, the values are cut out.
//
//     {"ts":"2026-11-20T10:00:00Z","revenue":12.50,"page":"/p"}⏎
//     └part─┘└───── hole ────────┘└── part ──┘└hole┘└─part──┘└┘└part, end
//
#ifndef CMATCH_H
#define CMATCH_H

#include <stddef.h>
#include <stdint.h>

/// Bytes that must be readable behind the line feed of a line, of any value.
#define CSCAN_SLACK 64

/// How bytes are compared. Every kernel finds the same.
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

/// What a value is.
typedef enum {
    CSCAN_ABSENT = 0,
    /// Between the quotes, no escapes in it.
    CSCAN_PLAIN_STRING,
    /// Between the quotes, with escapes that were checked.
    CSCAN_ESCAPED_STRING,
    CSCAN_NUMBER,
    /// `true`, `false`, an object or an array.
    CSCAN_UNUSABLE,
} cscan_kind;

/// A value as it stands in a line, before it is decoded.
typedef struct {
    const uint8_t *start;
    uint32_t count;
    cscan_kind kind;
} cscan_value;

/// The most bytes of a line that one part compares.
#define CSCAN_PART_BYTES 32

/// What follows a part.
typedef enum {
    /// Another part: the literal is longer than one has room for.
    CSCAN_LITERAL,
    /// A string's content. The next part begins with the quote that closes it.
    CSCAN_STRING_HOLE,
    CSCAN_NUMBER_HOLE,
    /// The end of the line: a line feed, or a carriage return and a line feed.
    CSCAN_LINE_END,
} cscan_follower;

/// A piece of a template: bytes that the line must have, and what follows them.
typedef struct {
    uint8_t bytes[CSCAN_PART_BYTES];
    /// A bit for each byte that counts, the first `count` of them.
    uint32_t mask;
    uint32_t count;
    cscan_follower follower;
    /// The number of the value that the hole behind it is.
    uint32_t value;
    /// Fills up a line of the cache.
    uint32_t unused[4];
} cscan_part;

/// A line to be matched.
typedef struct {
    /// Where it begins; once it has matched, and not before, the line feed that ends it.
    const uint8_t *position;
    /// Where its holes go, each under its number. When it does not match some may be there all the same.
    cscan_value *values;
    /// Once it has matched: nonzero when a hole has bytes of 0x80 and above; perhaps also when only what stands behind it has.
    uint64_t high;
} cscan_line;

/// Matches lines with a template. Both tell which line has another shape: its number, or else how many lines there are.
///
/// No part may have a line feed, and the last one's follower, and no other's, is the line end. There must be a line feed at or
/// behind each line's start with `CSCAN_SLACK` readable bytes behind it.
typedef struct {
    int (*one)(const cscan_part *parts, cscan_line *line);
    /// Two lines that need not be neighbours, in less time than one after the other. Only when both match is it known where they
    /// end.
    int (*two)(const cscan_part *parts, cscan_line *lines);
} cscan_matcher;

/// The matcher of a kernel. Every kernel finds the same, but for what `high` says of bytes that are not in a hole. A kernel
/// this machine does not run is replaced by the next lower one.
cscan_matcher cscan_matcher_of(cscan_kernel kernel);

#endif
