/* Streams on a real loop, over real sockets. */
#include "support.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"

#define PAIR_LEN 4

/* Takes input in units of PAIR_LEN bytes and notes them. */
typedef struct owner {
    gwd_stream stream; /* first: a stream is its owner */
    gw_buf got;
    unsigned calls;
    unsigned closed;
    size_t left;       /* what had not left then */
    ssize_t answer;    /* unless 0, what on_data returns */
    bool close_inside; /* close in on_data */
    struct owner *write_to_on_close;
} owner;

static gwd_loop *loop;
static int fds[2];

static ssize_t on_data(gwd_stream *stream, const char *base, size_t len)
{
    owner *o = (owner *)stream;
    size_t used = len - len % PAIR_LEN;

    o->calls++;
    gw_buf_put(&o->got, base, used);
    if (o->close_inside)
        gwd_stream_close(stream);
    return o->answer != 0 ? o->answer : (ssize_t)used;
}

static void on_close(gwd_stream *stream)
{
    owner *o = (owner *)stream;

    o->closed++;
    o->left = gwd_stream_queued(stream);
    if (o->write_to_on_close != NULL)
        gwd_stream_write(&o->write_to_on_close->stream, "bye!", 4);
}

static gwd_stream_kind kind = {.on_data = on_data, .on_close = on_close};

static void begin(owner *o, int fd)
{
    memset(o, 0, sizeof(*o));
    gw_buf_init(&o->got, NULL, 0);
    kind.loop = loop;
    assert_int_equal(gwd_stream_init(&o->stream, &kind, fd), GW_OK);
}

static bool is_closed(void *arg)
{
    return ((owner *)arg)->closed > 0;
}

static void end(owner *o)
{
    if (!o->closed)
        gwd_stream_abort(&o->stream);
    run_until(loop, is_closed, o);
    assert_int_equal(o->closed, 1);
    gw_buf_deinit(&o->got);
}

static int setup(void **state)
{
    (void)state;
    loop = new_loop();
    tcp_pair(fds);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close(fds[1]);
    assert_int_equal(loop->streams, 0);
    gwd_loop_free(loop);
    return 0;
}

/* Until so many bytes were noted. */
typedef struct awaited {
    owner *o;
    size_t len;
} awaited;

static bool has_got(void *arg)
{
    awaited *a = arg;

    return a->o->got.len >= a->len;
}

static void await_bytes(owner *o, size_t len)
{
    awaited a = {o, len};

    run_until(loop, has_got, &a);
}

/* ---- input -------------------------------------------------------------- */

static void the_rest_is_offered_again(void **state)
{
    owner o;

    (void)state;
    begin(&o, fds[0]);
    send_bytes(fds[1], LIT("abcdef"));
    await_bytes(&o, 4);
    assert_slice_equal(gw_buf_slice(&o.got), LIT("abcd"));
    send_bytes(fds[1], LIT("g"));
    send_bytes(fds[1], LIT("hi"));
    await_bytes(&o, 8);
    assert_slice_equal(gw_buf_slice(&o.got), LIT("abcdefgh"));
    assert_non_null(o.stream.partial);
    send_bytes(fds[1], LIT("jkl"));
    await_bytes(&o, 12);
    assert_slice_equal(gw_buf_slice(&o.got), LIT("abcdefghijkl"));
    assert_null(o.stream.partial); /* an idle stream owns nothing */
    end(&o);
}

/* Uses nothing up until everything is there. */
static size_t wanted;

static ssize_t on_big_data(gwd_stream *stream, const char *base, size_t len)
{
    owner *o = (owner *)stream;

    if (len < wanted)
        return 0;
    gw_buf_put(&o->got, base, wanted);
    return (ssize_t)wanted;
}

static void a_unit_may_be_larger_than_the_shared_buffer(void **state)
{
    const gwd_stream_kind big = {
        .loop = loop, .on_data = on_big_data, .on_close = on_close};
    owner o;
    char *bytes;

    (void)state;
    wanted = GWD_LOOP_BUFFER * 20 + 1;
    bytes = malloc(wanted + 3);
    for (size_t i = 0; i < wanted; i++)
        bytes[i] = (char)(i * 7 + i / 1000);
    memcpy(bytes + wanted, "end", 3);
    begin(&o, fds[0]);
    o.stream.kind = &big;
    for (size_t at = 0; at < wanted + 3; at += 5000) {
        size_t len = wanted + 3 - at < 5000 ? wanted + 3 - at : 5000;

        send_bytes(fds[1], gw_slice_of(bytes + at, len));
        gwd_loop_turn(loop, false);
    }
    await_bytes(&o, wanted);
    assert_slice_equal(gw_buf_slice(&o.got), gw_slice_of(bytes, wanted));
    wanted = 3;
    send_bytes(fds[1], LIT("!"));
    await_bytes(&o, o.got.len + 3);
    end(&o);
    free(bytes);
}

