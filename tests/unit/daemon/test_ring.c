/* The ring of seconds; the test is the clock, but for the last one. */
#include "support.h"

#include <poll.h>

#include "core/loop.h"

#define MAX 200
#define SECOND 1000000 /* microseconds */

typedef struct timer {
    gwd_timeout timeout;
    unsigned fired;
    uint32_t at;
} timer;

static gwd_ring ring;
static timer timers[MAX];

static void note(gwd_timeout *timeout)
{
    timer *t = (timer *)timeout;

    t->fired++;
    t->at = ring.now;
    assert_false(gwd_timeout_armed(timeout));
}

static int start_at(uint32_t now, gwd_timeout_fn fn)
{
    memset(timers, 0, sizeof(timers));
    gwd_ring_init(&ring, now, fn);
    return 0;
}

static void advance_by(uint32_t seconds)
{
    for (uint32_t i = 0; i < seconds; i++)
        gwd_ring_advance(&ring, ring.now + 1);
}

static void a_timeout_fires_once_and_in_time(void **state)
{
    (void)state;
    for (uint32_t delay = 0; delay < MAX; delay++) {
        start_at(1000, note);
        gwd_ring_arm(&ring, &timers[0].timeout, delay);
        advance_by(MAX * 2);
        assert_int_equal(timers[0].fired, 1);
        assert_int_equal(timers[0].at, 1000 + delay + 1);
    }
}

static void disarmed_ones_do_not_fire(void **state)
{
    (void)state;
    start_at(5, note);
    for (uint32_t i = 0; i < MAX; i++)
        gwd_ring_arm(&ring, &timers[i].timeout, i % 7);
    for (uint32_t i = 0; i < MAX; i += 2)
        gwd_ring_disarm(&timers[i].timeout);
    gwd_ring_disarm(&timers[0].timeout);
    advance_by(10);
    for (uint32_t i = 0; i < MAX; i++)
        assert_int_equal(timers[i].fired, i % 2);
}

static void arming_again_moves(void **state)
{
    (void)state;
    start_at(0, note);
    gwd_ring_arm(&ring, &timers[0].timeout, 3);
    advance_by(2);
    gwd_ring_arm(&ring, &timers[0].timeout, 100);
    advance_by(90);
    assert_int_equal(timers[0].fired, 0);
    advance_by(20);
    assert_int_equal(timers[0].fired, 1);
    assert_int_equal(timers[0].at, 2 + 100 + 1);
}

static void a_jump_of_the_clock_loses_nothing(void **state)
{
    (void)state;
    start_at(0, note);
    for (uint32_t i = 0; i < MAX; i++)
        gwd_ring_arm(&ring, &timers[i].timeout, i);
    gwd_ring_advance(&ring, 5000);
    for (uint32_t i = 0; i < MAX; i++)
        assert_int_equal(timers[i].fired, 1);
}

static void what_is_armed_behind_a_jump_is_not_late(void **state)
{
    (void)state;
    start_at(100, note);
    gwd_ring_arm(&ring, &timers[0].timeout, 20);
    gwd_ring_note(&ring, 113);
    gwd_ring_note(&ring, 99); /* a clock that goes back is ignored here, too */
    gwd_ring_arm(&ring, &timers[1].timeout, 10);
    gwd_ring_advance(&ring, 113);
    assert_int_equal(timers[1].fired, 0);
    gwd_ring_arm(&ring, &timers[2].timeout, 3);
    advance_by(MAX);
    assert_int_equal(timers[0].at, 121);
    assert_int_equal(timers[1].at, 124);
    assert_int_equal(timers[2].at, 117);
}

static void the_clock_may_wrap_around(void **state)
{
    (void)state;
    start_at(UINT32_MAX - 5, note);
    gwd_ring_arm(&ring, &timers[0].timeout, 20);
    advance_by(20);
    assert_int_equal(timers[0].fired, 0);
    advance_by(1);
    assert_int_equal(timers[0].fired, 1);
}

