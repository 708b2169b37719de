#include "support.h"

#include "address.h"

static int split(gw_slice text, void *arg)
{
    gw_slice host;
    uint16_t port;

    (void)arg;
    return gw_address_split(text, &host, &port);
}

static int parse_ipv4(gw_slice text, void *arg)
{
    uint32_t ip;

    (void)arg;
    return gw_ipv4_parse(text, &ip);
}

static void host_and_port_are_split_at_the_last_colon(void **state)
{
    static const struct {
        const char *text;
        const char *host;
        uint16_t port;
    } cases[] = {
        {"127.0.0.1:2900", "127.0.0.1", 2900},
        {"gateway-1.example.org:65535", "gateway-1.example.org", 65535},
        {"my_host:0", "my_host", 0},
        {"[::1]:1236", "::1", 1236},
        {"[fe80::1%eth0]:80", "fe80::1%eth0", 80},
        {"[fe80::1%my_if]:80", "fe80::1%my_if", 80},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gw_slice host;
        uint16_t port;

        assert_int_equal(
            gw_address_split(gw_slice_str(cases[i].text), &host, &port), GW_OK);
        assert_slice_equal(host, gw_slice_str(cases[i].host));
        assert_int_equal(port, cases[i].port);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const gw_slice bad[] = {
        {"", 0},         {":", 1},
        {"host", 4},     {"host:", 5},
        {":80", 3},      {"host:65536", 10},
        {"host:-1", 7},  {"host:+1", 7},
        {"host:8o", 7},  {"host:000080", 11},
        {"host: 80", 8}, {"host:80 ", 8},
        {"::1:80", 6},   {"[]:80", 5},
        {"[::1:80", 7},  {"::1]:80", 7},
        {"[::1]80", 7},  {"[::1]:", 6},
        {"a b:80", 6},   {"a\0b:80", 6},
        {"a/b:80", 6},   {"user@host:80", 12},
        {"a\n:80", 5},   {"\xc3\xa9:80", 5},
        {"[:80", 4},     {"h\\u0041:80", 10},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (feed_whole(bad[i], split, NULL) != GW_EINVAL)
            fail_msg("accepted: %.*s", (int)bad[i].len, bad[i].base);
    }
}

static void a_failure_leaves_the_results(void **state)
{
    gw_slice host = LIT("before");
    uint16_t port = 1;
    uint32_t ip = 2;

    (void)state;
    assert_int_equal(gw_address_split(LIT("host:x"), &host, &port), GW_EINVAL);
    assert_slice_equal(host, LIT("before"));
    assert_int_equal(port, 1);
    assert_int_equal(gw_ipv4_parse(LIT("1.2.3.x"), &ip), GW_EINVAL);
    assert_int_equal(ip, 2);
}

static void dotted_quads_are_read_and_written(void **state)
{
    static const struct {
        const char *text;
        uint32_t ip;
    } cases[] = {
        {"0.0.0.0", 0},
        {"127.0.0.1", 0x7f000001},
        {"10.20.30.40", 0x0a141e28},
        {"192.168.100.9", 0xc0a86409},
        {"255.255.255.255", 0xffffffff},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[GW_IPV4_TEXT_LEN + 1];
        uint32_t ip;

        assert_int_equal(gw_ipv4_parse(gw_slice_str(cases[i].text), &ip),
                         GW_OK);
        assert_int_equal(ip, cases[i].ip);
        gw_ipv4_format(ip, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void other_spellings_of_a_quad_are_refused(void **state)
{
    static const char *const bad[] = {
        "",          "1",          "1.2.3",     "1.2.3.",    "1.2.3.4.",
        "1.2.3.4.5", ".1.2.3",     "1..2.3",    "256.1.1.1", "1.1.1.256",
        "01.2.3.4",  "1.2.3.04",   "1.2.3.-4",  "1.2.3.4 ",  " 1.2.3.4",
        "0x1.2.3.4", "1.2.3.1000", "localhost", "1,2,3,4",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(feed_whole(gw_slice_str(bad[i]), parse_ipv4, NULL),
                         GW_EINVAL);
}

static void nothing_is_read_past_the_end(void **state)
{
    (void)state;
    assert_only_whole(LIT("[::1]:8"), split, NULL);
    assert_only_whole(LIT("192.168.255.1"), parse_ipv4, NULL);
    feed_damaged(LIT("[fe80::1]:8080"), split, NULL);
    feed_damaged(LIT("192.168.255.255"), parse_ipv4, NULL);
}

static void a_name_is_what_is_no_number(void **state)
{
    (void)state;
    assert_true(gw_host_is_name(gw_slice_str("localhost")));
    assert_true(gw_host_is_name(gw_slice_str("10.0.0.1.example")));
    assert_true(gw_host_is_name(gw_slice_str("fe80")));
    assert_false(gw_host_is_name(gw_slice_str("10.0.0.1")));
    assert_false(gw_host_is_name(gw_slice_str("::1")));
    assert_false(gw_host_is_name(gw_slice_str("fe80::1%eth0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_and_port_are_split_at_the_last_colon),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_failure_leaves_the_results),
        cmocka_unit_test(a_name_is_what_is_no_number),
        cmocka_unit_test(dotted_quads_are_read_and_written),
        cmocka_unit_test(other_spellings_of_a_quad_are_refused),
        cmocka_unit_test(nothing_is_read_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
