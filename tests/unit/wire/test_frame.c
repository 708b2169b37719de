#include "support.h"

#include <gwclient/frame.h>
#include <gwclient/protocol.h>
#include <stdlib.h>

static const gw_frame sample = {
    .cmd = GW_CMD_ON_MESSAGE,
    .flag = GW_FLAG_SCALAR,
    .local_ip = 0x7f000001,
    .local_port = 2900,
    .client_ip = 0xc0a80102,
    .client_port = 54321,
    .connection_id = 0x01020304,
    .gateway_port = 7272,
    .ext = {"ext", 3},
    .body = {"body!", 5},
};

static void put_frame(gw_buf *buf, const gw_frame *frame)
{
    uint8_t head[GW_FRAME_HEAD_LEN];

    assert_int_equal(gw_frame_encode_head(frame, head), GW_OK);
    gw_buf_put(buf, head, sizeof head);
    gw_buf_put_slice(buf, frame->ext);
    gw_buf_put_slice(buf, frame->body);
}

static void assert_frame_equal(const gw_frame *a, const gw_frame *b)
{
    assert_int_equal(a->cmd, b->cmd);
    assert_int_equal(a->flag, b->flag);
    assert_int_equal(a->local_ip, b->local_ip);
    assert_int_equal(a->local_port, b->local_port);
    assert_int_equal(a->client_ip, b->client_ip);
    assert_int_equal(a->client_port, b->client_port);
    assert_int_equal(a->connection_id, b->connection_id);
    assert_int_equal(a->gateway_port, b->gateway_port);
    assert_slice_equal(a->ext, b->ext);
    assert_slice_equal(a->body, b->body);
}

static void each_field_has_its_place(void **state)
{
    static const char expected[] = "\x00\x00\x00\x24\x03\x7f\x00\x00\x01\x0b"
                                   "\x54\xc0\xa8\x01\x02\xd4\x31\x01\x02\x03"
                                   "\x04\x01\x1c\x68\x00\x00\x00\x03"
                                   "extbody!";
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    put_frame(&buf, &sample);
    assert_buf_equal(&buf, LIT(expected));
    gw_buf_deinit(&buf);
}

static void what_does_not_fit_32_bits_is_not_encoded(void **state)
{
    uint8_t head[GW_FRAME_HEAD_LEN];
    gw_frame frame = sample;

    (void)state;
    frame.body.len = UINT32_MAX - GW_FRAME_HEAD_LEN - frame.ext.len;
    assert_int_equal(gw_frame_encode_head(&frame, head), GW_OK);
    frame.body.len++;
    assert_int_equal(gw_frame_encode_head(&frame, head), GW_ETOOBIG);
    frame.body.len = SIZE_MAX;
    assert_int_equal(gw_frame_encode_head(&frame, head), GW_ETOOBIG);
    frame.ext.len = SIZE_MAX;
    assert_int_equal(gw_frame_encode_head(&frame, head), GW_ETOOBIG);
    frame.body.len = 0;
    assert_int_equal(gw_frame_encode_head(&frame, head), GW_ETOOBIG);
    frame.ext.len = UINT32_MAX - GW_FRAME_HEAD_LEN + (size_t)1;
    assert_int_equal(gw_frame_encode_head(&frame, head), GW_ETOOBIG);
}

static void every_prefix_waits_for_more(void **state)
{
    gw_buf buf;
    gw_frame frame;
    size_t consumed;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    put_frame(&buf, &sample);
    for (size_t len = 0; len < buf.len; len++) {
        gw_slice copy = exact_copy(gw_slice_of(buf.base, len));

        assert_int_equal(gw_frame_decode(copy, GW_FRAME_MAX, &frame, &consumed),
                         GW_EAGAIN);
        assert_int_equal(consumed, len < 4 ? 0 : buf.len);
        exact_free(copy);
    }
    gw_buf_deinit(&buf);
}