static void a_clock_that_goes_back_is_ignored(void **state)
{
    (void)state;
    start_at(100, note);
    gwd_ring_arm(&ring, &timers[0].timeout, 1);
    gwd_ring_advance(&ring, 50);
    assert_int_equal(ring.now, 100);
    assert_int_equal(timers[0].fired, 0);
}

/* Each firing arms itself again and disarms its neighbour. */
static void meddle(gwd_timeout *timeout)
{
    timer *t = (timer *)timeout;

    note(timeout);
    gwd_ring_arm(&ring, timeout, 0);
    if (t + 1 < timers + MAX)
        gwd_ring_disarm(&t[1].timeout);
}

static void the_callback_may_arm_and_disarm(void **state)
{
    unsigned fired = 0;

    (void)state;
    start_at(0, meddle);
    for (uint32_t i = 0; i < MAX; i++)
        gwd_ring_arm(&ring, &timers[i].timeout, 0);
    advance_by(1);
    for (uint32_t i = 0; i < MAX; i++)
        fired += timers[i].fired;
    assert_true(fired >= MAX / 2);
    for (uint32_t i = 0; i < MAX; i++)
        assert_true(timers[i].fired <= 1);
    for (uint32_t i = 0; i < MAX; i++)
        gwd_ring_disarm(&timers[i].timeout);
    for (size_t i = 0; i < GWD_RING_SLOTS; i++)
        assert_null(ring.slots[i]);
}

static void it_costs_24_bytes(void **state)
{
    (void)state;
    assert_true(sizeof(gwd_timeout) <= 24);
}

static uint64_t part_of_second(void)
{
    return gwd_loop_microseconds() % SECOND;
}

/* Else what is armed before a late tick lies in a second that is long over, and
 * fires too early. Three ticks, for one may be late indeed. */
static void ticks_come_when_a_second_has_begun(void **state)
{
    uint64_t part = SECOND;
    gwd_loop *loop;

    (void)state;
    while (part_of_second() < SECOND / 2 || part_of_second() > SECOND * 9 / 10)
        poll(NULL, 0, 10);
    loop = gwd_loop_new();
    assert_non_null(loop);
    memset(timers, 0, sizeof(timers));
    gwd_loop_add_ring(loop, &ring, note);
    for (unsigned i = 0; i < 3 && part > SECOND * 4 / 10; i++) {
        gwd_ring_arm(&ring, &timers[i].timeout, 0);
        while (timers[i].fired == 0)
            gwd_loop_turn(loop, true);
        part = part_of_second();
    }
    gwd_loop_free(loop);
    assert_true(part <= SECOND * 4 / 10);
}

static void a_turn_knows_how_far_its_rings_are_behind(void **state)
{
    gwd_loop *loop = gwd_loop_new();
    uint32_t before = gwd_loop_seconds();

    (void)state;
    assert_non_null(loop);
    gwd_loop_add_ring(loop, &ring, note);
    ring.now -= 13; /* as if it had stood still */
    gwd_loop_mark(loop);
    assert_in_range(gwd_ring_now(&ring), before, gwd_loop_seconds());
    gwd_loop_remove_ring(loop, &ring);
    gwd_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timeout_fires_once_and_in_time),
        cmocka_unit_test(disarmed_ones_do_not_fire),
        cmocka_unit_test(arming_again_moves),
        cmocka_unit_test(a_jump_of_the_clock_loses_nothing),
        cmocka_unit_test(what_is_armed_behind_a_jump_is_not_late),
        cmocka_unit_test(the_clock_may_wrap_around),
        cmocka_unit_test(a_clock_that_goes_back_is_ignored),
        cmocka_unit_test(the_callback_may_arm_and_disarm),
        cmocka_unit_test(it_costs_24_bytes),
        cmocka_unit_test(ticks_come_when_a_second_has_begun),
        cmocka_unit_test(a_turn_knows_how_far_its_rings_are_behind),
    };

    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
