/* The token of the status pages: in a request's Authorization header, and as an
 * option. */
#include "support.h"

#include <unistd.h>

#include "client/authorization.h"
#include "conf/check.h"
#include "tls/digest.h"

#define TOKEN "Tq7-w_X.v~9+3/="

/* Whether a request with these header lines brings the token. */
static bool brings(const char *lines, const char *token)
{
    char request[32 * 1024];
    gwd_http_head head;
    size_t consumed;
    char *copy;
    bool has;
    int len = snprintf(request, sizeof(request),
                       "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", lines);

    copy = exact_copy(gw_slice_of(request, (size_t)len));
    assert_int_equal(
        gwd_http_head_read(gw_slice_of(copy, (size_t)len), &head, &consumed),
        GW_OK);
    has = gwd_authorization_has(&head, gw_slice_str(token));
    free(copy);
    return has;
}

/* "Authorization: Basic " and the base64 of `pair`. */
static bool basic_brings(gw_slice pair)
{
    char line[300] = "Authorization: Basic ";
    size_t len = strlen(line);

    gwd_base64_encode(pair.base, pair.len, line + len);
    strcat(line, "\r\n");
    return brings(line, TOKEN);
}

static void a_bearer_token(void **state)
{
    static const char *const wrong[] = {
        "",
        "Authorization: Bearer\r\n",
        "Authorization: Bearer \r\n",
        "Authorization: " TOKEN "\r\n",
        "Authorization: Bearer " TOKEN "x\r\n",
        "Authorization: Bearer x" TOKEN "\r\n",
        "Authorization: Bearer tq7-w_X.v~9+3/=\r\n",
        "Authorization: Bearer Tq7-w_X.v~9+3/\r\n",
        "Authorization: Bearer " TOKEN " x\r\n",
        "Authorization: Bearer " TOKEN "," TOKEN "\r\n",
        "Authorization: Bearer\t" TOKEN "\r\n",
        "Authorization: Token " TOKEN "\r\n",
        "Authorization: Basic " TOKEN "\r\n",
        "Proxy-Authorization: Bearer " TOKEN "\r\n",
        /* two: none */
        "Authorization: Bearer " TOKEN "\r\nAuthorization: Bearer " TOKEN
        "\r\n",
    };

    (void)state;
    assert_true(brings("Authorization: Bearer " TOKEN "\r\n", TOKEN));
    assert_true(brings("authorization:bEARER   " TOKEN " \r\n", TOKEN));
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        if (brings(wrong[i], TOKEN))
            fail_msg("%s", wrong[i]);
    }
}

static void a_password_of_anybody(void **state)
{
    (void)state;
    assert_true(basic_brings(LIT("admin:" TOKEN)));
    assert_true(basic_brings(LIT(":" TOKEN)));
    assert_true(basic_brings(LIT("\xc3\xa4\n\xff:" TOKEN)));
    assert_false(basic_brings(LIT(TOKEN)));
    assert_false(basic_brings(LIT(TOKEN ":")));
    assert_false(basic_brings(LIT("a:b:" TOKEN)));
    assert_false(basic_brings(LIT("a:" TOKEN "\n")));
    assert_false(basic_brings(LIT("a:" TOKEN "\0")));
    assert_false(basic_brings(LIT("")));
    assert_false(basic_brings(LIT(":")));
}

