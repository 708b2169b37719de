/* Frames, fed whole, byte by byte, and cut at every position: what comes out
 * must be the same. */
#include "support.h"

#include "client/websocket.h"

#define MAX_MESSAGE 70000

static const char mask[] = "\x37\xfa\x21\x3d";

/* ---- making frames ------------------------------------------------------ */

/* Appends a masked frame with these two first bytes' flags and this payload. */
static void put_frame(gw_buf *out, unsigned first, gw_slice payload)
{
    char head[GWD_WS_HEAD_MAX];
    size_t head_len =
        gwd_ws_put_head(head, (gwd_ws_opcode)(first & 0xf), payload.len);

    head[0] = (char)first;
    head[1] = (char)(head[1] | 0x80);
    gw_buf_put(out, head, head_len);
    gw_buf_put(out, mask, 4);
    for (size_t i = 0; i < payload.len; i++)
        gw_buf_put_char(out, (char)(payload.base[i] ^ mask[i % 4]));
}

/* ---- reading them ------------------------------------------------------- */

/* A peer that keeps what is not whole yet, as a stream does. */
typedef struct peer {
    gwd_ws_reader reader;
    gw_buf input;
    gw_buf seen; /* "text:hello;ping:x;" and so on */
    int error;
} peer;

static void note(peer *p, const gwd_ws_event *event)
{
    static const char *const names[] = {
        [GWD_WS_CONTINUATION] = "part", [GWD_WS_TEXT] = "text",
        [GWD_WS_BINARY] = "binary",     [GWD_WS_CLOSE] = "close",
        [GWD_WS_PING] = "ping",         [GWD_WS_PONG] = "pong",
    };

    gw_buf_put_str(&p->seen, names[event->opcode]);
    if (event->opcode == GWD_WS_CLOSE) {
        gw_buf_put_char(&p->seen, ' ');
        gw_buf_put_int(&p->seen, event->code);
    }
    gw_buf_put_char(&p->seen, ':');
    gw_buf_put_slice(&p->seen, event->payload);
    gw_buf_put_char(&p->seen, ';');
}

/* Reads one frame of an exact copy; what was unmasked in it goes back. */
static bool step(peer *p)
{
    char *copy = exact_copy(gw_buf_slice(&p->input));
    size_t len = p->input.len;
    size_t consumed = 0;
    gwd_ws_event event;
    int result =
        gwd_ws_read(&p->reader, copy, len, MAX_MESSAGE, &event, &consumed);

    if (result == GW_OK) {
        note(p, &event);
        gw_buf_clear(&p->input);
        gw_buf_put(&p->input, copy + consumed, len - consumed);
    } else if (result == GW_EAGAIN) {
        assert_true(len == 0 || memcmp(copy, p->input.base, len) == 0);
    } else {
        p->error = result;
    }
    free(copy);
    return result == GW_OK;
}

static void feed(peer *p, gw_slice bytes)
{
    if (p->error < 0)
        return;
    gw_buf_put_slice(&p->input, bytes);
    while (step(p))
        ;
}

/* Gives the bytes in pieces of `size`, the first of `first`. */
static void check_pieces(gw_slice bytes, size_t first, size_t size, int error,
                         gw_slice want)
{
    peer p = {{NULL}, {0}, {0}, GW_OK};

    gw_buf_init(&p.input, NULL, 0);
    gw_buf_init(&p.seen, NULL, 0);
    while (bytes.len > 0) {
        size_t len = first < bytes.len ? first : bytes.len;

        feed(&p, gw_slice_of(bytes.base, len));
        bytes.base += len;
        bytes.len -= len;
        first = size;
    }
    assert_int_equal(p.error, error);
    assert_slice_equal(gw_buf_slice(&p.seen), want);
    gwd_ws_reader_clear(&p.reader);
    gw_buf_deinit(&p.input);
    gw_buf_deinit(&p.seen);
}

static void check(gw_slice bytes, int error, gw_slice want)
{
    check_pieces(bytes, bytes.len, bytes.len, error, want);
    check_pieces(bytes, 1, 1, error, want);
    for (size_t cut = 1; cut < bytes.len; cut++)
        check_pieces(bytes, cut, bytes.len, error, want);
}

/* A list of frames and what is expected of them. */
typedef struct frame_text {
    unsigned first;
    const char *payload; /* NULL: the end of the list */
} frame_text;

