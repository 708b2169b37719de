/* Where a request says that it comes from: addresses, networks, proxies and
 * pages. */
#include "support.h"

#include "client/forwarded.h"
#include "client/origin.h"

/* ---- addresses ---------------------------------------------------------- */

static gwd_ip ip_of(const char *text)
{
    gwd_ip ip;

    assert_int_equal(gwd_ip_parse(gw_slice_str(text), &ip), GW_OK);
    return ip;
}

static void check_host(const char *text, const char *want)
{
    char out[GWD_IP_TEXT_LEN + 1] = "no";
    char *copy = exact_copy(gw_slice_str(text));
    gwd_ip ip;

    if (gwd_ip_parse_host(gw_slice_of(copy, strlen(text)), &ip) == GW_OK)
        gwd_ip_format(&ip, out);
    assert_string_equal(out, want);
    free(copy);
}

static void addresses_are_read_with_or_without_a_port(void **state)
{
    (void)state;
    check_host("1.2.3.4", "1.2.3.4");
    check_host("1.2.3.4:80", "1.2.3.4");
    check_host("::1", "::1");
    check_host("[::1]", "::1");
    check_host("[2001:DB8::1]:443", "2001:db8::1");
    check_host("::ffff:1.2.3.4", "1.2.3.4");
    check_host("[::ffff:102:304]", "1.2.3.4");
    check_host("", "no");
    check_host("[]", "no");
    check_host("unknown", "no");
    check_host("host:80", "no");
    check_host("1.2.3.4:", "no");
    check_host("1.2.3.256", "no");
    check_host("1.2.3.4.5", "no");
    check_host("01.2.3.4", "no");
    check_host("fe80::1%eth0", "no");
    check_host("1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", "no");
}

static void the_two_kinds_are_told_apart(void **state)
{
    gwd_ip v4 = gwd_ip_of_v4(0x01020304), v6 = ip_of("::1"), none = {{0}};

    (void)state;
    assert_int_equal(gwd_ip_v4(&v4), 0x01020304);
    assert_int_equal(gwd_ip_v4(&v6), 0);
    assert_true(gwd_ip_known(&v4) && gwd_ip_known(&v6));
    assert_false(gwd_ip_known(&none));
}

static bool network_has(const char *network, const char *ip)
{
    gwd_ip address = ip_of(ip);
    gwd_network n;

    assert_int_equal(gwd_network_parse(gw_slice_str(network), &n), GW_OK);
    return gwd_network_has(&n, &address);
}

static void networks_have_their_addresses(void **state)
{
    (void)state;
    assert_true(network_has("10.0.0.0/8", "10.255.1.2"));
    assert_false(network_has("10.0.0.0/8", "11.0.0.0"));
    assert_true(network_has("10.1.2.3/31", "10.1.2.2"));
    assert_false(network_has("10.1.2.3/31", "10.1.2.4"));
    assert_true(network_has("10.1.2.3", "10.1.2.3"));
    assert_false(network_has("10.1.2.3", "10.1.2.2"));
    assert_true(network_has("0.0.0.0/0", "200.1.2.3"));
    assert_false(network_has("0.0.0.0/0", "::1"));
    assert_true(network_has("::/0", "fd00::1"));
    assert_false(network_has("::/0", "1.2.3.4"));
    assert_false(network_has("::ffff:0:0/95", "1.2.3.4"));
    assert_true(network_has("::ffff:0:0/96", "1.2.3.4"));
    assert_true(network_has("fd00::/9", "fd7f::1"));
    assert_false(network_has("fd00::/9", "fd80::1"));
    assert_true(network_has("::1", "::1"));
    assert_true(network_has("::ffff:10.0.0.0/104", "10.1.1.1"));
}

static void what_is_no_network_is_refused(void **state)
{
    static const char *const bad[] = {
        "",         "/8",          "10.0.0.0/",   "10.0.0.0/33", "::/129",
        "10.0.0/8", "10.0.0.0/8x", "10.0.0.0/-1", "host"};
    gwd_network network;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(gwd_network_parse(gw_slice_str(bad[i]), &network),
                         GW_EINVAL);
}

/* ---- proxies ------------------------------------------------------------ */

static gwd_http_head head_of(const char *text)
{
    gwd_http_head head;
    size_t consumed;

    assert_int_equal(gwd_http_head_read(gw_slice_str(text), &head, &consumed),
                     GW_OK);
    return head;
}

#define REQUEST(lines) "GET / HTTP/1.1\r\n" lines "\r\n"

