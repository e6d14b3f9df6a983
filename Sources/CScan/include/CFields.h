// Records of comma-separated values without quotes, cut at their commas; what has quotes is cut by slower code.
#ifndef CFIELDS_H
#define CFIELDS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

/// Of sixteen bytes: a bit for each that is one of these.
typedef struct {
    uint32_t commas, line_feeds, quotes, carriage_returns;
} cscan_marks;

static inline cscan_marks cscan_marks_portable(const uint8_t *bytes) {
    cscan_marks marks = {0, 0, 0, 0};
    for (int byte = 0; byte < 16; byte++) {
        marks.commas |= (uint32_t)(bytes[byte] == ',') << byte;
        marks.line_feeds |= (uint32_t)(bytes[byte] == '\n') << byte;
        marks.quotes |= (uint32_t)(bytes[byte] == '"') << byte;
        marks.carriage_returns |= (uint32_t)(bytes[byte] == '\r') << byte;
    }
    return marks;
}

static inline cscan_marks cscan_marks_of(const uint8_t *bytes) {
#if defined(__x86_64__)
    const __m128i value = _mm_loadu_si128((const __m128i *)bytes);
    const cscan_marks marks = {
        (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8(','))),
        (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8('\n'))),
        (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8('"'))),
        (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(value, _mm_set1_epi8('\r'))),
    };
    return marks;
#else
    return cscan_marks_portable(bytes);
#endif
}

/// A field: offsets from the start of its record.
typedef struct {
    uint32_t start, end;
} cscan_field;

/// Cuts the record at `record`, which a line feed ends with `CSCAN_SLACK` readable bytes behind it, into fields, of which the first
/// `capacity` are written. Returns how many there are and gives the offset of the line feed; -1 at a quote.
static inline int cscan_split(const uint8_t *record, cscan_field *fields, int capacity, uint32_t *length) {
    int count = 0;
    uint32_t start = 0;
    for (uint32_t offset = 0;; offset += 16) {
        const cscan_marks marks = cscan_marks_of(record + offset);
        const uint32_t stops = marks.line_feeds | marks.quotes;
        uint32_t commas = marks.commas & (stops == 0 ? ~0u : (stops & (0u - stops)) - 1);
        for (; commas != 0; commas &= commas - 1) {
            const uint32_t end = offset + (uint32_t)__builtin_ctz(commas);
            if (count < capacity) fields[count] = (cscan_field){start, end};
            start = end + 1;
            count++;
        }
        if (stops == 0) continue;
        if (marks.quotes & stops & (0u - stops)) return -1;
        *length = offset + (uint32_t)__builtin_ctz(stops);
        if (count < capacity) fields[count] = (cscan_field){start, *length};
        return count + 1;
    }
}

/// What there is in whole lines.
typedef struct {
    size_t line_feeds;
    /// Whether there is a quote.
    int has_quotes;
    /// Whether a line has nothing, or a carriage return alone.
    int has_blank_lines;
} cscan_survey;

/// Surveys `count` bytes, the first of which begins a line, with `CSCAN_SLACK` readable bytes behind them.
static inline cscan_survey cscan_survey_of(const uint8_t *bytes, size_t count) {
    cscan_survey survey = {0, 0, 0};
    uint32_t quotes = 0, blank = 0;
    // The two bytes before these: a line feed, and whatever.
    uint32_t feeds_before = 2, returns_before = 0;
    for (size_t offset = 0; offset < count; offset += 16) {
        cscan_marks marks = cscan_marks_of(bytes + offset);
        const uint32_t valid = count - offset >= 16 ? 0xFFFFu : (1u << (count - offset)) - 1;
        marks.line_feeds &= valid;
        quotes |= marks.quotes & valid;
        survey.line_feeds += (size_t)__builtin_popcount(marks.line_feeds);
        const uint32_t feeds = marks.line_feeds << 2 | feeds_before, returns = marks.carriage_returns << 2 | returns_before;
        blank |= feeds & (feeds << 1 | (returns << 1 & feeds << 2)) & ~3u;
        feeds_before = feeds >> 16 & 3;
        returns_before = returns >> 16 & 3;
    }
    survey.has_quotes = quotes != 0;
    survey.has_blank_lines = (blank & 0x3FFFFu) != 0;
    return survey;
}

#endif
