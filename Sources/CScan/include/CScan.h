// Small things that are done many times a line, inlined into the callers.
#ifndef CSCAN_H
#define CSCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CDigest.h"
#include "CFields.h"
#include "CMatch.h"
#include "CWords.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/// An address with nothing at it: bytes without meaning that may be read, sixteen before it and sixteen from it on.
static inline const uint8_t *cscan_nothing(void) {
    static const uint8_t letters[33] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    return letters + 16;
}

static inline uint32_t cscan_difference4(const uint8_t *first, const uint8_t *second) {
    uint32_t left, right;
    memcpy(&left, first, 4);
    memcpy(&right, second, 4);
    return left ^ right;
}

static inline uint64_t cscan_difference8(const uint8_t *first, const uint8_t *second) {
    uint64_t left, right;
    memcpy(&left, first, 8);
    memcpy(&right, second, 8);
    return left ^ right;
}

/// Whether two runs of `count` bytes are equal. Names and ids are short: they are compared in a few words, without a call.
static inline int cscan_equal(const uint8_t *first, const uint8_t *second, size_t count) {
    // Runs of up to 32 bytes are compared in words that may overlap, from both ends.
    const uint8_t *const first_end = first + count, *const second_end = second + count;
    if (count > 32) return memcmp(first, second, count) == 0;
    if (count >= 8) {
        uint64_t difference = cscan_difference8(first, second) | cscan_difference8(first_end - 8, second_end - 8);
        if (count > 16) {
            difference |= cscan_difference8(first + 8, second + 8) | cscan_difference8(first_end - 16, second_end - 16);
        }
        return difference == 0;
    }
    if (count >= 4) return (cscan_difference4(first, second) | cscan_difference4(first_end - 4, second_end - 4)) == 0;
    // The first, the middle one and the last are all of three.
    return count == 0
        || ((*first ^ *second) | (first[count / 2] ^ second[count / 2]) | (first_end[-1] ^ second_end[-1])) == 0;
}

static inline unsigned cscan_tagged_portable(const uint64_t *entries, uint32_t tag) {
    unsigned equal = 0;
    for (int entry = 0; entry < 8; entry++) equal |= (unsigned)((uint32_t)(entries[entry] >> 32) == tag) << entry;
    return equal;
}

/// Asks for the memory at an address to be brought near: it will be used soon.
static inline void cscan_prefetch(const void *address) { __builtin_prefetch(address); }

/// Of eight entries, each with a tag in its upper half: a bit for each that has this one.
static inline unsigned cscan_tagged(const uint64_t *entries, uint32_t tag) {
#if defined(__x86_64__)
    const __m128i wanted = _mm_set1_epi32((int)tag);
    __m128i equal[2];
    for (int half = 0; half < 2; half++) {
        const __m128 first = _mm_loadu_ps((const float *)(entries + 4 * half));
        const __m128 second = _mm_loadu_ps((const float *)(entries + 4 * half + 2));
        // Two entries each: their upper halves are the odd ones of four.
        const __m128 tags = _mm_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1));
        equal[half] = _mm_cmpeq_epi32(_mm_castps_si128(tags), wanted);
    }
    const __m128i words = _mm_packs_epi32(equal[0], equal[1]);
    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(words, _mm_setzero_si128()));
#else
    return cscan_tagged_portable(entries, tag);
#endif
}

// MARK: searches
//
// Each finds the first byte of a kind at or behind `position`. There must be one, with `CSCAN_SLACK` readable bytes behind it.
// `high` becomes nonzero when a byte before it is 0x80 or above, perhaps also when only one behind it is. Each has a twin in
// plain C, for machines without SSE2.

static inline const uint8_t *cscan_string_stop_portable(const uint8_t *position, uint64_t *high) {
    for (;; position += 8) {
        const uint64_t value = cscan_word(position);
        const uint64_t stops = cscan_bytes(value, '"') | cscan_bytes(value, '\\') | cscan_control_bytes(value);
        *high |= value & CSCAN_ONES << 7;
        if (stops != 0) return position + __builtin_ctzll(stops) / 8;
    }
}

static inline const uint8_t *cscan_field_stop_portable(const uint8_t *position, uint64_t *high) {
    for (;; position += 8) {
        const uint64_t value = cscan_word(position);
        const uint64_t stops = cscan_bytes(value, '"') | cscan_bytes(value, ',') | cscan_bytes(value, '\n');
        *high |= value & CSCAN_ONES << 7;
        if (stops != 0) return position + __builtin_ctzll(stops) / 8;
    }
}

