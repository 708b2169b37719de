/* Hosts that have several addresses, of which some cannot be reached. */
#include "support.h"

#include "client_impl.h"

#include <netdb.h>

int __real_getaddrinfo(const char *, const char *, const struct addrinfo *,
                       struct addrinfo **);
int __wrap_getaddrinfo(const char *, const char *, const struct addrinfo *,
                       struct addrinfo **);

/* The addresses of two.invalid: two ports of this machine. */
static fake *first, *second;

static int address_of(const fake *f, const struct addrinfo *hints,
                      struct addrinfo **out)
{
    return __real_getaddrinfo("127.0.0.1", text("%u", (unsigned)fake_port(f)),
                              hints, out);
}

int __wrap_getaddrinfo(const char *name, const char *service,
                       const struct addrinfo *hints, struct addrinfo **out)
{
    if (strcmp(name, "two.invalid") != 0)
        return __real_getaddrinfo(name, service, hints, out);
    assert_int_equal(address_of(first, hints, out), 0);
    return address_of(second, hints, &(*out)->ai_next);
}

static void send_all(cluster *x)
{
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
}

/* Who had the connections of all sends so far. */
static void assert_accepted(unsigned by_first, unsigned by_second)
{
    assert_accepts(first, by_first);
    assert_accepts(second, by_second);
}

/* As if the name had been asked for a minute earlier. */
static void a_minute_passes(cluster *x, gw_slice name)
{
    gw_pool_peer(x->client, name, gw_pool_hash(x->client, name))
        ->endpoints.count = 0;
}

static void a_gateways_address_that_was_reached_comes_first(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    gw_slice name = gw_slice_str("two.invalid:7");

    (void)state;
    first = x->gw[0];
    second = x->gw[1];
    assert_int_equal(gw_client_set_gateways(x->client, &name, 1), GW_OK);
    gw_client_set_persistent(x->client, 0);
    fake_stop(first);
    send_all(x);
    fake_start(first);
    a_minute_passes(x, name);
    send_all(x);
    fake_wait_frames(second, 2);
    fake_stop(second);
    send_all(x);
    fake_start(second);
    send_all(x);
    fake_wait_frames(first, 2);
    assert_accepted(2, 2);
    cluster_free(x);
}

/* Also when it is asked again after long. */
static void a_registers_address_that_answered_comes_first(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_slice name = gw_slice_str("two.invalid:7");

    (void)state;
    first = fake_register();
    fake_set_gateways(first, x->gw, 1);
    second = x->reg;
    assert_int_equal(gw_client_set_registers(x->client, &name, 1), GW_OK);
    gw_client_set_register_ttl(x->client, 0);
    fake_stop(first);
    send_all(x);
    fake_start(first);
    x->client->registry.lists->source.failed_at -= PLENTY_MS;
    send_all(x);
    assert_accepted(0, 2);
    fake_stop(second);
    send_all(x);
    fake_start(second);
    send_all(x);
    assert_accepted(2, 2);
    fake_free(first);
    cluster_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gateways_address_that_was_reached_comes_first),
        cmocka_unit_test(a_registers_address_that_answered_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
