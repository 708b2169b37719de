/* Frames, fed whole, byte by byte, and cut at every position: what comes out
 * must be the same. */
#include "support.h"

#include "core/buf.h"
#include "ws/frame.h"

#define MAX_MESSAGE 70000

/* A client that keeps what is not whole yet. */
typedef struct peer {
    gwctl_ws_reader reader;
    gwctl_buf input;
    gwctl_buf seen; /* "text+-:hel;text-+:lo;close 1000:;" and so on */
    int error;
} peer;

static void note(peer *p, const gwctl_ws_frame *frame)
{
    static const char *const names[] = {
        [GWCTL_WS_TEXT] = "text",   [GWCTL_WS_BINARY] = "binary",
        [GWCTL_WS_CLOSE] = "close", [GWCTL_WS_PING] = "ping",
        [GWCTL_WS_PONG] = "pong",
    };
    char head[40];

    if (frame->opcode == GWCTL_WS_CLOSE)
        snprintf(head, sizeof(head), "close %u:", (unsigned)frame->code);
    else
        snprintf(head, sizeof(head), "%s%s%s:", names[frame->opcode],
                 frame->first ? "+" : "-", frame->last ? "+" : "-");
    gwctl_buf_put_str(&p->seen, head);
    gwctl_buf_put(&p->seen, frame->payload.base, frame->payload.len);
    gwctl_buf_put_str(&p->seen, ";");
}

static bool step(peer *p)
{
    char *copy = exact_copy(gwctl_buf_slice(&p->input));
    gwctl_ws_frame frame;
    size_t consumed = 0;
    int rc = gwctl_ws_read(&p->reader, gw_slice_of(copy, p->input.len),
                           MAX_MESSAGE, &frame, &consumed);

    if (rc == GW_OK) {
        assert_in_range(consumed, 2, p->input.len);
        note(p, &frame);
        gwctl_buf_take(&p->input, consumed);
    } else if (rc != GW_EAGAIN) {
        p->error = rc;
    }
    free(copy);
    return rc == GW_OK;
}

static void feed(peer *p, gw_slice bytes)
{
    if (p->error < 0)
        return;
    gwctl_buf_put(&p->input, bytes.base, bytes.len);
    while (step(p))
        continue;
}

/* Gives the bytes in pieces of `size`, the first of `first`. */
static void check_pieces(gw_slice bytes, size_t first, size_t size, int error,
                         gw_slice want)
{
    peer p;
    size_t at = first < bytes.len ? first : bytes.len;

    memset(&p, 0, sizeof(p));
    feed(&p, gw_slice_of(bytes.base, at));
    while (at < bytes.len) {
        size_t len = size < bytes.len - at ? size : bytes.len - at;

        feed(&p, gw_slice_of(bytes.base + at, len));
        at += len;
    }
    assert_int_equal(p.error, error);
    assert_slice_equal(gwctl_buf_slice(&p.seen), want);
    gwctl_buf_deinit(&p.input);
    gwctl_buf_deinit(&p.seen);
}

static void check(gw_slice bytes, int error, gw_slice want)
{
    check_pieces(bytes, bytes.len, 1, error, want);
    check_pieces(bytes, 0, 1, error, want);
    for (size_t cut = 0; cut < bytes.len && cut < 400; cut++)
        check_pieces(bytes, cut, bytes.len, error, want);
}

/* ---- reading ------------------------------------------------------------- */

static void messages_and_control_frames(void **state)
{
    (void)state;
    check(LIT("\x81\x05hello"), GW_OK, LIT("text++:hello;"));
    check(LIT("\x82\x02\0\xff"), GW_OK, LIT("binary++:\0\xff;"));
    check(LIT("\x81\0\x89\x02hi\x8a\0"), GW_OK,
          LIT("text++:;ping++:hi;"
              "pong++:;"));
    check(LIT("\x81\x02\xff\xfe"), GW_OK, LIT("text++:\xff\xfe;"));
}

static void fragments_keep_their_messages_opcode(void **state)
{
    (void)state;
    check(LIT("\x01\x03hel\x89\0\x00\x01l\x80\x01o\x81\x01x"), GW_OK,
          LIT("text+-:hel;ping++:;text--:l;text-+:o;text++:x;"));
    check(LIT("\x02\x00\x80\x01z"), GW_OK, LIT("binary+-:;binary-+:z;"));
}

static void close_frames(void **state)
{
    (void)state;
    check(LIT("\x88\x00"), GW_OK, LIT("close 1005:;"));
    check(LIT("\x88\x02\x03\xe8"), GW_OK, LIT("close 1000:;"));
    check(LIT("\x88\x05\x03\xf0"
              "bye"),
          GW_OK, LIT("close 1008:bye;"));
    check(LIT("\x88\x02\x0f\xa0"), GW_OK, LIT("close 4000:;"));
    check(LIT("\x88\x01\x03"), GW_EPROTO, LIT(""));
    check(LIT("\x88\x02\x03\xed"), GW_EPROTO, LIT("")); /* 1005 */
    check(LIT("\x88\x02\x00\x00"), GW_EPROTO, LIT(""));
}

