// Intel's ISA-L: deflate and gzip (RFC 1951, RFC 1952).
#include <isa-l/igzip_lib.h>