/* A reader as a connection has it: takes what came, keeps what is partial. */
static size_t receive(gw_buf *held, gw_slice bytes, const gw_frame *expected)
{
    gw_frame frame;
    size_t consumed;
    size_t count = 0;

    gw_buf_put_slice(held, bytes);
    gw_slice in = exact_copy(gw_buf_slice(held));
    gw_slice left = in;
    while (gw_frame_decode(left, GW_FRAME_MAX, &frame, &consumed) == GW_OK) {
        assert_frame_equal(&frame, expected + count++);
        left = gw_slice_of(left.base + consumed, left.len - consumed);
    }
    gw_buf_clear(held);
    gw_buf_put_slice(held, left);
    exact_free(in);
    return count;
}

static void a_stream_may_be_split_anywhere(void **state)
{
    gw_frame frames[3] = {sample, sample, sample};
    gw_buf stream;
    gw_buf held;

    (void)state;
    frames[1].cmd = GW_CMD_PING;
    frames[1].ext = frames[1].body = gw_slice_of(NULL, 0);
    frames[2].ext = gw_slice_of(NULL, 0);
    gw_buf_init(&stream, NULL, 0);
    gw_buf_init(&held, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(frames); i++)
        put_frame(&stream, &frames[i]);

    for (size_t cut = 0; cut <= stream.len; cut++) {
        size_t count = receive(&held, gw_slice_of(stream.base, cut), frames);

        count +=
            receive(&held, gw_slice_of(stream.base + cut, stream.len - cut),
                    frames + count);
        assert_int_equal(count, COUNT_OF(frames));
        assert_int_equal(held.len, 0);
    }

    size_t count = 0;
    for (size_t i = 0; i < stream.len; i++)
        count +=
            receive(&held, gw_slice_of(stream.base + i, 1), frames + count);
    assert_int_equal(count, COUNT_OF(frames));
    gw_buf_deinit(&stream);
    gw_buf_deinit(&held);
}

static int decode(gw_slice in, size_t max)
{
    gw_slice copy = exact_copy(in);
    gw_frame frame;
    size_t consumed;
    int rc = gw_frame_decode(copy, max, &frame, &consumed);

    exact_free(copy);
    return rc;
}

static void lengths_that_contradict_each_other_are_refused(void **state)
{
    uint8_t head[GW_FRAME_HEAD_LEN] = {0};
    gw_frame frame = sample;
    gw_slice in = gw_slice_of(head, sizeof head);

    (void)state;
    frame.ext.len = 0;
    frame.body.len = 10;
    assert_int_equal(gw_frame_encode_head(&frame, head), GW_OK);
    head[27] = 10;
    assert_int_equal(decode(in, GW_FRAME_MAX), GW_EAGAIN);
    head[27] = 11;
    assert_int_equal(decode(in, GW_FRAME_MAX), GW_EPROTO);
    memset(head + 24, 0xff, 4);
    assert_int_equal(decode(in, GW_FRAME_MAX), GW_EPROTO);
}

static void a_length_below_the_header_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(decode(LIT("\0\0\0\x1b"), GW_FRAME_MAX), GW_EPROTO);
    assert_int_equal(decode(LIT("\0\0\0\0"), GW_FRAME_MAX), GW_EPROTO);
    assert_int_equal(decode(LIT("\0\0\0\x1c"), GW_FRAME_MAX), GW_EAGAIN);
}

static void a_length_above_the_limit_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(decode(LIT("\0\0\0\x40"), 64), GW_EAGAIN);
    assert_int_equal(decode(LIT("\0\0\0\x41"), 64), GW_ETOOBIG);
    assert_int_equal(decode(LIT("\0\xa0\0\0"), GW_FRAME_MAX), GW_EAGAIN);
    assert_int_equal(decode(LIT("\0\xa0\0\x01"), GW_FRAME_MAX), GW_ETOOBIG);
    assert_int_equal(decode(LIT("\xff\xff\xff\xff"), GW_FRAME_MAX), GW_ETOOBIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_has_its_place),
        cmocka_unit_test(what_does_not_fit_32_bits_is_not_encoded),
        cmocka_unit_test(every_prefix_waits_for_more),
        cmocka_unit_test(a_stream_may_be_split_anywhere),
        cmocka_unit_test(lengths_that_contradict_each_other_are_refused),
        cmocka_unit_test(a_length_below_the_header_is_refused_at_once),
        cmocka_unit_test(a_length_above_the_limit_is_refused_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