static void an_error_from_the_owner_ends_it(void **state)
{
    owner o;

    (void)state;
    begin(&o, fds[0]);
    o.answer = GW_EPROTO;
    send_bytes(fds[1], LIT("abcd"));
    run_until(loop, is_closed, &o);
    expect_eof(loop, fds[1]);
    end(&o);
}

static void claiming_more_than_there_was_ends_it(void **state)
{
    owner o;

    (void)state;
    begin(&o, fds[0]);
    o.answer = 5;
    send_bytes(fds[1], LIT("abcd"));
    run_until(loop, is_closed, &o);
    end(&o);
}

static void the_peers_end_is_the_end(void **state)
{
    owner o;

    (void)state;
    begin(&o, fds[0]);
    send_bytes(fds[1], LIT("abcdef"));
    shutdown(fds[1], SHUT_WR);
    run_until(loop, is_closed, &o);
    assert_slice_equal(gw_buf_slice(&o.got), LIT("abcd"));
    end(&o);
}

static void a_closing_stream_is_given_no_more_input(void **state)
{
    owner o;

    (void)state;
    begin(&o, fds[0]);
    o.close_inside = true;
    send_bytes(fds[1], LIT("abcdef"));
    run_until(loop, is_closed, &o);
    assert_int_equal(o.calls, 1);
    expect_eof(loop, fds[1]);
    end(&o);
}

static gw_buf order;

static ssize_t note_order(gwd_stream *stream, const char *base, size_t len)
{
    (void)stream;
    gw_buf_put(&order, base, len);
    return (ssize_t)len;
}

static bool both_have_come(void *arg)
{
    (void)arg;
    return order.len == 2;
}

/* Whichever of the two the kernel names first. */
static void input_may_come_after_that_of_others(void **state)
{
    gwd_stream_kind first = kind, last = kind;
    struct pollfd input = {.events = POLLIN};
    int more[2];
    owner a, b;

    (void)state;
    tcp_pair(more);
    begin(&a, fds[0]);
    begin(&b, more[0]);
    first.loop = last.loop = loop;
    first.on_data = last.on_data = note_order;
    last.reads_last = true;
    a.stream.kind = &last;
    b.stream.kind = &first;
    gw_buf_init(&order, NULL, 0);
    send_bytes(fds[1], LIT("2"));
    send_bytes(more[1], LIT("1"));
    input.fd = more[0];
    assert_int_equal(poll(&input, 1, WAIT_SECONDS * 1000), 1);
    run_until(loop, both_have_come, NULL);
    assert_slice_equal(gw_buf_slice(&order), LIT("12"));
    gw_buf_deinit(&order);
    end(&a);
    end(&b);
    close(more[1]);
}

/* ---- output ------------------------------------------------------------- */

static void output_leaves_at_the_end_of_the_turn(void **state)
{
    gwd_chunk *chunk = gwd_chunk_new("chunk", 5);
    char byte;
    owner o;

    (void)state;
    begin(&o, fds[0]);
    gwd_stream_write(&o.stream, "one", 3);
    gwd_stream_write_chunk(&o.stream, chunk);
    gwd_stream_write(&o.stream, "two", 3);
    assert_int_equal(gwd_stream_queued(&o.stream), 11);
    assert_int_equal(recv(fds[1], &byte, 1, MSG_DONTWAIT), -1);
    expect_bytes(loop, fds[1], LIT("onechunktwo"));
    assert_int_equal(gwd_stream_queued(&o.stream), 0);
    assert_null(o.stream.queue);
    assert_int_equal(o.stream.event.ev_events & EV_WRITE, 0);
    end(&o);
    gwd_chunk_unref(&chunk);
}

