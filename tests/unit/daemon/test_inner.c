/* Every command of the inner port: frames in, replies and messages out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <gwclient/frame.h>
#include <gwclient/protocol.h>

#include "fake_core.h"
#include "inner/request.h"

#define QUEUE_MAX 10240000 /* of fake_core_new() */
#define A 0
#define B 1
#define C 2
static const uint32_t id_of[] = {11, 4000000000u, 13};

static fake_core *core;

static size_t make_frame(char *out, unsigned cmd, uint32_t id, unsigned flag,
                         const char *ext, const char *body)
{
    gw_frame frame = {.cmd = (uint8_t)cmd,
                      .flag = (uint8_t)flag,
                      .connection_id = id,
                      .ext = gw_slice_str(ext),
                      .body = gw_slice_str(body)};
    uint8_t head[GW_FRAME_HEAD_LEN];

    assert_int_equal(gw_frame_encode_head(&frame, head), 0);
    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), ext, frame.ext.len);
    memcpy(out + sizeof(head) + frame.ext.len, body, frame.body.len);
    return sizeof(head) + frame.ext.len + frame.body.len;
}

static void send_frame(unsigned cmd, uint32_t id, unsigned flag,
                       const char *ext, const char *body)
{
    char bytes[4096];

    fake_core_receive(core, bytes, make_frame(bytes, cmd, id, flag, ext, body));
}

/* Sends a question and checks the whole reply. */
static void expect_reply(unsigned cmd, uint32_t id, const char *ext,
                         const char *want)
{
    size_t len = strlen(want);

    fake_core_clear(core);
    send_frame(cmd, id, GW_FLAG_SCALAR, ext, "");
    assert_string_equal(core->conns[0].len < 4 ? "" : core->conns[0].got + 4,
                        want);
    assert_int_equal(core->conns[0].len, len + 4);
    assert_int_equal((uint8_t)core->conns[0].got[3], len & 0xff);
    assert_int_equal((uint8_t)core->conns[0].got[2], len >> 8);
    assert_false(core->conns[0].closed);
}

/* Sends a message and checks what each client got. */
static void expect_got(unsigned cmd, uint32_t id, unsigned flag,
                       const char *ext, const char *body, const char *a,
                       const char *b, const char *c)
{
    fake_core_clear(core);
    send_frame(cmd, id, flag, ext, body);
    assert_string_equal(core->clients[A].got, a);
    assert_string_equal(core->clients[B].got, b);
    assert_string_equal(core->clients[C].got, c);
    assert_int_equal(core->conns[0].len, 0);
    assert_false(core->conns[0].closed);
}

static void do_to(int client, unsigned cmd, const char *ext)
{
    send_frame(cmd, id_of[client], GW_FLAG_SCALAR, ext, "");
}

