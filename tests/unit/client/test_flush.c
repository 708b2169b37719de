/* gw_flush(): is everything that was sent handled? */
#include "support.h"

#include "client_impl.h"
#include "clock.h"

static int send_to(cluster *x, size_t i)
{
    gw_client_id id = fake_client(x->gw[i], 1);

    return gw_send_to_client(x->client, &id, &hello);
}

static void nothing_sent_asks_nothing(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_accepts(x->gw[0], 0);
    assert_accepts(x->reg, 0);
    cluster_free(x);
}

static void each_connection_is_asked_once(void **state)
{
    cluster *x = cluster_new(3, PLENTY_MS);
    int i;

    (void)state;
    for (i = 0; i < 5; i++) {
        assert_int_equal(send_to(x, 0), GW_OK);
        assert_int_equal(send_to(x, 1), GW_OK);
    }
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_frames(x->gw[0], 6);
    assert_frames(x->gw[1], 6);
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_frames(x->gw[0], 6);
    assert_accepts(x->gw[2], 0);
    cluster_free(x);
}

static void an_answer_to_a_question_confirms_too(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client_id id = fake_client(x->gw[0], 1);
    int online;

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(gw_is_online(x->client, &id, &online), GW_OK);
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_frames(x->gw[0], 2);
    cluster_free(x);
}

static void what_a_dead_connection_carried_is_told_once(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    const char *address = fake_address(x->gw[0]);

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(send_to(x, 1), GW_OK);
    fake_wait_frames(x->gw[0], 2);
    cluster_hang_up(x, 0);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    assert_failure(x->client, 0, address, GW_EUNCONFIRMED);
    assert_non_null(strstr(gw_client_error(x->client),
                           text("2 sent to tcp://%s", address)));
    assert_int_equal(gw_flush(x->client), GW_OK);
    cluster_free(x);
}

static void noticed_by_a_call_in_between_it_is_told_as_well(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    cluster_hang_up(x, 0);
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    assert_int_equal(gw_flush(x->client), GW_OK);
    cluster_free(x);
}

static void a_silent_gateway_does_not_confirm(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    uint64_t start;

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(send_to(x, 1), GW_OK);
    fake_set_mode(x->gw[1], FAKE_SILENT);
    gw_client_set_timeouts(x->client, PLENTY_MS, 2000);
    clock_pass_over(1, 0); /* the other answers */
    start = clock_now();
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    assert_passed(start, 2000);
    clock_stand();
    assert_int_equal(stats_of(x->client).failures, 1);
    assert_failure(x->client, 0, fake_address(x->gw[1]), GW_ETIMEDOUT);
    assert_int_equal(gw_flush(x->client), GW_OK);
    cluster_free(x);
}

static void a_gateway_that_closes_when_asked_does_not_confirm(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    const gw_failure *list;

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    fake_set_mode(x->gw[0], FAKE_CLOSE);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    assert_int_equal(gw_client_failures(x->client, &list), 1);
    assert_failure(x->client, 0, fake_address(x->gw[0]), GW_EUNCONFIRMED);
    assert_int_equal(gw_flush(x->client), GW_OK);
    cluster_free(x);
}

static void a_gateway_that_fails_twice_is_listed_once(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    const char *address = fake_address(x->gw[0]);
    gw_client_id id = fake_client(x->gw[0], 1);
    const gw_failure *list;
    int online;

    (void)state;
    assert_int_equal(gw_is_online(x->client, &id, &online), GW_OK);
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 2);
    cluster_hang_up(x, 0);
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(send_to(x, 1), GW_OK);
    fake_wait_frames(x->gw[0], 3);
    fake_set_mode(x->gw[0], FAKE_CLOSE);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    assert_int_equal(gw_client_failures(x->client, &list), 1);
    assert_failure(x->client, 0, address, GW_EUNCONFIRMED);
    assert_non_null(strstr(gw_client_error(x->client),
                           text("2 sent to tcp://%s", address)));
    assert_int_equal(stats_of(x->client).failures, 1);
    assert_int_equal(gw_flush(x->client), GW_OK);
    cluster_free(x);
}

