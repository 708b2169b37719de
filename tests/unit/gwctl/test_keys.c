/* Lists of uids and groups, and the histogram of times. */
#include "support.h"

#include "cmd/listen.h"
#include "core/hist.h"
#include "core/keys.h"

static void add(gwctl_keys *keys, const char *word, int64_t connections)
{
    gw_key key = gwctl_key_of(word);

    gwctl_keys_add(keys, &key, connections);
}

static void equal_ones_are_put_together(void **state)
{
    static const char *const order[] = {"-3", "7", "10", "",
                                        "07", "a", "ab", "b"};
    gwctl_keys keys = {NULL, 0, 0};

    (void)state;
    gwctl_keys_fold(&keys);
    assert_int_equal(keys.count, 0);
    add(&keys, "b", 1);
    add(&keys, "10", 1);
    add(&keys, "ab", 1);
    add(&keys, "7", 2);
    add(&keys, "a", 1);
    add(&keys, "07", 1);
    add(&keys, "", 1);
    add(&keys, "7", 3);
    add(&keys, "-3", 1);
    add(&keys, "b", 4);
    gwctl_keys_fold(&keys);
    assert_int_equal(keys.count, COUNT_OF(order));
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        gw_key key = gwctl_key_of(order[i]);

        assert_ptr_equal(gwctl_keys_find(&keys, &key), &keys.items[i]);
    }
    assert_int_equal(keys.items[1].connections, 5);
    assert_int_equal(keys.items[7].connections, 5);
    gwctl_keys_deinit(&keys);
}

static void who_is_not_listed_is_not_found(void **state)
{
    gwctl_keys keys = {NULL, 0, 0};
    gw_key seven = gw_key_int(7);
    gw_key text = gw_key_str("07");

    (void)state;
    assert_null(gwctl_keys_find(&keys, &seven));
    add(&keys, "8", 1);
    gwctl_keys_fold(&keys);
    assert_null(gwctl_keys_find(&keys, &seven));
    assert_null(gwctl_keys_find(&keys, &text));
    gwctl_keys_deinit(&keys);
}

static void canonical_integers_are_integers(void **state)
{
    static const char *const integers[] = {
        "0", "7", "-3", "9223372036854775807", "-9223372036854775808"};
    static const char *const texts[] = {
        "",    "07",  "-0", "+1", "1.0", " 1", "1 ", "-", "9223372036854775808",
        "0x1", "1e3", "abc"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(integers); i++)
        assert_int_equal(gwctl_key_of(integers[i]).type, GW_KEY_INT);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_int_equal(gwctl_key_of(texts[i]).type, GW_KEY_STRING);
}

/* ---- the histogram ------------------------------------------------------- */

static void small_times_are_exact(void **state)
{
    gwctl_hist hist;

    (void)state;
    memset(&hist, 0, sizeof(hist));
    assert_int_equal(gwctl_hist_at(&hist, 50), 0);
    for (uint64_t i = 1; i <= 100; i++)
        gwctl_hist_add(&hist, i);
    assert_int_equal(gwctl_hist_at(&hist, 0), 1);
    assert_int_equal(gwctl_hist_at(&hist, 50), 50);
    assert_int_equal(gwctl_hist_at(&hist, 99), 99);
    assert_int_equal(gwctl_hist_at(&hist, 99.9), 100);
    assert_int_equal(gwctl_hist_at(&hist, 100), 100);
}

static void large_ones_are_exact_to_a_64th(void **state)
{
    static const uint64_t values[] = {127,
                                      128,
                                      129,
                                      1000,
                                      65535,
                                      65536,
                                      123456789,
                                      UINT64_C(1) << 40,
                                      UINT64_MAX / 2,
                                      UINT64_MAX - 1,
                                      UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        gwctl_hist *hist = calloc(1, sizeof(*hist));
        uint64_t found;

        assert_non_null(hist);
        gwctl_hist_add(hist, values[i]);
        gwctl_hist_add(hist, UINT64_MAX);
        found = gwctl_hist_at(hist, 50);
        assert_true(found >= values[i]);
        assert_true(found - values[i] <= values[i] / 64);
        free(hist);
    }
}

static void no_time_is_above_the_largest(void **state)
{
    gwctl_hist hist;

    (void)state;
    memset(&hist, 0, sizeof(hist));
    for (int i = 0; i < 1000; i++)
        gwctl_hist_add(&hist, 1000001);
    assert_int_equal(gwctl_hist_at(&hist, 50), 1000001);
    assert_int_equal(hist.max, 1000001);
}

/* ---- the client_id in a greeting ----------------------------------------- */

static void a_greeting_tells_the_client_id(void **state)
{
    static const char *const with[] = {
        "{\"type\":\"init\",\"client_id\":\"7f0000010b5400000001\"}",
        "{\"client_id\" :\n \"7F0000010B5400000001\"}",
        "\"client_id\":x {\"client_id\":\"7f0000010b5400000001\",\"y\":1}",
    };
    static const char *const without[] = {
        "",
        "hello",
        "{\"client_id\"",
        "{\"client_id\":",
        "{\"client_id\":\"",
        "{\"client_id\":\"7f0000010b54000000",
        "{\"client_id\":\"7f0000010b5400000001",
        "{\"client_id\":\"7f0000010b540000000g\"}",
        "{\"client_id\":\"7f0000010b540000000\"}",
        "{\"client_id\":7}",
        "{\"other_id\":\"7f0000010b5400000001\"}",
    };
    gw_client_id id;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(with); i++) {
        assert_true(gwctl_find_client_id(gw_slice_str(with[i]), &id));
        assert_int_equal(id.connection, 1);
    }
    for (size_t i = 0; i < COUNT_OF(without); i++) {
        gw_slice text = gw_slice_str(without[i]);
        char *copy = exact_copy(text);

        assert_false(gwctl_find_client_id(gw_slice_of(copy, text.len), &id));
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_ones_are_put_together),
        cmocka_unit_test(who_is_not_listed_is_not_found),
        cmocka_unit_test(canonical_integers_are_integers),
        cmocka_unit_test(small_times_are_exact),
        cmocka_unit_test(large_ones_are_exact_to_a_64th),
        cmocka_unit_test(no_time_is_above_the_largest),
        cmocka_unit_test(a_greeting_tells_the_client_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
