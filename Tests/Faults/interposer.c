// Stands between a program and the C library (LD_PRELOAD) and disturbs one system call of a kind.
//
//   FAULT_CALL   the kind: open, read, pread, write, pwrite, fsync, rename, symlink, link, unlink, mkdir, readdir, stat, readlink, flock,
//                mmap, thread, truncate; or "any", which counts all of them together
//   FAULT_AT     which call of the kind, from 1; 0 disturbs none
//   FAULT_DO     what: a number of errno; "short" (half of the bytes); "kill" (the process ends at once, all its threads with it)
//   FAULT_COUNT  a file that gets "CALL NUMBER" for every kind when the process ends
//   FAULT_TRACE  a file that gets a line for every call that changes a file: what a loss of power may depend on
//
// Calls are counted over all threads, from the first that opens the file named FAULT_BEGIN on (empty: from the start), so that what the
// loader does is left alone. Only what the program itself calls through the dynamic linker is seen.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind {
    OPEN, READ, PREAD, WRITE, PWRITE, FSYNC, RENAME, SYMLINK, LINK, UNLINK, MKDIR, READDIR, STAT, READLINK, FLOCK, MMAP, THREAD, TRUNCATE, KINDS
};
static const char *const names[KINDS] = {
    "open", "read", "pread", "write", "pwrite", "fsync", "rename", "symlink", "link", "unlink", "mkdir", "readdir", "stat", "readlink",
    "flock", "mmap", "thread", "truncate",
};
static atomic_long counts[KINDS], all;
static atomic_int begun;
static int chosen = -1;  // KINDS: any
static long at;
static int action;  // errno; -1 short; -2 kill
static const char *begin_name, *count_file, *trace_file;
static int trace_descriptor = -1;

// The library's own calls, which nobody counts.
static long own_call(long number, ...) {
    static long (*real)(long, ...);
    if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    va_list words;
    va_start(words, number);
    long a[4];
    for (int i = 0; i < 4; i++) a[i] = va_arg(words, long);
    va_end(words);
    return real(number, a[0], a[1], a[2], a[3]);
}

