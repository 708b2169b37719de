/* The handle itself: options, callbacks that leave early. */
#include "support.h"

/* ---- options ------------------------------------------------------------ */

static int new_with(const char *address, unsigned timeout_ms)
{
    gw_options options;
    gw_client *client = (gw_client *)&options; /* must be overwritten */
    int rc;

    gw_options_init(&options);
    options.registers = &address;
    options.register_count = 1;
    options.timeout_ms = timeout_ms;
    rc = gw_client_new(&client, &options);
    assert_true((rc == GW_OK) == (client != NULL));
    gw_client_free(client);
    return rc;
}

static void options_are_checked(void **state)
{
    gw_client *client;
    gw_options options;

    (void)state;
    assert_int_equal(new_with("127.0.0.1:1236", 1), GW_OK);
    assert_int_equal(new_with("[::1]:1236", 1), GW_OK);
    assert_int_equal(new_with("name.example:1", 1), GW_OK);
    assert_int_equal(new_with("127.0.0.1", 1), GW_EINVAL);
    assert_int_equal(new_with("127.0.0.1:65536", 1), GW_EINVAL);
    assert_int_equal(new_with("", 1), GW_EINVAL);
    assert_int_equal(new_with("127.0.0.1:1236", 0), GW_EINVAL);
    gw_options_init(&options);
    options.secret_key = gw_slice_str("\xff");
    assert_int_equal(gw_client_new(&client, &options), GW_EINVAL);
    options.size = 3;
    assert_int_equal(gw_client_new(&client, &options), GW_EINVAL);
    assert_int_equal(gw_client_new(&client, NULL), GW_OK);
    gw_client_free(client);
    gw_client_free(NULL);
}

/* As client.h states them. */
static void every_option_has_its_default(void **state)
{
    gw_options o;

    (void)state;
    memset(&o, 0xaa, sizeof o);
    gw_options_init(&o);
    assert_int_equal(o.size, sizeof o);
    assert_int_equal(o.register_count, 0);
    assert_int_equal(o.secret_key.len, 0);
    assert_int_equal(o.connect_timeout_ms, 3000);
    assert_int_equal(o.timeout_ms, 5000);
    assert_int_equal(o.persistent, 1);
    assert_int_equal(o.pool_max_idle, 4);
    assert_int_equal(o.pool_idle_timeout, 60);
    assert_int_equal(o.register_ttl_ms, 1000);
    assert_int_equal(o.trust_client_ids, 0);
    assert_int_equal(o.max_reply, 256 * 1024 * 1024);
    assert_null(o.allocator);
}

static void older_and_newer_callers_are_understood(void **state)
{
    struct {
        gw_options options;
        char more[64];
    } newer;
    gw_client *client;
    gw_client_stats stats;

    (void)state;
    memset(&newer, 0xaa, sizeof newer);
    gw_options_init(&newer.options);
    newer.options.size = sizeof newer;
    assert_int_equal(gw_client_new(&client, &newer.options), GW_OK);
    memset(&stats, 0xaa, sizeof stats);
    stats.size = offsetof(gw_client_stats, reuses);
    gw_client_get_stats(client, &stats);
    assert_int_equal(stats.connects, 0);
    assert_true(stats.reuses == 0xaaaaaaaaaaaaaaaau);
    assert_int_equal(stats.size, offsetof(gw_client_stats, reuses));
    gw_client_free(client);
    newer.options.size = offsetof(gw_options, timeout_ms);
    newer.options.timeout_ms = 0; /* not looked at */
    assert_int_equal(gw_client_new(&client, &newer.options), GW_OK);
    gw_client_free(client);
}

/* A program of 0.1.0 has no room for more: docs/design.md, rule 11. */
static void no_more_is_set_than_the_first_version_had(void **state)
{
    enum { FIRST = offsetof(gw_options, trust_client_ids) + sizeof(void *) };
    union {
        gw_options options;
        unsigned char bytes[FIRST + 64];
    } place;
    size_t i;

    (void)state;
    memset(&place, 0xaa, sizeof place);
    gw_options_init(&place.options);
    assert_true(place.options.size <= FIRST);
    for (i = FIRST; i < sizeof place; i++)
        assert_int_equal(place.bytes[i], 0xaa);
}

static void setters_that_fail_change_nothing(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_slice good = gw_slice_str(fake_address(x->reg));
    gw_slice bad[2];

    (void)state;
    bad[0] = good;
    bad[1] = gw_slice_str("nonsense");
    assert_int_equal(gw_client_set_registers(x->client, bad, 2), GW_EINVAL);
    assert_int_equal(gw_client_set_registers(x->client, bad, 0), GW_EINVAL);
    assert_int_equal(gw_client_set_timeouts(x->client, 0, 1), GW_EINVAL);
    assert_int_equal(gw_client_set_timeouts(x->client, 1, 0), GW_EINVAL);
    assert_int_equal(gw_client_set_secret_key(x->client, gw_slice_str("\xc3")),
                     GW_EINVAL);
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    assert_int_equal(gw_client_set_registers(x->client, &good, 1), GW_OK);
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    assert_accepts(x->reg, 1);
    cluster_free(x);
}