/* More than the kernel takes, in many pieces; the last stays in order. */
static void put_much(owner *o, size_t count, gw_buf *want)
{
    for (size_t i = 0; i < count; i++) {
        char piece[1000];

        memset(piece, (int)('a' + i % 26), sizeof(piece));
        gwd_stream_write(&o->stream, piece, sizeof(piece));
        gw_buf_put(want, piece, sizeof(piece));
    }
}

static void what_the_kernel_refuses_waits(void **state)
{
    gw_buf want;
    owner o;

    (void)state;
    gw_buf_init(&want, NULL, 0);
    shrink_buffers(fds);
    begin(&o, fds[0]);
    put_much(&o, 1000, &want);
    gwd_loop_turn(loop, false);
    assert_true(gwd_stream_queued(&o.stream) > 0);
    assert_true(o.stream.event.ev_events & EV_WRITE);
    put_much(&o, 10, &want);
    /* Input still comes in. */
    send_bytes(fds[1], LIT("abcd"));
    await_bytes(&o, 4);
    expect_bytes(loop, fds[1], gw_buf_slice(&want));
    assert_int_equal(gwd_stream_queued(&o.stream), 0);
    assert_int_equal(o.stream.event.ev_events & EV_WRITE, 0);
    end(&o);
    gw_buf_deinit(&want);
}

static void full_is_who_does_not_read(void **state)
{
    gw_buf want;
    owner o;

    (void)state;
    gw_buf_init(&want, NULL, 0);
    shrink_buffers(fds);
    begin(&o, fds[0]);
    put_much(&o, 2, &want);
    assert_false(gwd_stream_is_full(&o.stream, 2001));
    assert_int_equal(gwd_stream_queued(&o.stream), 2000);
    assert_false(gwd_stream_is_full(&o.stream, 2000));
    assert_int_equal(gwd_stream_queued(&o.stream), 0);
    put_much(&o, 1000, &want);
    assert_true(gwd_stream_is_full(&o.stream, 2000));
    assert_true(o.stream.event.ev_events & EV_WRITE);
    put_much(&o, 1, &want);
    expect_bytes(loop, fds[1], gw_buf_slice(&want));
    assert_false(gwd_stream_is_full(&o.stream, 1));
    assert_int_equal(o.stream.event.ev_events & EV_WRITE, 0);
    end(&o);
    gw_buf_deinit(&want);
}

/* The peer is gone, which is noticed while asking. */
static void a_failure_while_asking_ends_it(void **state)
{
    struct linger reset = {1, 0};
    struct pollfd gone = {.fd = fds[0], .events = POLLIN};
    owner o;

    (void)state;
    begin(&o, fds[0]);
    setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fds[1]);
    fds[1] = -1;
    assert_int_equal(poll(&gone, 1, WAIT_SECONDS * 1000), 1);
    gwd_stream_write(&o.stream, "anyone?", 7);
    assert_true(gwd_stream_is_full(&o.stream, 7));
    assert_true(gwd_stream_closing(&o.stream));
    assert_int_equal(o.closed, 0);
    gwd_loop_turn(loop, false);
    end(&o);
}

static void close_flushes_first(void **state)
{
    gw_buf want;
    owner o;

    (void)state;
    gw_buf_init(&want, NULL, 0);
    shrink_buffers(fds);
    begin(&o, fds[0]);
    put_much(&o, 1000, &want);
    gwd_stream_close(&o.stream);
    assert_true(gwd_stream_closing(&o.stream));
    gwd_stream_write(&o.stream, "too late", 8);
    gwd_loop_turn(loop, false);
    assert_int_equal(o.closed, 0);
    /* Input that nobody reads any more must not keep the loop busy. */
    send_bytes(fds[1], LIT("abcd"));
    gwd_loop_turn(loop, false);
    assert_int_equal(o.stream.event.ev_events & EV_READ, 0);
    expect_bytes(loop, fds[1], gw_buf_slice(&want));
    expect_eof(loop, fds[1]);
    assert_int_equal(o.calls, 0);
    end(&o);
    gw_buf_deinit(&want);
}

static void abort_drops_what_is_queued(void **state)
{
    owner o;

    (void)state;
    begin(&o, fds[0]);
    gwd_stream_write(&o.stream, "never", 5);
    gwd_stream_abort(&o.stream);
    assert_int_equal(o.closed, 0); /* not inside the call */
    expect_eof(loop, fds[1]);
    end(&o);
}

