/* Client_ids of strangers: only gateways that are listed are connected to. */
#include "support.h"

#include <time.h>

#include "client_impl.h"
#include "clock.h"

#define KEY "k3y"

static cluster *cluster_with_key(size_t count)
{
    cluster *x = cluster_new(count, PLENTY_MS);

    gw_client_set_secret_key(x->client, gw_slice_str(KEY));
    return x;
}

static int ask(cluster *x, const fake *gateway)
{
    gw_client_id id = fake_client(gateway, 1);
    int online;

    return gw_is_online(x->client, &id, &online);
}

static void assert_untouched(fake *gateway)
{
    assert_accepts(gateway, 0);
}

/* ---- one client ---------------------------------------------------------- */

static int call_number(gw_client *c, const gw_client_id *id, int number)
{
    gw_slice session;
    gw_frame frame;
    int online;

    memset(&frame, 0, sizeof frame);
    frame.cmd = GW_CMD_IS_ONLINE;
    switch (number) {
    case 0:
        return gw_send_to_client(c, id, &hello);
    case 1:
        return gw_close_client(c, id, NULL);
    case 2:
        return gw_destroy_client(c, id);
    case 3:
        return gw_bind_uid(c, id, gw_key_int(1));
    case 4:
        return gw_unbind_uid(c, id, gw_key_int(1));
    case 5:
        return gw_join_group(c, id, gw_key_str("g"));
    case 6:
        return gw_leave_group(c, id, gw_key_str("g"));
    case 7:
        return gw_set_session(c, id, gw_slice_str("a:0:{}"));
    case 8:
        return gw_update_session(c, id, gw_slice_str("a:0:{}"));
    case 9:
        return gw_is_online(c, id, &online);
    case 10:
        return gw_get_session(c, id, &session);
    case 11:
        return gw_send_frame(c, id, &frame);
    default:
        return gw_send_to_clients(c, id, 1, &hello);
    }
}

static void no_call_reaches_a_gateway_that_is_not_listed(void **state)
{
    cluster *x = cluster_with_key(1);
    fake *stranger = fake_gateway();
    gw_client_id id = fake_client(stranger, 1);
    int i;

    (void)state;
    for (i = 0; i <= 12; i++) {
        assert_int_equal(call_number(x->client, &id, i), GW_EUNLISTED);
        assert_error(x->client, text("not connecting to tcp://%s: no such "
                                     "gateway is listed",
                                     fake_address(stranger)));
        assert_failure(x->client, 0, fake_address(stranger), GW_EUNLISTED);
        /* Each asks: it might have been started meanwhile. */
        assert_accepts(x->reg, i + 1);
    }
    assert_untouched(stranger);
    assert_int_equal(stats_of(x->client).connects, 0);
    fake_free(stranger);
    cluster_free(x);
}

static void a_listed_gateway_costs_one_question_for_all_time(void **state)
{
    cluster *x = cluster_with_key(2);
    int i;

    (void)state;
    gw_client_set_register_ttl(x->client, 0);
    for (i = 0; i < 6; i++)
        assert_int_equal(ask(x, x->gw[i % 2]), GW_OK);
    assert_accepts(x->reg, 1);
    fake_stop(x->reg);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    cluster_free(x);
}

static void a_gateway_that_was_started_later_is_found_at_once(void **state)
{
    cluster *x = cluster_with_key(1);
    fake *later = fake_gateway();
    fake *both[2];

    (void)state;
    both[0] = x->gw[0];
    both[1] = later;
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(ask(x, later), GW_EUNLISTED);
    fake_set_gateways(x->reg, both, 2);
    assert_int_equal(ask(x, later), GW_OK);
    assert_int_equal(ask(x, later), GW_OK);
    assert_accepts(x->reg, 3);
    fake_free(later);
    cluster_free(x);
}

static void one_that_left_is_not_connected_to_again(void **state)
{
    cluster *x = cluster_with_key(2);
    gw_client_id id = fake_client(x->gw[1], 1);

    (void)state;
    assert_int_equal(ask(x, x->gw[1]), GW_OK);
    fake_set_gateways(x->reg, x->gw, 1);
    gw_client_set_register_ttl(x->client, 0);
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    fake_forget(x->gw[1]);
    assert_int_equal(gw_send_to_client(x->client, &id, &hello), GW_EUNLISTED);
    assert_int_equal(fake_count(x->gw[1], "hello"), 0);
    cluster_free(x);
}