static int setup(void **state)
{
    (void)state;
    core = fake_core_new("");
    for (int i = 0; i < 3; i++) {
        fake_core_connect(core, i, id_of[i]);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_core_free(core);
    return 0;
}

static void tells_who_is_online(void **state)
{
    (void)state;
    expect_reply(GW_CMD_IS_ONLINE, id_of[B], "", "i:1;");
    expect_reply(GW_CMD_IS_ONLINE, 99, "", "i:0;");
    expect_reply(GW_CMD_IS_ONLINE, 0, "", "i:0;");
}

static void binds_uids(void **state)
{
    (void)state;
    do_to(A, GW_CMD_BIND_UID, "7");
    do_to(B, GW_CMD_BIND_UID, "7");
    do_to(C, GW_CMD_BIND_UID, "07");
    expect_reply(GW_CMD_GET_CLIENT_ID_BY_UID, 0, "7",
                 "a:2:{i:0;i:11;i:1;i:4000000000;}");
    expect_reply(GW_CMD_GET_CLIENT_ID_BY_UID, 0, "07", "a:1:{i:0;i:13;}");
    expect_reply(GW_CMD_GET_CLIENT_ID_BY_UID, 0, "none", "a:0:{}");
    expect_reply(GW_CMD_BATCH_GET_CLIENT_ID_BY_UID, 0,
                 "[\"07\",7,\"7\",\"n\\u00e9\",1.9,null]",
                 "a:5:{s:2:\"07\";a:1:{i:0;i:13;}"
                 "i:7;a:2:{i:0;i:11;i:1;i:4000000000;}"
                 "s:3:\"n\xc3\xa9\";a:0:{}i:1;a:0:{}s:0:\"\";a:0:{}}");
    do_to(A, GW_CMD_BIND_UID, "x");
    expect_reply(GW_CMD_GET_CLIENT_ID_BY_UID, 0, "7",
                 "a:1:{i:0;i:4000000000;}");
    do_to(B, GW_CMD_UNBIND_UID, "whatever");
    expect_reply(GW_CMD_GET_CLIENT_ID_BY_UID, 0, "7", "a:0:{}");
}

/* What PHP 8 makes of such keys on 64 bits; a float has no other uid to be. */
static void floats_beyond_64_bits_wrap_around(void **state)
{
    (void)state;
    expect_reply(GW_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP, 0,
                 "[1.0e+25,-1.0e+25,9223372036854775808,9.3e18,1e400,-1.9]",
                 "a:6:{i:1590897979265384448;i:0;i:-1590897979265384448;i:0;"
                 "i:-9223372036854775808;i:0;i:-9146744073709551616;i:0;"
                 "i:0;i:0;i:-1;i:0;}");
}

static void refuses_empty_names(void **state)
{
    static const unsigned cmds[] = {GW_CMD_BIND_UID, GW_CMD_JOIN_GROUP,
                                    GW_CMD_LEAVE_GROUP, GW_CMD_UNGROUP};

    (void)state;
    for (size_t i = 0; i < sizeof(cmds) / sizeof(*cmds); i++) {
        fake_core_clear(core);
        do_to(A, cmds[i], "");
        do_to(A, cmds[i], "0");
        assert_non_null(strstr(core->log, "with an empty"));
    }
    expect_reply(GW_CMD_SELECT, 0,
                 "{\"fields\":[\"uid\",\"groups\"],"
                 "\"where\":{\"connection_id\":{\"11\":11}}}",
                 "a:1:{i:11;a:2:{s:3:\"uid\";N;s:6:\"groups\";N;}}");
}

static void groups_come_and_go(void **state)
{
    (void)state;
    do_to(A, GW_CMD_JOIN_GROUP, "room");
    do_to(B, GW_CMD_JOIN_GROUP, "7");
    do_to(B, GW_CMD_JOIN_GROUP, "room");
    do_to(B, GW_CMD_JOIN_GROUP, "room");
    expect_reply(GW_CMD_GET_GROUP_ID_LIST, 0, "",
                 "a:2:{i:0;s:4:\"room\";i:1;i:7;}");
    expect_reply(GW_CMD_GET_CLIENT_COUNT_BY_GROUP, 0, "room", "i:2;");
    expect_reply(GW_CMD_GET_CLIENT_COUNT_BY_GROUP, 0, "", "i:3;");
    expect_reply(GW_CMD_GET_CLIENT_COUNT_BY_GROUP, 0, "none", "i:0;");
    expect_reply(GW_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP, 0,
                 "[\"room\",\"7\",\"none\"]",
                 "a:3:{s:4:\"room\";i:2;i:7;i:1;s:4:\"none\";i:0;}");
    do_to(A, GW_CMD_LEAVE_GROUP, "room");
    expect_reply(GW_CMD_SELECT, 0, "{\"fields\":[\"groups\"],\"where\":[]}",
                 "a:3:{i:11;a:1:{s:6:\"groups\";a:0:{}}"
                 "i:4000000000;a:1:{s:6:\"groups\";a:2:{i:7;s:1:\"7\";"
                 "s:4:\"room\";s:4:\"room\";}}"
                 "i:13;a:1:{s:6:\"groups\";N;}}");
    do_to(A, GW_CMD_UNGROUP, "room");
    expect_reply(GW_CMD_GET_GROUP_ID_LIST, 0, "", "a:1:{i:0;i:7;}");
}

static void select_is_a_union(void **state)
{
    (void)state;
    do_to(A, GW_CMD_BIND_UID, "u");
    do_to(C, GW_CMD_JOIN_GROUP, "g");
    do_to(A, GW_CMD_JOIN_GROUP, "g");
    expect_reply(GW_CMD_SELECT, 0,
                 "{\"where\":{\"uid\":[\"u\"],\"groups\":[\"g\",\"none\"],"
                 "\"connection_id\":[\"4000000000\",5],\"odd\":[[1]]},"
                 "\"fields\":[\"uid\",\"id\",\"uid\"]}",
                 "a:3:{i:11;a:2:{s:3:\"uid\";s:1:\"u\";s:2:\"id\";N;}"
                 "i:13;a:2:{s:3:\"uid\";N;s:2:\"id\";N;}"
                 "i:4000000000;a:2:{s:3:\"uid\";N;s:2:\"id\";N;}}");
    expect_reply(GW_CMD_SELECT, 0, "{\"fields\":[],\"where\":[]}", "a:0:{}");
    expect_reply(GW_CMD_SELECT, 0,
                 "{\"fields\":[],\"where\":{\"uid\":[\"u\"]}}",
                 "a:1:{i:11;a:0:{}}");
    expect_reply(GW_CMD_SELECT, 0, "not json", "a:0:{}");
}

/* "where" as a scalar: what PHP takes for false means everybody, and any other
 * has no conditions that somebody could meet. */
static void select_where_a_scalar_is_true_finds_nobody(void **state)
{
    static const struct {
        const char *where;
        bool all;
    } cases[] = {{"true", false},  {"1", false},   {"-0.5", false},
                 {"\"x\"", false}, {"\"\"", true}, {"\"0\"", true},
                 {"false", true},  {"null", true}, {"0", true},
                 {"0.0e5", true}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char ext[64];

        snprintf(ext, sizeof(ext), "{\"fields\":[\"id\"],\"where\":%s}",
                 cases[i].where);
        expect_reply(GW_CMD_SELECT, 0, ext,
                     cases[i].all ? "a:3:{i:11;a:1:{s:2:\"id\";N;}"
                                    "i:4000000000;a:1:{s:2:\"id\";N;}"
                                    "i:13;a:1:{s:2:\"id\";N;}}"
                                  : "a:0:{}");
    }
}

static void keeps_and_merges_sessions(void **state)
{
    (void)state;
    expect_reply(GW_CMD_GET_SESSION_BY_CLIENT_ID, 99, "", "N;");
    expect_reply(GW_CMD_GET_SESSION_BY_CLIENT_ID, id_of[A], "", "a:0:{}");
    do_to(A, GW_CMD_UPDATE_SESSION, "a:1:{s:1:\"t\";a:1:{i:0;i:1;}}");
    do_to(A, GW_CMD_UPDATE_SESSION,
          "a:2:{s:1:\"t\";a:1:{i:1;d:1.5;}s:1:\"n\";N;}");
    expect_reply(GW_CMD_GET_SESSION_BY_CLIENT_ID, id_of[A], "",
                 "a:2:{s:1:\"t\";a:2:{i:0;i:1;i:1;d:1.5;}s:1:\"n\";N;}");
    fake_core_clear(core);
    do_to(A, GW_CMD_UPDATE_SESSION, "garbage");
    assert_non_null(strstr(core->log, "kept the old"));
    do_to(A, GW_CMD_SET_SESSION, "a:0:{}");
    do_to(B, GW_CMD_JOIN_GROUP, "g");
    expect_reply(GW_CMD_GET_ALL_CLIENT_SESSIONS, 0, "",
                 "a:3:{i:11;s:6:\"a:0:{}\";i:4000000000;s:0:\"\";"
                 "i:13;s:0:\"\";}");
    expect_reply(GW_CMD_GET_CLIENT_SESSIONS_BY_GROUP, 0, "g",
                 "a:1:{i:4000000000;s:0:\"\";}");
    expect_reply(GW_CMD_GET_CLIENT_SESSIONS_BY_GROUP, 0, "none", "a:0:{}");
}

static void sends_to_one_and_all(void **state)
{
    (void)state;
    expect_got(GW_CMD_SEND_TO_ONE, id_of[A], 1, "", "hi", "hi|", "", "");
    expect_got(GW_CMD_SEND_TO_ONE, 99, 1, "", "hi", "", "", "");
    expect_got(GW_CMD_SEND_TO_ONE, id_of[B], 3, "", "hi", "", "raw:hi|", "");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 1, "", "x", "x|", "x|", "x|");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 0, "", "a:1:{s:1:\"k\";s:1:\"/\";}",
               "{\"k\":\"\\/\"}|", "{\"k\":\"\\/\"}|", "{\"k\":\"\\/\"}|");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 0, "", "N;", "null|", "null|", "null|");
    expect_got(GW_CMD_SEND_TO_ONE, id_of[A], 0, "", "s:2:\"hi\";", "hi|", "",
               "");
    expect_got(GW_CMD_SEND_TO_ONE, id_of[A], 0, "", "b:1;", "1|", "", "");
    expect_got(GW_CMD_SEND_TO_ONE, id_of[A], 0, "", "b:0;", "|", "", "");
    expect_got(GW_CMD_SEND_TO_ONE, id_of[A], 0, "",
               "a:1:{i:0;O:8:\"stdClass\":1:{s:1:\"a\";i:1;}}",
               "[{\"__PHP_Incomplete_Class_Name\":\"stdClass\",\"a\":1}]|", "",
               "");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 1, "{\"connections\":true}", "x", "", "",
               "");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 1,
               "{\"connections\":[13],\"connections\":[11]}", "x", "x|", "",
               "");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 1, "{\"connections\":{\"11\":11}}", "x",
               "x|", "", "");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 1, "{\"connections\":[11,11,5]}", "x",
               "x|x|", "", "");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 1, "{\"exclude\":{\"4000000000\":1}}",
               "x", "x|", "", "x|");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 1, "{\"exclude\":null}", "x", "x|", "x|",
               "x|");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 1, "{broken", "x", "", "", "");
    expect_got(GW_CMD_SEND_TO_ALL, 0, 0, "", "broken", "", "", "");
}

