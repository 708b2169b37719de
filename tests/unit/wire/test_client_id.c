#include "support.h"

static int parse(gw_slice text, void *arg)
{
    gw_client_id id;

    return gw_client_id_parse(text, arg == NULL ? &id : arg);
}

static void twenty_digits_hold_address_port_and_number(void **state)
{
    gw_client_id id;

    (void)state;
    assert_int_equal(feed_whole(LIT("7f0000010b5400ffffff"), parse, &id),
                     GW_OK);
    assert_int_equal(id.ip, 0x7f000001);
    assert_int_equal(id.port, 2900);
    assert_int_equal(id.connection, 0xffffff);
}

static void what_is_formatted_parses_again(void **state)
{
    static const gw_client_id ids[] = {{0, 1, 0},
                                       {UINT32_MAX, UINT32_MAX, UINT16_MAX},
                                       {0x0a0b0c0d, 0x12345678, 2900}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        char text[GW_CLIENT_ID_LEN + 1];
        gw_client_id again;

        gw_client_id_format(&ids[i], text);
        assert_int_equal(strlen(text), GW_CLIENT_ID_LEN);
        assert_int_equal(gw_client_id_parse(gw_slice_str(text), &again), GW_OK);
        assert_int_equal(again.ip, ids[i].ip);
        assert_int_equal(again.port, ids[i].port);
        assert_int_equal(again.connection, ids[i].connection);
    }
}

static void either_case_is_read_and_lower_case_written(void **state)
{
    gw_client_id id;
    char text[GW_CLIENT_ID_LEN + 1];

    (void)state;
    assert_int_equal(gw_client_id_parse(LIT("ABCDEF010B54abcdef01"), &id),
                     GW_OK);
    gw_client_id_format(&id, text);
    assert_string_equal(text, "abcdef010b54abcdef01");
}

static void anything_else_is_invalid_and_leaves_the_result(void **state)
{
    static const char *const bad[] = {
        "",
        "short",
        "7f0000010b5400fffffg",
        "7f0000010b5400ffffff0",
        "0x7f0000010b5400ffff",
        " 7f0000010b5400fffff",
        "7f0000010b5400fffff\n",
    };
    gw_client_id id = {1, 2, 3};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(feed_whole(gw_slice_str(bad[i]), parse, &id),
                         GW_EINVAL);
    assert_int_equal(id.ip, 1);
    assert_int_equal(id.connection, 2);
    assert_int_equal(id.port, 3);
}

static void only_the_whole_is_an_id(void **state)
{
    (void)state;
    assert_only_whole(LIT("7f0000010b5400000001"), parse, NULL);
    feed_damaged(LIT("7f0000010b5400000001"), parse, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_digits_hold_address_port_and_number),
        cmocka_unit_test(what_is_formatted_parses_again),
        cmocka_unit_test(either_case_is_read_and_lower_case_written),
        cmocka_unit_test(anything_else_is_invalid_and_leaves_the_result),
        cmocka_unit_test(only_the_whole_is_an_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
