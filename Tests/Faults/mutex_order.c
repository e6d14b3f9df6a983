// Tells the thread sanitizer what Swift's Mutex orders. Its slow paths lie in a library of the toolchain that is not built for the
// sanitizer, so what a thread that had to wait sees of the one before looks like a race. Preloaded, this stands in front of them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define CONTEXT __attribute__((swift_context))

// Of the sanitizer's runtime, which is in the program.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

typedef SWIFT void lock_slow(uint32_t own, CONTEXT void *handle);
typedef SWIFT void unlock_slow(CONTEXT void *handle);
typedef SWIFT _Bool try_lock_slow(CONTEXT void *handle);

SWIFT void lockSlow(uint32_t own, CONTEXT void *handle) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void unlockSlow(CONTEXT void *handle) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
SWIFT _Bool tryLockSlow(CONTEXT void *handle) __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");

SWIFT void lockSlow(uint32_t own, CONTEXT void *handle) {
    static lock_slow *next;
    if (next == NULL) next = (lock_slow *)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
    next(own, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlockSlow(CONTEXT void *handle) {
    static unlock_slow *next;
    if (next == NULL) next = (unlock_slow *)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
    if (__tsan_release) __tsan_release(handle);
    next(handle);
}

SWIFT _Bool tryLockSlow(CONTEXT void *handle) {
    static try_lock_slow *next;
    if (next == NULL) next = (try_lock_slow *)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
    _Bool taken = next(handle);
    if (taken && __tsan_acquire) __tsan_acquire(handle);
    return taken;
}