static void sends_to_uids_and_groups(void **state)
{
    (void)state;
    do_to(A, GW_CMD_BIND_UID, "7");
    do_to(B, GW_CMD_BIND_UID, "\xe4\xbd\xa0/1");
    do_to(A, GW_CMD_JOIN_GROUP, "g");
    do_to(B, GW_CMD_JOIN_GROUP, "g");
    do_to(B, GW_CMD_JOIN_GROUP, "h");
    expect_got(GW_CMD_SEND_TO_UID, 0, 1, "[7]", "x", "x|", "", "");
    expect_got(GW_CMD_SEND_TO_UID, 0, 1, "[\"7\",7,[7]]", "x", "x|x|", "", "");
    expect_got(GW_CMD_SEND_TO_UID, 0, 1, "{\"a\":\"\\u4f60\\/1\"}", "x", "",
               "x|", "");
    expect_got(GW_CMD_SEND_TO_GROUP, 0, 1,
               "{\"group\":[\"g\",\"h\"],\"exclude\":null}", "x", "x|", "x|x|",
               "");
    expect_got(GW_CMD_SEND_TO_GROUP, 0, 1,
               "{\"exclude\":{\"11\":11},\"group\":[\"g\"]}", "x", "", "x|",
               "");
    expect_got(GW_CMD_SEND_TO_GROUP, 0, 1, "{\"group\":\"g\"}", "x", "", "",
               "");
}

