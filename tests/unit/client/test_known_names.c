/* Gateways that are listed under host names, and their client_ids. */
#include "support.h"

#include "client_impl.h"
#include "clock.h"

#ifdef COUNTS_LOOKUPS
#include <netdb.h>

#define TIMEOUT_MS 500
#define SLOW_MS 550
#define SLOWEST_MS 1600

int __real_getaddrinfo(const char *, const char *, const struct addrinfo *,
                       struct addrinfo **);
int __wrap_getaddrinfo(const char *, const char *, const struct addrinfo *,
                       struct addrinfo **);

static int lookups;        /* of names below .invalid */
static const char *moving; /* where moving.invalid is now, or NULL */
static cluster *served;    /* all of whose gateways get a frame meanwhile */
static fake *beside;       /* a gateway that is connected to meanwhile */
static uint64_t failed_at; /* when the last one below .invalid failed */

static void wait_for_others(void)
{
    size_t i;

    for (i = 0; served != NULL && i < served->count; i++) {
        fake_wait_frames(served->gw[i], 1);
        fake_rest(served->gw[i]); /* it has answered, too */
        fake_go_on(served->gw[i]);
    }
    if (beside != NULL)
        fake_wait_open(beside, 1);
}

/* No name server is asked. */
int __wrap_getaddrinfo(const char *name, const char *service,
                       const struct addrinfo *hints, struct addrinfo **out)
{
    if (strstr(name, ".invalid") == NULL)
        return __real_getaddrinfo(name, service, hints, out);
    lookups++;
    if (strcmp(name, "moving.invalid") == 0 && moving != NULL)
        return __real_getaddrinfo(moving, service, hints, out);
    if (strncmp(name, "slow", 4) == 0)
        clock_pass(SLOW_MS);
    if (strncmp(name, "slowest", 7) == 0)
        clock_pass(SLOWEST_MS - SLOW_MS);
    wait_for_others();
    failed_at = clock_now();
    return EAI_NONAME;
}

#endif

/* A client_id of that gateway's port on 127.0.0.`last`. */
static int ask_neighbour(cluster *x, const fake *gateway, unsigned last)
{
    gw_client_id id = fake_client(gateway, 1);
    int online;

    id.ip = 0x7f000000 + last;
    return gw_is_online(x->client, &id, &online);
}

static int ask(cluster *x, const fake *gateway)
{
    return ask_neighbour(x, gateway, 1);
}

static void list_line(cluster *x, const char *host, uint16_t port)
{
    fake_set_line(x->reg, text("{\"event\":\"broadcast_addresses\","
                               "\"addresses\":[\"%s:%u\"]}",
                               host, (unsigned)port));
}

static void assert_untouched(fake *gateway)
{
    assert_accepts(gateway, 0);
}

static void a_listed_host_name_stands_for_its_ipv4_addresses(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);

    (void)state;
    list_line(x, "localhost", fake_port(x->gw[0]));
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_accepts(x->reg, 1);
    assert_int_equal(ask(x, x->gw[1]), GW_EUNLISTED);
    assert_untouched(x->gw[1]);
    cluster_free(x);
}

/* What comes on two connections may be handled in another order. */
static void commands_by_client_id_and_by_name_share_a_connection(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client_id id = fake_client(x->gw[0], 7);
    gw_key uid = gw_key_str("u");
    unsigned i;

    (void)state;
    list_line(x, "localhost", fake_port(x->gw[0]));
    for (i = 0; i < 3; i++) {
        assert_int_equal(gw_bind_uid(x->client, &id, uid), GW_OK);
        assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
        assert_int_equal(gw_unbind_uid(x->client, &id, uid), GW_OK);
    }
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_accepts(x->gw[0], 1);
    assert_frames(x->gw[0], 10); /* the last one is flush's */
    cluster_hang_up(x, 0);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_accepts(x->gw[0], 2);
    cluster_free(x);
}

static void ask_by_fixed_name(cluster *x, unsigned port, int expected)
{
    gw_slice name = gw_slice_str(text("no.such.invalid:%u", port));

    assert_int_equal(gw_client_set_gateways(x->client, &name, 1), GW_OK);
    assert_int_equal(ask(x, x->gw[1]), expected);
}