__attribute__((constructor)) static void prepare(void) {
    const char *call = getenv("FAULT_CALL"), *number = getenv("FAULT_AT"), *what = getenv("FAULT_DO");
    begin_name = getenv("FAULT_BEGIN");
    count_file = getenv("FAULT_COUNT");
    trace_file = getenv("FAULT_TRACE");
    if (call) {
        for (int i = 0; i < KINDS; i++)
            if (!strcmp(call, names[i])) chosen = i;
        if (!strcmp(call, "any")) chosen = KINDS;
    }
    at = number ? atol(number) : 0;
    action = !what ? EIO : !strcmp(what, "short") ? -1 : !strcmp(what, "kill") ? -2 : atoi(what);
    if (!begin_name || !*begin_name) begun = 1;
    if (trace_file) trace_descriptor = (int)own_call(SYS_openat, AT_FDCWD, trace_file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
}

__attribute__((destructor)) static void tell(void) {
    if (!count_file) return;
    char text[1024];
    int length = 0;
    for (int i = 0; i < KINDS; i++) length += snprintf(text + length, sizeof text - (size_t)length, "%s %ld\n", names[i], counts[i]);
    length += snprintf(text + length, sizeof text - (size_t)length, "any %ld\n", all);
    int file = (int)own_call(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return;
    own_call(SYS_write, file, text, length);
    own_call(SYS_close, file);
}

// Counts a call. 0: let it pass; 1: it fails with errno set; 2: it is to be short.
static int strike(enum kind kind) {
    if (!begun) return 0;
    long own = atomic_fetch_add(&counts[kind], 1) + 1, whole = atomic_fetch_add(&all, 1) + 1;
    if (at == 0 || !(chosen == (int)kind ? own == at : chosen == KINDS && whole == at)) return 0;
    if (action == -2) {
        own_call(SYS_kill, getpid(), SIGKILL);
        for (;;) pause();
    }
    if (action == -1) return 2;
    errno = action;
    return 1;
}

__attribute__((format(printf, 1, 2))) static void trace(const char *format, ...) {
    if (trace_descriptor < 0 || !begun) return;
    int saved = errno;
    char line[9000];
    va_list words;
    va_start(words, format);
    int length = vsnprintf(line, sizeof line, format, words);
    va_end(words);
    if (length > 0) own_call(SYS_write, trace_descriptor, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    errno = saved;
}

static const char *path_of(int descriptor, char *buffer, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    long length = own_call(SYS_readlink, link, buffer, size - 1);
    buffer[length > 0 ? length : 0] = 0;
    return buffer;
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void look_for_begin(const char *path) {
    if (!begun && begin_name && path && strstr(path, begin_name)) begun = 1;
}

static int opened(const char *path, int flags, int result) {
    if (result >= 0 && flags & (O_CREAT | O_TRUNC)) trace("create %s\n", path);
    return result;
}

#define OPEN_BODY(symbol) \
    REAL(int, symbol, const char *, int, ...); \
    mode_t mode = 0; \
    if (flags & O_CREAT) { va_list words; va_start(words, flags); mode = va_arg(words, mode_t); va_end(words); } \
    look_for_begin(path); \
    if (strike(OPEN) == 1) return -1; \
    return opened(path, flags, real(path, flags, mode));
int open(const char *path, int flags, ...) { OPEN_BODY("open") }
int open64(const char *path, int flags, ...) { OPEN_BODY("open64") }
#define OPENAT_BODY(symbol) \
    REAL(int, symbol, int, const char *, int, ...); \
    mode_t mode = 0; \
    if (flags & O_CREAT) { va_list words; va_start(words, flags); mode = va_arg(words, mode_t); va_end(words); } \
    look_for_begin(path); \
    if (strike(OPEN) == 1) return -1; \
    return opened(path, flags, real(folder, path, flags, mode));
int openat(int folder, const char *path, int flags, ...) { OPENAT_BODY("openat") }
int openat64(int folder, const char *path, int flags, ...) { OPENAT_BODY("openat64") }
DIR *opendir(const char *path) {
    REAL(DIR *, "opendir", const char *);
    if (strike(OPEN) == 1) return NULL;
    return real(path);
}
#define CUT(count) switch (hit) { case 1: return -1; case 2: if (count > 1) count = count / 2; }
ssize_t read(int file, void *buffer, size_t count) {
    REAL(ssize_t, "read", int, void *, size_t);
    int hit = strike(READ);
    CUT(count)
    return real(file, buffer, count);
}
ssize_t pread(int file, void *buffer, size_t count, off_t offset) {
    REAL(ssize_t, "pread", int, void *, size_t, off_t);
    int hit = strike(PREAD);
    CUT(count)
    return real(file, buffer, count, offset);
}
ssize_t pread64(int file, void *buffer, size_t count, off64_t offset) {
    REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
    int hit = strike(PREAD);
    CUT(count)
    return real(file, buffer, count, offset);
}
ssize_t write(int file, const void *buffer, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    int hit = strike(WRITE);
    CUT(count)
    char path[4096];
    if (trace_descriptor >= 0) trace("write %s\n", path_of(file, path, sizeof path));
    return real(file, buffer, count);
}
ssize_t pwrite(int file, const void *buffer, size_t count, off_t offset) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    int hit = strike(PWRITE);
    CUT(count)
    return real(file, buffer, count, offset);
}
int fsync(int file) {
    REAL(int, "fsync", int);
    if (strike(FSYNC) == 1) return -1;
    char path[4096];
    if (trace_descriptor >= 0) trace("fsync %s\n", path_of(file, path, sizeof path));
    return real(file);
}
int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    if (strike(RENAME) == 1) return -1;
    trace("rename %s\t%s\n", from, to);
    return real(from, to);
}
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
    if (strike(RENAME) == 1) return -1;
    trace("exchange %s\t%s\n", from, to);
    return real(a, from, b, to, flags);
}
// The program reaches the exchange of two names by its number.
long syscall(long number, ...) {
    REAL(long, "syscall", long, ...);
    va_list words;
    va_start(words, number);
    long a[6];
    for (int i = 0; i < 6; i++) a[i] = va_arg(words, long);
    va_end(words);
    if (number == SYS_renameat2) {
        if (strike(RENAME) == 1) return -1;
        trace("exchange %s\t%s\n", (const char *)a[1], (const char *)a[3]);
    }
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
int symlink(const char *target, const char *path) {
    REAL(int, "symlink", const char *, const char *);
    if (strike(SYMLINK) == 1) return -1;
    return real(target, path);
}
int link(const char *from, const char *to) {
    REAL(int, "link", const char *, const char *);
    if (strike(LINK) == 1) return -1;
    trace("link %s\t%s\n", from, to);
    return real(from, to);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    if (strike(UNLINK) == 1) return -1;
    return real(path);
}
int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    if (strike(UNLINK) == 1) return -1;
    return real(path);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    if (strike(MKDIR) == 1) return -1;
    return real(path, mode);
}
struct dirent *readdir(DIR *folder) {
    REAL(struct dirent *, "readdir", DIR *);
    if (strike(READDIR) == 1) return NULL;
    return real(folder);
}
struct dirent64 *readdir64(DIR *folder) {
    REAL(struct dirent64 *, "readdir64", DIR *);
    if (strike(READDIR) == 1) return NULL;
    return real(folder);
}
int stat(const char *path, struct stat *result) {
    REAL(int, "stat", const char *, struct stat *);
    if (strike(STAT) == 1) return -1;
    return real(path, result);
}
int lstat(const char *path, struct stat *result) {
    REAL(int, "lstat", const char *, struct stat *);
    if (strike(STAT) == 1) return -1;
    return real(path, result);
}
int fstat(int file, struct stat *result) {
    REAL(int, "fstat", int, struct stat *);
    if (strike(STAT) == 1) return -1;
    return real(file, result);
}
int fstatat(int folder, const char *path, struct stat *result, int flags) {
    REAL(int, "fstatat", int, const char *, struct stat *, int);
    if (strike(STAT) == 1) return -1;
    return real(folder, path, result, flags);
}
int access(const char *path, int mode) {
    REAL(int, "access", const char *, int);
    if (strike(STAT) == 1) return -1;
    return real(path, mode);
}
ssize_t readlink(const char *path, char *buffer, size_t size) {
    REAL(ssize_t, "readlink", const char *, char *, size_t);
    if (strike(READLINK) == 1) return -1;
    return real(path, buffer, size);
}
int flock(int file, int operation) {
    REAL(int, "flock", int, int);
    if (strike(FLOCK) == 1) return -1;
    return real(file, operation);
}
int ftruncate(int file, off_t length) {
    REAL(int, "ftruncate", int, off_t);
    if (strike(TRUNCATE) == 1) return -1;
    return real(file, length);
}
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    REAL(void *, "mmap", void *, size_t, int, int, int, off_t);
    if (strike(MMAP) == 1) return MAP_FAILED;
    return real(address, length, protection, flags, file, offset);
}
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    REAL(int, "pthread_create", pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (strike(THREAD) == 1) return errno;
    return real(thread, attributes, body, argument);
}