static inline const uint8_t *cscan_field_end_portable(
    const uint8_t *position, uint8_t separator, uint64_t *high) {
    for (;; position += 8) {
        const uint64_t value = cscan_word(position);
        const uint64_t stops = cscan_bytes(value, separator) | cscan_bytes(value, '\n');
        *high |= value & CSCAN_ONES << 7;
        if (stops != 0) return position + __builtin_ctzll(stops) / 8;
    }
}

static inline const uint8_t *cscan_quote_portable(const uint8_t *position, uint64_t *high, uint64_t *line_feeds) {
    for (;; position += 8) {
        const uint64_t value = cscan_word(position);
        const uint64_t stops = cscan_bytes(value, '"');
        *high |= value & CSCAN_ONES << 7;
        *line_feeds |= cscan_bytes(value, '\n');
        if (stops != 0) return position + __builtin_ctzll(stops) / 8;
    }
}

/// The first quote, backslash or control character: what no string of JSON goes on over.
static inline const uint8_t *cscan_string_stop(const uint8_t *position, uint64_t *high) {
#if defined(__x86_64__)
    const __m128i last_control = _mm_set1_epi8(0x1F);
    for (;; position += 16) {
        const __m128i value = _mm_loadu_si128((const __m128i *)position);
        const __m128i quote = _mm_cmpeq_epi8(value, _mm_set1_epi8('"'));
        const __m128i backslash = _mm_cmpeq_epi8(value, _mm_set1_epi8('\\'));
        const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(value, last_control), last_control);
        const int stops = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control));
        *high |= (uint64_t)(uint32_t)_mm_movemask_epi8(value);
        if (stops != 0) return position + __builtin_ctz((unsigned)stops);
    }
#else
    return cscan_string_stop_portable(position, high);
#endif
}

/// The first comma, quote or line feed: what no unquoted field goes on over.
static inline const uint8_t *cscan_field_stop(const uint8_t *position, uint64_t *high) {
#if defined(__x86_64__)
    for (;; position += 16) {
        const __m128i value = _mm_loadu_si128((const __m128i *)position);
        const __m128i quote = _mm_cmpeq_epi8(value, _mm_set1_epi8('"'));
        const __m128i comma = _mm_cmpeq_epi8(value, _mm_set1_epi8(','));
        const __m128i line_feed = _mm_cmpeq_epi8(value, _mm_set1_epi8('\n'));
        const int stops = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, comma), line_feed));
        *high |= (uint64_t)(uint32_t)_mm_movemask_epi8(value);
        if (stops != 0) return position + __builtin_ctz((unsigned)stops);
    }
#else
    return cscan_field_stop_portable(position, high);
#endif
}

/// The first of this separator, a quote or a line feed: ``cscan_field_stop`` of values that no comma separates.
static inline const uint8_t *cscan_field_stop_at(const uint8_t *position, uint8_t separator, uint64_t *high) {
    for (;; position += 8) {
        const uint64_t value = cscan_word(position);
        const uint64_t stops = cscan_bytes(value, '"') | cscan_bytes(value, separator) | cscan_bytes(value, '\n');
        *high |= value & CSCAN_ONES << 7;
        if (stops != 0) return position + __builtin_ctzll(stops) / 8;
    }
}

/// The first of this separator or a line feed, for values without quotes.
static inline const uint8_t *cscan_field_end(const uint8_t *position, uint8_t separator, uint64_t *high) {
#if defined(__x86_64__)
    const __m128i separators = _mm_set1_epi8((char)separator);
    for (;; position += 16) {
        const __m128i value = _mm_loadu_si128((const __m128i *)position);
        const __m128i line_feed = _mm_cmpeq_epi8(value, _mm_set1_epi8('\n'));
        const int stops = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(value, separators), line_feed));
        *high |= (uint64_t)(uint32_t)_mm_movemask_epi8(value);
        if (stops != 0) return position + __builtin_ctz((unsigned)stops);
    }
#else
    return cscan_field_end_portable(position, separator, high);
#endif
}

/// The first quote. `line_feeds` becomes nonzero when a line feed is before it, perhaps also when only one is behind it.
static inline const uint8_t *cscan_quote(const uint8_t *position, uint64_t *high, uint64_t *line_feeds) {
#if defined(__x86_64__)
    for (;; position += 16) {
        const __m128i value = _mm_loadu_si128((const __m128i *)position);
        const int stops = _mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8('"')));
        *line_feeds |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8('\n')));
        *high |= (uint64_t)(uint32_t)_mm_movemask_epi8(value);
        if (stops != 0) return position + __builtin_ctz((unsigned)stops);
    }
#else
    return cscan_quote_portable(position, high, line_feeds);
#endif
}

#endif
