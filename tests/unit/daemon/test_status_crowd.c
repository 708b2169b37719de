/* Who gets a place at the status port when there are more than it has, and what
 * is told of those who guess its token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/slots.h"
#include "fake_loop.h"
#include "status/status.h"

#define PLACES 64

static fake_loop *loop;
static gwd_status *status;
static gwd_slot item;
static gwd_slots slots;

static int setup(void **state)
{
    (void)state;
    loop = fake_loop_new();
    slots = (gwd_slots){1, true, 1000, 0, &item, {0}};
    status =
        gwd_status_new(&loop->loop, &slots, gw_slice_str(""), gw_slice_str(""));
    assert_non_null(status);
    return 0;
}

/* Who is here leaves in time, and the server with the last. */
static int teardown(void **state)
{
    (void)state;
    gwd_status_free(status);
    fake_loop_pass(loop, 20);
    assert_null(loop->loop.rings);
    fake_loop_free(loop);
    return 0;
}

static bool is_here(int who)
{
    return loop->conns[who].stream != NULL;
}

static void come(int from, int to)
{
    for (int i = from; i < to; i++)
        gwd_status_accept(status, fake_fd(i));
    fake_loop_settle(loop);
}

static void say(int who, const char *text)
{
    fake_loop_receive(loop, who, text, strlen(text));
    fake_loop_settle(loop);
}

static bool was_sent(int who, const char *text)
{
    const fake_conn *conn = &loop->conns[who];

    return conn->len > 0 && strstr(conn->got, text) != NULL;
}

static unsigned count(void)
{
    unsigned result = 0;

    for (int i = 0; i < FAKE_CONNS; i++)
        result += is_here(i);
    return result;
}

static void
a_probe_takes_the_place_of_the_oldest_that_asks_nothing(void **state)
{
    (void)state;
    come(0, PLACES);
    say(3, "GET / HTTP/1.1\r\n"); /* that is no request yet */
    assert_int_equal(count(), PLACES);
    come(PLACES, PLACES + 1);
    assert_false(is_here(0));
    assert_int_equal(count(), PLACES);
    say(PLACES, "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(was_sent(PLACES, "200 OK"));
    assert_false(is_here(PLACES));
    come(PLACES, PLACES + 4); /* in one turn; the first takes the free place */
    assert_int_equal(count(), PLACES);
    assert_false(is_here(1) || is_here(2) || is_here(3));
    assert_true(is_here(4) && is_here(PLACES + 3));
}

static void who_has_asked_stays(void **state)
{
    (void)state;
    come(0, PLACES);
    loop->conns[0].queued = loop->conns[2].queued = 1; /* they do not read */
    say(0, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    say(2, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    come(PLACES, PLACES + 2);
    assert_true(is_here(0) && is_here(2));
    assert_false(is_here(1) || is_here(3));
}

static void who_does_not_read_keeps_nobody_out(void **state)
{
    (void)state;
    come(0, PLACES);
    for (int i = 0; i < PLACES; i++) {
        loop->conns[i].queued = 1;
        say(i, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    assert_int_equal(count(), PLACES);
    come(PLACES, PLACES + 1);
    assert_false(is_here(0));
    say(PLACES, "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(was_sent(PLACES, "200 OK"));
}

static void a_place_that_was_left_is_free(void **state)
{
    (void)state;
    come(0, PLACES);
    fake_loop_hang_up(loop, PLACES - 1); /* the last of the list, */
    fake_loop_hang_up(loop, 0);          /* the first, */
    fake_loop_hang_up(loop, 7);          /* and one within */
    come(PLACES, PLACES + 3);
    assert_int_equal(count(), PLACES);
    assert_true(is_here(1));
    come(PLACES + 3, PLACES + 4);
    assert_int_equal(count(), PLACES);
    assert_false(is_here(1));
}

/* ---- the token ---------------------------------------------------------- */

static void guess(int who)
{
    come(who, who + 1);
    say(who, "GET /status HTTP/1.1\r\nHost: h\r\n"
             "Authorization: Bearer guess\r\n\r\n");
    assert_true(was_sent(who, "401 Unauthorized"));
}

static void guesses_are_told_once_a_minute_with_their_number(void **state)
{
    static const char line[] = "status: wrong token (%u since";
    static const unsigned numbers[] = {1, 3, 1};
    char want[64];
    int who = 0;

    (void)state;
    gwd_status_free(status);
    status = gwd_status_new(&loop->loop, &slots, gw_slice_str(""),
                            gw_slice_str("t0ken"));
    fake_loop_pass(loop, 1); /* no clock is at 0 */
    for (int i = 0; i < 3; i++) {
        guess(who++);
        snprintf(want, sizeof(want), line, numbers[i]);
        assert_non_null(strstr(loop->log, want));
        fake_loop_clear(loop);
        for (unsigned n = 1; i < 2 && n < numbers[i + 1]; n++)
            guess(who++);
        assert_string_equal(loop->log, "");
        fake_loop_pass(loop, 60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_probe_takes_the_place_of_the_oldest_that_asks_nothing),
        TEST(who_has_asked_stays),
        TEST(who_does_not_read_keeps_nobody_out),
        TEST(a_place_that_was_left_is_free),
        TEST(guesses_are_told_once_a_minute_with_their_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