/* It may stand for that client_id's gateway, so it is not known to be none. */
static void a_listed_name_that_cannot_be_resolved_is_told(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);

    (void)state;
    list_line(x, "no.such.invalid", fake_port(x->gw[1]));
    assert_int_equal(ask(x, x->gw[1]), GW_ERESOLVE);
    assert_error(x->client,
                 text("not connecting to tcp://%s: a listed host name cannot "
                      "be resolved",
                      fake_address(x->gw[1])));
    assert_int_equal(ask(x, x->gw[0]), GW_EUNLISTED);
    assert_untouched(x->gw[0]);
    ask_by_fixed_name(x, fake_port(x->gw[1]), GW_ERESOLVE);
    ask_by_fixed_name(x, 1, GW_EUNLISTED);
    assert_untouched(x->gw[1]);
    cluster_free(x);
}

#ifdef COUNTS_LOOKUPS

static void a_name_that_fails_is_not_asked_for_every_client_id(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    unsigned i;

    (void)state;
    list_line(x, "no.such.invalid", fake_port(x->gw[0]));
    lookups = 0;
    for (i = 1; i <= 5; i++)
        assert_int_equal(ask_neighbour(x, x->gw[0], i), GW_ERESOLVE);
    assert_int_equal(lookups, 1);
    /* Who wants that gateway asks again. */
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_EPARTIAL);
    assert_in_range(lookups, 2, 3);
    cluster_free(x);
}

static int none(void *arg, gw_slice address)
{
    (void)arg;
    (void)address;
    return 0;
}

static void names_that_fail_slowly_do_not_use_up_every_call(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    unsigned port = fake_port(x->gw[0]);

    (void)state;
    fake_set_line(x->reg,
                  text("{\"event\":\"broadcast_addresses\",\"addresses\":["
                       "\"slow1.invalid:%u\",\"slow2.invalid:%u\","
                       "\"localhost:%u\"]}",
                       port, port, port));
    assert_int_equal(gw_gateways(x->client, none, NULL), GW_OK);
    lookups = 0;
    gw_client_set_timeouts(x->client, TIMEOUT_MS, TIMEOUT_MS);
    assert_int_not_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(lookups, 1);
    assert_int_not_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(lookups, 2);
    gw_client_set_timeouts(x->client, PLENTY_MS, PLENTY_MS);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(lookups, 2);
    cluster_free(x);
}

/* ---- calls to all: one name may be too slow, the next one is not asked -----
 */

static void slow_names_cost_a_call_one_of_them(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    gw_slice named[5];
    int64_t count;
    uint64_t start;

    (void)state;
    named[0] = gw_slice_str("slow1.invalid:1");
    named[1] = gw_slice_str("slow2.invalid:1");
    named[2] = gw_slice_str(fake_address(x->gw[0]));
    named[3] = gw_slice_str("slow3.invalid:1");
    named[4] = gw_slice_str(fake_address(x->gw[1]));
    assert_int_equal(gw_client_set_gateways(x->client, &named[2], 1), GW_OK);
    assert_int_equal(gw_get_client_count(x->client, NULL, &count), GW_OK);
    assert_int_equal(gw_client_set_gateways(x->client, named, 5), GW_OK);
    gw_client_set_timeouts(x->client, TIMEOUT_MS, TIMEOUT_MS);
    lookups = 0;
    start = clock_now();
    /* Gateways without a name are served while one is asked for. */
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_EPARTIAL);
    assert_passed(start, SLOW_MS);
    assert_int_equal(lookups, 1);
    assert_int_equal(stats_of(x->client).failures, 3);
    assert_failure(x->client, 0, "slow1.invalid:1", GW_ERESOLVE);
    assert_failure(x->client, 1, "slow2.invalid:1", GW_ETIMEDOUT);
    assert_failure(x->client, 2, "slow3.invalid:1", GW_ETIMEDOUT);
    fake_wait_frames(x->gw[0], 2);
    fake_wait_frames(x->gw[1], 1);
    fake_forget(x->gw[0]);
    fake_forget(x->gw[1]);
    served = x;
    start = clock_now();
    assert_int_equal(gw_get_client_count(x->client, NULL, &count), GW_EPARTIAL);
    served = NULL;
    assert_passed(start, SLOW_MS);
    assert_int_equal(stats_of(x->client).failures, 6);
    cluster_free(x);
}

