// Assigning visitors to variants by Sluice's nightly tables, from any language: the C interface of libSluiceRandomizer.so.
//
//     sluice_host *host = sluice_host_open("/var/lib/sluice/state", NULL);
//     sluice_host_watch(host, 10);
//
//     sluice_request request = {.platform = {"web", 3}, .slot = {"home-hero", 9}, .visitor = {id, id_count}};
//     char variant[256];
//     sluice_assignment shown = {.variant = variant, .variant_capacity = sizeof variant};
//     if (sluice_assign(host, &request, &shown) == SLUICE_OK) show(shown.variant);
//
// Text. Names and ids are UTF-8 by pointer and count of bytes; no terminating zero is needed. They are compared byte by byte.
// Texts that a call returns end in a zero byte.
//
// Ownership. The library keeps no pointer that it is given, and returns none but the host: answers are copied into memory of the
// caller. Whoever opens a host closes it.
//
// Threads. Every function may be called by all threads at once with the same host, but for `sluice_host_close`: it must be the
// last call with a host, after all others have returned. Overrides are filled by one thread, and then only read. Assigning takes no lock, and a new table is never waited for.
//
// Forks. A host does not outlive a fork: open it in the child, and do not use the parent's there.
//
// Errors. No function ends the process. NULL where it is not said to be legal is SLUICE_INVALID.
#ifndef SLUICE_RANDOMIZER_H
#define SLUICE_RANDOMIZER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this interface. It grows when something that worked would not any more.
#define SLUICE_INTERFACE_VERSION 1

/// What a function says. Below zero: it did not do what it was asked for.
enum {
    /// Done. Of `sluice_host_refresh`: what lies on disk is in service already.
    SLUICE_OK = 0,
    /// `sluice_host_refresh` put a new table into service.
    SLUICE_LOADED = 1,
    /// An argument is NULL where it must not be, or outside its range.
    SLUICE_INVALID = -1,
    /// No table is in service yet; `sluice_host_status` says why.
    SLUICE_NO_TABLE = -2,
    /// The table has no such platform and slot: show the slot's default.
    SLUICE_UNKNOWN_SLOT = -3,
    /// No allowed variant has traffic.
    SLUICE_NONE_ALLOWED = -4,
    /// The answer does not fit into the caller's memory; the count needed is in the answer.
    SLUICE_TOO_SMALL = -5,
    /// What lies on disk is not fit for service, and what was in service stays; `sluice_host_status` says why.
    SLUICE_REFUSED = -6,
    /// The system gives no thread.
    SLUICE_NO_THREAD = -7,
};

/// UTF-8 text, `count` bytes. NULL with 0 is the empty text.
typedef struct {
    const char *bytes;
    size_t count;
} sluice_text;

/// A table in service, kept up to date.
typedef struct sluice_host sluice_host;

/// Who is to be shown something, where.
typedef struct {
    sluice_text platform;
    sluice_text slot;
    /// The visitor's segment; empty, or one without a group of its own: the group of everyone serves.
    sluice_text segment;
    sluice_text visitor;
    /// The variants that can be shown here and now, in any order; NULL: all. Visitors whose variant is allowed keep it. A control
    /// gets no others than its own, unless it alone is allowed.
    const sluice_text *allowed;
    size_t allowed_count;
} sluice_request;

/// What the visitor is shown.
typedef struct {
    /// The caller's memory for the variant, with its zero byte, and its size. 256 bytes hold every usual name.
    char *variant;
    size_t variant_capacity;

    /// Bytes of the variant, without the zero byte. Set even when it did not fit.
    size_t variant_count;
    /// The probability of this assignment, 0 < propensity <= 1: the variant's traffic. With a subset allowed, the variant's share of
    /// the allowed variants' traffic; there a control keeps its own, and the others share what it leaves.
    double propensity;
    /// The day of the table, YYYY-MM-DD and a zero byte.
    char date[11];
    /// 1 when the segment has a group of its own, 0 when the group of everyone served.
    uint8_t has_own_group;
    /// 1 when the visitor is pinned to the variant; leave its events out of what is learned from.
    uint8_t is_override;
    /// 1 when the variant is the control of the visitor's group.
    uint8_t is_control;
} sluice_assignment;

/// Visitors pinned to variants, so that people who test see what they want to see.
typedef struct sluice_overrides sluice_overrides;

