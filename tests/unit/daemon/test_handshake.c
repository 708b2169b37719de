/* Request heads and the answers to them. */
#include "support.h"

#include "client/handshake.h"

#define START "GET /chat?room=7 HTTP/1.1\r\n"
#define HOST "Host: example.com:7272\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define GOOD START HOST UPGRADE KEY VERSION "\r\n"

static int read_copy(gw_slice text, size_t *consumed)
{
    gwd_http_head head;
    char *copy = exact_copy(text);
    int result =
        gwd_http_head_read(gw_slice_of(copy, text.len), &head, consumed);

    free(copy);
    return result;
}

/* Whole: `want`; each beginning: not whole yet, or that error already. */
static void check_read(gw_slice text, int want)
{
    size_t consumed = 0;

    assert_int_equal(read_copy(text, &consumed), want);
    if (want == GW_OK)
        assert_int_equal(consumed, text.len);
    for (size_t len = 0; len < text.len; len++) {
        int result = read_copy(gw_slice_of(text.base, len), &consumed);

        assert_true(result == GW_EAGAIN || (want < 0 && result == want));
    }
}

static void a_head_is_read_wherever_it_is_cut(void **state)
{
    (void)state;
    check_read(LIT(GOOD), GW_OK);
    check_read(LIT("GET / HTTP/1.1\r\n\r\n"), GW_OK);
    check_read(LIT("OPTIONS * HTTP/1.1\r\nA:\r\nB: \t \r\n\r\n"), GW_OK);
    check_read(LIT("GET /\xe4\xbd\xa0 HTTP/1.1\r\nX: \xff\r\n\r\n"), GW_OK);
}

static void what_follows_the_head_is_left_alone(void **state)
{
    size_t consumed = 0;

    (void)state;
    assert_int_equal(read_copy(LIT(GOOD "\x81\x80mask"), &consumed), GW_OK);
    assert_int_equal(consumed, sizeof(GOOD) - 1);
}

