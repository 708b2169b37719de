/* Memory that runs out, and what a client holds of it between its calls. */
#include "support.h"

#include "client_impl.h"

/* A block with its size in front. */
typedef struct block {
    size_t size;
    max_align_t data[];
} block;

typedef struct meter {
    long until_failure; /* < 0: never */
    long blocks;
    size_t bytes;
    size_t largest;
} meter;

static block *block_of(void *data)
{
    return data == NULL
               ? NULL
               : (block *)(void *)((char *)data - offsetof(block, data));
}

static void *meter_realloc(void *data, size_t size, void *user)
{
    meter *m = user;
    block *old = block_of(data), *made;
    size_t had = old == NULL ? 0 : old->size;

    if (m->until_failure >= 0 && m->until_failure-- == 0)
        return NULL;
    made = realloc(old, sizeof *made + size);
    made->size = size;
    m->blocks += old == NULL;
    m->bytes += size - had;
    if (size > m->largest)
        m->largest = size;
    return made->data;
}

static void meter_free(void *data, void *user)
{
    meter *m = user;
    block *b = block_of(data);

    m->blocks--;
    m->bytes -= b->size;
    free(b);
}

static gw_client *metered_client(cluster *x, meter *m, unsigned timeout_ms)
{
    gw_allocator allocator = {meter_realloc, meter_free, m};
    gw_options options;
    gw_client *c;

    cluster_options(x, &options);
    options.allocator = &allocator;
    options.timeout_ms = timeout_ms;
    assert_int_equal(gw_client_new(&c, &options), GW_OK);
    return c;
}

static void metered_client_free(gw_client *c, const meter *m)
{
    gw_client_free(c);
    assert_int_equal(m->blocks, 0);
    assert_int_equal(m->bytes, 0);
}

/* ---- memory that runs out ---------------------------------------------------
 */

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
    meter m = {-1, 0, 0, 0};
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

/* ---- what stays ------------------------------------------------------------
 */

/* For the peers, their connections, the Register's list, small buffers. */
#define KEPT_MAX ((size_t)1024 * 1024)
#define LARGE ((size_t)3 * 1024 * 1024)

static int count_id(void *arg, const gw_client_id *id)
{
    (void)id;
    ++*(size_t *)arg;
    return 0;
}

static int leave_at_once(void *arg, const gw_client_id *id)
{
    (void)arg;
    (void)id;
    return 42;
}

/* A reply with `count` client_ids, some 18 bytes for each. */
static void set_ids(fake *gateway, int count)
{
    char *reply = malloc((size_t)count * 32 + 32);
    size_t len = (size_t)sprintf(reply, "a:%d:{", count);
    int i;

    for (i = 0; i < count; i++)
        len += (size_t)sprintf(reply + len, "i:%d;i:%d;", i, i + 1);
    strcpy(reply + len, "}");
    fake_set_reply_str(gateway, reply);
    free(reply);
}

/* A PHP process may live for days after the one call that asked for all. */
static void a_large_reply_goes_when_it_was_delivered(void **state)
{
    enum { COUNT = 500000 };
    cluster *x = cluster_new(1, PLENTY_MS);
    meter m = {-1, 0, 0, 0};
    gw_client *c = metered_client(x, &m, PLENTY_MS);
    gw_key uid = gw_key_str("u");
    size_t seen = 0;

    (void)state;
    set_ids(x->gw[0], COUNT);
    assert_int_equal(gw_get_client_ids_by_uid(c, uid, count_id, &seen), GW_OK);
    assert_int_equal(seen, COUNT);
    assert_true(m.largest > LARGE);
    assert_true(m.bytes < KEPT_MAX);
    assert_int_equal(gw_get_client_ids_by_uid(c, uid, leave_at_once, NULL), 42);
    assert_true(m.bytes < KEPT_MAX);
    metered_client_free(c, &m);
    cluster_free(x);
}

