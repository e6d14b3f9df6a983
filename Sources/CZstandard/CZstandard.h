// libzstd: Zstandard frames (RFC 8878).
#include <zstd.h>
#include <zstd_errors.h>
