/* Clients that come while their worker does not keep up. */
#include "worker_stage.h"

#include <string.h>

/* Worker 0 takes no more events, or takes them again. */
static void is_behind(void)
{
    core->conns[0].queued = 1000;
}

static void has_caught_up(void)
{
    core->conns[0].queued = 0;
}

static uint64_t dropped(void)
{
    return core->loop->loop.metrics->worker_dropped;
}

/* Nobody greets a client that has a worker. */
static bool is_greeted(int client)
{
    return *gwd_client_worker(fake_core_client(core, client)) == NULL;
}

static int setup_behind_with(gwd_inner_config config)
{
    setup_with(config);
    introduce(0, "W:0");
    is_behind();
    return 0;
}

static int setup_behind(void **state)
{
    (void)state;
    return setup_behind_with((gwd_inner_config){0});
}

static int setup_behind_strict(void **state)
{
    (void)state;
    return setup_behind_with(
        (gwd_inner_config){.without_worker = GWD_WITHOUT_WORKER_STRICT});
}

static int setup_behind_random(void **state)
{
    (void)state;
    return setup_behind_with((gwd_inner_config){.router = GWD_ROUTER_RANDOM});
}

static void who_came_meanwhile_is_introduced_by_its_next_event(void **state)
{
    (void)state;
    fake_core_arrive(core, 0, 1);
    fake_core_arrive(core, 1, 2);
    assert_true(is_greeted(0));
    assert_string_equal(core->clients[0].got, "");
    has_caught_up();
    says(0, "hi");
    upgrades(1);
    assert_false(is_greeted(0));
    assert_int_equal(
        strncmp(told(0), "connect 1, message 1 hi, connect 2, upgrade 2 ", 46),
        0);
    says(0, "again");
    fake_core_leave(core, 0);
    expect_told(0, "message 1 again, close 1");
}

static void who_came_and_left_meanwhile_is_not_told_of(void **state)
{
    (void)state;
    fake_core_arrive(core, 0, 1);
    fake_core_arrive(core, 1, 2);
    fake_core_leave(core, 0);
    has_caught_up();
    fake_core_leave(core, 1);
    expect_told(0, "");
}

/* Each event that the worker does not hear of is one that was dropped, and not
 * one without a worker. */
static void what_such_a_client_does_meanwhile_is_dropped(void **state)
{
    (void)state;
    fake_core_arrive(core, 0, 1);
    assert_int_equal(dropped(), 1);
    upgrades(0);
    assert_int_equal(dropped(), 2);
    says(0, "lost");
    assert_int_equal(dropped(), 3);
    assert_true(is_greeted(0));
    fake_core_pass(core, 2);
    assert_non_null(strstr(core->log, "W:0: does not keep up: 3 events"));
    introduce(1, "W:1");
    assert_null(strstr(core->log, "no worker"));
    says(0, "heard");
    expect_told(1, "connect 1, message 1 heard");
    expect_told(0, "");
}

/* However few it has. */
static void others_get_the_clients(void **state)
{
    (void)state;
    introduce(1, "W:1");
    for (int i = 0; i < 3; i++) {
        fake_core_arrive(core, i, (uint32_t)i + 1);
    }
    expect_told(1, "connect 1, connect 2, connect 3");
    assert_int_equal(dropped(), 0);
}

static void a_worker_keeps_the_clients_that_it_knows(void **state)
{
    (void)state;
    has_caught_up();
    fake_core_arrive(core, 0, 1);
    introduce(1, "W:1");
    is_behind();
    says(0, "lost");
    assert_int_equal(dropped(), 1);
    has_caught_up();
    says(0, "heard");
    expect_told(0, "connect 1, message 1 heard");
    expect_told(1, "");
}

/* A worker is there: that it is behind ends nobody. */
static void strict_keeps_such_a_client(void **state)
{
    (void)state;
    fake_core_arrive(core, 0, 1);
    says(0, "lost");
    assert_string_equal(core->clients[0].got, "");
    has_caught_up();
    says(0, "heard");
    expect_told(0, "connect 1, message 1 heard");
}

/* It is nobody's load: others get as many as before. */
static void a_worker_has_no_load_of_whom_it_does_not_know(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        fake_core_arrive(core, i, (uint32_t)i + 1);
    }
    introduce(1, "W:1");
    has_caught_up();
    for (int i = 0; i < 3; i++) {
        says(i, "hi");
    }
    expect_told(0, "connect 1, message 1 hi, connect 3, message 3 hi");
    expect_told(1, "connect 2, message 2 hi");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup_behind, teardown)
#define T_WITH(name, set) cmocka_unit_test_setup_teardown(name, set, teardown)
        T(who_came_meanwhile_is_introduced_by_its_next_event),
        T(who_came_and_left_meanwhile_is_not_told_of),
        T(what_such_a_client_does_meanwhile_is_dropped),
        T(others_get_the_clients),
        T(a_worker_keeps_the_clients_that_it_knows),
        T(a_worker_has_no_load_of_whom_it_does_not_know),
        T_WITH(strict_keeps_such_a_client, setup_behind_strict),
        T_WITH(others_get_the_clients, setup_behind_random),
#undef T
#undef T_WITH
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