/* The command's text, one gateway's part of the list, the numbers in it. */
static void a_large_command_goes_when_it_was_sent(void **state)
{
    enum { COUNT = 300000 };
    cluster *x = cluster_new(1, PLENTY_MS);
    meter m = {-1, 0, 0, 0};
    gw_client *c = metered_client(x, &m, PLENTY_MS);
    gw_client_id *ids = calloc(COUNT, sizeof *ids);
    gw_key *uids = calloc(COUNT, sizeof *uids);
    uint32_t i;

    (void)state;
    for (i = 0; i < COUNT; i++) {
        ids[i] = fake_client(x->gw[0], UINT32_MAX - i);
        uids[i] = gw_key_int(INT64_MAX - i);
    }
    assert_int_equal(gw_send_to_clients(c, ids, COUNT, &hello), GW_OK);
    assert_true(m.largest > LARGE);
    assert_true(m.bytes < KEPT_MAX);
    m.largest = 0;
    assert_int_equal(gw_send_to_uids(c, uids, COUNT, &hello), GW_OK);
    assert_true(m.largest > LARGE);
    assert_true(m.bytes < KEPT_MAX);
    metered_client_free(c, &m);
    free(uids);
    free(ids);
    cluster_free(x);
}

/* Of each stranger at most a peer stays, until the next sweep. */
static void a_call_that_concerned_many_leaves_little_behind(void **state)
{
    enum { MANY = 5000 };
    static gw_client_id ids[MANY];
    cluster *x = cluster_new(1, PLENTY_MS);
    meter m = {-1, 0, 0, 0};
    gw_client *c = metered_client(x, &m, PLENTY_MS);
    uint32_t i;
    int online;

    (void)state;
    for (i = 0; i < MANY; i++)
        ids[i] = (gw_client_id){0x0a000001 + i, 1, 9};
    assert_int_equal(gw_send_to_clients(c, ids, MANY, &hello), GW_EPARTIAL);
    ids[0] = fake_client(x->gw[0], 1);
    assert_int_equal(gw_is_online(c, &ids[0], &online), GW_OK);
    assert_true(m.blocks <= MANY + 500);
    metered_client_free(c, &m);
    cluster_free(x);
}

enum { STRANGERS = 5000 };

/* What a client holds that was told of them, so many at a time. */
static size_t held_after_strangers(size_t at_a_time)
{
    static gw_client_id ids[STRANGERS];
    cluster *x = cluster_new(1, PLENTY_MS);
    meter m = {-1, 0, 0, 0};
    gw_client *c = metered_client(x, &m, PLENTY_MS);
    size_t held, i;

    for (i = 0; i < STRANGERS; i++)
        ids[i] = (gw_client_id){0x0a000001 + (uint32_t)i, 1, 9};
    for (i = 0; i < STRANGERS; i += at_a_time)
        assert_int_equal(gw_send_to_clients(c, ids + i, at_a_time, &hello),
                         GW_EPARTIAL);
    ids[0] = fake_client(x->gw[0], 1);
    c->pool.swept_at = 0; /* however long it took until now */
    assert_int_equal(gw_send_to_client(c, &ids[0], &hello), GW_OK);
    held = m.bytes;
    metered_client_free(c, &m);
    cluster_free(x);
    return held;
}

/* A process that was given a list that somebody made up may live for days. */
static void a_call_that_failed_for_many_leaves_no_more_behind(void **state)
{
    (void)state;
    assert_true(held_after_strangers(STRANGERS) <
                held_after_strangers(STRANGERS / 10) + 64 * 1024);
}

/* A gateway that announces a long reply and sends little of it. */
static void memory_follows_what_came_not_what_was_announced(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    meter m = {-1, 0, 0, 0};
    gw_client *c = metered_client(x, &m, PLENTY_MS);
    size_t len = 64 * 1024 * 1024;
    char *reply = calloc(1, len);
    gw_client_id id = fake_client(x->gw[0], 1);
    int online;

    (void)state;
    assert_int_equal(gw_is_online(c, &id, &online), GW_OK);
    fake_set_reply(x->gw[0], reply, len);
    fake_set_mode(x->gw[0], FAKE_DRIP);
    gw_client_set_timeouts(c, PLENTY_MS, 300);
    assert_int_equal(gw_is_online(c, &id, &online), GW_ETIMEDOUT);
    assert_true(m.largest < 16 * 1024 * 1024);
    metered_client_free(c, &m);
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
        cmocka_unit_test(at_every_allocation_memory_may_run_out),
        cmocka_unit_test(a_large_reply_goes_when_it_was_delivered),
        cmocka_unit_test(a_large_command_goes_when_it_was_sent),
        cmocka_unit_test(a_call_that_concerned_many_leaves_little_behind),
        cmocka_unit_test(a_call_that_failed_for_many_leaves_no_more_behind),
        cmocka_unit_test(memory_follows_what_came_not_what_was_announced),
#ifdef __linux__
        cmocka_unit_test(a_client_that_is_freed_leaves_no_page),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
