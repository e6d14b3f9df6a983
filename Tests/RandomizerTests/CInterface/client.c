// Prints what the library answers, for the test to compare: one line a call, the code first.
//
//     client DIRECTORY    commands on standard input, one a line:
//         assign PLATFORM SLOT SEGMENT VISITOR CAPACITY [ALLOWED…]     `-` for an empty text
//         explain PLATFORM SLOT SEGMENT VISITOR
//         pin PLATFORM SLOT VISITOR VARIANT | overridden PLATFORM SLOT SEGMENT VISITOR CAPACITY [ALLOWED…]
//         batch PLATFORM SLOT SEGMENT ARMS BYTES VISITOR…              room for so many arms, and bytes of their names
//         misuse-batch | misuse-pins
//         refresh | watch SECONDS | status | threads COUNT | misuse
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sluice_randomizer.h"

static sluice_host *host;
static sluice_overrides *overrides;

static sluice_text text(const char *word) {
    if (word == NULL || strcmp(word, "-") == 0) return (sluice_text){NULL, 0};
    return (sluice_text){word, strlen(word)};
}

static void assign(char **words, int count) {
    sluice_text allowed[16];
    sluice_request request = {text(words[1]), text(words[2]), text(words[3]), text(words[4]), NULL, 0};
    for (int index = 6; index < count; index++) allowed[request.allowed_count++] = text(words[index]);
    if (request.allowed_count > 0) request.allowed = allowed;
    char variant[256] = "";
    sluice_assignment answer = {.variant = variant, .variant_capacity = strtoul(words[5], NULL, 10)};
    int32_t code = strcmp(words[0], "assign") == 0 ? sluice_assign(host, &request, &answer)
                                                    : sluice_assign_overridden(host, overrides, &request, &answer);
    if (strcmp(words[0], "overridden") == 0) printf("%d %d ", answer.is_override, answer.is_control);
    printf("%d %zu %s %.17g %s %d\n", code, answer.variant_count, code == SLUICE_OK ? variant : "-",
        code == SLUICE_OK ? answer.propensity : 0, code == SLUICE_OK ? answer.date : "-",
        code == SLUICE_OK ? answer.has_own_group : 0);
}

static void explain(char **words) {
    sluice_request request = {text(words[1]), text(words[2]), text(words[3]), text(words[4]), NULL, 0};
    char json[4096];
    size_t count = 0;
    int32_t code = sluice_explain(host, &request, json, sizeof json, &count);
    printf("%d %zu %s\n", code, count, code == SLUICE_OK ? json : "-");
}

static void pin(char **words) {
    sluice_request request = {text(words[1]), text(words[2]), {NULL, 0}, text(words[3]), NULL, 0};
    printf("%d\n", sluice_overrides_pin(overrides, &request, text(words[4])));
}

static void batch(char **words, int count) {
    char visitors[1024] = "", variants[256];
    size_t ends[32], places[32] = {0}, arm_ends[16], end = 0, number = 0;
    double propensities[16];
    for (int index = 6; index < count; index++) {
        sluice_text visitor = text(words[index]);
        if (visitor.count > 0) memcpy(visitors + end, visitor.bytes, visitor.count);
        end += visitor.count;
        ends[number++] = end;
    }
    sluice_request request = {text(words[1]), text(words[2]), text(words[3]), {NULL, 0}, NULL, 0};
    sluice_arms arms = {.variants = variants, .variants_capacity = strtoul(words[5], NULL, 10), .ends = arm_ends,
        .propensities = propensities, .capacity = strtoul(words[4], NULL, 10)};
    int32_t code = sluice_assign_batch(host, &request, visitors, ends, number, places, &arms);
    printf("%d %zu %zu", code, arms.count, arms.variants_count);
    for (size_t index = 0; code == SLUICE_OK && index < number; index++) {
        size_t place = places[index], begin = place == 0 ? 0 : arm_ends[place - 1];
        printf(" %.*s=%.17g", (int)(arm_ends[place] - begin), variants + begin, propensities[place]);
    }
    if (code == SLUICE_OK) printf(" %s %d", arms.date, arms.has_own_group);
    printf("\n");
}

static void misuse_batch(void) {
    char variants[256];
    size_t ends[2] = {2, 1}, places[2], arm_ends[16], none = 0;
    double propensities[16];
    sluice_text allowed = {"a", 1};
    sluice_arms arms = {.variants = variants, .variants_capacity = sizeof variants, .ends = arm_ends,
        .propensities = propensities, .capacity = 16};
    sluice_arms nowhere = {.capacity = 16, .variants_capacity = 256};
    sluice_request request = {{"web", 3}, {"home-hero", 9}, {NULL, 0}, {NULL, 0}, NULL, 0};
    sluice_request subset = {{"web", 3}, {"home-hero", 9}, {NULL, 0}, {NULL, 0}, &allowed, 1};
    printf("%d %d %d %d %d %d %d %d\n", sluice_assign_batch(host, &request, "ab", ends, 2, places, &arms),
        sluice_assign_batch(host, &subset, "ab", ends, 1, places, &arms),
        sluice_assign_batch(host, &request, NULL, ends, 1, places, &arms),
        sluice_assign_batch(host, &request, "ab", NULL, 1, places, &arms),
        sluice_assign_batch(host, &request, "ab", ends, 1, NULL, &arms),
        sluice_assign_batch(host, &request, "ab", ends, 1, places, NULL),
        sluice_assign_batch(host, &request, "ab", ends, 1, places, &nowhere),
        sluice_assign_batch(host, &request, NULL, &none, 0, NULL, &arms));
}