static void lists_count_for_their_registers_and_key_only(void **state)
{
    cluster *x = cluster_with_key(1);
    fake *other = fake_register();
    gw_slice address = gw_slice_str(fake_address(other));

    (void)state;
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(gw_client_set_registers(x->client, &address, 1), GW_OK);
    fake_set_gateways(other, NULL, 0);
    assert_int_equal(ask(x, x->gw[0]), GW_ENOGATEWAY);
    address = gw_slice_str(fake_address(x->reg));
    assert_int_equal(gw_client_set_registers(x->client, &address, 1), GW_OK);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_accepts(x->reg, 1);
    gw_client_set_secret_key(x->client, gw_slice_str("another"));
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_accepts(x->reg, 2);
    fake_free(other);
    cluster_free(x);
}

/* ---- several ------------------------------------------------------------- */

static void the_others_of_a_list_are_served(void **state)
{
    cluster *x = cluster_with_key(2);
    fake *stranger = fake_gateway();
    gw_client_id ids[5];

    (void)state;
    ids[0] = fake_client(stranger, 1);
    ids[1] = fake_client(x->gw[0], 2);
    ids[2] = fake_client(stranger, 3);
    ids[3] = fake_client(x->gw[1], 4);
    ids[4] = fake_client(x->gw[0], 5);
    assert_int_equal(gw_send_to_clients(x->client, ids, 5, &hello),
                     GW_EPARTIAL);
    assert_failure(x->client, 0, fake_address(stranger), GW_EUNLISTED);
    assert_int_equal(stats_of(x->client).failures, 1);
    fake_wait_frames(x->gw[0], 1);
    fake_wait_frames(x->gw[1], 1);
    assert_int_equal(fake_count(x->gw[0], "\"2\":2,\"5\":5"), 1);
    assert_untouched(stranger);
    assert_accepts(x->reg, 1);
    fake_free(stranger);
    cluster_free(x);
}

static void known_gateways_do_not_wait_for_a_register(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    fake *stranger = fake_gateway();
    gw_client_id ids[2];
    uint64_t start;

    (void)state;
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    fake_forget(x->gw[0]);
    fake_set_mode(x->reg, FAKE_SILENT);
    start = clock_now();
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_passed(start, 0);
    ids[0] = fake_client(stranger, 1);
    ids[1] = fake_client(x->gw[0], 2);
    gw_client_set_timeouts(x->client, PLENTY_MS, 400);
    clock_pass_over(1, 0);
    start = clock_now();
    assert_int_equal(gw_send_to_clients(x->client, ids, 2, &hello),
                     GW_EPARTIAL);
    assert_passed(start, 400);
    clock_stand();
    fake_wait_frames(x->gw[0], 2);
    assert_failure(x->client, 0, fake_address(stranger), GW_EREGISTERREPLY);
    assert_int_equal(fake_count(x->gw[0], "hello"), 1);
    assert_untouched(stranger);
    fake_free(stranger);
    cluster_free(x);
}

/* ---- without a list ------------------------------------------------------ */

static void a_register_that_is_down_is_told(void **state)
{
    cluster *x = cluster_with_key(1);

    (void)state;
    fake_stop(x->reg);
    assert_int_equal(ask(x, x->gw[0]), GW_EREGISTER);
    assert_error(x->client,
                 text("not connecting to tcp://%s: Can not connect to tcp://%s "
                      "Connection refused",
                      fake_address(x->gw[0]), fake_address(x->reg)));
    assert_failure(x->client, 0, fake_address(x->gw[0]), GW_EREGISTER);
    assert_untouched(x->gw[0]);
    cluster_free(x);
}

