#define _GNU_SOURCE
#include "CSystem.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *csystem_zones(void) {
    const char *directory = getenv("TZDIR");
    return directory && *directory ? directory : "/usr/share/zoneinfo";
}

long csystem_ahead_of_utc(const char *zone, int64_t instant) {
    // The environment keeps this very array from the first call on: to write into it moves nothing that others may read.
    static char variable[4 + csystem_longest_zone + 1] = "TZ=:";
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    char *value = variable + 4;
    pthread_mutex_lock(&mutex);
    if (strcmp(value, zone) != 0) {
        strncpy(value, zone, csystem_longest_zone);
        putenv(variable);
        tzset();
    }
    time_t seconds = (time_t)instant;
    struct tm local;
    long ahead = localtime_r(&seconds, &local) ? local.tm_gmtoff : 0;
    pthread_mutex_unlock(&mutex);
    return ahead;
}