static void ends_connections(void **state)
{
    (void)state;
    expect_got(GW_CMD_KICK, id_of[A], 1, "", "bye", "bye|<kick>", "", "");
    expect_reply(GW_CMD_IS_ONLINE, id_of[A], "", "i:0;");
    expect_got(GW_CMD_KICK, id_of[B], 0, "", "N;", "", "<kick>", "");
    expect_got(GW_CMD_DESTROY, id_of[C], 1, "", "", "", "", "<destroy>");
    expect_reply(GW_CMD_GET_CLIENT_COUNT_BY_GROUP, 0, "", "i:0;");
    expect_got(GW_CMD_DESTROY, id_of[C], 1, "", "", "", "", "");
}

/* The reference's close() encodes it, whatever the flag says. */
static void the_last_message_is_never_raw(void **state)
{
    (void)state;
    expect_got(GW_CMD_KICK, id_of[A], 3, "", "bye", "bye|<kick>", "", "");
    expect_got(GW_CMD_KICK, id_of[B], 2, "", "s:3:\"bye\";", "", "bye|<kick>",
               "");
    expect_got(GW_CMD_KICK, id_of[C], 2, "", "N;", "", "", "<kick>");
}

static void logs_unknown_commands_and_goes_on(void **state)
{
    (void)state;
    fake_core_clear(core);
    send_frame(99, 0, 1, "", "");
    assert_non_null(strstr(core->log, "unknown command (cmd 99)"));
    expect_reply(GW_CMD_IS_ONLINE, id_of[A], "", "i:1;");
}

