#include "support.h"

#include "ws/url.h"

static void urls_and_their_parts(void **state)
{
    static const struct {
        const char *text;
        bool tls;
        const char *host;
        const char *name;
        const char *place;
        unsigned port;
        const char *target;
    } cases[] = {
        {"ws://h", false, "h", "h", "h", 80, ""},
        {"WSS://h", true, "h", "h", "h", 443, ""},
        {"ws://127.0.0.1:7272/", false, "127.0.0.1", "127.0.0.1",
         "127.0.0.1:7272", 7272, "/"},
        {"wss://[::1]:8443/a/b?c=d", true, "::1", "::1", "[::1]:8443", 8443,
         "/a/b?c=d"},
        {"ws://[::1]", false, "::1", "::1", "[::1]", 80, ""},
        {"wss://[fe80::1%eth0]:1", true, "fe80::1%eth0", "fe80::1",
         "[fe80::1%eth0]:1", 1, ""},
        {"wss://a.test.:1/", true, "a.test.", "a.test", "a.test.:1", 1, "/"},
        {"ws://.", false, ".", ".", ".", 80, ""},
        {"ws://h?x=/y", false, "h", "h", "h", 80, "?x=/y"},
        {"ws://h:65535//@", false, "h", "h", "h:65535", 65535, "//@"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gwctl_url url;

        assert_int_equal(gwctl_url_parse(gw_slice_str(cases[i].text), &url),
                         GW_OK);
        assert_int_equal(url.tls, cases[i].tls);
        assert_slice_equal(url.host, gw_slice_str(cases[i].host));
        assert_slice_equal(url.name, gw_slice_str(cases[i].name));
        assert_slice_equal(url.place, gw_slice_str(cases[i].place));
        assert_int_equal(url.port, cases[i].port);
        assert_slice_equal(url.target, gw_slice_str(cases[i].target));
    }
}

static void what_is_none_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "ws:",
        "ws://",
        "http://h",
        "h:80",
        "ws:///path",
        "ws://:80",
        "ws://h:",
        "ws://h:0",
        "ws://h:65536",
        "ws://h:8x",
        "ws://h:000080",
        "ws://::1",
        "ws://[::1",
        "ws://[::1]80",
        "ws://[]:80",
        "ws://h#f",
        "ws://h/#f",
        "ws://h /x",
        "ws://h/a b",
        "ws://h/\n",
        "ws://u@h/",
        "ws://u:p@h:80",
        "ws://h\r\nX: y",
        "ws://\xff",
        "ws://h/\xc3\xa9",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gw_slice text = gw_slice_str(cases[i]);
        char *copy = exact_copy(text);
        gwctl_url url;

        if (gwctl_url_parse(gw_slice_of(copy, text.len), &url) != GW_EINVAL)
            fail_msg("%s was taken", cases[i]);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_and_their_parts),
        cmocka_unit_test(what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