/* A stranger's client_id may be that of a slow name. */
static void known_gateways_do_not_wait_for_a_slow_name(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    gw_client_id ids[2];
    gw_slice named[2];
    uint64_t start;

    (void)state;
    named[0] =
        gw_slice_str(text("slow.invalid:%u", (unsigned)fake_port(x->gw[0])));
    named[1] = gw_slice_str(fake_address(x->gw[1]));
    ids[0] = fake_client(x->gw[0], 1);
    ids[0].ip = 0x7f000063;
    ids[1] = fake_client(x->gw[1], 1);
    assert_int_equal(gw_client_set_gateways(x->client, named, 2), GW_OK);
    gw_client_set_timeouts(x->client, TIMEOUT_MS, TIMEOUT_MS);
    lookups = 0;
    start = clock_now();
    assert_int_equal(gw_send_to_clients(x->client, ids, 2, &hello),
                     GW_EPARTIAL);
    assert_passed(start, SLOW_MS);
    assert_int_equal(lookups, 1);
    assert_int_equal(stats_of(x->client).failures, 1);
    assert_failure(x->client, 0,
                   text("127.0.0.99:%u", (unsigned)fake_port(x->gw[0])),
                   GW_ERESOLVE);
    fake_wait_frames(x->gw[1], 1);
    assert_untouched(x->gw[0]);
    cluster_free(x);
}

static void ask_registers(cluster *x, const char *first, const char *second,
                          const char *third, unsigned timeout_ms,
                          unsigned takes_ms)
{
    gw_slice registers[3];
    uint64_t start;

    registers[0] = gw_slice_str(first);
    registers[1] = gw_slice_str(second);
    registers[2] = gw_slice_str(third);
    assert_int_equal(gw_client_set_registers(x->client, registers, 3), GW_OK);
    gw_client_set_timeouts(x->client, timeout_ms, timeout_ms);
    lookups = 0;
    start = clock_now();
    assert_int_equal(gw_gateways(x->client, none, NULL), GW_EREGISTER);
    assert_passed(start, takes_ms);
    assert_int_equal(lookups, 1);
}

static void slow_registers_cost_a_call_one_of_them(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    fake_full *full = fake_full_new(); /* connecting there hangs */

    (void)state;
    ask_registers(x, "slow1.invalid:1", "slow2.invalid:1", "slow3.invalid:1",
                  TIMEOUT_MS, SLOW_MS);
    assert_error(x->client, "Can not connect to tcp://slow1.invalid:1 cannot "
                            "resolve the host name; tcp://slow2.invalid:1 "
                            "timed out; tcp://slow3.invalid:1 timed out");
    ask_registers(x, "slowest.invalid:1", fake_full_address(full),
                  "slow.invalid:1", SLOWEST_MS - 100, SLOWEST_MS);
    assert_int_equal(clock_now(), failed_at);
    fake_full_free(full);
    cluster_free(x);
}

/* What a name has cost is not waited for once more. */
static void a_silent_gateway_beside_a_slow_name_ends_in_time(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_slice named[2];
    int64_t count;
    uint64_t start;

    (void)state;
    named[0] = gw_slice_str(fake_address(x->gw[0]));
    named[1] = gw_slice_str("slowest.invalid:1");
    assert_int_equal(gw_client_set_gateways(x->client, named, 1), GW_OK);
    assert_int_equal(gw_get_client_count(x->client, NULL, &count), GW_OK);
    fake_set_mode(x->gw[0], FAKE_SILENT);
    assert_int_equal(gw_client_set_gateways(x->client, named, 2), GW_OK);
    gw_client_set_timeouts(x->client, SLOWEST_MS - 100, SLOWEST_MS - 100);
    clock_pass_over(1, 0);
    start = clock_now();
    assert_int_equal(gw_get_client_count(x->client, NULL, &count), GW_EPARTIAL);
    assert_passed(start, SLOWEST_MS);
    assert_int_equal(clock_now(), failed_at);
    clock_stand();
    assert_failure(x->client, 0, fake_address(x->gw[0]), GW_ETIMEDOUT);
    assert_failure(x->client, 1, "slowest.invalid:1", GW_ERESOLVE);
    cluster_free(x);
}