static void malformed_heads_are_refused(void **state)
{
    static const char *const bad[] = {
        " GET / HTTP/1.1\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1 \r\n\r\n",
        "GET /\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "GET / \r\n\r\n",
        "GET / HTTP/1.1\n\n",
        "GET / HTTP/1.1\r\nA: b\n\r\n",
        "GET / HTTP/1.1\r\nA b\r\n\r\n",
        "GET / HTTP/1.1\r\nA : b\r\n\r\n",
        "GET / HTTP/1.1\r\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\n A: b\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
        "GET / HTTP/1.1\r\nA: \x01\r\n\r\n",
        "GET / HTTP/1.1\r\nA\x80: b\r\n\r\n",
        "GET /\x7f HTTP/1.1\r\n\r\n",
        "G\xc3T / HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check_read(gw_slice_str(bad[i]), GW_EPROTO);
    check_read(LIT("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"), GW_EPROTO);
}

static void size_is_bounded(void **state)
{
    size_t consumed;
    gw_buf text;

    (void)state;
    gw_buf_init(&text, NULL, 0);
    gw_buf_put_str(&text, "GET /");
    memset(gw_buf_reserve(&text, GWD_HTTP_HEAD_MAX), 'x', GWD_HTTP_HEAD_MAX);
    gw_buf_commit(&text, GWD_HTTP_HEAD_MAX - text.len - 1);
    assert_int_equal(read_copy(gw_buf_slice(&text), &consumed), GW_EAGAIN);
    gw_buf_put_char(&text, 'x');
    assert_int_equal(read_copy(gw_buf_slice(&text), &consumed), GW_ETOOBIG);
    gw_buf_put_str(&text, " HTTP/1.1\r\n\r\n");
    assert_int_equal(read_copy(gw_buf_slice(&text), &consumed), GW_ETOOBIG);
    gw_buf_clear(&text);
    gw_buf_put_str(&text, "GET / HTTP/1.1\r\nA: ");
    while (text.len < GWD_HTTP_HEAD_MAX - 4)
        gw_buf_put_char(&text, 'x');
    gw_buf_put_str(&text, "\r\n\r\n");
    assert_int_equal(read_copy(gw_buf_slice(&text), &consumed), GW_OK);
    text.len -= 4;
    gw_buf_put_str(&text, "x\r\n\r\n");
    assert_int_equal(read_copy(gw_buf_slice(&text), &consumed), GW_ETOOBIG);
    gw_buf_clear(&text);
    gw_buf_put_str(&text, START);
    for (int i = 0; i < GWD_HTTP_HEADERS_MAX; i++)
        gw_buf_put_str(&text, "A: b\r\n");
    assert_int_equal(read_copy(gw_buf_slice(&text), &consumed), GW_EAGAIN);
    gw_buf_put_str(&text, "A: b\r\n");
    assert_int_equal(read_copy(gw_buf_slice(&text), &consumed), GW_ETOOBIG);
    gw_buf_deinit(&text);
}

static void headers_can_be_walked(void **state)
{
    static const char *const want[][2] = {
        {"Host", "h"}, {"X-Empty", ""}, {"x-two", "a, b"}};
    gwd_http_head head;
    gwd_http_header header;
    size_t consumed, at = 0, count = 0;

    (void)state;
    assert_int_equal(
        gwd_http_head_read(LIT("GET /x?y=1 HTTP/1.1\r\nHost:h\r\nX-Empty:\r\n"
                               "x-two: \ta, b \t\r\n\r\n"),
                           &head, &consumed),
        GW_OK);
    assert_slice_equal(head.method, LIT("GET"));
    assert_slice_equal(head.target, LIT("/x?y=1"));
    assert_slice_equal(head.version, LIT("HTTP/1.1"));
    for (; gwd_http_head_next(&head, &at, &header); count++) {
        assert_slice_equal(header.name, gw_slice_str(want[count][0]));
        assert_slice_equal(header.value, gw_slice_str(want[count][1]));
    }
    assert_int_equal(count, COUNT_OF(want));
}

static void names_are_compared_whole(void **state)
{
    (void)state;
    assert_true(gwd_http_name_is(LIT("HosT"), "host"));
    assert_false(gwd_http_name_is(LIT("hos"), "host"));
    assert_false(gwd_http_name_is(LIT("hosts"), "host"));
}

static void hosts_are_told_by_their_characters(void **state)
{
    static const char *const good[] = {"", "example.com:7272", "10.0.0.1",
                                       "[fe80::1%25eth0]:1", "a_b-c~d%20!"};
    static const char *const bad[] = {"a b",  "http://a", "a/b", "u@a",
                                      "a\tb", "a\"b",     "a<b", "\xc3\xa9"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_true(gwd_http_is_host(gw_slice_str(good[i])));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(gwd_http_is_host(gw_slice_str(bad[i])));
    assert_false(gwd_http_is_host(LIT("a\0b")));
}

static void lists_are_searched_by_token(void **state)
{
    (void)state;
    assert_true(gwd_http_list_has(LIT("keep-alive, Upgrade"), "upgrade"));
    assert_true(gwd_http_list_has(LIT("UPGRADE"), "upgrade"));
    assert_true(gwd_http_list_has(LIT(" ,, upgrade\t,x"), "upgrade"));
    assert_false(gwd_http_list_has(LIT("upgraded, up grade"), "upgrade"));
    assert_false(gwd_http_list_has(LIT(""), "upgrade"));
}

/* ---- judging ------------------------------------------------------------ */

static void expect_verdict(const char *text, gwd_handshake_result want)
{
    gwd_http_head head;
    gw_slice key;
    size_t consumed;

    assert_int_equal(gwd_http_head_read(gw_slice_str(text), &head, &consumed),
                     GW_OK);
    assert_int_equal(gwd_handshake_judge(&head, &key), want);
}

static void good_requests_are_accepted(void **state)
{
    (void)state;
    expect_verdict(GOOD, GWD_HANDSHAKE_OK);
    expect_verdict(START "hOST: x\r\nUPGRADE: h2c, WebSocket\r\n"
                         "connection: keep-alive\r\nconnection: UPGRADE\r\n"
                         "content-length: 0\r\n"
                         "SEC-WEBSOCKET-KEY: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "sec-websocket-version:13\r\n\r\n",
                   GWD_HANDSHAKE_OK);
}

static void bad_requests_get_their_status(void **state)
{
    static const struct {
        const char *text;
        gwd_handshake_result want;
    } cases[] = {
        {START UPGRADE KEY VERSION "\r\n", GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST HOST UPGRADE KEY VERSION "\r\n", GWD_HANDSHAKE_BAD_REQUEST},
        {START "Host:\r\n" UPGRADE KEY VERSION "\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {START "Host: a b\r\n" UPGRADE KEY VERSION "\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST "\r\n", GWD_HANDSHAKE_NO_UPGRADE},
        {START HOST "Connection: Upgrade\r\n" KEY VERSION "\r\n",
         GWD_HANDSHAKE_NO_UPGRADE},
        {START HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n" KEY VERSION
                    "\r\n",
         GWD_HANDSHAKE_NO_UPGRADE},
        {START HOST "Upgrade: websocket\r\n" KEY VERSION "\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE KEY "\r\n", GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n",
         GWD_HANDSHAKE_VERSION},
        {START HOST UPGRADE KEY VERSION VERSION "\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE VERSION "\r\n", GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE KEY KEY VERSION "\r\n", GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE VERSION
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE VERSION
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j*Q==\r\n\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE VERSION
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQab\r\n\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE KEY VERSION "Content-Length: 5\r\n\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {START HOST UPGRADE KEY VERSION "Transfer-Encoding: chunked\r\n\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
        {"POST / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n",
         GWD_HANDSHAKE_METHOD},
        {"get / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n",
         GWD_HANDSHAKE_METHOD},
        {"GET / HTTP/1.0\r\n" HOST UPGRADE KEY VERSION "\r\n",
         GWD_HANDSHAKE_HTTP_VERSION},
        {"GET / HTTP/2\r\n" HOST UPGRADE KEY VERSION "\r\n",
         GWD_HANDSHAKE_BAD_REQUEST},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_verdict(cases[i].text, cases[i].want);
}

/* As recorded in tests/vectors/worker-events.jsonl. */
static void the_answer_is_that_of_the_reference(void **state)
{
    gw_buf out;

    (void)state;
    gw_buf_init(&out, NULL, 0);
    assert_int_equal(
        gwd_handshake_accept(&out, LIT("dGhlIHNhbXBsZSBub25jZQ=="), LIT("")),
        GWD_HANDSHAKE_OK);
    assert_slice_equal(
        gw_buf_slice(&out),
        LIT("HTTP/1.1 101 Switching Protocol\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
    gw_buf_deinit(&out);
}

/* The first that the client offers, not the first that we have. */
static void check_protocol(const char *lines, const char *want)
{
    static const gw_slice ours[] = {{"v1", 2}, {"v2", 2}};
    char text[512];
    gwd_http_head head;
    size_t consumed;

    snprintf(text, sizeof(text), "%s%s\r\n", START, lines);
    assert_int_equal(gwd_http_head_read(gw_slice_str(text), &head, &consumed),
                     GW_OK);
    assert_slice_equal(gwd_handshake_protocol(&head, ours, 2),
                       gw_slice_str(want));
    assert_slice_equal(gwd_handshake_protocol(&head, NULL, 0), LIT(""));
}

static void a_subprotocol_is_chosen(void **state)
{
    (void)state;
    check_protocol("", "");
    check_protocol("Sec-WebSocket-Protocol: v2, v1\r\n", "v2");
    check_protocol("sec-websocket-protocol: x ,\tv1\r\n", "v1");
    check_protocol("Sec-WebSocket-Protocol: x\r\n"
                   "Sec-WebSocket-Protocol: y,v2\r\n",
                   "v2");
    check_protocol("Sec-WebSocket-Protocol: V1, v11, v\r\n", "");
    check_protocol("Sec-WebSocket-Protocol: ,,\r\n", "");
}

static void the_subprotocol_follows_the_other_lines(void **state)
{
    gw_buf out;

    (void)state;
    gw_buf_init(&out, NULL, 0);
    assert_int_equal(
        gwd_handshake_accept(&out, LIT("dGhlIHNhbXBsZSBub25jZQ=="), LIT("v1")),
        GWD_HANDSHAKE_OK);
    assert_slice_equal(
        gw_buf_slice(&out),
        LIT("HTTP/1.1 101 Switching Protocol\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Protocol: v1\r\n\r\n"));
    gw_buf_deinit(&out);
}

/* RFC 9110, 5.6.7 */
#define NOW 784111777
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

static void an_answer_that_did_not_fit_is_none(void **state)
{
    gw_buf out;

    (void)state;
    gw_buf_init(&out, NULL, 10);
    assert_int_equal(
        gwd_handshake_accept(&out, LIT("dGhlIHNhbXBsZSBub25jZQ=="), LIT("")),
        GWD_HANDSHAKE_FAILED);
    gwd_handshake_refuse(&out, GWD_HANDSHAKE_FAILED, false, NOW);
    assert_true(out.error < 0);
    gw_buf_deinit(&out);
}

static void refusals_end_the_connection(void **state)
{
    gw_buf out;

    (void)state;
    gw_buf_init(&out, NULL, 0);
    gwd_handshake_refuse(&out, GWD_HANDSHAKE_METHOD, false, NOW);
    assert_slice_equal(
        gw_buf_slice(&out),
        LIT("HTTP/1.1 405 Method Not Allowed\r\n" DATE "Allow: GET\r\n"
            "Content-Type: text/plain\r\nContent-Length: 28\r\n"
            "Connection: close\r\n\r\nThis is a WebSocket server.\n"));
    gw_buf_deinit(&out);
}

/* RFC 9110, 7.8 */
static void an_upgrade_is_an_option_of_the_connection(void **state)
{
    gw_buf out;

    (void)state;
    gw_buf_init(&out, NULL, 0);
    gwd_handshake_refuse(&out, GWD_HANDSHAKE_VERSION, false, NOW);
    assert_slice_equal(
        gw_buf_slice(&out),
        LIT("HTTP/1.1 426 Upgrade Required\r\n" DATE "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Content-Type: text/plain\r\nContent-Length: 42\r\n"
            "Connection: close\r\n\r\n"
            "Only WebSocket version 13 is spoken here.\n"));
    gw_buf_deinit(&out);
}

/* RFC 9110, 9.3.2 */
static void who_asks_for_the_head_gets_no_body(void **state)
{
    static const char end[] = "Content-Length: 28\r\nConnection: close\r\n\r\n";
    gw_buf out;

    (void)state;
    gw_buf_init(&out, NULL, 0);
    gwd_handshake_refuse(&out, GWD_HANDSHAKE_METHOD, true, NOW);
    assert_memory_equal(out.base + out.len - strlen(end), end, strlen(end));
    gw_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_read_wherever_it_is_cut),
        cmocka_unit_test(what_follows_the_head_is_left_alone),
        cmocka_unit_test(malformed_heads_are_refused),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(headers_can_be_walked),
        cmocka_unit_test(names_are_compared_whole),
        cmocka_unit_test(hosts_are_told_by_their_characters),
        cmocka_unit_test(lists_are_searched_by_token),
        cmocka_unit_test(good_requests_are_accepted),
        cmocka_unit_test(bad_requests_get_their_status),
        cmocka_unit_test(the_answer_is_that_of_the_reference),
        cmocka_unit_test(a_subprotocol_is_chosen),
        cmocka_unit_test(the_subprotocol_follows_the_other_lines),
        cmocka_unit_test(an_answer_that_did_not_fit_is_none),
        cmocka_unit_test(refusals_end_the_connection),
        cmocka_unit_test(an_upgrade_is_an_option_of_the_connection),
        cmocka_unit_test(who_asks_for_the_head_gets_no_body),
    };

    return cmocka_run_group_tests_name("handshake", tests, NULL, NULL);
}
