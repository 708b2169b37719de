#include "support.h"

#include <stdlib.h>

static void it_owns_nothing_until_something_is_put(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    assert_null(buf.base);
    gw_buf_put(&buf, NULL, 0);
    gw_buf_put_str(&buf, "");
    assert_null(buf.base);
    gw_buf_deinit(&buf);
}

static void appends_follow_each_other(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_buf_put_str(&buf, "one");
    gw_buf_put_char(&buf, '\0');
    gw_buf_put_slice(&buf, LIT("two"));
    gw_buf_put(&buf, "three", 5);
    assert_buf_equal(&buf, LIT("one\0twothree"));
    gw_buf_deinit(&buf);
}

static void it_grows_to_any_size(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    for (int i = 0; i < 10000; i++)
        gw_buf_put_char(&buf, (char)i);
    assert_int_equal(buf.error, GW_OK);
    assert_int_equal(buf.len, 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(buf.base[i], (char)i);
    gw_buf_deinit(&buf);
}

static void integers_are_decimal(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_buf_put_int(&buf, 0);
    gw_buf_put_char(&buf, ' ');
    gw_buf_put_int(&buf, -7);
    gw_buf_put_char(&buf, ' ');
    gw_buf_put_int(&buf, INT64_MAX);
    gw_buf_put_char(&buf, ' ');
    gw_buf_put_int(&buf, INT64_MIN);
    assert_buf_equal(&buf,
                     LIT("0 -7 9223372036854775807 -9223372036854775808"));
    gw_buf_deinit(&buf);
}

static void reserved_bytes_count_when_committed(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    char *room = gw_buf_reserve(&buf, 100);
    assert_non_null(room);
    memcpy(room, "ab", 2);
    assert_int_equal(buf.len, 0);
    gw_buf_commit(&buf, 2);
    assert_buf_equal(&buf, LIT("ab"));
    assert_non_null(gw_buf_reserve(&buf, 0));
    gw_buf_deinit(&buf);
    assert_non_null(gw_buf_reserve(&buf, 0)); /* NULL would be a failure */
    gw_buf_deinit(&buf);
}

static void the_limit_is_exact(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 100);
    for (int i = 0; i < 100; i++)
        gw_buf_put_char(&buf, 'x');
    assert_int_equal(buf.error, GW_OK);
    assert_int_equal(buf.cap, 100);
    gw_buf_put_char(&buf, 'x');
    assert_int_equal(buf.error, GW_ETOOBIG);
    assert_int_equal(buf.len, 100);
    gw_buf_deinit(&buf);
    gw_buf_clear(&buf);
    assert_non_null(gw_buf_reserve(&buf, 100));
    assert_null(gw_buf_reserve(&buf, 101));
    gw_buf_deinit(&buf);
}

static void a_length_near_the_end_of_memory_is_refused(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_buf_put_char(&buf, 'x');
    assert_null(gw_buf_reserve(&buf, SIZE_MAX));
    assert_int_equal(buf.error, GW_ETOOBIG);
    gw_buf_deinit(&buf);
}

static void the_first_error_sticks_until_it_is_cleared(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_buf_put_str(&buf, "kept");
    gw_buf_fail(&buf, GW_EUTF8);
    gw_buf_fail(&buf, GW_ENOMEM);
    gw_buf_put_str(&buf, "lost");
    gw_buf_put_char(&buf, '!');
    assert_null(gw_buf_reserve(&buf, 1));
    assert_int_equal(buf.error, GW_EUTF8);
    assert_slice_equal(gw_buf_slice(&buf), LIT("kept"));

    gw_buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    gw_buf_put_str(&buf, "new");
    assert_buf_equal(&buf, LIT("new"));
    gw_buf_deinit(&buf);
}

static void what_was_given_back_may_be_used_again(void **state)
{
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_buf_put_str(&buf, "one");
    gw_buf_deinit(&buf);
    assert_int_equal(buf.len, 0);
    gw_buf_put_str(&buf, "two");
    assert_buf_equal(&buf, LIT("two"));
    gw_buf_deinit(&buf);
}

static int put_much(const gw_allocator *allocator, void *arg)
{
    gw_buf buf;

    (void)arg;
    gw_buf_init(&buf, allocator, 0);
    for (int i = 0; i < 1000; i++)
        gw_buf_put_str(&buf, "0123456789");
    int rc = buf.error;
    if (rc == GW_OK)
        assert_int_equal(buf.len, 10000);
    gw_buf_deinit(&buf);
    return rc;
}

static void it_survives_short_memory(void **state)
{
    (void)state;
    sweep_out_of_memory(put_much, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_owns_nothing_until_something_is_put),
        cmocka_unit_test(appends_follow_each_other),
        cmocka_unit_test(it_grows_to_any_size),
        cmocka_unit_test(integers_are_decimal),
        cmocka_unit_test(reserved_bytes_count_when_committed),
        cmocka_unit_test(the_limit_is_exact),
        cmocka_unit_test(a_length_near_the_end_of_memory_is_refused),
        cmocka_unit_test(the_first_error_sticks_until_it_is_cleared),
        cmocka_unit_test(what_was_given_back_may_be_used_again),
        cmocka_unit_test(it_survives_short_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