static void misuse_pins(void) {
    sluice_request request = {{"web", 3}, {"home-hero", 9}, {NULL, 0}, {"\xff", 1}, NULL, 0};
    sluice_text variant = {"a", 1}, broken = {NULL, 1};
    printf("%d %d %d %d", sluice_overrides_pin(NULL, &request, variant), sluice_overrides_pin(overrides, NULL, variant),
        sluice_overrides_pin(overrides, &request, variant), sluice_overrides_pin(overrides, &request, broken));
    sluice_overrides_close(NULL);
    char memory[8];
    sluice_assignment answer = {.variant = memory, .variant_capacity = sizeof memory};
    request.visitor = (sluice_text){"7", 1};
    printf(" %d\n", sluice_assign_overridden(host, NULL, &request, &answer) == SLUICE_INVALID);
}

static void *assign_often(void *argument) {
    long faults = 0;
    for (int visitor = 0; visitor < 20000; visitor++) {
        char id[16], variant[64], again[64];
        snprintf(id, sizeof id, "%d", visitor);
        sluice_request request = {{"web", 3}, {"home-hero", 9}, {NULL, 0}, text(id), NULL, 0};
        sluice_assignment first = {.variant = variant, .variant_capacity = sizeof variant};
        sluice_assignment second = {.variant = again, .variant_capacity = sizeof again};
        if (sluice_assign(host, &request, &first) != SLUICE_OK) faults++;
        if (sluice_assign(host, &request, &second) != SLUICE_OK) faults++;
        if (strcmp(variant, again) != 0) faults++;
    }
    *(long *)argument = faults;
    return NULL;
}

static void threads(int count) {
    pthread_t handles[16];
    long faults[16] = {0}, sum = 0;
    for (int index = 0; index < count; index++) pthread_create(&handles[index], NULL, assign_often, &faults[index]);
    for (int look = 0; look < 100; look++) sluice_host_refresh(host);
    for (int index = 0; index < count; index++) pthread_join(handles[index], NULL), sum += faults[index];
    printf("%ld\n", sum);
}

static void misuse(void) {
    char variant[8];
    size_t count;
    sluice_request request = {{"web", 3}, {"home-hero", 9}, {NULL, 0}, {"7", 1}, NULL, 0};
    sluice_request broken = {{NULL, 3}, {"home-hero", 9}, {NULL, 0}, {"7", 1}, NULL, 0};
    sluice_assignment answer = {.variant = variant, .variant_capacity = sizeof variant};
    sluice_assignment nowhere = {.variant = NULL};
    sluice_host_close(NULL);
    printf("%d %d %d %d %d %d %d %d %d %d %d\n", sluice_host_open(NULL, NULL) == NULL,
        sluice_host_open("\xff", NULL) == NULL, sluice_host_refresh(NULL), sluice_host_watch(host, -1),
        sluice_host_status(host, NULL), sluice_assign(NULL, &request, &answer), sluice_assign(host, NULL, &answer),
        sluice_assign(host, &request, NULL), sluice_assign(host, &broken, &answer),
        sluice_assign(host, &request, &nowhere), sluice_explain(host, &request, NULL, 0, &count));
}

int main(int count, char **arguments) {
    if (count != 2 || sluice_version() != SLUICE_INTERFACE_VERSION) return 64;
    host = sluice_host_open(arguments[1], NULL);
    overrides = sluice_overrides_open();
    if (host == NULL || overrides == NULL) return 70;
    char line[1024];
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *words[32];
        int found = 0;
        for (char *word = strtok(line, " \n"); word != NULL && found < 32; word = strtok(NULL, " \n")) words[found++] = word;
        if (found == 0) continue;
        if (strcmp(words[0], "assign") == 0 || strcmp(words[0], "overridden") == 0) assign(words, found);
        if (strcmp(words[0], "pin") == 0) pin(words);
        if (strcmp(words[0], "batch") == 0) batch(words, found);
        if (strcmp(words[0], "misuse-batch") == 0) misuse_batch();
        if (strcmp(words[0], "misuse-pins") == 0) misuse_pins();
        if (strcmp(words[0], "explain") == 0) explain(words);
        if (strcmp(words[0], "refresh") == 0) printf("%d\n", sluice_host_refresh(host));
        if (strcmp(words[0], "watch") == 0) printf("%d\n", sluice_host_watch(host, strtod(words[1], NULL)));
        if (strcmp(words[0], "threads") == 0) threads(atoi(words[1]));
        if (strcmp(words[0], "misuse") == 0) misuse();
        if (strcmp(words[0], "status") == 0) {
            sluice_status status;
            int32_t code = sluice_host_status(host, &status);
            printf("%d %s %d %d %llu %llu %s\n", code, status.date[0] ? status.date : "-", status.is_watching,
                status.loaded_at > 0 && status.checked_at >= status.loaded_at, (unsigned long long)status.loads,
                (unsigned long long)status.refusals, status.fault);
        }
        fflush(stdout);
    }
    sluice_overrides_close(overrides);
    sluice_host_close(host);
    return 0;
}
