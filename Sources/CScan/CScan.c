#include "CScan.h"

#include <string.h>

#include "CWords.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/// Bit masks of 64 bytes, the first byte in the lowest bit.
typedef struct {
    uint64_t quote;
    uint64_t backslash;
    uint64_t line_feed;
    uint64_t control;
    uint64_t high;
} masks;

// MARK: classification

static inline masks classify_portable(const uint8_t *bytes) {
    masks result = {0, 0, 0, 0, 0};
    for (int word = 0; word < 64; word += 8) {
        const uint64_t value = load_word(bytes + word);
        result.quote |= gather_tops(bytes_equal(value, '"')) << word;
        result.backslash |= gather_tops(bytes_equal(value, '\\')) << word;
        result.line_feed |= gather_tops(bytes_equal(value, '\n')) << word;
        result.control |= gather_tops(bytes_control(value)) << word;
        result.high |= gather_tops(value) << word;
    }
    return result;
}

#if defined(__x86_64__)
static inline masks classify_baseline(const uint8_t *bytes) {
    masks result = {0, 0, 0, 0, 0};
    const __m128i last_control = _mm_set1_epi8(0x1F);
    for (int part = 0; part < 4; part++) {
        const __m128i value = _mm_loadu_si128((const __m128i *)(bytes + part * 16));
        const int shift = part * 16;
        result.quote |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8('"'))) << shift;
        result.backslash |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8('\\'))) << shift;
        result.line_feed |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8('\n'))) << shift;
        result.control |=
            (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(value, last_control), last_control))
            << shift;
        result.high |= (uint64_t)(uint32_t)_mm_movemask_epi8(value) << shift;
    }
    return result;
}

__attribute__((target("avx2,bmi"))) static inline masks classify_wide(const uint8_t *bytes) {
    const __m256i first = _mm256_loadu_si256((const __m256i *)bytes);
    const __m256i second = _mm256_loadu_si256((const __m256i *)(bytes + 32));
    const __m256i last_control = _mm256_set1_epi8(0x1F);
#define BOTH(operation)                                                                                                \
    ((uint64_t)(uint32_t)_mm256_movemask_epi8(operation(first)) |                                                     \
     (uint64_t)(uint32_t)_mm256_movemask_epi8(operation(second)) << 32)
#define IS_QUOTE(value) _mm256_cmpeq_epi8(value, _mm256_set1_epi8('"'))
#define IS_BACKSLASH(value) _mm256_cmpeq_epi8(value, _mm256_set1_epi8('\\'))
#define IS_LINE_FEED(value) _mm256_cmpeq_epi8(value, _mm256_set1_epi8('\n'))
#define IS_CONTROL(value) _mm256_cmpeq_epi8(_mm256_max_epu8(value, last_control), last_control)
#define ITSELF(value) (value)
    const masks result = {
        BOTH(IS_QUOTE), BOTH(IS_BACKSLASH), BOTH(IS_LINE_FEED), BOTH(IS_CONTROL), BOTH(ITSELF),
    };
#undef BOTH
#undef IS_QUOTE
#undef IS_BACKSLASH
#undef IS_LINE_FEED
#undef IS_CONTROL
#undef ITSELF
    return result;
}
#elif defined(__aarch64__)
/// NEON has no movemask: bytes are ANDed with their bit's weight and added up pairwise.
static inline uint64_t gather_neon(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t low = vpaddq_u8(vandq_u8(a, weights), vandq_u8(b, weights));
    const uint8x16_t top = vpaddq_u8(vandq_u8(c, weights), vandq_u8(d, weights));
    const uint8x16_t half = vpaddq_u8(low, top);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(half, half)), 0);
}

static inline masks classify_baseline(const uint8_t *bytes) {
    const uint8x16_t a = vld1q_u8(bytes), b = vld1q_u8(bytes + 16);
    const uint8x16_t c = vld1q_u8(bytes + 32), d = vld1q_u8(bytes + 48);
    const uint8x16_t quote = vdupq_n_u8('"'), backslash = vdupq_n_u8('\\'), line_feed = vdupq_n_u8('\n');
    const uint8x16_t space = vdupq_n_u8(0x20), high = vdupq_n_u8(0x80);
    const masks result = {
        gather_neon(vceqq_u8(a, quote), vceqq_u8(b, quote), vceqq_u8(c, quote), vceqq_u8(d, quote)),
        gather_neon(vceqq_u8(a, backslash), vceqq_u8(b, backslash), vceqq_u8(c, backslash), vceqq_u8(d, backslash)),
        gather_neon(vceqq_u8(a, line_feed), vceqq_u8(b, line_feed), vceqq_u8(c, line_feed), vceqq_u8(d, line_feed)),
        gather_neon(vcltq_u8(a, space), vcltq_u8(b, space), vcltq_u8(c, space), vcltq_u8(d, space)),
        gather_neon(vcgeq_u8(a, high), vcgeq_u8(b, high), vcgeq_u8(c, high), vcgeq_u8(d, high)),
    };
    return result;
}
#endif

