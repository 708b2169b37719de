/* PROXY headers, whole and cut at every position. */
#include "support.h"

#include "client/proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static int read_copy(gw_slice bytes, gwd_proxy *proxy, size_t *consumed)
{
    char *copy = exact_copy(bytes);
    int result = gwd_proxy_read(gw_slice_of(copy, bytes.len), proxy, consumed);

    free(copy);
    return result;
}

/* The whole gives `want`; each beginning is not whole yet, or wrong already. */
static void check(gw_slice bytes, int want)
{
    gwd_proxy proxy;
    size_t consumed = 0;

    assert_int_equal(read_copy(bytes, &proxy, &consumed), want);
    if (want == GW_OK)
        assert_int_equal(consumed, bytes.len);
    for (size_t len = 0; len < bytes.len; len++) {
        int result = read_copy(gw_slice_of(bytes.base, len), &proxy, &consumed);

        assert_true(result == GW_EAGAIN || (want < 0 && result == want));
    }
}

static void check_address(gw_slice bytes, const char *ip, uint16_t port)
{
    char text[GWD_IP_TEXT_LEN + 1];
    gwd_proxy proxy;
    size_t consumed;

    check(bytes, GW_OK);
    assert_int_equal(read_copy(bytes, &proxy, &consumed), GW_OK);
    gwd_ip_format(&proxy.ip, text);
    assert_string_equal(text, ip);
    assert_int_equal(proxy.port, port);
}

static void version_1_tells_the_source(void **state)
{
    (void)state;
    check_address(LIT("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n"),
                  "192.0.2.1", 56324);
    check_address(LIT("PROXY TCP6 2001:db8::1 ::2 0 65535\r\n"), "2001:db8::1",
                  0);
}

static void version_1_may_not_know(void **state)
{
    (void)state;
    check_address(LIT("PROXY UNKNOWN\r\n"), "", 0);
    check_address(LIT("PROXY UNKNOWN ffff::1 whatever 1 2\r\n"), "", 0);
}

static void version_1_is_strict(void **state)
{
    static const char *const bad[] = {
        "GET / HTTP/1.1\r\n",
        "PROXY\r\n",
        "PROXY \r\n",
        "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
        "PROXY UNKNOWN ?\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
        "PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n",
        "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
        "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n",
        "PROXY TCP4 01.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP6 ::g ::1 1 2\r\n",
        "PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n",
        "proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check(gw_slice_str(bad[i]), GW_EPROTO);
}

static void version_1_is_one_short_line(void **state)
{
    char line[GWD_PROXY_LINE_MAX + 2] = "PROXY UNKNOWN ";

    (void)state;
    memset(line + 14, 'x', sizeof(line) - 14);
    check(gw_slice_of(line, GWD_PROXY_LINE_MAX), GW_ETOOBIG);
    memcpy(line + GWD_PROXY_LINE_MAX - 2, "\r\n", 2);
    check(gw_slice_of(line, GWD_PROXY_LINE_MAX), GW_OK);
    memcpy(line + GWD_PROXY_LINE_MAX - 2, "x\r\n", 3);
    check(gw_slice_of(line, GWD_PROXY_LINE_MAX + 1), GW_ETOOBIG);
}

static void version_2_tells_the_source(void **state)
{
    (void)state;
    check_address(LIT(SIGNATURE "\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\7\xdc\4"
                                "\1\xbb"),
                  "192.0.2.1", 56324);
    check_address(LIT(SIGNATURE "\x21\x21\0\x24"
                                "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\x12\x34\0\1"),
                  "2001:db8::1", 0x1234);
}

static void what_version_2_adds_is_skipped(void **state)
{
    (void)state;
    check_address(LIT(SIGNATURE "\x21\x11\0\x11\xc0\0\2\1\xc6\x33\x64\7\xdc\4"
                                "\1\xbb\4\0\2xy"),
                  "192.0.2.1", 56324);
}

static void version_2_may_not_know(void **state)
{
    (void)state;
    check_address(LIT(SIGNATURE "\x20\0\0\0"), "", 0);      /* LOCAL */
    check_address(LIT(SIGNATURE "\x20\x11\0\3abc"), "", 0); /* LOCAL */
    check_address(LIT(SIGNATURE "\x21\0\0\0"), "", 0);      /* UNSPEC */
    check_address(LIT(SIGNATURE "\x21\x31\0\1x"), "", 0);   /* Unix */
}

static void version_2_is_strict(void **state)
{
    (void)state;
    check(LIT(SIGNATURE "\x11\x11\0\x0c"
                        "123456789012"),
          GW_EPROTO); /* no version */
    check(LIT(SIGNATURE "\x22\x11\0\x0c"
                        "123456789012"),
          GW_EPROTO); /* no command */
    check(LIT(SIGNATURE "\x21\x12\0\x0c"
                        "123456789012"),
          GW_EPROTO); /* UDP */
    check(LIT(SIGNATURE "\x21\x41\0\0"), GW_EPROTO);
    check(LIT(SIGNATURE "\x21\x11\0\x0b"
                        "12345678901"),
          GW_EPROTO);
    check(LIT(SIGNATURE "\x21\x21\0\x0c"
                        "123456789012"),
          GW_EPROTO);
    check(LIT(SIGNATURE "\x21\x21\0\x23"
                        "12345678901234567890123456789012345"),
          GW_EPROTO);
    check(LIT(SIGNATURE "\x21\x11\x08\0"), GW_EAGAIN);
    check(LIT(SIGNATURE "\x21\x11\x08\x01"), GW_ETOOBIG);
    check(LIT("\r\n\r\n\0\r\nQUIT\r"), GW_EPROTO);
    check(LIT("\r\r"), GW_EPROTO);
}

static void what_follows_is_left_alone(void **state)
{
    gwd_proxy proxy;
    size_t consumed = 0;

    (void)state;
    assert_int_equal(read_copy(LIT("PROXY UNKNOWN\r\nGET / HTTP/1.1\r\n"),
                               &proxy, &consumed),
                     GW_OK);
    assert_int_equal(consumed, 15);
    assert_int_equal(
        read_copy(LIT(SIGNATURE "\x20\0\0\0more"), &proxy, &consumed), GW_OK);
    assert_int_equal(consumed, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_tells_the_source),
        cmocka_unit_test(version_1_may_not_know),
        cmocka_unit_test(version_1_is_strict),
        cmocka_unit_test(version_1_is_one_short_line),
        cmocka_unit_test(version_2_tells_the_source),
        cmocka_unit_test(what_version_2_adds_is_skipped),
        cmocka_unit_test(version_2_may_not_know),
        cmocka_unit_test(version_2_is_strict),
        cmocka_unit_test(what_follows_is_left_alone),
    };

    return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