static void a_ping_needs_no_answer(void **state)
{
    (void)state;
    fake_core_clear(core);
    send_frame(GW_CMD_PING, 0, 1, "", "");
    assert_string_equal(core->log, "");
    assert_int_equal(core->conns[0].len, 0);
    expect_reply(GW_CMD_IS_ONLINE, id_of[A], "", "i:1;");
}

static void closes_on_who_does_not_read_replies(void **state)
{
    (void)state;
    do_to(A, GW_CMD_BIND_UID, "a"); /* it is accepted with that */
    core->conns[0].queued = QUEUE_MAX - 1;
    expect_reply(GW_CMD_IS_ONLINE, id_of[A], "", "i:1;");
    core->conns[0].queued = QUEUE_MAX;
    fake_core_clear(core);
    send_frame(GW_CMD_IS_ONLINE, id_of[A], 1, "", "");
    assert_true(core->conns[0].aborted);
    assert_non_null(strstr(core->log, "does not read its replies, closed"));
}

static void takes_frames_split_anywhere(void **state)
{
    char bytes[8192];
    size_t len = 0;

    (void)state;
    len += make_frame(bytes, GW_CMD_BIND_UID, id_of[A], 1, "u", "");
    len += make_frame(bytes + len, GW_CMD_GET_CLIENT_ID_BY_UID, 0, 1, "u", "");
    len += make_frame(bytes + len, GW_CMD_SEND_TO_UID, 0, 1, "[\"u\"]", "m");
    for (size_t cut = 0; cut <= len; cut++) {
        fake_core_clear(core);
        fake_core_receive(core, bytes, cut);
        fake_core_receive(core, bytes + cut, len - cut);
        assert_int_equal(core->conns[0].len, 19);
        assert_string_equal(core->clients[A].got, "m|");
    }
    fake_core_clear(core);
    for (size_t i = 0; i < len; i++) {
        fake_core_receive(core, bytes + i, 1);
    }
    assert_int_equal(core->conns[0].len, 19);
    assert_string_equal(core->clients[A].got, "m|");
}

static void closes_on_a_frame_that_lies(void **state)
{
    char bytes[64];
    size_t len = make_frame(bytes, GW_CMD_IS_ONLINE, 0, 1, "", "");

    (void)state;
    bytes[3] = 27; /* shorter than its own header */
    fake_core_receive(core, bytes, len);
    assert_true(core->conns[0].closed);
    bytes[0] = 1; /* 16 MiB */
    fake_core_receive(core, bytes, len);
    assert_true(core->conns[0].closed);
}

/* ---- with a key ------------------------------------------------------------
 */

static int setup_key(void **state)
{
    (void)state;
    core = fake_core_new("s3\"cret");
    fake_core_connect(core, A, id_of[A]);
    return 0;
}

static void asks_for_the_key_first(void **state)
{
    static const char *const wrong[] = {"{\"secret_key\":\"\"}",
                                        "{\"secret_key\":null}",
                                        "{}",
                                        "",
                                        "[1]",
                                        "{\"secret_key\":\"S3\\\"cret\"}"};

    (void)state;
    send_frame(GW_CMD_IS_ONLINE, id_of[A], 1, "", "");
    assert_true(core->conns[0].closed);
    assert_int_equal(core->conns[0].len, 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        send_frame(GW_CMD_GATEWAY_CLIENT_CONNECT, 0, 1, "", wrong[i]);
        assert_true(core->conns[0].closed);
    }
    assert_null(strstr(core->log, "cret\""));
    char head[GW_FRAME_HEAD_LEN] = {0, 16}; /* 1 MiB from a stranger */
    fake_core_receive(core, head, sizeof(head));
    assert_true(core->conns[0].closed);
    send_frame(GW_CMD_WORKER_CONNECT, 0, 1, "",
               "{\"worker_key\":\"W:0\",\"secret_key\":\"s3\\\"cret\"}");
    expect_reply(GW_CMD_IS_ONLINE, id_of[A], "", "i:1;");
}

