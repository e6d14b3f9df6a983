// Nanoseconds of an assignment by the shared library, of the fastest of many short turns: bench DIRECTORY COUNT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sluice_randomizer.h"

int main(int count, char **arguments) {
    if (count != 3) return 64;
    sluice_host *host = sluice_host_open(arguments[1], NULL);
    long turns = atol(arguments[2]);
    char ids[1000][16], variant[64];
    for (int number = 0; number < 1000; number++) snprintf(ids[number], sizeof ids[number], "visitor-%d", number);
    struct timespec start = {0, 0}, end;
    double least = 1e18;
    for (long turn = 0; turn < turns; turn++) {
        if (turn % 1000 == 0) clock_gettime(CLOCK_MONOTONIC, &start);
        const char *id = ids[turn % 1000];
        sluice_request request = {{"web", 3}, {"hero", 4}, {NULL, 0}, {id, strlen(id)}, NULL, 0};
        sluice_assignment shown = {.variant = variant, .variant_capacity = sizeof variant};
        if (sluice_assign(host, &request, &shown) != SLUICE_OK) return 1;
        if (turn % 1000 != 999) continue;
        clock_gettime(CLOCK_MONOTONIC, &end);
        double took = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
        if (took < least) least = took;
    }
    printf("%.0f\n", least / 1000);
    sluice_host_close(host);
    return 0;
}