/* A zeroed key, as one that was forgotten. */
static void a_key_that_is_none_is_refused(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client *c = x->client;
    gw_client_id id = fake_client(x->gw[0], 1);
    gw_key keys[2] = {gw_key_str("u"), {0}};
    gw_select select;

    (void)state;
    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_UID;
    select.uids = keys;
    select.uid_count = 2;
    assert_int_equal(gw_bind_uid(c, &id, keys[1]), GW_EINVAL);
    assert_int_equal(gw_ungroup(c, keys[1]), GW_EINVAL);
    assert_int_equal(gw_send_to_uids(c, keys, 2, &hello), GW_EINVAL);
    assert_int_equal(gw_send_to_groups(c, keys, 2, &hello, NULL, 0), GW_EINVAL);
    assert_int_equal(gw_send_to_groups(c, keys, 2, &hello, &id, 1), GW_EINVAL);
    assert_int_equal(gw_select_clients(c, &select, NULL, NULL), GW_EINVAL);
    assert_int_equal(gw_get_client_ids_by_uid(c, keys[1], NULL, NULL),
                     GW_EINVAL);
    assert_int_equal(gw_batch_get_client_ids_by_uid(c, keys, 2, NULL, NULL),
                     GW_EINVAL);
    assert_accepts(x->gw[0], 0);
    assert_int_equal(gw_send_to_uids(c, keys, 1, &hello), GW_OK);
    cluster_free(x);
}

/* ---- callbacks ---------------------------------------------------------- */

static int stop_with_42(void *arg, const gw_client_id *id)
{
    (void)id;
    ++*(int *)arg;
    return 42;
}

/* `arg`: the client. */
static int use_it(void *arg, const gw_client_id *id)
{
    gw_client *c = arg;
    gw_slice address = gw_slice_str("127.0.0.1:1");
    int online;

    assert_int_equal(gw_is_online(c, id, &online), GW_EBUSY);
    assert_int_equal(gw_flush(c), GW_EBUSY);
    assert_int_equal(gw_client_set_registers(c, &address, 1), GW_EBUSY);
    assert_int_equal(gw_client_set_secret_key(c, address), GW_EBUSY);
    assert_int_equal(gw_client_set_timeouts(c, 1, 1), GW_EBUSY);
    assert_int_equal(gw_client_set_persistent(c, 0), GW_EBUSY);
    assert_int_equal(gw_client_set_register_ttl(c, 1), GW_EBUSY);
    assert_int_equal(gw_client_set_trust_client_ids(c, 1), GW_EBUSY);
    assert_int_equal(gw_client_set_pool(c, 0, 0), GW_EBUSY);
    assert_int_equal(gw_client_set_gateways(c, &address, 1), GW_EBUSY);
    gw_client_disconnect(c);
    return 0;
}

static int ask(cluster *x, gw_client_id_fn fn, void *arg)
{
    return gw_get_client_ids_by_uid(x->client, gw_key_str("u"), fn, arg);
}

static cluster *with_ids(void)
{
    cluster *x = cluster_new(2, PLENTY_MS);

    fake_set_reply_str(x->gw[0], "a:2:{i:0;i:1;i:1;i:2;}");
    fake_set_reply_str(x->gw[1], "a:1:{i:0;i:3;}");
    return x;
}

static void a_callbacks_result_ends_the_call(void **state)
{
    cluster *x = with_ids();
    int calls = 0;

    (void)state;
    assert_int_equal(ask(x, stop_with_42, &calls), 42);
    assert_int_equal(calls, 1);
    assert_int_equal(ask(x, stop_with_42, &calls), 42);
    assert_accepts(x->gw[0], 1);
    cluster_free(x);
}

static void a_callback_cannot_use_its_client(void **state)
{
    cluster *x = with_ids();

    (void)state;
    assert_int_equal(ask(x, use_it, x->client), GW_OK);
    assert_int_equal(ask(x, use_it, x->client), GW_OK);
    assert_accepts(x->gw[0], 1);
    assert_accepts(x->gw[1], 1);
    cluster_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(every_option_has_its_default),
        cmocka_unit_test(older_and_newer_callers_are_understood),
        cmocka_unit_test(no_more_is_set_than_the_first_version_had),
        cmocka_unit_test(setters_that_fail_change_nothing),
        cmocka_unit_test(a_key_that_is_none_is_refused),
        cmocka_unit_test(a_callbacks_result_ends_the_call),
        cmocka_unit_test(a_callback_cannot_use_its_client),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
