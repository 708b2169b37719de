/* The WebSocket handshake, and the digests that it needs. */
#include "support.h"

#include <locale.h>

#include "core/base64.h"
#include "core/buf.h"
#include "ws/handshake.h"
#include "ws/sha1.h"

/* RFC 6455, 1.3 */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define UPGRADE                                                                \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"               \
    "Connection: Upgrade\r\n"
#define GOOD UPGRADE "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n"

static gwctl_url url;
static gwctl_ws_request request = {.url = &url, .key = KEY};

static int set_up(void **state)
{
    (void)state;
    return gwctl_url_parse(gw_slice_str("ws://h:81/p?q"), &url);
}

static int read_exact(gw_slice bytes, gwctl_ws_refusal *refusal,
                      size_t *consumed)
{
    char *copy = exact_copy(bytes);
    gw_slice protocol;
    int rc = gwctl_ws_read_answer(gw_slice_of(copy, bytes.len), &request,
                                  &protocol, refusal, consumed);

    free(copy);
    return rc;
}

static void a_good_answer_is_taken_with_what_follows(void **state)
{
    gwctl_ws_refusal refusal;
    size_t consumed = 0;

    (void)state;
    assert_int_equal(read_exact(LIT(GOOD "\x81\x01x"), &refusal, &consumed),
                     GW_OK);
    assert_int_equal(consumed, sizeof(GOOD) - 1);
}

static void it_is_awaited_whole(void **state)
{
    gwctl_ws_refusal refusal;
    size_t consumed = 0;

    (void)state;
    for (size_t len = 0; len < sizeof(GOOD) - 1; len++)
        assert_int_equal(
            read_exact(gw_slice_of(GOOD, len), &refusal, &consumed), GW_EAGAIN);
}

static void capitals_are_those_of_ascii_in_every_locale(void **state)
{
    gwctl_ws_refusal refusal;
    size_t consumed;
    int rc;

    (void)state;
    if (setlocale(LC_CTYPE, "tr_TR.UTF-8") == NULL)
        skip();
    rc = read_exact(LIT("HTTP/1.1 101 Switching Protocols\r\n"
                        "UPGRADE: WEBSOCKET\r\nCONNECTION: UPGRADE\r\n"
                        "SEC-WEBSOCKET-ACCEPT: " ACCEPT "\r\n\r\n"),
                    &refusal, &consumed);
    setlocale(LC_CTYPE, "C");
    assert_int_equal(rc, GW_OK);
}

static void headers_are_read_as_http_has_them(void **state)
{
    gwctl_ws_refusal refusal;
    size_t consumed;

    (void)state;
    assert_int_equal(
        read_exact(LIT("HTTP/1.1 101\r\nUPGRADE:WebSocket\r\n"
                       "Connection: keep-alive ,\tUPGRADE\r\nX: y: z\r\n"
                       "sec-websocket-accept:\t" ACCEPT " \r\n\r\n"),
                   &refusal, &consumed),
        GW_OK);
    assert_int_equal(
        read_exact(LIT("HTTP/1.1 101 ok\nUpgrade: websocket\nConnection: "
                       "upgrade\nSec-WebSocket-Accept: " ACCEPT "\n\n"),
                   &refusal, &consumed),
        GW_OK);
}

/* RFC 9110, 15.2 */
static void answers_on_the_way_are_passed_over(void **state)
{
    const gw_slice bytes = LIT("HTTP/1.1 100 Continue\r\n\r\n"
                               "HTTP/1.1 103 Early Hints\r\n"
                               "Link: </a.css>; rel=preload\r\n\r\n" GOOD);
    gwctl_ws_refusal refusal;
    size_t consumed = 0;

    (void)state;
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(
            read_exact(gw_slice_of(bytes.base, len), &refusal, &consumed),
            GW_EAGAIN);
    assert_int_equal(read_exact(bytes, &refusal, &consumed), GW_OK);
    assert_int_equal(consumed, bytes.len);
    assert_int_equal(read_exact(LIT("HTTP/1.1 100 Continue\r\n\r\n"
                                    "HTTP/1.1 403 Forbidden\r\n\r\n"),
                                &refusal, &consumed),
                     GW_EPROTO);
    assert_int_equal(refusal.status, 403);
}