static void rules_that_a_server_may_break(void **state)
{
    const gw_slice cases[] = {
        LIT("\x81\x81\0\0\0\0x"), /* masked */
        LIT("\xc1\x00"),          /* a reserved bit */
        LIT("\x83\x00"),          /* opcodes that are none */
        LIT("\x8b\x00"),
        LIT("\x80\x00"),         /* nothing to continue */
        LIT("\x09\x00"),         /* a control frame in fragments */
        LIT("\x89\x7e\x00\x7e"), /* or too long */
        LIT("\x81\x7e\x00\x7d"), /* lengths that are too long */
        LIT("\x81\x7f\0\0\0\0\0\0\xff\xff"),
        LIT("\x81\x7f\x80\0\0\0\0\0\0\0"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(cases[i], GW_EPROTO, LIT(""));
    check(LIT("\x01\x01x\x81\x01y"), GW_EPROTO, LIT("text+-:x;"));
}

static gw_slice long_frame(gwctl_buf *buf, size_t len)
{
    char head[10] = {(char)0x82};
    size_t size = 2;

    if (len < 126) {
        head[1] = (char)len;
    } else if (len < 65536) {
        head[1] = 126;
        head[2] = (char)(len >> 8);
        head[3] = (char)len;
        size = 4;
    } else {
        head[1] = 127;
        for (unsigned i = 0; i < 8; i++)
            head[9 - i] = (char)((uint64_t)len >> 8 * i);
        size = 10;
    }
    buf->len = 0;
    gwctl_buf_put(buf, head, size);
    memset(gwctl_buf_reserve(buf, len), 'x', len);
    buf->len += len;
    return gwctl_buf_slice(buf);
}

static void lengths_of_every_form(void **state)
{
    static const size_t lengths[] = {0, 125, 126, 127, 65535, 65536, 70000};
    gwctl_buf buf = {NULL, 0, 0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        gw_slice bytes = long_frame(&buf, lengths[i]);
        gwctl_ws_reader reader = {GWCTL_WS_CONTINUATION, 0};
        gwctl_ws_frame frame;
        size_t consumed;

        assert_int_equal(
            gwctl_ws_read(&reader, bytes, MAX_MESSAGE, &frame, &consumed),
            GW_OK);
        assert_int_equal(frame.payload.len, lengths[i]);
        assert_int_equal(consumed, bytes.len);
        for (size_t cut = 0; cut < bytes.len; cut += cut < 12 ? 1 : 7919)
            assert_int_equal(gwctl_ws_read(&reader,
                                           gw_slice_of(bytes.base, cut),
                                           MAX_MESSAGE, &frame, &consumed),
                             GW_EAGAIN);
    }
    gwctl_buf_deinit(&buf);
}

static void what_is_too_large_is_told_from_the_header(void **state)
{
    (void)state;
    check(LIT("\x81\x7f\0\0\0\0\0\x01\x11\x71"), GW_ETOOBIG, LIT(""));
    check(LIT("\x01\x01x\x80\x7f\0\0\0\0\0\x01\x11\x70"), GW_ETOOBIG,
          LIT("text+-:x;"));
    check(LIT("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), GW_ETOOBIG, LIT(""));
}

/* ---- writing ------------------------------------------------------------- */

static void what_is_written_is_masked(void **state)
{
    const char mask[] = "\x37\xfa\x21\x3d";
    char out[GWCTL_WS_HEAD_MAX + 5];
    size_t len;

    (void)state;
    len = gwctl_ws_write_head(out, GWCTL_WS_TEXT, 5, mask);
    gwctl_ws_mask(out + len, "Hello", 5, mask);
    /* RFC 6455, 5.7 */
    assert_slice_equal(gw_slice_of(out, len + 5),
                       LIT("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
}

static void heads_have_the_shortest_form(void **state)
{
    const struct {
        uint64_t len;
        gw_slice head;
    } cases[] = {
        {0, LIT("\x82\x80mask")},
        {125, LIT("\x82\xfdmask")},
        {126, LIT("\x82\xfe\x00\x7emask")},
        {65535, LIT("\x82\xfe\xff\xffmask")},
        {65536, LIT("\x82\xff\0\0\0\0\0\x01\0\0mask")},
        {(uint64_t)1 << 40, LIT("\x82\xff\0\0\x01\0\0\0\0\0mask")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[GWCTL_WS_HEAD_MAX];
        size_t len =
            gwctl_ws_write_head(out, GWCTL_WS_BINARY, cases[i].len, "mask");

        assert_slice_equal(gw_slice_of(out, len), cases[i].head);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_and_control_frames),
        cmocka_unit_test(fragments_keep_their_messages_opcode),
        cmocka_unit_test(close_frames),
        cmocka_unit_test(rules_that_a_server_may_break),
        cmocka_unit_test(lengths_of_every_form),
        cmocka_unit_test(what_is_too_large_is_told_from_the_header),
        cmocka_unit_test(what_is_written_is_masked),
        cmocka_unit_test(heads_have_the_shortest_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