static void check_frames(const frame_text *frames, int error, const char *want)
{
    gw_buf bytes;

    gw_buf_init(&bytes, NULL, 0);
    for (; frames->payload != NULL; frames++)
        put_frame(&bytes, frames->first, gw_slice_str(frames->payload));
    check(gw_buf_slice(&bytes), error, gw_slice_str(want));
    gw_buf_deinit(&bytes);
}

#define FRAMES(...)                                                            \
    (const frame_text[])                                                       \
    {                                                                          \
        __VA_ARGS__,                                                           \
        {                                                                      \
            0, NULL                                                            \
        }                                                                      \
    }

/* ---- the tests ---------------------------------------------------------- */

static void messages_come_out_in_order(void **state)
{
    (void)state;
    check_frames(FRAMES({0x81, "hello"}, {0x82, "\xff\x01"}, {0x81, ""}), GW_OK,
                 "text:hello;binary:\xff\x01;text:;");
}

static void every_form_of_length_is_read(void **state)
{
    static const size_t lengths[] = {0,   1,     125,   126,        127,
                                     300, 65535, 65536, MAX_MESSAGE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        gw_buf bytes, want;

        gw_buf_init(&bytes, NULL, 0);
        gw_buf_init(&want, NULL, 0);
        memset(gw_buf_reserve(&want, lengths[i] + 8), 'x', lengths[i] + 8);
        memcpy(want.base, "binary:", 7);
        gw_buf_commit(&want, 7 + lengths[i]);
        put_frame(&bytes, 0x82, gw_slice_of(want.base + 7, lengths[i]));
        gw_buf_put_char(&want, ';');
        check_pieces(gw_buf_slice(&bytes), bytes.len, bytes.len, GW_OK,
                     gw_buf_slice(&want));
        check_pieces(gw_buf_slice(&bytes), 1, 4099, GW_OK, gw_buf_slice(&want));
        check_pieces(gw_buf_slice(&bytes), bytes.len - 1, 1, GW_OK,
                     gw_buf_slice(&want));
        gw_buf_deinit(&bytes);
        gw_buf_deinit(&want);
    }
}

static void fragments_are_put_together(void **state)
{
    (void)state;
    check_frames(FRAMES({0x01, "he"}, {0x00, "ll"}, {0x00, ""}, {0x80, "o"},
                        {0x81, "next"}),
                 GW_OK, "part:;part:;part:;text:hello;text:next;");
    check_frames(FRAMES({0x02, ""}, {0x80, ""}), GW_OK, "part:;binary:;");
}

static void control_frames_may_come_between_fragments(void **state)
{
    (void)state;
    check_frames(FRAMES({0x01, "a"}, {0x89, "pp"}, {0x8a, ""}, {0x80, "b"}),
                 GW_OK, "part:;ping:pp;pong:;text:ab;");
    /* and need be no text */
    check_frames(FRAMES({0x01, "a"}, {0x89, "\xff\xfe"}, {0x80, "b"}), GW_OK,
                 "part:;ping:\xff\xfe;text:ab;");
}

static void a_character_may_be_cut_between_fragments(void **state)
{
    (void)state;
    check_frames(FRAMES({0x01, "\xe4"}, {0x00, "\xbd"}, {0x80, "\xa0"}), GW_OK,
                 "part:;part:;text:\xe4\xbd\xa0;");
}

static void text_must_be_utf8(void **state)
{
    (void)state;
    check_frames(FRAMES({0x81, "ok"}, {0x81, "\xc3("}), GW_EUTF8, "text:ok;");
    check_frames(FRAMES({0x81, "\xe4\xbd"}), GW_EUTF8, "");
    /* Told at the fragment that breaks it, not at the end. */
    check_frames(FRAMES({0x01, "\xff"}), GW_EUTF8, "");
    check_frames(FRAMES({0x01, "\xe4"}, {0x80, ""}), GW_EUTF8, "part:;");
}

/* The beginning of a frame whose payload is `payload` and more. */
static void check_begun(unsigned first, gw_slice payload, int error)
{
    gw_buf bytes;

    gw_buf_init(&bytes, NULL, 0);
    put_frame(&bytes, first, payload);
    bytes.base[1] = (char)(0x80 | 125); /* so much is promised */
    check(gw_buf_slice(&bytes), error, LIT(""));
    gw_buf_deinit(&bytes);
}

