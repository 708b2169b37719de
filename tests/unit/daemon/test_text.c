/* Lines and frames, fed whole, byte by byte, and cut at every position: what
 * comes out must be the same. */
#include "support.h"

#include "client/frame.h"
#include "client/text.h"

#define MAX 16

/* A peer that keeps what is not whole yet, as a stream does. */
typedef struct peer {
    size_t scanned;
    bool frames; /* else lines */
    gw_buf input;
    gw_buf seen; /* "[hello][]" */
    int error;
} peer;

/* Reads one unit of an exact copy. */
static bool step(peer *p)
{
    char *copy = exact_copy(gw_buf_slice(&p->input));
    gw_slice in = gw_slice_of(copy, p->input.len);
    gw_slice message;
    size_t consumed = 0;
    int result = p->frames
                     ? gwd_frame_read(in, MAX, &message, &consumed)
                     : gwd_text_read(&p->scanned, in, MAX, &message, &consumed);

    if (result == GW_OK) {
        assert_true(consumed > 0 && consumed <= in.len);
        gw_buf_put_char(&p->seen, '[');
        gw_buf_put_slice(&p->seen, message);
        gw_buf_put_char(&p->seen, ']');
        gw_buf_clear(&p->input);
        gw_buf_put(&p->input, copy + consumed, in.len - consumed);
    } else if (result != GW_EAGAIN) {
        p->error = result;
    }
    free(copy);
    return result == GW_OK;
}

/* Gives the bytes in pieces of `size`, the first of `first`. */
static void check_pieces(bool frames, gw_slice bytes, size_t first, size_t size,
                         int error, gw_slice want)
{
    peer p = {.frames = frames};

    gw_buf_init(&p.input, NULL, 0);
    gw_buf_init(&p.seen, NULL, 0);
    while (bytes.len > 0 && p.error == GW_OK) {
        size_t len = first < bytes.len ? first : bytes.len;

        gw_buf_put(&p.input, bytes.base, len);
        while (step(&p))
            ;
        bytes.base += len;
        bytes.len -= len;
        first = size;
    }
    assert_int_equal(p.error, error);
    assert_slice_equal(gw_buf_slice(&p.seen), want);
    gw_buf_deinit(&p.input);
    gw_buf_deinit(&p.seen);
}

static void check(bool frames, gw_slice bytes, int error, gw_slice want)
{
    check_pieces(frames, bytes, bytes.len, bytes.len, error, want);
    check_pieces(frames, bytes, 1, 1, error, want);
    for (size_t cut = 1; cut < bytes.len; cut++)
        check_pieces(frames, bytes, cut, bytes.len, error, want);
}

/* ---- text --------------------------------------------------------------- */

static void each_line_is_a_message(void **state)
{
    (void)state;
    check(false, LIT("one\ntwo\nrest"), GW_OK, LIT("[one][two]"));
    check(false, LIT("a\0b\n\xff\n"), GW_OK, LIT("[a\0b][\xff]"));
}

/* As rtrim($line, "\r\n"). */
static void line_ends_are_taken_off(void **state)
{
    (void)state;
    check(false, LIT("one\r\n\n\r\n"), GW_OK, LIT("[one][][]"));
    check(false, LIT("one\r\r\n\ra\rb \n"), GW_OK, LIT("[one][\ra\rb ]"));
}

static void a_line_has_to_be_shorter_than_the_limit(void **state)
{
    (void)state;
    check(false, LIT("12345678901234\n"), GW_OK, LIT("[12345678901234]"));
    check(false, LIT("123456789012345\n"), GW_ETOOBIG, LIT(""));
    check(false, LIT("1234567890123456"), GW_ETOOBIG, LIT(""));
    check(false, LIT("ok\n1234567890123456"), GW_ETOOBIG, LIT("[ok]"));
}

/* Else a line that comes in drops would cost its length for each. */
static void no_byte_is_looked_at_twice(void **state)
{
    char line[] = "abcdefgh";
    gw_slice message;
    size_t scanned = 0, consumed;

    (void)state;
    assert_int_equal(
        gwd_text_read(&scanned, gw_slice_of(line, 4), MAX, &message, &consumed),
        GW_EAGAIN);
    assert_int_equal(scanned, 4);
    line[1] = '\n';
    line[6] = '\n';
    assert_int_equal(
        gwd_text_read(&scanned, gw_slice_of(line, 8), MAX, &message, &consumed),
        GW_OK);
    assert_int_equal(consumed, 7);
    assert_int_equal(scanned, 0);
}

/* ---- frame -------------------------------------------------------------- */

static void frames_come_out_in_order(void **state)
{
    (void)state;
    check(true, LIT("\0\0\0\7one\0\0\0\4\0\0\0\5\n\0\0\0"), GW_OK,
          LIT("[one][][\n]"));
}

static void a_length_covers_itself(void **state)
{
    (void)state;
    check(true, LIT("\0\0\0\5a\0\0\0\3"), GW_EPROTO, LIT("[a]"));
    check(true, LIT("\0\0\0\0"), GW_EPROTO, LIT(""));
}

static void a_frame_may_be_as_large_as_the_limit(void **state)
{
    (void)state;
    check(true,
          LIT("\0\0\0\x10"
              "123456789012"),
          GW_OK, LIT("[123456789012]"));
    check(true, LIT("\0\0\0\x11"), GW_ETOOBIG, LIT(""));
    check(true, LIT("\xff\xff\xff\xff"), GW_ETOOBIG, LIT(""));
    check(true, LIT("GET "), GW_ETOOBIG, LIT(""));
}

static void heads_are_written(void **state)
{
    char head[GWD_FRAME_HEAD_LEN];

    (void)state;
    gwd_frame_put_head(head, 0);
    assert_memory_equal(head, "\0\0\0\4", 4);
    gwd_frame_put_head(head, 0x01020300);
    assert_memory_equal(head, "\1\2\3\4", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_a_message),
        cmocka_unit_test(line_ends_are_taken_off),
        cmocka_unit_test(a_line_has_to_be_shorter_than_the_limit),
        cmocka_unit_test(no_byte_is_looked_at_twice),
        cmocka_unit_test(frames_come_out_in_order),
        cmocka_unit_test(a_length_covers_itself),
        cmocka_unit_test(a_frame_may_be_as_large_as_the_limit),
        cmocka_unit_test(heads_are_written),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
