#include "CMatch.h"

#include "CWords.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

_Static_assert(sizeof(cscan_part) == 64, "a part fills a line of the cache");

// Each kernel has two functions of the 32 bytes at an address:
//
// - `differing`: a bit for each byte that differs from a part's
// - `stopping`: a bit for each quote, backslash and control character: what no string goes on over; all bytes go into `seen`
//
// and one of `seen`:
//
// - `high`: whether a byte that went into it had its top bit

// MARK: plain C

/// One bit for each byte of a word whose top bit is set.
static inline uint32_t gather_tops(uint64_t tops) {
    return (uint32_t)((tops & CSCAN_ONES << 7) * 0x0002040810204081u >> 56);
}

static inline uint32_t differing_portable(const uint8_t *bytes, const uint8_t *literal) {
    uint32_t equal = 0;
    for (int word = 0; word < 32; word += 8) {
        equal |= gather_tops(cscan_zero_bytes(cscan_word(bytes + word) ^ cscan_word(literal + word))) << word;
    }
    return ~equal;
}

typedef uint64_t seen_portable;

static inline uint64_t high_portable(seen_portable seen) { return seen & CSCAN_ONES << 7; }

static inline uint32_t stopping_portable(const uint8_t *bytes, seen_portable *seen) {
    uint32_t stops = 0;
    for (int word = 0; word < 32; word += 8) {
        const uint64_t value = cscan_word(bytes + word);
        stops |= gather_tops(cscan_bytes(value, '"') | cscan_bytes(value, '\\') | cscan_control_bytes(value)) << word;
        *seen |= value;
    }
    return stops;
}

// MARK: SSE2, AVX2

#if defined(__x86_64__)
static inline uint32_t differing_baseline(const uint8_t *bytes, const uint8_t *literal) {
    uint32_t equal = 0;
    for (int part = 0; part < 32; part += 16) {
        const __m128i value = _mm_loadu_si128((const __m128i *)(bytes + part));
        const __m128i wanted = _mm_loadu_si128((const __m128i *)(literal + part));
        equal |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, wanted)) << part;
    }
    return ~equal;
}

typedef __m128i seen_baseline;

static inline uint64_t high_baseline(seen_baseline seen) { return (uint32_t)_mm_movemask_epi8(seen); }

static inline uint32_t stopping_baseline(const uint8_t *bytes, seen_baseline *seen) {
    const __m128i last_control = _mm_set1_epi8(0x1F);
    uint32_t stops = 0;
    for (int part = 0; part < 32; part += 16) {
        const __m128i value = _mm_loadu_si128((const __m128i *)(bytes + part));
        const __m128i quote = _mm_cmpeq_epi8(value, _mm_set1_epi8('"'));
        const __m128i backslash = _mm_cmpeq_epi8(value, _mm_set1_epi8('\\'));
        const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(value, last_control), last_control);
        stops |= (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control)) << part;
        *seen = _mm_or_si128(*seen, value);
    }
    return stops;
}

__attribute__((target("avx2"))) static inline uint32_t differing_wide(const uint8_t *bytes, const uint8_t *literal) {
    const __m256i value = _mm256_loadu_si256((const __m256i *)bytes);
    const __m256i wanted = _mm256_loadu_si256((const __m256i *)literal);
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(value, wanted));
}

typedef __m256i seen_wide;

__attribute__((target("avx2"))) static inline uint64_t high_wide(seen_wide seen) {
    return (uint32_t)_mm256_movemask_epi8(seen);
}

__attribute__((target("avx2"))) static inline uint32_t stopping_wide(const uint8_t *bytes, seen_wide *seen) {
    const __m256i last_control = _mm256_set1_epi8(0x1F);
    const __m256i value = _mm256_loadu_si256((const __m256i *)bytes);
    const __m256i quote = _mm256_cmpeq_epi8(value, _mm256_set1_epi8('"'));
    const __m256i backslash = _mm256_cmpeq_epi8(value, _mm256_set1_epi8('\\'));
    const __m256i control = _mm256_cmpeq_epi8(_mm256_max_epu8(value, last_control), last_control);
    *seen = _mm256_or_si256(*seen, value);
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, backslash), control));
}