/* 10.0.0.0/8 and fd00::/8 are trusted. */
static void check_forwarded(const char *request, const char *peer,
                            const char *want)
{
    gwd_http_head head = head_of(request);
    gwd_network items[2];
    gwd_networks trusted = {items, 2};
    gwd_ip from = ip_of(peer), ip;
    char text[GWD_IP_TEXT_LEN + 1];

    gwd_network_parse(LIT("10.0.0.0/8"), &items[0]);
    gwd_network_parse(LIT("fd00::/8"), &items[1]);
    ip = gwd_forwarded_ip(&head, &trusted, &from);
    gwd_ip_format(&ip, text);
    assert_string_equal(text, want);
}

static void a_stranger_is_not_believed(void **state)
{
    (void)state;
    check_forwarded(REQUEST("X-Forwarded-For: 1.1.1.1\r\n"
                            "X-Real-IP: 2.2.2.2\r\n"),
                    "9.9.9.9", "9.9.9.9");
}

static void the_last_address_that_is_no_proxy_counts(void **state)
{
    (void)state;
    check_forwarded(REQUEST("X-Forwarded-For: 1.1.1.1\r\n"), "10.0.0.1",
                    "1.1.1.1");
    check_forwarded(REQUEST("x-forwarded-for: 6.6.6.6, 1.1.1.1, 10.0.0.2\r\n"),
                    "10.0.0.1", "1.1.1.1");
    check_forwarded(REQUEST("X-Forwarded-For: 6.6.6.6\r\n"
                            "X-Forwarded-For: 1.1.1.1 ,\t10.0.0.2\r\n"
                            "X-Forwarded-For: fd00::7, 10.0.0.3:80\r\n"),
                    "10.0.0.1", "1.1.1.1");
    check_forwarded(REQUEST("X-Forwarded-For: 6.6.6.6\r\n"
                            "X-Forwarded-For: 10.0.0.2\r\n"),
                    "fd00::1", "6.6.6.6");
    check_forwarded(REQUEST("X-Forwarded-For: [2001:db8::9]:1234\r\n"),
                    "10.0.0.1", "2001:db8::9");
}

static void only_proxies_leave_the_first_of_them(void **state)
{
    (void)state;
    check_forwarded(REQUEST("X-Forwarded-For: 10.0.0.7, 10.0.0.8\r\n"),
                    "10.0.0.1", "10.0.0.7");
}

static void nothing_behind_nonsense_is_believed(void **state)
{
    (void)state;
    check_forwarded(REQUEST("X-Forwarded-For: 1.1.1.1, unknown\r\n"),
                    "10.0.0.1", "10.0.0.1");
    check_forwarded(REQUEST("X-Forwarded-For: 1.1.1.1, x, 10.0.0.2\r\n"),
                    "10.0.0.1", "10.0.0.2");
    check_forwarded(REQUEST("X-Forwarded-For: 1.1.1.1,\r\n"), "10.0.0.1",
                    "10.0.0.1");
    check_forwarded(REQUEST("X-Forwarded-For: 1.1.1.1, ::\r\n"), "10.0.0.1",
                    "10.0.0.1");
}

static void x_real_ip_is_second(void **state)
{
    (void)state;
    check_forwarded(REQUEST("X-Real-IP: 2.2.2.2\r\n"), "10.0.0.1", "2.2.2.2");
    check_forwarded(REQUEST("X-Real-IP: 2.2.2.2\r\nX-Forwarded-For: 1.1.1.1"
                            "\r\n"),
                    "10.0.0.1", "1.1.1.1");
    check_forwarded(REQUEST("X-Forwarded-For:\r\nX-Real-IP: 2.2.2.2\r\n"),
                    "10.0.0.1", "2.2.2.2");
    check_forwarded(REQUEST("X-Real-IP: 3.3.3.3\r\nX-Real-IP: 2.2.2.2\r\n"),
                    "10.0.0.1", "2.2.2.2"); /* the proxy's own is the last */
    check_forwarded(REQUEST("X-Real-IP: nobody\r\n"), "10.0.0.1", "10.0.0.1");
    check_forwarded(REQUEST(""), "10.0.0.1", "10.0.0.1");
}

/* ---- pages -------------------------------------------------------------- */

static bool matches(const char *allowed, const char *origin)
{
    char *copy = exact_copy(gw_slice_str(origin));
    bool result = gwd_origin_matches(gw_slice_str(allowed),
                                     gw_slice_of(copy, strlen(origin)));

    free(copy);
    return result;
}

