#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#if defined(__linux__)
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int csystem_exchange(const char *first, const char *second) {
    const unsigned int rename_exchange = 2;
    return (int)syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, rename_exchange);
}
#elif defined(__APPLE__)
#include <stdio.h>

int csystem_exchange(const char *first, const char *second) {
    return renamex_np(first, second, RENAME_SWAP);
}
#else
int csystem_exchange(const char *first, const char *second) {
    (void)first;
    (void)second;
    errno = ENOSYS;
    return -1;
}
#endif

const char *csystem_zones(void) {
    const char *directory = getenv("TZDIR");
    return directory && *directory ? directory : "/usr/share/zoneinfo";
}

long csystem_ahead_of_utc(const char *zone, int64_t instant) {
    // The environment keeps this very array from the first call on: to write into it moves nothing that others may read.
    static char variable[3 + 256] = "TZ=";
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    char *value = variable + 3;
    pthread_mutex_lock(&mutex);
    if (strcmp(value, zone) != 0) {
        strncpy(value, zone, sizeof variable - 4);
        putenv(variable);
        tzset();
    }
    time_t seconds = (time_t)instant;
    struct tm local;
    long ahead = localtime_r(&seconds, &local) ? local.tm_gmtoff : 0;
    pthread_mutex_unlock(&mutex);
    return ahead;
}

int csystem_run(const char *program, const char *argument) {
    extern char **environ;
    char *arguments[] = {(char *)program, (char *)argument, NULL};
    pid_t process;
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) return -1;
    posix_spawn_file_actions_adddup2(&actions, 2, 1);
    int code = posix_spawnp(&process, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0) return -1;
    int status = 0;
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