// MARK: NEON

#elif defined(__aarch64__)
/// NEON has no movemask: bytes are ANDed with their bit's weight and added up pairwise.
static inline uint32_t gather_neon(uint8x16_t first, uint8x16_t second) {
    const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t half = vpaddq_u8(vandq_u8(first, weights), vandq_u8(second, weights));
    const uint8x16_t quarter = vpaddq_u8(half, half);
    return vgetq_lane_u32(vreinterpretq_u32_u8(vpaddq_u8(quarter, quarter)), 0);
}

static inline uint32_t differing_baseline(const uint8_t *bytes, const uint8_t *literal) {
    return ~gather_neon(
        vceqq_u8(vld1q_u8(bytes), vld1q_u8(literal)), vceqq_u8(vld1q_u8(bytes + 16), vld1q_u8(literal + 16)));
}

static inline uint8x16_t stops_neon(uint8x16_t value) {
    const uint8x16_t quote = vceqq_u8(value, vdupq_n_u8('"')), backslash = vceqq_u8(value, vdupq_n_u8('\\'));
    return vorrq_u8(vorrq_u8(quote, backslash), vcltq_u8(value, vdupq_n_u8(0x20)));
}

typedef uint8x16_t seen_baseline;

static inline uint64_t high_baseline(seen_baseline seen) { return vmaxvq_u8(seen) & 0x80; }

static inline uint32_t stopping_baseline(const uint8_t *bytes, seen_baseline *seen) {
    const uint8x16_t first = vld1q_u8(bytes), second = vld1q_u8(bytes + 16);
    *seen = vorrq_u8(*seen, vorrq_u8(first, second));
    return gather_neon(stops_neon(first), stops_neon(second));
}
#endif

// MARK: the walk over a line

static inline const uint8_t *skip_digits(const uint8_t *position) {
    while ((uint8_t)(*position - '0') <= 9) position++;
    return position;
}

/// The end of the number at `position` (RFC 8259 section 6); null when there is none.
static inline const uint8_t *number_end(const uint8_t *position) {
    if (*position == '-') position++;
    const uint8_t *const integer = position;
    position = skip_digits(position);
    if (position == integer || (*integer == '0' && position > integer + 1)) return NULL;
    if (*position == '.') {
        const uint8_t *const fraction = position + 1;
        position = skip_digits(fraction);
        if (position == fraction) return NULL;
    }
    if ((*position | 0x20) == 'e') {
        position++;
        if (*position == '+' || *position == '-') position++;
        const uint8_t *const exponent = position;
        position = skip_digits(exponent);
        if (position == exponent) return NULL;
    }
    return position;
}

/// Takes a number; null when there is none.
static inline const uint8_t *number_hole(cscan_value *value, const uint8_t *start) {
    const uint8_t *const end = number_end(start);
    if (end != NULL) *value = (cscan_value){start, (uint32_t)(end - start), CSCAN_NUMBER};
    return end;
}

/// Takes the end of a line, if it is at `position`: only then has it matched, and is changed.
static inline int line_end(cscan_line *line, const uint8_t *position, uint64_t high) {
    const uint8_t *const line_feed = position + (*position == '\r');
    if (*line_feed != '\n') return 0;
    line->position = line_feed;
    line->high = high;
    return 1;
}

// A hole's end tells where the next part begins, so that a line is a chain of steps that wait for one another. Two lines that are
// matched in step fill each other's waits.

