/* Connections that wait for their peer's end, over real sockets. */
#include "support.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STALLED = 20 }; /* looks */

static gwd_loop *loop;
static int fds[2];

static int setup(void **state)
{
    (void)state;
    loop = new_loop();
    gwd_loop_remove_ring(loop, &loop->lingerers.ring); /* here, too */
    tcp_pair(fds);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close(fds[1]);
    gwd_loop_free(loop);
    return 0;
}

static bool nobody_lingers(void *arg)
{
    (void)arg;
    return loop->lingerers.count == 0;
}

/* The number of bytes that the peer can send before it is told to stop. */
static size_t pour(size_t most)
{
    static const char block[64 * 1024];
    size_t sent = 0;

    while (sent < most) {
        ssize_t got =
            send(fds[1], block, sizeof(block), MSG_DONTWAIT | MSG_NOSIGNAL);

        if (got < 0 && errno != EAGAIN)
            return sent;
        if (got > 0)
            sent += (size_t)got;
        gwd_loop_turn(loop, false);
    }
    return sent;
}

static ssize_t ignore_data(gwd_stream *stream, const char *base, size_t len)
{
    (void)stream;
    (void)base;
    return (ssize_t)len;
}

static unsigned closed;

static void on_close(gwd_stream *stream)
{
    (void)stream;
    closed++;
}

static void the_peer_may_go_on_sending(void **state)
{
    static const gwd_stream_kind like = {.on_data = ignore_data,
                                         .on_close = on_close};
    gwd_stream_kind kind = like;
    gwd_stream stream;

    (void)state;
    closed = 0;
    kind.loop = loop;
    assert_int_equal(gwd_stream_init(&stream, &kind, fds[0]), GW_OK);
    assert_true(pour(256 * 1024) >= 256 * 1024);
    gwd_stream_write(&stream, "too much", 8);
    gwd_stream_linger(&stream);
    assert_true(gwd_stream_closing(&stream));
    gwd_loop_turn(loop, false);
    assert_int_equal(closed, 1); /* its owner does not wait */
    assert_int_equal(loop->streams, 0);
    assert_int_equal(loop->lingerers.count, 1);
    assert_true(pour(4 << 20) >= 4 << 20);
    expect_bytes(loop, fds[1], LIT("too much"));
    expect_eof(loop, fds[1]);
    assert_int_equal(loop->lingerers.count, 1);
    close(fds[1]);
    run_until(loop, nobody_lingers, NULL);
    fds[1] = -1;
}

static void a_peer_that_has_gone_is_not_waited_for(void **state)
{
    struct pollfd ended = {.fd = fds[0], .events = POLLIN};

    (void)state;
    shutdown(fds[1], SHUT_WR);
    assert_int_equal(poll(&ended, 1, WAIT_SECONDS * 1000), 1);
    gwd_linger(loop, fds[0], false);
    assert_int_equal(loop->lingerers.count, 0);
    expect_eof(loop, fds[1]);
}

static void a_reset_ends_it(void **state)
{
    struct linger reset = {1, 0};

    (void)state;
    gwd_linger(loop, fds[0], false);
    assert_int_equal(loop->lingerers.count, 1);
    setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fds[1]);
    run_until(loop, nobody_lingers, NULL);
    fds[1] = -1;
}

static void its_time_is_limited(void **state)
{
    gwd_ring *ring = &loop->lingerers.ring;
    uint32_t now = ring->now;

    (void)state;
    gwd_linger(loop, fds[0], false);
    gwd_ring_advance(ring, now + GWD_LINGER_SECONDS - 1);
    assert_int_equal(loop->lingerers.count, 1);
    gwd_ring_advance(ring, now + GWD_LINGER_SECONDS + 2);
    assert_int_equal(loop->lingerers.count, 0);
    expect_eof(loop, fds[1]);
}

/* The others are closed at once; a place is free again when somebody leaves;
 * the end of the loop is that of all. */
static void their_number_is_limited(void **state)
{
    int first[2], others[GWD_LINGER_MAX - 1], last[2];

    (void)state;
    tcp_pair(first);
    gwd_linger(loop, first[0], false);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        int pair[2];

        tcp_pair(pair);
        gwd_linger(loop, pair[0], false);
        others[i] = pair[1];
    }
    assert_int_equal(loop->lingerers.count, GWD_LINGER_MAX);
    gwd_linger(loop, fds[0], false);
    assert_int_equal(loop->lingerers.count, GWD_LINGER_MAX);
    assert_int_equal(pour(4 << 20) < 4 << 20, 1);
    close(first[1]);
    while (loop->lingerers.count == GWD_LINGER_MAX)
        gwd_loop_turn(loop, true);
    tcp_pair(last);
    gwd_linger(loop, last[0], false);
    assert_int_equal(loop->lingerers.count, GWD_LINGER_MAX);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        close(others[i]);
    close(last[1]);
}