static void text_is_judged_before_its_frame_is_whole(void **state)
{
    (void)state;
    check_begun(0x81, LIT("fine so far \xe4\xbd"), GW_OK);
    check_begun(0x81, LIT("not fine \xe4("), GW_EUTF8);
    check_begun(0x01, LIT("\xff"), GW_EUTF8);
    check_begun(0x82, LIT("\xff"), GW_OK);
    /* The character began in the fragment before. */
    check(LIT("\x01\x81mask\x89"
              "\x80\xfdmask\xd0"),
          GW_OK, LIT("part:;"));
    check(LIT("\x01\x81mask\x89"
              "\x80\xfdmask\x45"),
          GW_EUTF8, LIT("part:;"));
}

/* However its bytes come, a long text is the same. */
static void a_long_text_may_come_in_any_pieces(void **state)
{
    static const size_t sizes[] = {1, 3, 7, 255, 256, 257, 511, 512, 513, 1024};
    gw_buf text, bytes, want;

    (void)state;
    gw_buf_init(&text, NULL, 0);
    gw_buf_init(&bytes, NULL, 0);
    gw_buf_init(&want, NULL, 0);
    while (text.len < 4000)
        gw_buf_put_str(&text, "a\xce\xba\xe2\x82\xac\xf0\x9f\x98\x80");
    put_frame(&bytes, 0x01, gw_buf_slice(&text));
    put_frame(&bytes, 0x80, gw_buf_slice(&text));
    put_frame(&bytes, 0x81, gw_buf_slice(&text));
    gw_buf_put_str(&want, "part:;text:");
    gw_buf_put_slice(&want, gw_buf_slice(&text));
    gw_buf_put_slice(&want, gw_buf_slice(&text));
    gw_buf_put_str(&want, ";text:");
    gw_buf_put_slice(&want, gw_buf_slice(&text));
    gw_buf_put_char(&want, ';');
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        check_pieces(gw_buf_slice(&bytes), sizes[i], sizes[i], GW_OK,
                     gw_buf_slice(&want));
    gw_buf_deinit(&text);
    gw_buf_deinit(&bytes);
    gw_buf_deinit(&want);
}

static void close_gives_code_and_reason(void **state)
{
    (void)state;
    check_frames(FRAMES({0x88, ""}), GW_OK, "close 1000:;");
    check_frames(FRAMES({0x88, "\x03\xe9going"}), GW_OK, "close 1001:going;");
    check_frames(FRAMES({0x88, "\x0f\xa0"}), GW_OK, "close 4000:;");
}

static void bad_closes_are_errors(void **state)
{
    static const char *const bad[] = {
        "\x03",     /* half a code */
        "\x01\x01", /* below 1000 */
        "\x03\xec", /* 1004 */
        "\x03\xed", /* 1005 */
        "\x03\xee", /* 1006 */
        "\x03\xf7", /* 1015 */
        "\x07\xd0", /* 2000 */
        "\x13\x88", /* 5000 */
    };

    /* What follows it would make a code of the half. */
    char half[] = "\x88\x81\0\0\0\0\x03\xe8";
    gwd_ws_reader reader = {NULL};
    gwd_ws_event event;
    size_t consumed;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check_frames(FRAMES({0x88, bad[i]}), GW_EPROTO, "");
    check_frames(FRAMES({0x88, "\x03\xe8\xff"}), GW_EUTF8, "");
    check_frames(FRAMES({0x88, "\x03\xe8\xc3"}), GW_EUTF8, "");
    assert_int_equal(gwd_ws_read(&reader, half, sizeof(half) - 1, MAX_MESSAGE,
                                 &event, &consumed),
                     GW_EPROTO);
}

static void the_order_of_frames_is_checked(void **state)
{
    (void)state;
    check_frames(FRAMES({0x80, "x"}), GW_EPROTO, "");
    check_frames(FRAMES({0x00, "x"}), GW_EPROTO, "");
    check_frames(FRAMES({0x01, "x"}, {0x81, "y"}), GW_EPROTO, "part:;");
    check_frames(FRAMES({0x81, "x"}, {0x80, "y"}), GW_EPROTO, "text:x;");
}