static void an_origin_is_scheme_host_and_port(void **state)
{
    (void)state;
    assert_true(matches("https://example.com", "https://example.com"));
    assert_true(matches("https://Example.com", "HTTPS://eXample.COM"));
    assert_true(matches("https://example.com:443", "https://example.com"));
    assert_true(matches("http://example.com", "http://example.com:80"));
    assert_true(matches("http://[::1]:8080", "http://[::1]:8080"));
    assert_true(matches("http://[::1]", "http://[::1]:80"));
    assert_true(matches("app://x", "app://x"));
    assert_false(matches("https://example.com", "http://example.com"));
    assert_false(matches("https://example.com", "http://example.com:443"));
    assert_false(matches("https://example.com", "https://example.com:8443"));
    assert_false(matches("https://example.com", "https://example.com.evil.io"));
    assert_false(matches("https://example.com", "https://evilexample.com"));
    assert_false(matches("https://example.com", "https://a.example.com"));
    assert_false(matches("https://example.com", "https://example.com:"));
    assert_false(matches("https://example.com", "https://example.com:0443"
                                                "0"));
    assert_false(matches("https://example.com", "https://example.com:4a3"));
    assert_false(matches("https://example.com", "https://"));
    assert_false(matches("https://example.com", "example.com"));
    assert_false(matches("https://example.com", ""));
    assert_false(matches("http://[::1]", "http://[::2]"));
}

static void a_star_covers_all_below(void **state)
{
    (void)state;
    assert_true(matches("https://*.example.com", "https://a.example.com"));
    assert_true(matches("https://*.example.com", "https://A.b.Example.com"));
    assert_false(matches("https://*.example.com", "https://example.com"));
    assert_false(matches("https://*.example.com", "https://.example.com"
                                                  ".io"));
    assert_false(matches("https://*.example.com", "https://evilexample.com"));
    assert_false(matches("https://*.example.com", "https://.example.com"));
    assert_false(matches("https://*.example.com", "http://a.example.com"));
    assert_false(matches("https://*.example.com", "https://a.example.com:1"));
}

static void other_words_are_compared_as_they_are(void **state)
{
    (void)state;
    assert_true(matches("null", "null"));
    assert_false(matches("https://null", "null"));
    assert_false(matches("null", "https://null"));
    assert_true(matches("file://", "file://"));
    assert_true(matches("FILE://", "file://"));
    assert_false(matches("file://", "null"));
    assert_false(matches("file://", "file://a"));
    assert_false(matches("file://", "app://"));
    assert_true(matches("app://.", "app://."));
    assert_false(matches("app://.", "app://"));
    assert_false(matches("app://", "app://."));
    assert_false(matches("app://.", "app://.:1"));
    assert_true(matches("*", "null"));
    assert_true(matches("*", "https://anything"));
}

static bool allowed(const char *request)
{
    static const gw_slice list[] = {{"https://a.com", 13}, {"null", 4}};
    gwd_http_head head = head_of(request);

    assert_true(gwd_origin_allowed(NULL, 0, &head));
    return gwd_origin_allowed(list, 2, &head);
}

static void a_page_has_to_be_listed(void **state)
{
    (void)state;
    assert_true(allowed(REQUEST("")));
    assert_true(allowed(REQUEST("oriGIN: https://a.com\r\n")));
    assert_true(allowed(REQUEST("Origin: null\r\n")));
    assert_false(allowed(REQUEST("Origin: https://b.com\r\n")));
    assert_false(allowed(REQUEST("Origin:\r\n")));
    assert_false(
        allowed(REQUEST("Origin: https://a.com\r\nOrigin: https://a.com\r\n")));
    assert_false(allowed(REQUEST("Origin: https://a.com https://b.com\r\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_with_or_without_a_port),
        cmocka_unit_test(the_two_kinds_are_told_apart),
        cmocka_unit_test(networks_have_their_addresses),
        cmocka_unit_test(what_is_no_network_is_refused),
        cmocka_unit_test(a_stranger_is_not_believed),
        cmocka_unit_test(the_last_address_that_is_no_proxy_counts),
        cmocka_unit_test(only_proxies_leave_the_first_of_them),
        cmocka_unit_test(nothing_behind_nonsense_is_believed),
        cmocka_unit_test(x_real_ip_is_second),
        cmocka_unit_test(an_origin_is_scheme_host_and_port),
        cmocka_unit_test(a_star_covers_all_below),
        cmocka_unit_test(other_words_are_compared_as_they_are),
        cmocka_unit_test(a_page_has_to_be_listed),
    };

    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