static void without_persistence_nothing_is_confirmed(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    gw_client_set_persistent(x->client, 0);
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    assert_int_equal(gw_flush(x->client), GW_OK);
    cluster_free(x);
}

static void a_wrong_key_shows(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_key(x->gw[0], "right");
    gw_client_set_secret_key(x->client, gw_slice_str("wrong"));
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    fake_wait_closed(x->gw[0], 1);
    assert_int_equal(send_to(x, 0), GW_EAUTH);
    cluster_free(x);
}

static void what_a_wrong_key_has_cost_is_told_with_the_cause(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_key(x->gw[0], "right");
    gw_client_set_secret_key(x->client, gw_slice_str("wrong"));
    assert_int_equal(send_to(x, 0), GW_OK);
    cluster_wait_closed(x, 0, 1);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    assert_error(x->client,
                 text("1 sent to tcp://%s and not confirmed: the connection is "
                      "gone (wrong secret key?)",
                      fake_address(x->gw[0])));
    cluster_free(x);
}

static void only_the_current_key_is_asked_for(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    gw_client_set_secret_key(x->client, gw_slice_str("other"));
    assert_int_equal(gw_flush(x->client), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    assert_frames(x->gw[0], 1);
    gw_client_set_secret_key(x->client, gw_slice_str(""));
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_frames(x->gw[0], 2);
    cluster_free(x);
}

/* As if the last sweep were long ago. */
static void sweep_is_due(gw_client *c)
{
    c->pool.swept_at = 0;
}

static void a_connection_that_was_idle_too_long_is_still_asked(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    gw_client_set_pool(x->client, 8, 0);
    sweep_is_due(x->client);
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_frames(x->gw[0], 2);
    cluster_free(x);
}

/* A program that sends once in a while, and asks more rarely. */
static void a_call_in_between_does_not_end_it(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client *c = x->client;
    gw_client_id id = fake_client(x->gw[0], 1);

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    gw_pool_peer_of(c, &id)->idle->idle_since -= 90000;
    sweep_is_due(c);
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(gw_flush(c), GW_OK);
    assert_accepts(x->gw[0], 1);
    /* What has been answered for has only the usual time. */
    gw_pool_peer_of(c, &id)->idle->idle_since -= 90000;
    sweep_is_due(c);
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_accepts(x->gw[0], 2);
    cluster_free(x);
}

static void debts_that_nobody_asks_for_are_forgotten(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client *c = x->client;

    (void)state;
    gw_client_set_persistent(c, 0);
    assert_int_equal(send_to(x, 0), GW_OK);
    sweep_is_due(c);
    gw_pool_sweep(c, c->call.now + 599000);
    assert_non_null(gw_pool_next(c, NULL));
    gw_pool_sweep(c, c->call.now + 601000);
    assert_null(gw_pool_next(c, NULL));
    c->pool.swept_at = c->call.now;
    assert_int_equal(gw_flush(c), GW_OK);
    cluster_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_sent_asks_nothing),
        cmocka_unit_test(each_connection_is_asked_once),
        cmocka_unit_test(an_answer_to_a_question_confirms_too),
        cmocka_unit_test(what_a_dead_connection_carried_is_told_once),
        cmocka_unit_test(noticed_by_a_call_in_between_it_is_told_as_well),
        cmocka_unit_test(a_silent_gateway_does_not_confirm),
        cmocka_unit_test(a_gateway_that_closes_when_asked_does_not_confirm),
        cmocka_unit_test(a_gateway_that_fails_twice_is_listed_once),
        cmocka_unit_test(without_persistence_nothing_is_confirmed),
        cmocka_unit_test(a_wrong_key_shows),
        cmocka_unit_test(what_a_wrong_key_has_cost_is_told_with_the_cause),
        cmocka_unit_test(only_the_current_key_is_asked_for),
        cmocka_unit_test(a_connection_that_was_idle_too_long_is_still_asked),
        cmocka_unit_test(a_call_in_between_does_not_end_it),
        cmocka_unit_test(debts_that_nobody_asks_for_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