static void abort_beats_a_close_under_way(void **state)
{
    gw_buf want;
    owner o;

    (void)state;
    gw_buf_init(&want, NULL, 0);
    shrink_buffers(fds);
    begin(&o, fds[0]);
    put_much(&o, 1000, &want);
    gwd_stream_close(&o.stream);
    gwd_loop_turn(loop, false);
    assert_int_equal(o.closed, 0);
    gwd_stream_abort(&o.stream);
    gwd_loop_turn(loop, false);
    assert_int_equal(o.closed, 1);
    end(&o);
    gw_buf_deinit(&want);
}

static void a_peer_that_is_gone_ends_a_write(void **state)
{
    struct linger reset = {1, 0};
    owner o;

    (void)state;
    begin(&o, fds[0]);
    setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fds[1]);
    gwd_stream_write(&o.stream, "anyone?", 7);
    run_until(loop, is_closed, &o);
    end(&o);
    fds[1] = -1;
}

static void closing_may_give_others_output(void **state)
{
    int more[2];
    owner a, b;

    (void)state;
    tcp_pair(more);
    begin(&a, fds[0]);
    begin(&b, more[0]);
    a.write_to_on_close = &b;
    gwd_stream_abort(&a.stream);
    gwd_loop_turn(loop, false);
    expect_bytes(loop, more[1], LIT("bye!"));
    end(&a);
    end(&b);
    close(more[1]);
}

static void drain_waits_for_the_last_stream(void **state)
{
    owner o;

    (void)state;
    begin(&o, fds[0]);
    gwd_stream_write(&o.stream, "last", 4);
    gwd_stream_close(&o.stream);
    assert_true(gwd_loop_drain(loop, WAIT_SECONDS));
    assert_int_equal(loop->unsent, 0);
    expect_bytes(loop, fds[1], LIT("last"));
    end(&o);
}

static void drain_gives_up(void **state)
{
    owner o;

    (void)state;
    begin(&o, fds[0]);
    assert_false(gwd_loop_drain(loop, 0));
    end(&o);
}

static void drain_counts_who_did_not_take_all(void **state)
{
    static char large[8 * 1024 * 1024];
    owner o;

    (void)state;
    begin(&o, fds[0]);
    gwd_stream_write(&o.stream, large, sizeof(large));
    gwd_stream_end(&o.stream);
    assert_true(gwd_loop_drain(loop, WAIT_SECONDS));
    assert_int_equal(loop->unsent, 1);
    assert_true(o.left > 0 && o.left < sizeof(large));
    end(&o);
}

static void ignore(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

/* Standard error may be read by nobody, or be lines of JSON. */
static void what_libevent_says_is_logged(void **state)
{
    char path[] = "/tmp/gwd-log-XXXXXX";
    int file = mkstemp(path);
    char text[1024] = "";
    struct event event;

    (void)state;
    assert_true(gwd_log_open(path));
    event_assign(&event, loop->base, 1000 * 1000, EV_READ, ignore, NULL);
    event_add(&event, NULL); /* no such descriptor */
    gwd_loop_turn(loop, false);
    event_del(&event);
    assert_true(gwd_log_open("stderr"));
    assert_true(read(file, text, sizeof(text) - 1) > 0);
    assert_non_null(strstr(text, " warning: libevent: "));
    close(file);
    unlink(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_rest_is_offered_again),
        TEST(a_unit_may_be_larger_than_the_shared_buffer),
        TEST(an_error_from_the_owner_ends_it),
        TEST(claiming_more_than_there_was_ends_it),
        TEST(the_peers_end_is_the_end),
        TEST(a_closing_stream_is_given_no_more_input),
        TEST(input_may_come_after_that_of_others),
        TEST(output_leaves_at_the_end_of_the_turn),
        TEST(what_the_kernel_refuses_waits),
        TEST(full_is_who_does_not_read),
        TEST(a_failure_while_asking_ends_it),
        TEST(close_flushes_first),
        TEST(abort_drops_what_is_queued),
        TEST(abort_beats_a_close_under_way),
        TEST(a_peer_that_is_gone_ends_a_write),
        TEST(closing_may_give_others_output),
        TEST(drain_waits_for_the_last_stream),
        TEST(drain_gives_up),
        TEST(drain_counts_who_did_not_take_all),
        TEST(what_libevent_says_is_logged),
    };

    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