static void a_register_that_answers_nonsense_is_told(void **state)
{
    cluster *x = cluster_with_key(1);

    (void)state;
    fake_set_line(x->reg, "nonsense");
    assert_int_equal(ask(x, x->gw[0]), GW_EREGISTERREPLY);
    assert_error(x->client,
                 text("not connecting to tcp://%s: "
                      "getAllGatewayAddressesFromRegister fail. tcp://%s "
                      "return 'nonsense'",
                      fake_address(x->gw[0]), fake_address(x->reg)));
    assert_untouched(x->gw[0]);
    cluster_free(x);
}

/* A cluster without gateways knows of no client whether it is there. */
static void an_empty_list_is_told(void **state)
{
    cluster *x = cluster_with_key(1);

    (void)state;
    fake_set_gateways(x->reg, NULL, 0);
    assert_int_equal(ask(x, x->gw[0]), GW_ENOGATEWAY);
    assert_error(
        x->client,
        text("not connecting to tcp://%s: the list of gateways is empty",
             fake_address(x->gw[0])));
    assert_untouched(x->gw[0]);
    cluster_free(x);
}

/* ---- named gateways, trust ----------------------------------------------- */

static void named_gateways_are_all_there_are(void **state)
{
    cluster *x = cluster_with_key(2);
    gw_slice address = gw_slice_str(fake_address(x->gw[1]));

    (void)state;
    assert_int_equal(gw_client_set_gateways(x->client, &address, 1), GW_OK);
    assert_int_equal(ask(x, x->gw[1]), GW_OK);
    assert_int_equal(ask(x, x->gw[0]), GW_EUNLISTED);
    assert_untouched(x->gw[0]);
    assert_accepts(x->reg, 0);
    assert_int_equal(gw_client_set_gateways(x->client, NULL, 0), GW_OK);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    cluster_free(x);
}

static void the_same_gateways_named_again_are_the_same_list(void **state)
{
    cluster *x = cluster_with_key(2);
    gw_slice names[2];
    uint64_t serial;

    (void)state;
    names[0] = gw_slice_str(fake_address(x->gw[0]));
    names[1] = gw_slice_str(fake_address(x->gw[1]));
    assert_int_equal(gw_client_set_gateways(x->client, names, 2), GW_OK);
    serial = x->client->fixed->serial;
    assert_int_equal(gw_client_set_gateways(x->client, names, 2), GW_OK);
    assert_true(x->client->fixed->serial == serial);
    assert_int_equal(gw_client_set_gateways(x->client, names, 1), GW_OK);
    assert_true(x->client->fixed->serial != serial);
    assert_int_equal(ask(x, x->gw[1]), GW_EUNLISTED);
    names[0] = names[1];
    assert_int_equal(gw_client_set_gateways(x->client, names, 1), GW_OK);
    assert_int_equal(ask(x, x->gw[1]), GW_OK);
    assert_int_equal(gw_client_set_gateways(x->client, NULL, 0), GW_OK);
    assert_null(x->client->fixed);
    cluster_free(x);
}

static void a_caller_may_trust_every_client_id(void **state)
{
    cluster *x = cluster_with_key(1);
    gw_options options;

    (void)state;
    fake_stop(x->reg);
    assert_int_equal(gw_client_set_trust_client_ids(x->client, 1), GW_OK);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(gw_client_set_trust_client_ids(x->client, 0), GW_OK);
    assert_int_equal(ask(x, x->gw[0]), GW_EREGISTER);
    cluster_options(x, &options);
    assert_int_equal(options.trust_client_ids, 0);
    options.trust_client_ids = 1;
    cluster_client(x, &options);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    /* A program that was built before there was this member. */
    options.size = offsetof(gw_options, trust_client_ids);
    cluster_client(x, &options);
    assert_int_equal(ask(x, x->gw[0]), GW_EREGISTER);
    cluster_free(x);
}

static void many_strangers_are_told_in_one_text(void **state)
{
    cluster *x = cluster_with_key(1);
    gw_client_id ids[200];
    size_t i;

    (void)state;
    for (i = 0; i < 200; i++)
        ids[i] = (gw_client_id){0x7f000001, 1, (uint16_t)(i + 1)};
    assert_int_equal(gw_send_to_clients(x->client, ids, 200, &hello),
                     GW_EPARTIAL);
    assert_int_equal(stats_of(x->client).failures, 200);
    assert_int_equal(stats_of(x->client).connects, 0);
    assert_non_null(strstr(gw_client_error(x->client), "; and 192 more"));
    cluster_free(x);
}