/* ---- a name that stands for another address than before -------------------
 */

static cluster *cluster_on_the_move(const char *at)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    list_line(x, "moving.invalid", fake_port(x->gw[0]));
    moving = at;
    lookups = 0;
    assert_int_equal(ask_neighbour(x, x->gw[0], 8), GW_EUNLISTED);
    assert_int_equal(lookups, 1);
    return x;
}

static gw_peer *moving_peer(cluster *x)
{
    gw_slice name =
        gw_slice_str(text("moving.invalid:%u", (unsigned)fake_port(x->gw[0])));

    return gw_pool_peer(x->client, name, gw_pool_hash(x->client, name));
}

/* As if whatever was answered had been answered 5 s earlier. */
static void five_seconds_pass(cluster *x)
{
    gw_peer *peer = moving_peer(x);

    peer->resolved_at -= 5000;
    if (peer->unresolved_at != 0)
        peer->unresolved_at -= 5000;
}

static void a_name_that_has_moved_is_asked_again(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.9");

    (void)state;
    moving = "127.0.0.1";
    assert_int_equal(ask(x, x->gw[0]), GW_EUNLISTED);
    assert_int_equal(lookups, 1);
    five_seconds_pass(x);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(lookups, 2);
    cluster_free(x);
}

static void strangers_have_a_name_asked_every_five_seconds(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.1");
    gw_client_id ids[20];
    int i, round;

    (void)state;
    for (i = 0; i < 20; i++) {
        ids[i] = fake_client(x->gw[0], 1);
        ids[i].ip = 0x7f000010 + (uint32_t)i;
    }
    for (round = 1; round <= 3; round++) {
        /* Each call looks twice: before the Register is asked, and after. */
        assert_int_equal(gw_send_to_clients(x->client, ids, 20, &hello),
                         GW_EPARTIAL);
        for (i = 1; i <= 5; i++)
            assert_int_equal(ask_neighbour(x, x->gw[0], 50), GW_EUNLISTED);
        assert_int_equal(lookups, round);
        five_seconds_pass(x);
    }
    /* What has the address is found without a question. */
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(lookups, 3);
    cluster_free(x);
}

/* However long the Register takes. */
static void one_call_asks_a_name_once_and_in_time(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.9");
    gw_call *call = &x->client->call; /* the last one */

    (void)state;
    five_seconds_pass(x);
    call->begun -= 5000;
    assert_int_equal(gw_pool_resolve_anew(x->client, moving_peer(x)), GW_OK);
    assert_int_equal(lookups, 1);
    call->begun += 5000;
    assert_int_equal(gw_pool_resolve_anew(x->client, moving_peer(x)), GW_OK);
    assert_int_equal(lookups, 2);
    five_seconds_pass(x);
    call->deadline = call->begun;
    assert_int_equal(gw_pool_resolve_anew(x->client, moving_peer(x)),
                     GW_ERESOLVE);
    assert_int_equal(lookups, 2);
    cluster_free(x);
}

static void any_address_of_a_name_may_be_its_gateways(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.9");
    gw_peer *peer = moving_peer(x);

    (void)state;
    peer->endpoints.items[1] = peer->endpoints.items[0];
    peer->endpoints.items[1].addr.in.sin_addr.s_addr = htonl(0x7f000001);
    peer->endpoints.count = 2;
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(lookups, 1);
    cluster_free(x);
}

/* 0.0.0.0 would be this very machine. */
static void a_name_without_ipv4_is_no_client_ids_gateway(void **state)
{
    cluster *x = cluster_on_the_move("::1");
    gw_client_id id = fake_client(x->gw[0], 1);
    int online;

    (void)state;
    id.ip = 0;
    assert_int_equal(gw_is_online(x->client, &id, &online), GW_EUNLISTED);
    assert_untouched(x->gw[0]);
    cluster_free(x);
}

