/* What the values of options have to look like. */
#include "support.h"

#include "conf/formats.h"
#include "conf/options.h"

typedef bool (*predicate)(const char *text);

/* Both lists end with NULL. */
static void expect(predicate is, const char *const *good,
                   const char *const *bad)
{
    for (; *good != NULL; good++) {
        if (!is(*good))
            fail_msg("\"%s\" was refused", *good);
    }
    for (; *bad != NULL; bad++) {
        if (is(*bad))
            fail_msg("\"%s\" was taken", *bad);
    }
}

static void hosts(void **state)
{
    static const char *const good[] = {
        "10.0.0.5",         "0.0.0.0",
        "localhost",        "gw-1.example.com",
        "gateway_1",        "[::]",
        "[fd00::1]",        "[fe80::1%eth0]",
        "Example.COM",      "svc.cluster.",
        "4.example",        "xn--bcher-kva.example",
        "[::ffff:1.2.3.4]", NULL};
    static const char *const bad[] = {
        "",         "10.0.0.256", "10.0.0", "1",          "1.2.3.4.5",
        "01.2.3.4", "::1",        "[::g]",  "[]",         "[localhost]",
        "a:1",      "a b",        "a..b",   ".a",         ".",
        "a/b",      "[::1",       "::1]",   "[fe80::1%]", "b\xc3\xbc",
        "a,b",      "[10.0.0.1]", NULL};

    (void)state;
    expect(gwd_is_host, good, bad);
}

static void addresses(void **state)
{
    static const char *const good[] = {"127.0.0.1:0", "a:65535", "[::1]:80",
                                       "gw.example:1236", NULL};
    static const char *const bad[] = {"",        "a",       "a:",    ":1",
                                      "a:65536", "a:-1",    "a:1x",  "::1:80",
                                      "[::1]",   "1.2.3:4", "[a]:1", "a:1:2",
                                      "a: 1",    "1236",    "a:+1",  NULL};

    (void)state;
    expect(gwd_is_address, good, bad);
}

static void listeners(void **state)
{
    static const char *const good[] = {
        "websocket://0.0.0.0:7272",
        "ws://[::]:0",
        "wss://example.com:443",
        "websocket+tls://0.0.0.0:443 proxy_protocol binary",
        "text://0.0.0.0:1  proxy_protocol",
        "text+tls://a:1",
        "frame://a:1",
        "frame+tls://a:1",
        "tcp://a:1",
        "tcp+tls://a:1\tproxy_protocol",
        NULL};
    static const char *const bad[] = {"",
                                      "a:1",
                                      "http://a:1",
                                      "WS://a:1",
                                      "ws://a",
                                      "ws://a:1/chat",
                                      "ws:// a:1 b",
                                      "ws://a:1 tls",
                                      "text://a:1 binary",
                                      "ws://1.2.3:1",
                                      "wss+tls://a:1",
                                      NULL};

    (void)state;
    expect(gwd_is_listen, good, bad);
}

static void a_listener_has_parts(void **state)
{
    gwd_listen listen;

    (void)state;
    assert_int_equal(
        gwd_listen_parse("wss://[::1]:443 binary proxy_protocol", &listen),
        GW_OK);
    assert_int_equal(listen.protocol, GWD_LISTEN_WEBSOCKET);
    assert_true(listen.tls && listen.binary && listen.proxy_protocol);
    assert_slice_equal(listen.scheme, LIT("wss://"));
    assert_slice_equal(listen.address, LIT("[::1]:443"));
    assert_int_equal(gwd_listen_parse("frame://a:1", &listen), GW_OK);
    assert_int_equal(listen.protocol, GWD_LISTEN_FRAME);
    assert_false(listen.tls || listen.binary || listen.proxy_protocol);
}