/* Microseconds that this thread has been at work, however busy the machine. */
static uint64_t worked(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}

/* What a new client's call costs that names `made_up` client_ids, each at
 * another address, beside one at a gateway; `listed` more gateways are named.
 */
static uint64_t cost_of(fake *gateway, uint32_t made_up, uint32_t listed)
{
    gw_client_id *ids = malloc((made_up + 1) * sizeof *ids);
    gw_slice *named = malloc((listed + 1) * sizeof *named);
    char(*texts)[32] = malloc((listed + 1) * sizeof *texts);
    const gw_failure *failures;
    gw_client *client;
    uint64_t start;
    uint32_t i;

    ids[0] = fake_client(gateway, 1);
    for (i = 1; i <= made_up; i++)
        ids[i] = (gw_client_id){0x0a000000 + i, 1, ids[0].port};
    named[0] = gw_slice_str(fake_address(gateway));
    for (i = 1; i <= listed; i++) {
        snprintf(texts[i], sizeof *texts, "10.9.%u.%u:%u", i / 250, i % 250,
                 (unsigned)ids[0].port);
        named[i] = gw_slice_str(texts[i]);
    }
    assert_int_equal(gw_client_new(&client, NULL), GW_OK);
    gw_client_set_timeouts(client, PLENTY_MS, PLENTY_MS);
    assert_int_equal(gw_client_set_gateways(client, named, listed + 1), GW_OK);
    start = worked();
    assert_int_equal(gw_send_to_clients(client, ids, made_up + 1, &hello),
                     GW_EPARTIAL);
    start = worked() - start;
    assert_int_equal(gw_client_failures(client, &failures), made_up);
    gw_client_free(client);
    free(texts);
    free(named);
    free(ids);
    return start;
}

/* Whether the second cost is at most `times` the first. A clock may be coarse,
 * and caches cost something; but not each time. */
static void assert_grows(fake *gateway, const uint32_t less[2],
                         const uint32_t more[2], unsigned times)
{
    uint64_t base, cost;
    int tries = 3;

    do {
        base = cost_of(gateway, less[0], less[1]);
        cost = cost_of(gateway, more[0], more[1]);
        if (cost <= base * times + 100000)
            return;
    } while (--tries > 0);
    fail_msg("%llu us became %llu", (unsigned long long)base,
             (unsigned long long)cost);
}

/* Strangers choose their number: it must not cost the call its deadline. */
static void made_up_client_ids_cost_no_more_than_their_number(void **state)
{
    static const uint32_t few[2] = {5000, 0}, many[2] = {40000, 0};
    static const uint32_t beside_many[2] = {5000, 250};
    fake *gateway = fake_gateway();

    (void)state;
    assert_grows(gateway, few, many, 8 * 4);
    assert_grows(gateway, few, beside_many, 16);
    fake_free(gateway);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_up_client_ids_cost_no_more_than_their_number),
        cmocka_unit_test(no_call_reaches_a_gateway_that_is_not_listed),
        cmocka_unit_test(a_listed_gateway_costs_one_question_for_all_time),
        cmocka_unit_test(a_gateway_that_was_started_later_is_found_at_once),
        cmocka_unit_test(one_that_left_is_not_connected_to_again),
        cmocka_unit_test(lists_count_for_their_registers_and_key_only),
        cmocka_unit_test(the_others_of_a_list_are_served),
        cmocka_unit_test(known_gateways_do_not_wait_for_a_register),
        cmocka_unit_test(a_register_that_is_down_is_told),
        cmocka_unit_test(a_register_that_answers_nonsense_is_told),
        cmocka_unit_test(an_empty_list_is_told),
        cmocka_unit_test(named_gateways_are_all_there_are),
        cmocka_unit_test(the_same_gateways_named_again_are_the_same_list),
        cmocka_unit_test(a_caller_may_trust_every_client_id),
        cmocka_unit_test(many_strangers_are_told_in_one_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
