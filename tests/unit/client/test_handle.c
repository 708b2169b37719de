/* The handle itself: options, callbacks that leave early, memory that runs
 * out. */
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
    assert_int_equal(fake_accepts(x->reg), 1);
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
    assert_int_equal(fake_accepts(x->gw[0]), 0);
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
    assert_int_equal(fake_accepts(x->gw[0]), 1);
    cluster_free(x);
}

static void a_callback_cannot_use_its_client(void **state)
{
    cluster *x = with_ids();

    (void)state;
    assert_int_equal(ask(x, use_it, x->client), GW_OK);
    assert_int_equal(ask(x, use_it, x->client), GW_OK);
    assert_int_equal(fake_accepts(x->gw[0]), 1);
    assert_int_equal(fake_accepts(x->gw[1]), 1);
    cluster_free(x);
}

/* ---- memory ------------------------------------------------------------- */

typedef struct meter {
    long until_failure; /* < 0: never */
    long blocks;
    size_t largest;
} meter;

static void *meter_realloc(void *ptr, size_t size, void *user)
{
    meter *m = user;
    void *made;

    if (m->until_failure >= 0 && m->until_failure-- == 0)
        return NULL;
    made = realloc(ptr, size);
    m->blocks += ptr == NULL;
    if (size > m->largest)
        m->largest = size;
    return made;
}

static void meter_free(void *ptr, void *user)
{
    ((meter *)user)->blocks--;
    free(ptr);
}

static int any_row(void *arg, const gw_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

static int acceptable(int rc)
{
    return rc == GW_OK || rc == GW_ENOMEM || rc == GW_EPARTIAL ||
           rc == GW_EUNCONFIRMED || rc == GW_EREGISTER;
}

/* Calls of each kind; returns whether one lacked memory. */
static int use_everything(cluster *x, gw_client *c)
{
    gw_client_id ids[2];
    gw_key keys[2] = {gw_key_str("u"), gw_key_int(7)};
    gw_slice addresses[2];
    gw_select select;
    gw_slice session;
    int results[9];
    size_t i;
    int short_of = 0;

    memset(&select, 0, sizeof select);
    select.fields = 7;
    select.uids = keys;
    select.uid_count = 2;
    ids[0] = fake_client(x->gw[0], 9);
    ids[1] = fake_client(x->gw[0], 3);
    addresses[0] = gw_slice_str(fake_address(x->reg));
    addresses[1] = gw_slice_str("127.0.0.1:1");
    results[0] = gw_client_set_secret_key(c, gw_slice_str("a \"key\""));
    results[1] = gw_client_set_registers(c, addresses, 2);
    results[2] = gw_send_to_uids(c, keys, 2, &hello);
    results[3] = gw_send_to_groups(c, keys, 2, &hello, ids, 2);
    results[4] = gw_select_clients(c, &select, any_row, NULL);
    results[5] = gw_get_session(c, &ids[0], &session);
    results[6] = gw_flush(c);
    results[7] = gw_client_set_registers(c, &addresses[1], 1);
    results[8] = gw_send_to_uids(c, keys, 2, &hello);
    for (i = 0; i < sizeof results / sizeof results[0]; i++) {
        if (!acceptable(results[i]))
            fail_msg("result %lu is %s", (unsigned long)i,
                     gw_error_name(results[i]));
        short_of |= results[i] == GW_ENOMEM;
    }
    return short_of;
}

static void at_every_allocation_memory_may_run_out(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    meter m = {-1, 0, 0};
    gw_allocator allocator = {meter_realloc, meter_free, &m};
    gw_options options;
    gw_client *c;
    long n;
    int failed;

    (void)state;
    cluster_options(x, &options);
    options.allocator = &allocator;
    fake_stop(x->gw[1]);
    for (n = 0, failed = 1; failed; n++) {
        m.until_failure = n;
        failed = gw_client_new(&c, &options) != GW_OK;
        if (!failed) {
            use_everything(x, c);
            failed = m.until_failure < 0;
            m.until_failure = -1;
            assert_int_equal(use_everything(x, c), 0);
            gw_client_free(c);
        }
        assert_int_equal(m.blocks, 0);
    }
    assert_true(n > 30);
    cluster_free(x);
}

/* Of each stranger a peer stays for a minute, and nothing for longer. */
static void a_call_that_concerned_many_leaves_little_behind(void **state)
{
    enum { MANY = 5000 };
    static gw_client_id ids[MANY];
    cluster *x = cluster_new(1, PLENTY_MS);
    meter m = {-1, 0, 0};
    gw_allocator allocator = {meter_realloc, meter_free, &m};
    gw_options options;
    gw_client *c;
    uint32_t i;
    int online;

    (void)state;
    cluster_options(x, &options);
    options.allocator = &allocator;
    assert_int_equal(gw_client_new(&c, &options), GW_OK);
    for (i = 0; i < MANY; i++)
        ids[i] = (gw_client_id){0x0a000001 + i, 1, 9};
    assert_int_equal(gw_send_to_clients(c, ids, MANY, &hello), GW_EPARTIAL);
    ids[0] = fake_client(x->gw[0], 1);
    assert_int_equal(gw_is_online(c, &ids[0], &online), GW_OK);
    assert_in_range(m.blocks, MANY, MANY + 500);
    gw_client_free(c);
    assert_int_equal(m.blocks, 0);
    cluster_free(x);
}

/* A gateway that announces a long reply and sends little of it. */
static void memory_follows_what_came_not_what_was_announced(void **state)
{
    cluster *x = cluster_new(1, 300);
    meter m = {-1, 0, 0};
    gw_allocator allocator = {meter_realloc, meter_free, &m};
    size_t len = 64 * 1024 * 1024;
    char *reply = calloc(1, len);
    gw_options options;
    gw_client *c;
    gw_client_id id = fake_client(x->gw[0], 1);
    int online;

    (void)state;
    cluster_options(x, &options);
    options.allocator = &allocator;
    options.timeout_ms = 300;
    assert_int_equal(gw_client_new(&c, &options), GW_OK);
    fake_set_reply(x->gw[0], reply, len);
    fake_set_mode(x->gw[0], FAKE_DRIP);
    assert_int_equal(gw_is_online(c, &id, &online), GW_ETIMEDOUT);
    assert_true(m.largest < 16 * 1024 * 1024);
    gw_client_free(c);
    assert_int_equal(m.blocks, 0);
    free(reply);
    cluster_free(x);
}

#ifdef __linux__

/* Of all mappings that a fork() wipes, in kB. */
static unsigned long wiped_on_fork(void)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    unsigned long size = 0, sum = 0;
    char line[512];

    if (f == NULL)
        return 0;
    while (fgets(line, sizeof line, f) != NULL) {
        sscanf(line, "Size: %lu kB", &size);
        if (strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " wf") != NULL)
            sum += size;
    }
    fclose(f);
    return sum;
}

/* The page that tells of a fork() comes from no allocator. */
static void a_client_that_is_freed_leaves_no_page(void **state)
{
    unsigned long before = wiped_on_fork();
    gw_client *client;

    (void)state;
    assert_int_equal(gw_client_new(&client, NULL), GW_OK);
    gw_client_free(client);
    assert_int_equal(wiped_on_fork(), before);
}

#endif

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
        cmocka_unit_test(at_every_allocation_memory_may_run_out),
        cmocka_unit_test(a_call_that_concerned_many_leaves_little_behind),
        cmocka_unit_test(memory_follows_what_came_not_what_was_announced),
#ifdef __linux__
        cmocka_unit_test(a_client_that_is_freed_leaves_no_page),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