// MARK: the walk over a block

/// Bits of the bytes that a run of backslashes of odd length stands before; `carry` takes the last byte's over the border.
static inline uint64_t escaped_bytes(uint64_t backslash, uint64_t *carry) {
    uint64_t escaped = *carry;
    // A backslash that is itself escaped escapes nothing.
    for (uint64_t rest = backslash & ~escaped; rest != 0;) {
        const int position = __builtin_ctzll(rest);
        if (position == 63) {
            *carry = 1;
            return escaped;
        }
        const uint64_t next = (uint64_t)1 << (position + 1);
        escaped |= next;
        rest &= ~((next << 1) - 1);
    }
    *carry = 0;
    return escaped;
}

typedef struct {
    uint32_t *quotes;
    uint64_t carry;
} walk;

static inline void take(masks found, size_t word, walk *state, cscan_index *index) {
    uint64_t quote = found.quote;
    if (__builtin_expect((found.backslash | state->carry) != 0, 0)) {
        quote &= ~escaped_bytes(found.backslash, &state->carry);
    }
    const uint64_t special = found.backslash | (found.control & ~found.line_feed);
    index->special[word] = special;
    index->high[word] = found.high;
    index->any_special |= special;
    index->any_high |= found.high;

    const uint32_t base = (uint32_t)(word * 64);
    for (uint64_t rest = found.line_feed; __builtin_expect(rest != 0, 0); rest &= rest - 1) {
        const int position = __builtin_ctzll(rest);
        const uint64_t before = ((uint64_t)1 << position) - 1;
        index->line_ends[index->line_count] = base + (uint32_t)position;
        index->line_quotes[index->line_count] =
            (uint32_t)(state->quotes - index->quotes) + (uint32_t)__builtin_popcountll(quote & before);
        index->line_count++;
    }
    uint32_t *out = state->quotes;
    const int count = __builtin_popcountll(quote);
    // Always eight at a time: what is written too much is overwritten by the next word, or lies in the slack.
    for (int written = 0; written < count; written += 8) {
        for (int step = 0; step < 8; step++) {
            out[written + step] = base + (uint32_t)__builtin_ctzll(quote | (uint64_t)1 << 63);
            quote &= quote - 1;
        }
    }
    state->quotes = out + count;
}

#define WALK(classify)                                                                                                 \
    walk state = {index->quotes, 0};                                                                                   \
    size_t word = 0;                                                                                                   \
    for (; word < count / 64; word++) take(classify(bytes + word * 64), word, &state, index);                          \
    if (count % 64 != 0) {                                                                                             \
        uint8_t rest[64];                                                                                              \
        memset(rest, ' ', sizeof rest);                                                                                \
        memcpy(rest, bytes + word * 64, count % 64);                                                                   \
        take(classify(rest), word, &state, index);                                                                     \
    }                                                                                                                  \
    index->quote_count = (size_t)(state.quotes - index->quotes);

static void walk_portable(const uint8_t *bytes, size_t count, cscan_index *index) { WALK(classify_portable) }

#if defined(__x86_64__) || defined(__aarch64__)
static void walk_baseline(const uint8_t *bytes, size_t count, cscan_index *index) { WALK(classify_baseline) }
#endif

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,popcnt,lzcnt"))) static void walk_wide(
    const uint8_t *bytes, size_t count, cscan_index *index) {
    WALK(classify_wide)
}
#endif

cscan_kernel cscan_best_kernel(void) {
#if defined(__x86_64__)
    const int has_wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
    return has_wide ? CSCAN_WIDE : CSCAN_BASELINE;
#elif defined(__aarch64__)
    return CSCAN_BASELINE;
#else
    return CSCAN_PORTABLE;
#endif
}

void cscan_block(const uint8_t *bytes, size_t count, cscan_index *index, cscan_kernel kernel) {
    index->quote_count = 0;
    index->line_count = 0;
    index->any_special = 0;
    index->any_high = 0;
    const cscan_kernel best = cscan_best_kernel();
    if (kernel > best) kernel = best;
#if defined(__x86_64__)
    if (kernel == CSCAN_WIDE) {
        walk_wide(bytes, count, index);
        return;
    }
#endif
#if defined(__x86_64__) || defined(__aarch64__)
    if (kernel == CSCAN_BASELINE) {
        walk_baseline(bytes, count, index);
        return;
    }
#endif
    walk_portable(bytes, count, index);
}
