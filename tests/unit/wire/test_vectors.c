/* Every recorded frame decodes, and encodes to the same bytes; every recorded
 * reply is one serialized value behind its length. */
#include "support.h"

#include <gwclient/frame.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes.h"
#include "ser_read.h"

static gw_slice read_file(const char *name)
{
    char path[4096];
    gw_buf text;
    size_t n;

    snprintf(path, sizeof path, "%s/%s", GW_VECTORS_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    gw_buf_init(&text, NULL, 0);
    do {
        char *room = gw_buf_reserve(&text, 65536);

        n = fread(room, 1, 65536, file);
        gw_buf_commit(&text, n);
    } while (n > 0);
    fclose(file);
    return gw_buf_slice(&text);
}

/* The hex behind the next `"member": "` of `*text`, which moves past it; base
 * NULL when there is none. The files are our own: a search is enough. */
static gw_slice next_hex(gw_slice *text, const char *member)
{
    size_t len = strlen(member);

    for (size_t at = 0; at + len + 4 <= text->len; at++) {
        const char *p = text->base + at;

        if (*p != '"' || memcmp(p + 1, member, len) != 0 || p[len + 1] != '"' ||
            p[len + 2] != ':')
            continue;
        p += len + 3;
        p += *p == ' ';
        assert_int_equal(*p, '"');

        gw_slice hex = gw_slice_of(p + 1, 0);
        hex.len = strspn(hex.base, "0123456789abcdef");
        assert_int_equal(hex.base[hex.len], '"');
        const char *end = text->base + text->len;
        *text =
            gw_slice_of(hex.base + hex.len, (size_t)(end - hex.base) - hex.len);
        return hex;
    }
    return gw_slice_of(NULL, 0);
}

static void assert_encodes_to(const gw_frame *frame, gw_slice bytes)
{
    uint8_t head[GW_FRAME_HEAD_LEN];
    gw_buf again;

    assert_int_equal(gw_frame_encode_head(frame, head), GW_OK);
    gw_buf_init(&again, NULL, 0);
    gw_buf_put(&again, head, sizeof head);
    gw_buf_put_slice(&again, frame->ext);
    gw_buf_put_slice(&again, frame->body);
    assert_buf_equal(&again, bytes);
    gw_buf_deinit(&again);
}

/* One or more frames back to back. */
static void check_frames(gw_slice bytes)
{
    gw_slice left = bytes;

    assert_true(left.len > 0);
    while (left.len > 0) {
        gw_frame frame;
        size_t len;

        assert_int_equal(gw_frame_decode(left, GW_FRAME_MAX, &frame, &len),
                         GW_OK);
        assert_encodes_to(&frame, gw_slice_of(left.base, len));
        left = gw_slice_of(left.base + len, left.len - len);
    }
}

static void check_value(gw_slice text)
{
    gw_ser ser;
    gw_ser_token token;

    gw_ser_init(&ser, text);
    do
        assert_int_equal(gw_ser_next(&ser, &token), GW_OK);
    while (token.type != GW_SER_END);
}

static void check_replies(gw_slice bytes)
{
    gw_slice left = bytes;

    while (left.len > 0) {
        assert_true(left.len >= 4);
        size_t len = gw_get_u32((const uint8_t *)left.base);
        assert_true(len <= left.len - 4);
        check_value(gw_slice_of(left.base + 4, len));
        left = gw_slice_of(left.base + 4 + len, left.len - 4 - len);
    }
}

static size_t check_members(const char *file, const char *member,
                            void (*check)(gw_slice bytes))
{
    gw_slice whole = read_file(file);
    gw_slice text = whole;
    size_t count = 0;

    for (;;) {
        gw_slice hex = next_hex(&text, member);

        if (hex.base == NULL)
            break;
        gw_slice bytes = from_hex(hex);
        check(bytes);
        exact_free(bytes);
        count++;
    }
    exact_free(whole);
    return count;
}

static void every_call_is_made_of_frames(void **state)
{
    (void)state;
    assert_true(check_members("calls.jsonl", "send", check_frames) > 100);
    assert_true(check_members("calls-secret-key.jsonl", "send", check_frames) >
                0);
}

static void every_reply_is_a_serialized_value(void **state)
{
    (void)state;
    assert_true(check_members("calls.jsonl", "recv", check_replies) > 50);
    assert_true(check_members("calls-secret-key.jsonl", "recv", check_replies) >
                0);
}

static void every_event_for_a_worker_is_a_frame(void **state)
{
    const char *file = "worker-events.jsonl";

    (void)state;
    assert_true(check_members(file, "frame", check_frames) > 0);
    assert_int_equal(check_members(file, "worker_connect", check_frames), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_is_made_of_frames),
        cmocka_unit_test(every_reply_is_a_serialized_value),
        cmocka_unit_test(every_event_for_a_worker_is_a_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
