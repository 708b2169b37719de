/* Names that collide in hashes without a seed lie in chains no longer than
 * others: what is counted here is what a lookup costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hub/party.h"
#include "key.h"

enum { PAIRS = 10, NAMES = 59049 /* 3^10 */, NAME_LEN = 2 * PAIRS };

/* Three pairs that PHP's hash (times 33) takes for the same. */
static void make_name(char out[NAME_LEN], int number)
{
    static const char pairs[3][2] = {{'E', 'z'}, {'F', 'Y'}, {'G', '8'}};

    for (int i = 0; i < PAIRS; i++, number /= 3) {
        memcpy(out + 2 * i, pairs[number % 3], 2);
    }
}

static uint32_t times_33(const char *name)
{
    uint32_t hash = 5381;

    for (int i = 0; i < NAME_LEN; i++) {
        hash = hash * 33 + (unsigned char)name[i];
    }
    return hash;
}

static size_t longest_chain(const gwd_table *table)
{
    size_t longest = 0;

    for (uint32_t hash = 0; hash <= table->mask; hash++) {
        size_t len = 0;

        for (gwd_node *n = gwd_table_chain(table, hash); n != NULL;
             n = n->next) {
            len++;
        }
        longest = len > longest ? len : longest;
    }
    return longest;
}

static void names_that_collide_elsewhere_spread(void **state)
{
    for (uint8_t s = 0; s < 4; s++) {
        uint8_t seed[GW_SIPHASH_SEED_LEN] = {s, 17, s};
        gwd_party **parties = calloc(NAMES, sizeof(gwd_party *));
        gwd_book book;

        (void)state;
        gwd_book_init(&book, seed, true);
        for (int i = 0; i < NAMES; i++) {
            char name[NAME_LEN];

            make_name(name, i);
            assert_int_equal(times_33(name), times_33("EzEzEzEzEzEzEzEzEzEz"));
            parties[i] = gwd_book_get(&book, gw_slice_of(name, NAME_LEN));
            assert_non_null(parties[i]);
        }
        assert_int_equal(book.table.count, NAMES);
        /* With as many buckets as names, 8 is usual and 16 unheard of. */
        assert_true(longest_chain(&book.table) < 16);
        for (int i = 0; i < NAMES; i++) {
            gwd_book_drop_if_empty(&book, parties[i]);
        }
        gwd_book_deinit(&book);
        free(parties);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_collide_elsewhere_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