static void origins(void **state)
{
    static const char *const good[] = {"https://example.com",
                                       "http://localhost:8080",
                                       "https://*.example.com",
                                       "https://*.example.com:8443",
                                       "HTTPS://Example.Com",
                                       "null",
                                       "*",
                                       "https://10.0.0.1",
                                       "http://[::1]:3000",
                                       "http://[::1]",
                                       "chrome-extension://abcdefghij",
                                       "app+x.y-z://localhost",
                                       "capacitor://localhost",
                                       "file://",
                                       "FILE://",
                                       "app://.",
                                       NULL};
    static const char *const bad[] = {"",
                                      "example.com",
                                      "https://",
                                      "HTTP://",
                                      "https://.",
                                      "ws://",
                                      "wss://.",
                                      "://",
                                      "1://",
                                      "file:",
                                      "file:///",
                                      "app://./",
                                      "app://..",
                                      "app://.:1",
                                      "://example.com",
                                      "https://example.com/",
                                      "https://example.com/path",
                                      "https://example.com?x",
                                      "https://example.com#x",
                                      "https://user@example.com",
                                      "https://example.com:",
                                      "https://example.com:0",
                                      "https://example.com:65536",
                                      "https://*",
                                      "https://*.",
                                      "https://*example.com",
                                      "https://a.*.example.com",
                                      "https://*.*.example.com",
                                      "https://*.10.0.0.1",
                                      "https://*.[::1]",
                                      "https://exa mple.com",
                                      "https://b\xc3\xbc"
                                      "cher.example",
                                      "https://10.0.0.256",
                                      "1http://a",
                                      "ht tp://a",
                                      "Null",
                                      "* ",
                                      NULL};

    (void)state;
    expect(gwd_is_origin, good, bad);
}

static void networks(void **state)
{
    static const char *const good[] = {"10.0.0.1",
                                       "10.0.0.0/8",
                                       "0.0.0.0/0",
                                       "1.2.3.4/32",
                                       "::1",
                                       "fd00::/8",
                                       "::/0",
                                       "::1/128",
                                       "2001:DB8::/32",
                                       "::ffff:10.0.0.0/104",
                                       NULL};
    static const char *const bad[] = {"",
                                      "10.0.0.0/33",
                                      "10.0.0.0/",
                                      "10.0.0.0/-1",
                                      "10.0.0.0/+1",
                                      "10.0.0.0/08",
                                      "10.0.0.0/8/8",
                                      "10.0.0.0/8x",
                                      "10.0.0/8",
                                      "10/8",
                                      "::/129",
                                      "::1/",
                                      "[::1]",
                                      "fe80::1%eth0",
                                      "a.example",
                                      "10.0.0.0 /8",
                                      "::/4294967297",
                                      "1.2.3.4/999",
                                      "/8",
                                      "10.0.0.0/0x8",
                                      NULL};

    (void)state;
    expect(gwd_is_network, good, bad);
}

static void tokens(void **state)
{
    static const char *const good[] = {"mqtt", "v1.json", "a!#$%&'*+-.^_`|~9",
                                       NULL};
    static const char *const bad[] = {"",      "a b", "a,b", "a/b",      "a;b",
                                      "\"a\"", "(a)", "a\t", "\xc3\xa9", NULL};

    (void)state;
    expect(gwd_is_token, good, bad);
}

static void sni(void **state)
{
    static const char *const good[] = {"a.example c.pem k.pem",
                                       "*.example.com  /c \t /k", NULL};
    static const char *const bad[] = {
        "",          "a.example", "a.example c", "a.example c k x",
        "* c k",     "*. c k",    "a.*.b c k",   "10.0.0.1 c k",
        "[::1] c k", "a:443 c k", NULL};
    gw_slice words[GWD_SNI_WORDS];

    (void)state;
    expect(gwd_is_sni, good, bad);
    assert_int_equal(gwd_sni_parse(good[1], words), GW_OK);
    assert_slice_equal(words[0], LIT("*.example.com"));
    assert_slice_equal(words[1], LIT("/c"));
    assert_slice_equal(words[2], LIT("/k"));
}

/* A name as long as DNS allows, and labels of the same kind. */
static void long_names_end_somewhere(void **state)
{
    char name[300];

    (void)state;
    memset(name, 'a', sizeof(name));
    name[63] = '\0';
    assert_true(gwd_is_host(name));
    name[63] = 'a';
    name[64] = '\0';
    assert_false(gwd_is_host(name));
    for (size_t i = 0; i < sizeof(name); i++)
        name[i] = i % 2 == 0 ? 'a' : '.';
    name[253] = '\0';
    assert_true(gwd_is_host(name));
    name[253] = '.';
    name[299] = '\0';
    assert_false(gwd_is_host(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),
        cmocka_unit_test(addresses),
        cmocka_unit_test(listeners),
        cmocka_unit_test(a_listener_has_parts),
        cmocka_unit_test(origins),
        cmocka_unit_test(networks),
        cmocka_unit_test(tokens),
        cmocka_unit_test(sni),
        cmocka_unit_test(long_names_end_somewhere),
    };

    return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