/// The arms of the group that served a batch of visitors, in byte order of the variant, those without traffic too.
typedef struct {
    /// The caller's memory for the variants, one after another without anything between them, and its size.
    char *variants;
    size_t variants_capacity;
    /// The caller's memory for an end and a propensity of each arm, and how many fit. The i-th variant begins where the one before it
    /// ends, and ends before the byte `ends[i]`.
    size_t *ends;
    double *propensities;
    size_t capacity;

    /// Bytes of all variants, and arms. Set even when they did not fit.
    size_t variants_count;
    size_t count;
    /// The day of the table, YYYY-MM-DD and a zero byte.
    char date[11];
    /// 1 when the segment has a group of its own, 0 when the group of everyone served.
    uint8_t has_own_group;
} sluice_arms;

/// How a host is.
typedef struct {
    /// The day of the table in service, YYYY-MM-DD and a zero byte; empty without a table.
    char date[11];
    uint8_t is_watching;
    /// Seconds since 1970 when the table came into service, and when the last look for a new one was; 0: never.
    double loaded_at;
    double checked_at;
    /// Tables that came into service, and looks that ended in a refusal.
    uint64_t loads;
    uint64_t refusals;
    /// Why what lies on disk is not in service, one line with a zero byte, cut to fit; empty when it is.
    char fault[512];
} sluice_status;

/// SLUICE_INTERFACE_VERSION of the library that is loaded.
int32_t sluice_version(void);

/// Opens a host of the tables at `path`, a zero-terminated path of a state directory, its `allocations`, or one table's directory,
/// and loads what is there. Without a table it opens all the same: a later look may find one. Tables of another pipeline than
/// `pipeline`, zero-terminated (NULL: than the first table's), are refused. NULL only when `path` is NULL, or one of them not UTF-8.
sluice_host *sluice_host_open(const char *path, const char *pipeline);

/// Closes a host, and ends its thread. NULL is legal, and without effect.
void sluice_host_close(sluice_host *host);

/// Looks for a new table now: SLUICE_OK, SLUICE_LOADED or SLUICE_REFUSED. A table of a million rows takes a second.
int32_t sluice_host_refresh(sluice_host *host);

/// Looks for a new table every `seconds`, 0.001 to 2,000,000, on a thread of the library's own, until the host is closed. A
/// second call replaces the first; 0 seconds end it.
int32_t sluice_host_watch(sluice_host *host, double seconds);

/// Says how a host is.
int32_t sluice_host_status(const sluice_host *host, sluice_status *status);

/// Assigns a visitor. The same for the same table in every process and language. No lock, and nothing allocated.
int32_t sluice_assign(const sluice_host *host, const sluice_request *request, sluice_assignment *assignment);

/// Opens an empty set of overrides, to be given with assignments.
sluice_overrides *sluice_overrides_open(void);

/// Closes overrides. NULL is legal, and without effect.
void sluice_overrides_close(sluice_overrides *overrides);

/// Pins the visitor of `request` to a variant of its platform and slot, in place of an earlier pin there; segment and allowed variants
/// are not looked at. Pins name variants and not arms: they outlive a table, and have no effect where a visitor's group has no such
/// variant. SLUICE_INVALID for text that is not UTF-8.
int32_t sluice_overrides_pin(sluice_overrides *overrides, const sluice_request *request, sluice_text variant);

/// Assigns a visitor, unless it is pinned: then it gets its pinned variant, allowed or not, with propensity 1, and the answer is marked.
/// `overrides` may be NULL.
int32_t sluice_assign_overridden(
    const sluice_host *host, const sluice_overrides *overrides, const sluice_request *request,
    sluice_assignment *assignment);

/// Assigns `count` visitors of one platform, slot and segment by one table: `places[i]` becomes the place in `arms`, from 0, of the
/// variant of the i-th visitor, who begins in `visitors` where the one before ends, and ends before the byte `ends[i]`. The visitor of
/// `request` is not looked at; its `allowed` must be NULL. SLUICE_INVALID when `ends` decrease, SLUICE_TOO_SMALL when the arms do not
/// fit: then nobody is assigned. No lock, and nothing allocated for a visitor.
int32_t sluice_assign_batch(
    const sluice_host *host, const sluice_request *request, const char *visitors, const size_t *ends, size_t count,
    size_t *places, sluice_arms *arms);

/// Writes why a visitor is shown what it is, as one line of JSON with a zero byte, into `text`: the table's date, the holdout with
/// its number for the visitor and whether that decided (null without a control), and all arms in the visitor's order with hash, score
/// and traffic; `allowed` is not looked at. `count` becomes its bytes without the zero byte, even when it did not fit. For people and
/// logs.
int32_t sluice_explain(
    const sluice_host *host, const sluice_request *request, char *text, size_t capacity, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
