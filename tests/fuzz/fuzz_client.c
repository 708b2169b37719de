/* The client library against gateways and Registers that say anything, at any
 * time, in any pieces: one input is a sequence of calls and what their peers
 * do. Held are the promises of client.h. */
#include "fake_net.h"

#include <setjmp.h>

#include "calls.h"
#include "client_impl.h"

enum {
    STEPS_MAX = 64,
    PASS_UNIT_MS = 400,
    AGED_MS = 500000 /* debts are forgotten some time after this */
};

static gw_slice script;
static gw_client *client;
static unsigned fail_in; /* so many allocations go well before one does not */
static int accountable;  /* gw_flush() can know of everything that is owed */
static uint64_t settled_at; /* by the last flush; calls take time, too */
static calls_cluster about;
static calls_answer answer;

/* ---- memory -------------------------------------------------------------- */

static void *scarce_realloc(void *ptr, size_t size, void *user)
{
    (void)user;
    if (fail_in > 0 && --fail_in == 0)
        return NULL;
    return realloc(ptr, size);
}

static void scarce_free(void *ptr, void *user)
{
    (void)user;
    free(ptr);
}

static const gw_allocator scarce = {scarce_realloc, scarce_free, NULL};

/* ---- what holds after each call ------------------------------------------ */

static unsigned gateway_called(const char *address)
{
    unsigned i = 0;

    while (i < FAKE_GATEWAYS && strcmp(address, about.gateways[i]) != 0)
        i++;
    return i;
}

static unsigned failed_gateways(int rc)
{
    const gw_failure *list;
    size_t count = gw_client_failures(client, &list);
    unsigned failed = 0;

    if (rc != GW_OK && rc != GW_EPARTIAL)
        return ~0u;
    while (count > 0)
        failed |= 1u << gateway_called(list[--count].address);
    return failed;
}

/* Nothing is sent twice. */
static void check_single(void)
{
    unsigned i;

    for (i = 0; i < FAKE_GATEWAYS; i++) {
        fake_traffic t = fake_net_traffic(i);

        HOLDS(t.wires <= 1 && t.commands <= 1);
    }
}

static void check_flush(int rc)
{
    if (rc == GW_OK && accountable && fake_net_clock() - settled_at < AGED_MS)
        HOLDS(fake_net_owed() == 0);
    if (rc == GW_OK || rc == GW_EUNCONFIRMED) {
        fake_net_forgive();
        settled_at = fake_net_clock();
    }
}

static void after_call(int rc, uint64_t start, uint64_t resolving,
                       unsigned timeout_ms)
{
    gw_client_stats stats = {.size = sizeof stats};
    uint64_t took = fake_net_clock() - start;
    const char *error = gw_client_error(client);

    fake_net_trace("= %d %s", rc, error);
    HOLDS(took <= timeout_ms + (fake_net_resolving() - resolving));
    HOLDS(error != NULL && strlen(error) < 100000);
    HOLDS(rc != GW_EAGAIN && rc != GW_EBUSY);
    fake_net_settle(failed_gateways(rc));
    gw_client_get_stats(client, &stats);
    HOLDS(stats.idle == fake_net_open());
}

/* ---- calls --------------------------------------------------------------- */

typedef int (*call_fn)(void);

static int run(call_fn call, int is_flush)
{
    uint64_t start = fake_net_clock(), resolving = fake_net_resolving();
    unsigned timeout_ms = client->timeout_ms;
    int rc = call();

    if (!is_flush)
        check_single();
    after_call(rc, start, resolving, timeout_ms);
    return rc;
}

static gw_client_id id_of(unsigned byte)
{
    gw_client_id id;

    memset(&id, 0, sizeof id);
    id.ip = FAKE_IP + (byte >> 6 & 1);
    id.port = (uint16_t)(FAKE_GATEWAY_PORT + byte % (FAKE_GATEWAYS + 1));
    id.connection = byte >> 3;
    return id;
}

static int send_one(void)
{
    gw_message message = gw_message_of("hello", 5);
    gw_client_id id = id_of(fake_net_take());
    unsigned gateway = id.port - FAKE_GATEWAY_PORT;
    int rc = gw_send_to_client(client, &id, &message);

    if (id.ip != FAKE_IP)
        gateway = FAKE_GATEWAYS;
    HOLDS(fake_net_traffic(gateway).commands == 1 || rc != GW_OK);
    return rc;
}

static int send_all(void)
{
    gw_message message = gw_message_of("hello", 5);
    int rc = gw_send_to_all(client, &message, NULL, 0);

    if (rc == GW_OK) {
        unsigned i, sum = 0;

        for (i = 0; i <= FAKE_GATEWAYS; i++)
            sum += fake_net_traffic(i).commands;
        HOLDS(sum > 0);
    }
    return rc;
}

/* A total is of this call's answers, whatever came late or unasked. */
static int count(void)
{
    int64_t sum = 0, expected = 0;
    int rc = gw_get_client_count(client, NULL, &sum), odd = 0;
    unsigned i;

    for (i = 0; i <= FAKE_GATEWAYS; i++) {
        odd |= fake_net_traffic(i).odd;
        expected += fake_net_traffic(i).counts;
    }
    if (rc == GW_OK && !odd)
        HOLDS(sum == expected);
    return rc;
}