static void what_is_no_websocket_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        int status;
        const char *why;
    } cases[] = {
        {"HTTP/1.1 403 Forbidden\r\n\r\n", 403, "refuses"},
        {"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", 200, "refuses"},
        {"SSH-2.0-OpenSSH_9.2\r\n", 0, "no HTTP"},
        {"HTTP/1.1 x01 No\r\n\r\n", 0, "no HTTP"},
        {"HTTP/1.1 1011 No\r\n\r\n", 0, "no HTTP"},
        {UPGRADE "\r\n", 101, "proof"},
        {UPGRADE "Sec-WebSocket-Accept: AAAA\r\n\r\n", 101, "proof"},
        {UPGRADE "no header\r\n\r\n", 101, "malformed"},
        {UPGRADE " folded: x\r\n\r\n", 101, "malformed"},
        {UPGRADE ": x\r\n\r\n", 101, "malformed"},
        {"HTTP/1.1 101 X\r\nConnection: Upgrade\r\n\r\n", 101, "change"},
        {"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n", 101, "change"},
        {UPGRADE "Sec-WebSocket-Accept: " ACCEPT
                 "\r\nSec-WebSocket-Extensions: x\r\n\r\n",
         101, "extension"},
        {UPGRADE "Sec-WebSocket-Accept: " ACCEPT
                 "\r\nSec-WebSocket-Protocol: x\r\n\r\n",
         101, "subprotocol"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gwctl_ws_refusal refusal;
        size_t consumed;

        assert_int_equal(
            read_exact(gw_slice_str(cases[i].bytes), &refusal, &consumed),
            GW_EPROTO);
        assert_int_equal(refusal.status, cases[i].status);
        assert_non_null(strstr(refusal.why, cases[i].why));
    }
}

static void an_answer_without_end_is_too_big(void **state)
{
    char *bytes = malloc(GWCTL_WS_ANSWER_MAX);
    gwctl_ws_refusal refusal;
    size_t consumed;

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', GWCTL_WS_ANSWER_MAX);
    memcpy(bytes, UPGRADE, sizeof(UPGRADE) - 1);
    assert_int_equal(read_exact(gw_slice_of(bytes, GWCTL_WS_ANSWER_MAX - 1),
                                &refusal, &consumed),
                     GW_EAGAIN);
    assert_int_equal(read_exact(gw_slice_of(bytes, GWCTL_WS_ANSWER_MAX),
                                &refusal, &consumed),
                     GW_ETOOBIG);
    free(bytes);
}

static void put(void *arg, const void *base, size_t len)
{
    gwctl_buf_put(arg, base, len);
}

static void the_request_offers_what_was_asked_for(void **state)
{
    static const char *const protocols[] = {"a", "b.c"};
    static const char *const headers[] = {"Origin: null", "X: y"};
    gwctl_ws_request full = request;
    gwctl_buf out = {NULL, 0, 0};

    (void)state;
    full.protocols = protocols;
    full.protocol_count = 2;
    full.headers = headers;
    full.header_count = 2;
    gwctl_ws_write_request(&full, put, &out);
    assert_slice_equal(gwctl_buf_slice(&out),
                       LIT("GET /p?q HTTP/1.1\r\nHost: h:81\r\n"
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Key: " KEY "\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Protocol: a, b.c\r\n"
                           "Origin: null\r\nX: y\r\n\r\n"));
    gwctl_buf_deinit(&out);
}