static void who_does_not_introduce_himself_is_closed(void **state)
{
    (void)state;
    fake_core_receive(core, "\0\0\1", 3);
    fake_core_pass(core, 9);
    assert_false(core->conns[0].closed);
    fake_core_receive(core, "\0", 1); /* does not make it longer */
    fake_core_pass(core, 3);
    assert_true(core->conns[0].closed);
    assert_non_null(strstr(core->log, "no introduction"));
}

static void who_has_shown_the_key_may_be_silent(void **state)
{
    (void)state;
    send_frame(GW_CMD_GATEWAY_CLIENT_CONNECT, 0, 1, "",
               "{\"secret_key\":\"s3\\\"cret\"}");
    fake_core_pass(core, 1000);
    expect_reply(GW_CMD_IS_ONLINE, id_of[A], "", "i:1;");
}

static void the_key_that_was_shown_is_wiped(void **state)
{
    static const char key[] = "s3\"cret";
    const gw_buf *text = &core->inner->text;

    (void)state;
    send_frame(GW_CMD_GATEWAY_CLIENT_CONNECT, 0, 1, "",
               "{\"secret_key\":\"s3\\\"cret\"}");
    assert_true(text->cap > sizeof(key)); /* that is where it was */
    assert_null(memchr(text->base, 'c', sizeof(key) - 1));
}

static void without_a_key_everybody_may_be_silent(void **state)
{
    (void)state;
    fake_core_receive(core, "\0\0\0", 3);
    fake_core_pass(core, 1000);
    assert_false(core->conns[0].closed);
}

/* Merges add to it, each within a frame's limit. */
static void a_session_does_not_grow_without_end(void **state)
{
    enum { PART = 8 * 1000 * 1000 };
    static char bytes[PART + 200];
    size_t before = 0, len = 0;

    (void)state;
    for (int i = 0; i < 12; i++) {
        gw_frame frame = {.cmd = i == 0 ? GW_CMD_SET_SESSION
                                        : GW_CMD_UPDATE_SESSION,
                          .flag = 1,
                          .connection_id = id_of[A]};
        int head = snprintf(bytes + GW_FRAME_HEAD_LEN, 100, "a:1:{i:%d;s:%d:\"",
                            i, PART);

        memset(bytes + GW_FRAME_HEAD_LEN + head, 'x', PART);
        memcpy(bytes + GW_FRAME_HEAD_LEN + head + PART, "\";}", 3);
        frame.ext =
            gw_slice_of(bytes + GW_FRAME_HEAD_LEN, (size_t)head + PART + 3);
        assert_int_equal(gw_frame_encode_head(&frame, (uint8_t *)bytes), 0);
        fake_core_receive(core, bytes, GW_FRAME_HEAD_LEN + frame.ext.len);
        before = len;
        len = gwd_member_session(&core->clients[A].member).len;
        assert_true(len >= before);
    }
    assert_int_equal(len, before); /* kept as it was */
    assert_true(len > (size_t)6 * PART && len <= (size_t)64 * 1024 * 1024);
    assert_non_null(strstr(core->log, "cannot be merged"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(tells_who_is_online),
        T(binds_uids),
        T(floats_beyond_64_bits_wrap_around),
        T(refuses_empty_names),
        T(groups_come_and_go),
        T(select_is_a_union),
        T(select_where_a_scalar_is_true_finds_nobody),
        T(keeps_and_merges_sessions),
        T(sends_to_one_and_all),
        T(sends_to_uids_and_groups),
        T(ends_connections),
        T(the_last_message_is_never_raw),
        T(logs_unknown_commands_and_goes_on),
        T(a_ping_needs_no_answer),
        T(closes_on_who_does_not_read_replies),
        T(takes_frames_split_anywhere),
        T(closes_on_a_frame_that_lies),
        T(without_a_key_everybody_may_be_silent),
        T(a_session_does_not_grow_without_end),
#undef T
#define T(name) cmocka_unit_test_setup_teardown(name, setup_key, teardown)
        T(asks_for_the_key_first),
        T(who_does_not_introduce_himself_is_closed),
        T(who_has_shown_the_key_may_be_silent),
        T(the_key_that_was_shown_is_wiped),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