static void names_that_failed_are_asked_after_the_others(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    unsigned port = fake_port(x->gw[0]);
    gw_slice bad = gw_slice_str(text("no.such.invalid:%u", port));
    gw_peer *peer;

    (void)state;
    moving = "127.0.0.1";
    fake_set_line(x->reg,
                  text("{\"event\":\"broadcast_addresses\",\"addresses\":["
                       "\"%s\",\"moving.invalid:%u\"]}",
                       bad.base, port));
    assert_int_equal(ask_neighbour(x, x->gw[0], 8), GW_ERESOLVE);
    peer = gw_pool_peer(x->client, bad, gw_pool_hash(x->client, bad));
    assert_int_not_equal(peer->unresolved_at, 0);
    peer->unresolved_at -= 5000; /* it would be asked again now */
    lookups = 0;
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(lookups, 0);
    cluster_free(x);
}

/* Nobody knows then whether it has moved; where it was stays good. */
static void a_name_that_cannot_be_asked_again_is_told(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.9");

    (void)state;
    moving = NULL;
    five_seconds_pass(x);
    assert_int_equal(ask(x, x->gw[0]), GW_ERESOLVE);
    assert_int_equal(ask(x, x->gw[0]), GW_ERESOLVE);
    assert_int_equal(lookups, 2);
    assert_true(moving_peer(x)->endpoints.count > 0);
    moving = "127.0.0.1";
    five_seconds_pass(x);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(lookups, 3);
    cluster_free(x);
}

/* A name has several addresses, and its gateway's client_ids need not have the
 * first of them. */
static void clients_of_each_address_of_a_name_are_its_own(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.1");
    gw_client_id id = fake_client(x->gw[0], 77);
    gw_peer *peer = moving_peer(x);

    (void)state;
    peer->endpoints.items[1] = peer->endpoints.items[0];
    peer->endpoints.items[0].addr.in.sin_addr.s_addr = htonl(0x7f000009);
    peer->endpoints.count = 2;
    peer->ip = 0x7f000009;
    assert_int_equal(gw_send_to_all(x->client, &hello, &id, 1), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    assert_int_equal(fake_count(x->gw[0], "{\"exclude\":{\"77\":"), 1);
    assert_int_equal(lookups, 1);
    cluster_free(x);
}

/* A name may stand for two gateways, whose clients have the same numbers. */
static void a_clients_commands_go_to_its_own_address(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.1");

    (void)state;
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    assert_int_equal(moving_peer(x)->idle->ip, 0x7f000001);
    moving_peer(x)->idle->ip = 0x7f000009; /* as if it led there */
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_accepts(x->gw[0], 2);
    assert_int_equal(moving_peer(x)->idle_count, 2);
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_accepts(x->gw[0], 2);
    cluster_free(x);
}

/* The gateways have changed their addresses since the name was asked for. */
static void
a_name_has_no_connection_to_where_it_may_not_be_any_more(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.1");

    (void)state;
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(moving_peer(x)->idle_count, 1);
    cluster_hang_up(x, 0);
    moving_peer(x)->resolved_at -= 60000;
    assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_int_equal(moving_peer(x)->idle_count, 0);
    moving = "127.0.0.9"; /* nobody listens there */
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_EPARTIAL);
    moving = "127.0.0.1";
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    assert_int_equal(moving_peer(x)->idle_count, 1);
    assert_int_equal(ask(x, x->gw[0]), GW_OK); /* together again */
    assert_accepts(x->gw[0], 3);
    cluster_free(x);
}

/* A limit for both would have each command close the other's connection. */
static void idle_connections_are_so_many_to_each_address(void **state)
{
    cluster *x = cluster_on_the_move("127.0.0.1");
    int i;

    (void)state;
    assert_int_equal(gw_client_set_pool(x->client, 1, 60), GW_OK);
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    moving_peer(x)->idle->ip = 0; /* as if it had been reached by IPv6 */
    for (i = 0; i < 3; i++)
        assert_int_equal(ask(x, x->gw[0]), GW_OK);
    assert_accepts(x->gw[0], 2);
    assert_int_equal(gw_flush(x->client), GW_OK);
    cluster_free(x);
}

static void a_name_that_cannot_be_connected_to_is_asked_again(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    list_line(x, "moving.invalid", fake_port(x->gw[0]));
    moving = "127.0.0.9"; /* nobody listens there */
    lookups = 0;
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_EPARTIAL);
    assert_int_equal(lookups, 1);
    moving = "127.0.0.1";
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    assert_int_equal(lookups, 2);
    cluster_free(x);
}