static void reserved_bits_and_opcodes_are_errors(void **state)
{
    static const unsigned bad[] = {0xc1, 0xa1, 0x91, 0x83, 0x84, 0x85, 0x86,
                                   0x87, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check_frames(FRAMES({bad[i], "x"}), GW_EPROTO, "");
}

static void control_frames_are_small_and_whole(void **state)
{
    char payload[127];

    (void)state;
    memset(payload, 'x', sizeof(payload));
    payload[126] = '\0';
    check_frames(FRAMES({0x89, payload}), GW_EPROTO, "");
    check_frames(FRAMES({0x09, "x"}), GW_EPROTO, "");
    check_frames(FRAMES({0x08, ""}), GW_EPROTO, "");
}

static void a_frame_must_be_masked(void **state)
{
    (void)state;
    check(LIT("\x81\x01x"), GW_EPROTO, LIT(""));
}

static void lengths_must_have_their_shortest_form(void **state)
{
    (void)state;
    check(LIT("\x82\xfe\x00\x7d"), GW_EPROTO, LIT(""));
    check(LIT("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff"), GW_EPROTO, LIT(""));
    check(LIT("\x82\xff\x80\x00\x00\x00\x00\x01\x00\x00"), GW_EPROTO, LIT(""));
}

static void size_is_told_from_the_header(void **state)
{
    gw_buf bytes;
    char big[MAX_MESSAGE];

    (void)state;
    check(LIT("\x82\xff\x00\x00\x00\x00\x00\x01\x11\x71"
              "mask"),
          GW_ETOOBIG, LIT("")); /* 70,001 */
    check(LIT("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
              "mask"),
          GW_ETOOBIG, LIT(""));
    memset(big, 'x', sizeof(big));
    gw_buf_init(&bytes, NULL, 0);
    put_frame(&bytes, 0x02, gw_slice_of(big, sizeof(big)));
    gw_buf_put(&bytes, "\x80\x81mask", 6); /* one byte more */
    check_pieces(gw_buf_slice(&bytes), bytes.len, 1, GW_ETOOBIG, LIT("part:;"));
    gw_buf_deinit(&bytes);
}

static void errors_have_close_codes(void **state)
{
    (void)state;
    assert_int_equal(gwd_ws_error_code(GW_EPROTO), 1002);
    assert_int_equal(gwd_ws_error_code(GW_EUTF8), 1007);
    assert_int_equal(gwd_ws_error_code(GW_ETOOBIG), 1009);
    assert_int_equal(gwd_ws_error_code(GW_ENOMEM), 1011);
}

static void headers_are_written_in_shortest_form(void **state)
{
    char out[GWD_WS_HEAD_MAX];

    (void)state;
    assert_int_equal(gwd_ws_put_head(out, GWD_WS_TEXT, 125), 2);
    assert_memory_equal(out, "\x81\x7d", 2);
    assert_int_equal(gwd_ws_put_head(out, GWD_WS_BINARY, 126), 4);
    assert_memory_equal(out, "\x82\x7e\x00\x7e", 4);
    assert_int_equal(gwd_ws_put_head(out, GWD_WS_TEXT, 65535), 4);
    assert_memory_equal(out, "\x81\x7e\xff\xff", 4);
    assert_int_equal(gwd_ws_put_head(out, GWD_WS_TEXT, 65536), 10);
    assert_memory_equal(out, "\x81\x7f\0\0\0\0\0\x01\0\0", 10);
}

static void a_close_frame_carries_its_code(void **state)
{
    char out[GWD_WS_CLOSE_LEN];

    (void)state;
    gwd_ws_put_close(out, 1000);
    assert_memory_equal(out, "\x88\x02\x03\xe8", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_out_in_order),
        cmocka_unit_test(every_form_of_length_is_read),
        cmocka_unit_test(fragments_are_put_together),
        cmocka_unit_test(control_frames_may_come_between_fragments),
        cmocka_unit_test(a_character_may_be_cut_between_fragments),
        cmocka_unit_test(text_must_be_utf8),
        cmocka_unit_test(text_is_judged_before_its_frame_is_whole),
        cmocka_unit_test(a_long_text_may_come_in_any_pieces),
        cmocka_unit_test(close_gives_code_and_reason),
        cmocka_unit_test(bad_closes_are_errors),
        cmocka_unit_test(the_order_of_frames_is_checked),
        cmocka_unit_test(reserved_bits_and_opcodes_are_errors),
        cmocka_unit_test(control_frames_are_small_and_whole),
        cmocka_unit_test(a_frame_must_be_masked),
        cmocka_unit_test(lengths_must_have_their_shortest_form),
        cmocka_unit_test(size_is_told_from_the_header),
        cmocka_unit_test(errors_have_close_codes),
        cmocka_unit_test(headers_are_written_in_shortest_form),
        cmocka_unit_test(a_close_frame_carries_its_code),
    };

    return cmocka_run_group_tests_name("websocket", tests, NULL, NULL);
}
