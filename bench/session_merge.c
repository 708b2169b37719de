/* What merging two sessions costs, by their size and the order of their keys.
 *
 *     session_merge [BYTES]
 *
 * Merges two sessions of BYTES (default 8 MB) and two of an eighth of that;
 * each has half of the other's keys. One line per kind of key: milliseconds,
 * and how the time grew with the size (8 is linear). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ser_write.h"
#include "session.h"

#define ROUNDS 3

/* A number that no other `i` below 2^32 gives. */
static uint32_t scatter(uint32_t i)
{
    return i * 2654435761u;
}

static void put_sorted(gw_buf *out, uint32_t i)
{
    gw_ser_put_int(out, i);
}

static void put_shuffled(gw_buf *out, uint32_t i)
{
    gw_ser_put_int(out, scatter(i));
}

static void put_text(gw_buf *out, const char *format, uint32_t number)
{
    char text[64];
    int len = snprintf(text, sizeof text, format, number);

    gw_ser_put_string(out, gw_slice_of(text, (size_t)len));
}

static void put_name(gw_buf *out, uint32_t i)
{
    put_text(out, "x%08" PRIx32, scatter(i));
}

static void put_alike(gw_buf *out, uint32_t i)
{
    put_text(out, "the-same-beginning-of-many-keys-%08" PRIx32, scatter(i));
}

static const struct kind {
    const char *name;
    void (*put)(gw_buf *out, uint32_t i);
    uint32_t nested; /* each element is an array of so many */
} kinds[] = {
    {"integers, ascending", put_sorted, 0},
    {"integers, shuffled", put_shuffled, 0},
    {"strings, shuffled", put_name, 0},
    {"strings, alike", put_alike, 0},
    {"small arrays", put_shuffled, 4},
};

static void put_element(gw_buf *out, const struct kind *kind, uint32_t i)
{
    kind->put(out, i);
    if (kind->nested == 0) {
        gw_ser_put_int(out, 1);
        return;
    }
    gw_ser_put_array(out, kind->nested);
    for (uint32_t k = 0; k < kind->nested; k++) {
        put_name(out, kind->nested - k);
        gw_ser_put_int(out, 1);
    }
    gw_ser_put_array_end(out);
}

/* Its count comes first, so the elements are written twice. */
static void make(gw_buf *out, const struct kind *kind, size_t bytes,
                 uint32_t first_divisor)
{
    gw_buf body;
    uint32_t count = 0;

    gw_buf_init(&body, NULL, 0);
    while (body.len < bytes)
        put_element(&body, kind, count++);
    gw_buf_clear(&body);
    for (uint32_t i = 0; i < count; i++)
        put_element(&body, kind, i + count / first_divisor);
    gw_ser_put_array(out, count);
    gw_buf_put_slice(out, gw_buf_slice(&body));
    gw_ser_put_array_end(out);
    gw_buf_deinit(&body);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The best of some rounds. */
static double measure(const struct kind *kind, size_t bytes)
{
    gw_buf base, patch, merged;
    double best = 0;

    gw_buf_init(&base, NULL, 0);
    gw_buf_init(&patch, NULL, 0);
    gw_buf_init(&merged, NULL, 0);
    make(&base, kind, bytes, UINT32_MAX);
    make(&patch, kind, bytes, 2);
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_ms();

        gw_buf_clear(&merged);
        if (gw_session_merge(&merged, gw_buf_slice(&base),
                             gw_buf_slice(&patch)) < 0)
            abort();
        double took = now_ms() - start;
        if (best == 0 || took < best)
            best = took;
    }
    gw_buf_deinit(&base);
    gw_buf_deinit(&patch);
    gw_buf_deinit(&merged);
    return best;
}

int main(int argc, char **argv)
{
    size_t bytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 8000000;

    printf("two sessions of %zu bytes\n", bytes);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double small = measure(&kinds[i], bytes / 8);
        double large = measure(&kinds[i], bytes);

        printf("%-22s %8.1f ms, growth %4.1f\n", kinds[i].name, large,
               large / small);
    }
    return 0;
}
