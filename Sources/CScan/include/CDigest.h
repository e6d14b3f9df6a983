// A digest of a line that costs a few nanoseconds.
#ifndef CDIGEST_H
#define CDIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t cscan_pair __attribute__((vector_size(16)));

/// A digest of `count` bytes with 32 readable bytes behind them, to notice that lines are others than they were: sums of their words
/// and the sums of these sums, which tell where each stands (J. G. Fletcher, "An arithmetic checksum for serial transmissions",
/// 1982), mixed by a product. No defence against an adversary. It depends on the byte order of the machine.
///
///     bytes   first second first second …   two sums of 16 bytes each, so that the processor works at both at once
static inline uint64_t cscan_digest(const uint8_t *bytes, size_t count) {
    static const uint8_t ends[64] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    cscan_pair first = {0, 0}, second = {0, 0}, firsts = {0, 0}, seconds = {0, 0}, left, right, left_end, right_end;
    const size_t rest = count & 31;
    const uint8_t *const end = bytes + (count - rest);
    for (; bytes != end; bytes += 32) {
        memcpy(&left, bytes, 16);
        memcpy(&right, bytes + 16, 16);
        first += left;
        second += right;
        firsts += first;
        seconds += second;
    }
    // What stands behind the last byte counts as zero.
    memcpy(&left, bytes, 16);
    memcpy(&right, bytes + 16, 16);
    memcpy(&left_end, ends + 32 - rest, 16);
    memcpy(&right_end, ends + 48 - rest, 16);
    first += left & left_end;
    second += right & right_end;
    firsts += first;
    seconds += second;
    const cscan_pair sum = first + (second << 32 | second >> 32), sums = firsts + (seconds << 29 | seconds >> 35);
    const unsigned __int128 product =
        (unsigned __int128)(sums[0] ^ count ^ 0x9E3779B97F4A7C15u) * (sums[1] ^ 0xD6E8FEB86659FD93u);
    uint64_t digest = (uint64_t)product ^ (uint64_t)(product >> 64) ^ sum[0];
    digest = (digest + (sum[1] << 32 | sum[1] >> 32)) * 0xC2B2AE3D27D4EB4Fu;
    return digest ^ digest >> 32;
}

#endif