static void base64_is_read_strictly(void **state)
{
    static const struct {
        const char *text;
        const char *want; /* NULL: refused */
    } cases[] = {
        {"", ""},           {"QQ==", "A"},        {"QUI=", "AB"},
        {"QUJD", "ABC"},    {"QUJDRA==", "ABCD"}, {"QQ", NULL},
        {"QQ=", NULL},      {"QQ===", NULL},      {"Q", NULL},
        {"====", NULL},     {"Q===", NULL},       {"QU=D", NULL},
        {"QQ==QUJD", NULL}, {" QUJD", NULL},      {"QUJD ", NULL},
        {"QUJD\n", NULL},   {"QU JD", NULL},      {"QUJ-", NULL},
        {"QUJ_", NULL},     {"=QQQ", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t len = strlen(cases[i].text);
        char *copy = exact_copy(gw_slice_str(cases[i].text));
        char *out = malloc(len / 4 * 3 + 1);
        int got = gwd_base64_decode(copy, len, out);

        if (got !=
            (cases[i].want == NULL ? GW_EPROTO : (int)strlen(cases[i].want)))
            fail_msg("\"%s\": %d", cases[i].text, got);
        if (got > 0)
            assert_memory_equal(out, cases[i].want, (size_t)got);
        free(out);
        free(copy);
    }
}

static void the_longest_head_is_read(void **state)
{
    char *line = malloc(32 * 1024);

    (void)state;
    strcpy(line, "Authorization: Basic ");
    memset(line + 21, 'Q', 16 * 1024 - 200);
    strcpy(line + 21 + (16 * 1024 - 200) / 4 * 4, "\r\n");
    assert_false(brings(line, TOKEN));
    free(line);
}

/* ---- the option --------------------------------------------------------- */

static gwd_options options;

static int teardown(void **state)
{
    (void)state;
    gwd_options_deinit(&options);
    return 0;
}

/* With one argument, or one variable, or both. */
static int load(const char *arg, const char *variable)
{
    char *argv[] = {(char *)"gatewayd", (char *)arg, NULL};
    char *env[] = {(char *)variable, NULL};

    gwd_options_deinit(&options);
    assert_int_equal(gwd_options_init(&options), GW_OK);
    return gwd_options_load(&options, arg == NULL ? 1 : 2, argv, env);
}

static void the_token_is_a_secret_like_the_key(void **state)
{
    char path[] = "/tmp/gatewayd-token-XXXXXX";
    char arg[64];
    int fd;

    (void)state;
    assert_int_equal(load("--status-token=hush", NULL), GW_EINVAL);
    assert_non_null(strstr(options.error, "--status-token-file"));
    assert_non_null(strstr(options.error, "GATEWAYD_STATUS_TOKEN"));
    assert_null(strstr(options.error, "hush"));
    assert_int_equal(load(NULL, "GATEWAYD_STATUS_TOKEN=hush"), GW_OK);
    assert_string_equal(options.status_token, "hush");
    fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "t0ken+/=\nmore\n", 14) == 14);
    close(fd);
    snprintf(arg, sizeof(arg), "--status-token-file=%s", path);
    assert_int_equal(load(arg, NULL), GW_OK);
    assert_string_equal(options.status_token, "t0ken+/=");
    assert_string_equal(options.secret_key, "");
    assert_int_equal(load(arg, "GATEWAYD_STATUS_TOKEN=hush"), GW_EINVAL);
    assert_string_equal(options.error,
                        "status_token and status_token_file are both set; take "
                        "one of them away");
    unlink(path);
}

/* What no header can carry would keep everybody out. */
static void a_token_is_one_word(void **state)
{
    static const char *const wrong[] = {
        "GATEWAYD_STATUS_TOKEN=two hush words", "GATEWAYD_STATUS_TOKEN=hush\t",
        "GATEWAYD_STATUS_TOKEN=hush\xc3\xa4", "GATEWAYD_STATUS_TOKEN=hush\x7f"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(load(NULL, wrong[i]), GW_EINVAL);
        assert_string_equal(options.error,
                            "status_token: not allowed; it takes visible ASCII "
                            "characters without blanks");
    }
}

static void loopback_is_this_machine(void **state)
{
    static const char *const yes[] = {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1",
                                      "localhost:1", "LocalHost:1"};
    static const char *const no[] = {"0.0.0.0:1",
                                     "[::]:1",
                                     "10.0.0.1:1",
                                     "128.0.0.1:1",
                                     "localhost.example:1",
                                     "[::ffff:10.0.0.1]:1",
                                     ""};

    (void)state;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        assert_true(gwd_options_is_loopback(yes[i]));
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        assert_false(gwd_options_is_loopback(no[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bearer_token),
        cmocka_unit_test(a_password_of_anybody),
        cmocka_unit_test(base64_is_read_strictly),
        cmocka_unit_test(the_longest_head_is_read),
        cmocka_unit_test_teardown(the_token_is_a_secret_like_the_key, teardown),
        cmocka_unit_test_teardown(a_token_is_one_word, teardown),
        cmocka_unit_test(loopback_is_this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