/* Sends until the peer's machine takes no more. */
static size_t fill(int fd)
{
    static const char block[64 * 1024];
    size_t sent = 0;
    ssize_t got;

    while ((got = send(fd, block, sizeof(block), MSG_DONTWAIT)) > 0)
        sent += (size_t)got;
    return sent;
}

static size_t take(size_t most)
{
    static char block[1 << 20];
    ssize_t got =
        recv(fds[1], block, most < sizeof(block) ? most : sizeof(block),
             MSG_DONTWAIT);

    return got > 0 ? (size_t)got : 0;
}

/* From now on it looks when a test says so. */
static void drain(void)
{
    gwd_lingerers_drain(loop);
    event_del(&loop->lingerers.look);
}

static void look(unsigned times)
{
    while (times-- > 0) {
        event_active(&loop->lingerers.look, EV_TIMEOUT, 0);
        gwd_loop_turn(loop, false);
        event_del(&loop->lingerers.look); /* its timer is back */
    }
}

static void at_the_end_it_lasts_until_all_has_arrived(void **state)
{
    size_t left = fill(fds[0]);

    (void)state;
    assert_true(left > 1 << 20);
    gwd_linger(loop, fds[0], false);
    gwd_lingerers_drain(loop);
    for (int looks = 0; looks < 4; looks++) {
        left -= take(128 * 1024);
        gwd_loop_turn(loop, true);
        assert_int_equal(loop->lingerers.count, 1);
    }
    while (loop->lingerers.count > 0) {
        left -= take(left);
        gwd_loop_turn(loop, false);
    }
    while (left > 0)
        left -= take(left);
    expect_eof(loop, fds[1]);
}

static bool look_and_nobody_lingers(void *arg)
{
    look(1);
    return nobody_lingers(arg);
}

static void at_the_end_it_ends_when_nothing_moves(void **state)
{
    (void)state;
    fill(fds[0]);
    gwd_linger(loop, fds[0], false);
    drain();
    look(STALLED);
    assert_int_equal(loop->lingerers.count, 1);
    run_until(loop, look_and_nobody_lingers, NULL);
}

static bool all_is_read(void *arg)
{
    int left = -1;

    (void)arg;
    return ioctl(fds[0], FIONREAD, &left) == 0 && left == 0;
}

/* It has arrived at its machine, that is. */
static void who_reads_late_is_waited_for_as_long_as_he_sends(void **state)
{
    struct pollfd sent = {.fd = fds[0], .events = POLLIN};

    (void)state;
    gwd_linger(loop, fds[0], true);
    drain();
    for (int times = 0; times < 4; times++) {
        send_bytes(fds[1], LIT("x"));
        assert_int_equal(poll(&sent, 1, WAIT_SECONDS * 1000), 1);
        run_until(loop, all_is_read, NULL);
        look(STALLED);
        assert_int_equal(loop->lingerers.count, 1);
    }
    look(1);
    assert_int_equal(loop->lingerers.count, 0);
}

static void at_the_end_they_may_be_many(void **state)
{
    static int pairs[GWD_LINGER_MAX + 1][2];

    (void)state;
    gwd_lingerers_drain(loop);
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        tcp_pair(pairs[i]);
        gwd_linger(loop, pairs[i][0], true);
    }
    assert_int_equal(loop->lingerers.count, COUNT_OF(pairs));
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        close(pairs[i][1]);
    run_until(loop, nobody_lingers, NULL);
    close(fds[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_peer_may_go_on_sending, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_peer_that_has_gone_is_not_waited_for,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_reset_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(its_time_is_limited, setup, teardown),
        cmocka_unit_test_setup_teardown(their_number_is_limited, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            at_the_end_it_lasts_until_all_has_arrived, setup, teardown),
        cmocka_unit_test_setup_teardown(at_the_end_it_ends_when_nothing_moves,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            who_reads_late_is_waited_for_as_long_as_he_sends, setup, teardown),
        cmocka_unit_test_setup_teardown(at_the_end_they_may_be_many, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
