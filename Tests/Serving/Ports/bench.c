// Nanoseconds of an assignment by the shared library: bench DIRECTORY COUNT
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
    for (long turn = 0; turn < 2 * turns; turn++) {
        if (turn == turns) clock_gettime(CLOCK_MONOTONIC, &start);
        const char *id = ids[turn % 1000];
        sluice_request request = {{"web", 3}, {"hero", 4}, {NULL, 0}, {id, strlen(id)}, NULL, 0};
        sluice_assignment shown = {.variant = variant, .variant_capacity = sizeof variant};
        if (sluice_assign(host, &request, &shown) != SLUICE_OK) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.0f\n", ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) / (double)turns);
    sluice_host_close(host);
    return 0;
}
