#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#include "key.h"
#include "key_sort.h"

enum { MANY = 3000 };

typedef struct sample {
    gw_key keys[MANY];
    gw_keyed items[MANY];
    gw_keyed scratch[MANY];
    size_t count;
    char *text;
    size_t text_len;
} sample;

static sample *sample_new(void)
{
    sample *s = calloc(1, sizeof *s);

    assert_non_null(s);
    s->text = calloc(MANY, 4 * MANY);
    assert_non_null(s->text);
    return s;
}

static void sample_free(sample *s)
{
    free(s->text);
    free(s);
}

static void add_text(sample *s, const char *base, size_t len)
{
    char *copy = s->text + s->text_len;

    if (len > 0)
        memcpy(copy, base, len);
    s->text_len += len;
    s->keys[s->count++] = gw_key_slice(gw_slice_of(copy, len));
}

static void add_int(sample *s, int64_t num)
{
    s->keys[s->count++] = gw_key_int(num);
}

/* By the plain definition; equal keys stay as they came. */
static int compare_plainly(const void *a, const void *b)
{
    const gw_key *x = *(const gw_key *const *)a;
    const gw_key *y = *(const gw_key *const *)b;
    int order;

    if (x->type == GW_KEY_INT) {
        order = x->num < y->num ? -1 : x->num > y->num;
    } else {
        size_t len = x->str.len < y->str.len ? x->str.len : y->str.len;

        order = len == 0 ? 0 : memcmp(x->str.base, y->str.base, len);
        if (order == 0)
            order = x->str.len < y->str.len ? -1 : x->str.len > y->str.len;
    }
    return order != 0 ? order : x < y ? -1 : x > y;
}

static void assert_sorts(sample *s)
{
    const gw_key *expected[MANY];

    for (size_t i = 0; i < s->count; i++) {
        gw_keyed_init(&s->items[i], &s->keys[i]);
        expected[i] = &s->keys[i];
    }
    qsort(expected, s->count, sizeof *expected, compare_plainly);
    gw_keyed_sort(s->items, s->scratch, s->count);
    for (size_t i = 0; i < s->count; i++) {
        assert_ptr_equal(s->items[i].key, expected[i]);
        if (i == 0)
            continue;
        int order = gw_keyed_compare(&s->items[i - 1], &s->items[i]);
        assert_true(order <= 0);
        assert_int_equal(order == 0,
                         gw_key_equal(expected[i - 1], expected[i]));
    }
    s->count = 0;
    s->text_len = 0;
}

static void integers_are_sorted(void **state)
{
    static const size_t counts[] = {0, 1, 2, 24, 25, 26, 300, MANY};
    static const int64_t extremes[] = {INT64_MIN, -1, 0,    1,
                                       INT64_MAX, 0,  -256, 256};
    sample *s = sample_new();

    (void)state;
    for (size_t c = 0; c < COUNT_OF(counts); c++) {
        for (size_t i = 0; i < counts[c]; i++)
            add_int(s, (int64_t)(i * UINT64_C(0x9e3779b97f4a7c15)));
        assert_sorts(s);
        for (size_t i = 0; i < counts[c]; i++)
            add_int(s, (int64_t)(counts[c] - i) / 3);
        assert_sorts(s);
    }
    for (size_t i = 0; i < COUNT_OF(extremes); i++)
        add_int(s, extremes[i]);
    assert_sorts(s);
    sample_free(s);
}

/* Lengths around the seven bytes that are looked at together, and NULs, which
 * must not pass for the end. */
static void strings_are_sorted_like_memcmp(void **state)
{
    static const char text[] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0b\0\0\0a\0\0"
                               "\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0x";
    sample *s = sample_new();

    (void)state;
    for (size_t len = 0; len < 24; len++) {
        for (size_t at = 0; at + len < sizeof text; at++)
            add_text(s, text + at, len);
    }
    assert_sorts(s);
    sample_free(s);
}

static void random_strings_are_sorted(void **state)
{
    sample *s = sample_new();
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < 1000; i++) {
            char text[40];
            size_t len;

            for (size_t k = 0; k < sizeof text; k++) {
                seed = seed * 1664525u + 1013904223u;
                text[k] = (char)(seed >> 24) & (round % 2 ? 1 : 0x7f);
            }
            len = seed % sizeof text;
            add_text(s, text, len);
        }
        assert_sorts(s);
    }
    sample_free(s);
}

/* What is worst for a sort that goes from piece to piece: each key is the
 * beginning of the next, all share a long beginning, or all are the same. */
static void keys_that_are_alike_are_sorted(void **state)
{
    char text[4 * MANY];
    sample *s = sample_new();

    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < MANY; i++)
        add_text(s, text, (i * 7919) % MANY);
    assert_sorts(s);
    for (size_t i = 0; i < 200; i++)
        add_text(s, text, 208 - (i * 37) % 200); /* alike at first */
    assert_sorts(s);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(text + 2000, 32, "%08zu", (i * 7919) % MANY);
        add_text(s, text, 2008);
    }
    assert_sorts(s);
    for (size_t i = 0; i < MANY; i++)
        add_text(s, text, 3000);
    assert_sorts(s);
    sample_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_sorted),
        cmocka_unit_test(strings_are_sorted_like_memcmp),
        cmocka_unit_test(random_strings_are_sorted),
        cmocka_unit_test(keys_that_are_alike_are_sorted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