/* A name server that is away does not part us from a gateway that we talk
 * with; only a new connection needs to know where it is. */
static void an_open_connection_needs_no_name_server(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    list_line(x, "moving.invalid", fake_port(x->gw[0]));
    moving = "127.0.0.1";
    lookups = 0;
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    moving = NULL;
    moving_peer(x)->resolved_at -= 60000;
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_int_equal(lookups, 1);
    assert_accepts(x->gw[0], 1);
    cluster_hang_up(x, 0);
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_EPARTIAL);
    assert_failure(x->client, 0,
                   text("moving.invalid:%u", (unsigned)fake_port(x->gw[0])),
                   GW_ERESOLVE);
    assert_in_range(lookups, 2, 3);
    cluster_free(x);
}

/* One that died is none: the name has to be asked for, after all that need not
 * wait for that. */
static void a_dead_connection_brings_no_slow_name_forward(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    gw_slice named[2];
    gw_peer *peer;

    (void)state;
    named[0] = gw_slice_str(text("slow.invalid:%u", fake_port(x->gw[0])));
    named[1] = gw_slice_str(fake_address(x->gw[1]));
    peer = gw_pool_peer(x->client, named[0], gw_pool_hash(x->client, named[0]));
    assert_int_equal(gw_net_resolve(gw_slice_str("127.0.0.1"),
                                    fake_port(x->gw[0]), &peer->endpoints),
                     GW_OK);
    peer->resolved_at = peer->used_at = gw_net_now();
    assert_int_equal(gw_client_set_gateways(x->client, named, 2), GW_OK);
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    fake_wait_frames(x->gw[1], 1);
    peer->resolved_at -= 60000;
    cluster_hang_up(x, 0);
    cluster_hang_up(x, 1);
    gw_client_set_timeouts(x->client, TIMEOUT_MS, TIMEOUT_MS);
    lookups = 0;
    beside = x->gw[1];
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_EPARTIAL);
    beside = NULL;
    assert_int_equal(lookups, 1);
    assert_failure(x->client, 0, named[0].base, GW_ERESOLVE);
    fake_wait_frames(x->gw[1], 2);
    cluster_free(x);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listed_host_name_stands_for_its_ipv4_addresses),
        cmocka_unit_test(a_listed_name_that_cannot_be_resolved_is_told),
        cmocka_unit_test(commands_by_client_id_and_by_name_share_a_connection),
#ifdef COUNTS_LOOKUPS
        cmocka_unit_test(a_name_that_fails_is_not_asked_for_every_client_id),
        cmocka_unit_test(names_that_fail_slowly_do_not_use_up_every_call),
        cmocka_unit_test(slow_names_cost_a_call_one_of_them),
        cmocka_unit_test(known_gateways_do_not_wait_for_a_slow_name),
        cmocka_unit_test(slow_registers_cost_a_call_one_of_them),
        cmocka_unit_test(a_silent_gateway_beside_a_slow_name_ends_in_time),
        cmocka_unit_test(a_name_that_has_moved_is_asked_again),
        cmocka_unit_test(strangers_have_a_name_asked_every_five_seconds),
        cmocka_unit_test(one_call_asks_a_name_once_and_in_time),
        cmocka_unit_test(any_address_of_a_name_may_be_its_gateways),
        cmocka_unit_test(a_name_without_ipv4_is_no_client_ids_gateway),
        cmocka_unit_test(names_that_failed_are_asked_after_the_others),
        cmocka_unit_test(a_name_that_cannot_be_asked_again_is_told),
        cmocka_unit_test(clients_of_each_address_of_a_name_are_its_own),
        cmocka_unit_test(a_clients_commands_go_to_its_own_address),
        cmocka_unit_test(
            a_name_has_no_connection_to_where_it_may_not_be_any_more),
        cmocka_unit_test(idle_connections_are_so_many_to_each_address),
        cmocka_unit_test(a_name_that_cannot_be_connected_to_is_asked_again),
        cmocka_unit_test(an_open_connection_needs_no_name_server),
        cmocka_unit_test(a_dead_connection_brings_no_slow_name_forward),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