static int ask_online(void)
{
    gw_client_id id = id_of(fake_net_take());
    int online = 2;
    int rc = gw_is_online(client, &id, &online);

    HOLDS(online == 0 || (online == 1 && rc == GW_OK));
    return rc;
}

static int ask_session(void)
{
    gw_client_id id = id_of(fake_net_take());
    gw_slice session;
    int rc = gw_get_session(client, &id, &session);

    HOLDS(rc == GW_OK || session.base == NULL);
    if (session.base != NULL)
        free(memcpy(malloc(session.len + 1), session.base, session.len));
    return rc;
}

static int flush(void)
{
    return gw_flush(client);
}

/* ---- callbacks that leave ------------------------------------------------ */

static jmp_buf way_out;

static int leave(void *arg, const gw_row *row)
{
    (void)arg;
    (void)row;
    HOLDS(gw_flush(client) == GW_EBUSY);
    longjmp(way_out, 1);
}

static int select_and_leave(void)
{
    gw_select select;

    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_UID | GW_FIELD_GROUPS;
    if (setjmp(way_out) == 0)
        return gw_select_clients(client, &select, leave, NULL);
    gw_client_reset(client);
    return GW_EPARTIAL;
}

static int stop(void *arg, const gw_key *key)
{
    (void)arg;
    (void)key;
    return 77;
}

static int groups_and_stop(void)
{
    return gw_get_groups(client, stop, NULL);
}

/* ---- steps --------------------------------------------------------------- */

static void set_pool(void)
{
    unsigned how = fake_net_take();

    gw_client_set_persistent(client, how & 1);
    gw_client_set_pool(client, how >> 1 & 3, how >> 3);
}

static void set_times(void)
{
    unsigned how = fake_net_take();

    gw_client_set_timeouts(client, 1 + (how & 7) * 50, 1 + (how >> 3) * 20);
    gw_client_set_register_ttl(client, how * 10);
}

static void pass(void)
{
    fake_net_pass(fake_net_take() * PASS_UNIT_MS);
}

static const calls_entry *table_call;

static int run_table_call(void)
{
    answer.len = 0;
    fake_net_trace("%s", table_call->name);
    return table_call->run(client, &about, &answer);
}

/* Under another key there are other debts. */
static void step_of_table(unsigned index)
{
    int is_flush;

    table_call = &calls_table[index % calls_count];
    is_flush = strcmp(table_call->name, "flush") == 0;
    if (strstr(table_call->name, "secret_key") != NULL)
        accountable = 0;
    if (strcmp(table_call->name, "set_gateways") == 0)
        fake_net_name((1u << about.gateway_count) - 1);
    if (is_flush)
        check_flush(run(run_table_call, 1));
    else
        run(run_table_call, 0);
}

static void step(void)
{
    static const call_fn calls[] = {
        send_one,    send_all,        count,    ask_online,
        ask_session, groups_and_stop, send_all, select_and_leave};
    unsigned op = fake_net_take();

    fake_net_trace("step %02x", op);
    if (op < 0x40)
        step_of_table(op);
    else if (op < 0x80)
        run(calls[op & 7], 0);
    else if (op < 0xa0)
        check_flush(run(flush, 1));
    else if (op < 0xb0)
        pass();
    else if (op < 0xc0)
        fake_net_list(op);
    else if (op < 0xd0)
        set_pool();
    else if (op < 0xe0)
        set_times();
    else if (op < 0xf0)
        fail_in = op & 15;
    else
        fake_net_fork();
}

static int start(void)
{
    static const char *const registers[] = {"10.0.0.1:1236", "10.0.0.1:1237"};
    unsigned how = fake_net_take();
    gw_options options;

    gw_options_init(&options);
    options.registers = registers;
    options.register_count = 1 + (how & 1);
    options.secret_key = gw_slice_str((how & 2) == 0 ? "s3cret" : "");
    options.trust_client_ids = (how & 4) != 0;
    options.timeout_ms = 1000;
    options.connect_timeout_ms = 300;
    options.max_reply = 4096;
    options.allocator = &scarce;
    fake_net_expect(options.secret_key.len > 0, options.trust_client_ids);
    fake_net_list(how >> 4);
    return gw_client_new(&client, &options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int steps;

    script = gw_slice_of(data, size);
    about = (calls_cluster){
        .registers = {"10.0.0.1:1236", "10.0.0.1:1237"},
        .gateways = {"10.0.0.1:2900", "10.0.0.1:2901", "10.0.0.1:2902",
                     "10.0.0.1:2903"},
        .gateway_count = 2,
        .ids = {id_of(8), id_of(17)},
        .nobody = id_of(24),
        .message = gw_slice_str("a message"),
    };
    fail_in = 0;
    accountable = 1;
    fake_net_reset(&script);
    settled_at = fake_net_clock();
    HOLDS(start() == GW_OK);
    for (steps = 0; script.len > 0 && steps < STEPS_MAX; steps++) {
        step();
        fake_net_expect(client->key.text.len > 0, client->trust_client_ids);
    }
    gw_client_free(client);
    HOLDS(fake_net_open() == 0);
    fake_net_settle(~0u);
    return 0;
}