#define MATCHERS(kernel, attributes)                                                                                   \
    attributes static inline const uint8_t *string_hole_##kernel(                                                      \
        cscan_value *value, const uint8_t *start, seen_##kernel *seen) {                                               \
        const uint8_t *position = start;                                                                               \
        uint32_t stops;                                                                                                \
        while ((stops = stopping_##kernel(position, seen)) == 0) position += 32;                                       \
        /* Whether it is a quote that stops the string, the next part tells. */                                        \
        position += __builtin_ctz(stops);                                                                              \
        *value = (cscan_value){start, (uint32_t)(position - start), CSCAN_PLAIN_STRING};                               \
        return position;                                                                                               \
    }                                                                                                                  \
                                                                                                                       \
    attributes static int match_one_##kernel(const cscan_part *part, cscan_line *line) {                               \
        const uint8_t *position = line->position;                                                                      \
        cscan_value *const values = line->values;                                                                      \
        seen_##kernel seen = {0};                                                                                      \
        for (;; part++) {                                                                                              \
            if ((differing_##kernel(position, part->bytes) & part->mask) != 0) return 0;                               \
            position += part->count;                                                                                   \
            if (part->follower == CSCAN_STRING_HOLE) {                                                                 \
                position = string_hole_##kernel(values + part->value, position, &seen);                                \
            } else if (part->follower == CSCAN_NUMBER_HOLE) {                                                          \
                position = number_hole(values + part->value, position);                                                \
                if (position == NULL) return 0;                                                                        \
            } else if (part->follower == CSCAN_LINE_END) {                                                             \
                return line_end(line, position, high_##kernel(seen));                                                  \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* Which of two lines differs from a part: by itself, since to know that both agree takes less. */                  \
    attributes static __attribute__((noinline)) int other_##kernel(const cscan_part *part, const uint8_t *first) {     \
        return (differing_##kernel(first, part->bytes) & part->mask) == 0;                                             \
    }                                                                                                                  \
                                                                                                                       \
    attributes static int match_two_##kernel(const cscan_part *part, cscan_line *lines) {                              \
        const uint8_t *first = lines[0].position, *second = lines[1].position;                                         \
        cscan_value *const first_values = lines[0].values, *const second_values = lines[1].values;                     \
        seen_##kernel first_seen = {0}, second_seen = {0};                                                             \
        for (;; part++) {                                                                                              \
            const uint32_t differing =                                                                                 \
                differing_##kernel(first, part->bytes) | differing_##kernel(second, part->bytes);                      \
            if ((differing & part->mask) != 0) return other_##kernel(part, first);                                     \
            first += part->count;                                                                                      \
            second += part->count;                                                                                     \
            if (part->follower == CSCAN_STRING_HOLE) {                                                                 \
                first = string_hole_##kernel(first_values + part->value, first, &first_seen);                          \
                second = string_hole_##kernel(second_values + part->value, second, &second_seen);                      \
            } else if (part->follower == CSCAN_NUMBER_HOLE) {                                                          \
                first = number_hole(first_values + part->value, first);                                                \
                if (first == NULL) return 0;                                                                           \
                second = number_hole(second_values + part->value, second);                                             \
                if (second == NULL) return 1;                                                                          \
            } else if (part->follower == CSCAN_LINE_END) {                                                             \
                if (!line_end(&lines[0], first, high_##kernel(first_seen))) return 0;                                  \
                return line_end(&lines[1], second, high_##kernel(second_seen)) ? 2 : 1;                                \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    static const cscan_matcher matchers_##kernel = {match_one_##kernel, match_two_##kernel};

MATCHERS(portable, )
#if defined(__x86_64__) || defined(__aarch64__)
MATCHERS(baseline, )
#endif
#if defined(__x86_64__)
MATCHERS(wide, __attribute__((target("avx2,bmi"))))
#endif

cscan_kernel cscan_best_kernel(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") ? CSCAN_WIDE : CSCAN_BASELINE;
#elif defined(__aarch64__)
    return CSCAN_BASELINE;
#else
    return CSCAN_PORTABLE;
#endif
}

cscan_matcher cscan_matcher_of(cscan_kernel kernel) {
    const cscan_kernel best = cscan_best_kernel();
    if (kernel > best) kernel = best;
#if defined(__x86_64__)
    if (kernel == CSCAN_WIDE) return matchers_wide;
#endif
#if defined(__x86_64__) || defined(__aarch64__)
    if (kernel == CSCAN_BASELINE) return matchers_baseline;
#endif
    return matchers_portable;
}