/* RFC 9112, 3.2: there is one Host, and a zone is nothing to the server. */
static void the_request_has_one_host(void **state)
{
    static const char *const headers[] = {"X: y", "HOST: other"};
    gwctl_ws_request other = request;
    gwctl_buf out = {NULL, 0, 0};
    gwctl_url zoned;

    (void)state;
    other.headers = headers;
    other.header_count = 2;
    gwctl_ws_write_request(&other, put, &out);
    assert_slice_equal(gwctl_buf_slice(&out),
                       LIT("GET /p?q HTTP/1.1\r\n"
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Key: " KEY "\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "X: y\r\nHOST: other\r\n\r\n"));
    out.len = 0;
    assert_int_equal(
        gwctl_url_parse(gw_slice_str("ws://[fe80::1%eth0]:81/"), &zoned),
        GW_OK);
    other = request;
    other.url = &zoned;
    gwctl_ws_write_request(&other, put, &out);
    gwctl_buf_put(&out, "", 1);
    assert_non_null(strstr(out.base, "\r\nHost: [fe80::1]:81\r\n"));
    gwctl_buf_deinit(&out);
}

static void a_chosen_subprotocol_was_offered(void **state)
{
    static const char *const protocols[] = {"a", "b"};
    gwctl_ws_request full = request;
    gwctl_ws_refusal refusal;
    gw_slice protocol;
    size_t consumed;
    const char *answer = UPGRADE "Sec-WebSocket-Accept: " ACCEPT
                                 "\r\nSec-WebSocket-Protocol: b\r\n\r\n";

    (void)state;
    full.protocols = protocols;
    full.protocol_count = 2;
    assert_int_equal(gwctl_ws_read_answer(gw_slice_str(answer), &full,
                                          &protocol, &refusal, &consumed),
                     GW_OK);
    assert_slice_equal(protocol, LIT("b"));
    full.protocol_count = 1;
    assert_int_equal(gwctl_ws_read_answer(gw_slice_str(answer), &full,
                                          &protocol, &refusal, &consumed),
                     GW_EPROTO);
}

/* RFC 3174, 7.3, and lengths around the end of a block. */
static void sha1_digests(void **state)
{
    static const struct {
        const char *text;
        int times;
        const char *hex;
    } cases[] = {
        {"abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
         "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
        {"a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
        {"0123456701234567012345670123456701234567012345670123456701234567", 10,
         "dea356a2cddd90c7a7ecedc5ebb563934f460452"},
        {"", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"a", 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
        {"a", 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
        {"a", 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gwctl_buf in = {NULL, 0, 0};
        uint8_t digest[GWCTL_SHA1_LEN];
        char hex[2 * GWCTL_SHA1_LEN + 1];

        for (int n = 0; n < cases[i].times; n++)
            gwctl_buf_put_str(&in, cases[i].text);
        gwctl_sha1(in.base, in.len, digest);
        for (size_t n = 0; n < GWCTL_SHA1_LEN; n++)
            snprintf(hex + 2 * n, 3, "%02x", digest[n]);
        assert_string_equal(hex, cases[i].hex);
        gwctl_buf_deinit(&in);
    }
}

/* RFC 4648, 10 */
static void base64_texts(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfd", "//79"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[GWCTL_BASE64_LEN(6) + 1];

        gwctl_base64(cases[i][0], strlen(cases[i][0]), out);
        assert_string_equal(out, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_answer_is_taken_with_what_follows),
        cmocka_unit_test(it_is_awaited_whole),
        cmocka_unit_test(capitals_are_those_of_ascii_in_every_locale),
        cmocka_unit_test(headers_are_read_as_http_has_them),
        cmocka_unit_test(answers_on_the_way_are_passed_over),
        cmocka_unit_test(what_is_no_websocket_is_refused),
        cmocka_unit_test(an_answer_without_end_is_too_big),
        cmocka_unit_test(the_request_offers_what_was_asked_for),
        cmocka_unit_test(the_request_has_one_host),
        cmocka_unit_test(a_chosen_subprotocol_was_offered),
        cmocka_unit_test(sha1_digests),
        cmocka_unit_test(base64_texts),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
