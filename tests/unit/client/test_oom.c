/* Memory that runs out: in every call the first allocation fails, then the
 * second and so on, until the call needs no more. Once only that one fails,
 * once all that follow, too. */
#include "support.h"

#include <time.h>

#include "calls.h"

/* ---- an allocator that fails when it is told to -------------------------- */

typedef struct meter {
    long blocks;
    size_t calls;
    size_t fail_at; /* 1: the next one; 0: never */
    int and_after;
    int failed;
} meter;

static void *meter_realloc(void *ptr, size_t size, void *user)
{
    meter *m = user;

    m->calls++;
    if (m->fail_at != 0 &&
        (m->and_after ? m->calls >= m->fail_at : m->calls == m->fail_at)) {
        m->failed = 1;
        return NULL;
    }
    m->blocks += ptr == NULL;
    return realloc(ptr, size);
}

static void meter_free(void *ptr, void *user)
{
    ((meter *)user)->blocks--;
    free(ptr);
}

static void meter_arm(meter *m, size_t fail_at, int and_after)
{
    m->calls = 0;
    m->failed = 0;
    m->fail_at = fail_at;
    m->and_after = and_after;
}

/* ---- a cluster, in the states that calls meet ---------------------------- */

typedef enum state {
    FRESH, /* nothing is known, nobody is connected */
    WARM,  /* lists are believed, connections wait in the pool */
    DOWN,  /* as FRESH; a gateway and the first Register are down */
    STATES
} state;

static const char *const state_names[STATES] = {"fresh", "warm", "down"};

typedef struct bench {
    cluster *x;
    calls_cluster about;
    gw_options options;
    gw_allocator allocator;
    meter meter;
    state state;
    const char *registers[2];
    char long_reply[40000];
    gw_client *client;
} bench;

static void bench_init(bench *b, state s)
{
    const char *dead = fake_refusing(0);

    memset(b, 0, sizeof *b);
    b->x = cluster_new(2, PLENTY_MS);
    b->state = s;
    b->registers[0] = s == DOWN ? dead : fake_address(b->x->reg);
    b->registers[1] = s == DOWN ? fake_address(b->x->reg) : dead;
    b->allocator = (gw_allocator){meter_realloc, meter_free, &b->meter};
    cluster_options(b->x, &b->options);
    b->options.registers = b->registers;
    b->options.register_count = s == DOWN ? 2 : 1;
    b->options.timeout_ms = PLENTY_MS;
    b->options.allocator = &b->allocator;
    b->about.registers[0] = fake_address(b->x->reg);
    b->about.registers[1] = dead;
    b->about.gateways[0] = fake_address(b->x->gw[0]);
    b->about.gateways[1] = fake_address(b->x->gw[1]);
    b->about.gateway_count = 2;
    b->about.ids[0] = fake_client(b->x->gw[0], 1);
    b->about.ids[1] = fake_client(b->x->gw[1], 2);
    b->about.nobody = fake_client(b->x->gw[0], 3);
    b->about.message = gw_slice_str("a message");
    if (s == DOWN)
        fake_stop(b->x->gw[1]);
}

static void bench_deinit(bench *b)
{
    cluster_free(b->x);
}

static int no_row(void *arg, const gw_row *row)
{
    (void)arg;
    (void)row;
    return 0;
}

/* The pool gets a connection to each gateway whose command is unconfirmed. */
static void warm_up(bench *b)
{
    gw_select all;

    memset(&all, 0, sizeof all);
    all.fields = GW_FIELD_UID;
    assert_int_equal(gw_select_clients(b->client, &all, no_row, NULL), GW_OK);
    assert_int_equal(gw_send_to_all(b->client, &hello, NULL, 0), GW_OK);
}

static void client_begin(bench *b)
{
    meter_arm(&b->meter, 0, 0);
    assert_int_equal(gw_client_new(&b->client, &b->options), GW_OK);
    if (b->state == WARM)
        warm_up(b);
}

static unsigned open_connections(const bench *b)
{
    return fake_open(b->x->gw[0]) +
           (b->state == DOWN ? 0 : fake_open(b->x->gw[1]));
}

/* Gateways see exactly the connections that the pool counts. */
static void assert_pool_is_consistent(const bench *b)
{
    static const struct timespec moment = {0, 100 * 1000};
    uint64_t end = fake_now() + FAKE_PATIENCE_MS;
    size_t idle = stats_of(b->client).idle;

    while (open_connections(b) != idle) {
        if (fake_now() > end)
            fail_msg("%u connections are open, %lu are idle",
                     open_connections(b), (unsigned long)idle);
        nanosleep(&moment, NULL);
    }
}

static void client_end(bench *b)
{
    gw_client_free(b->client);
    b->client = NULL;
    assert_int_equal(b->meter.blocks, 0);
    assert_int_equal(b->meter.failed, 0);
}

/* Every so many-th allocation fails: wine takes a hundred times as long for a
 * socket. */
#ifdef _WIN32
enum { STEP = 4 };
#else
enum { STEP = 1 };
#endif

/* ---- the sweep ----------------------------------------------------------- */

typedef int (*call_fn)(gw_client *client, const calls_cluster *cluster,
                       calls_answer *answer);

static int make_call(bench *b, call_fn fn, calls_answer *answer)
{
    answer->len = 0;
    answer->text[0] = '\0';
    return fn(b->client, &b->about, answer);
}

static int is_flush(const char *name)
{
    return strcmp(name, "flush") == 0;
}

/* After a failure: all is as before, but for connections that were lost with
 * what was unconfirmed on them, which gw_flush() tells once. */
static void assert_usable(bench *b, const calls_entry *e, int rc,
                          const calls_answer *answer)
{
    calls_answer again;
    int rc2;

    meter_arm(&b->meter, 0, 0);
    rc2 = make_call(b, e->run, &again);
    if (is_flush(e->name) && rc2 == GW_EUNCONFIRMED)
        rc2 = make_call(b, e->run, &again);
    assert_int_equal(rc2, rc);
    assert_string_equal(again.text, answer->text);
    assert_pool_is_consistent(b);
}

/* Returns whether the n-th allocation was reached. */
static int fail_at(bench *b, const calls_entry *e, size_t n, int and_after,
                   int rc, const calls_answer *answer)
{
    calls_answer got;
    int code, failed;

    client_begin(b);
    meter_arm(&b->meter, n, and_after);
    code = make_call(b, e->run, &got);
    failed = b->meter.failed;
    b->meter.failed = 0;
    b->meter.fail_at = 0;
    /* What only an error text lacked does not change the call. */
    if (code != rc && !(failed && code == GW_ENOMEM))
        fail_msg("%s, %s, allocation %lu: %s instead of %s", e->name,
                 state_names[b->state], (unsigned long)n, gw_error_name(code),
                 gw_error_name(rc));
    if (code == rc)
        assert_string_equal(got.text, answer->text);
    else
        assert_true(strlen(gw_client_error(b->client)) > 0 ||
                    strncmp(e->name, "set_", 4) == 0);
    assert_usable(b, e, rc, answer);
    client_end(b);
    return failed;
}

static size_t sweep_call(bench *b, const calls_entry *e)
{
    calls_answer answer;
    size_t n, points = 0;
    int rc, and_after;

    client_begin(b);
    rc = make_call(b, e->run, &answer);
    client_end(b);
    for (and_after = 0; and_after < 2; and_after++) {
        for (n = 1; fail_at(b, e, n, and_after, rc, &answer); n += STEP)
            points += STEP;
    }
    return points;
}

static void sweep_state(state s)
{
    bench *b = malloc(sizeof *b);
    size_t i, points = 0;

    bench_init(b, s);
    for (i = 0; i < calls_count; i++)
        points += sweep_call(b, &calls_table[i]);
    print_message("out of memory, %s: %lu points in %lu calls\n",
                  state_names[s], (unsigned long)points,
                  (unsigned long)calls_count);
    assert_true(points > 30);
    bench_deinit(b);
    free(b);
}

static void memory_may_run_out_in_every_call_of_a_fresh_client(void **arg)
{
    (void)arg;
    sweep_state(FRESH);
}

static void memory_may_run_out_in_every_call_with_a_pool(void **arg)
{
    (void)arg;
    sweep_state(WARM);
}

static void memory_may_run_out_while_parts_are_down(void **arg)
{
    (void)arg;
    sweep_state(DOWN);
}

/* ---- what the table does not have ---------------------------------------- */

static void memory_may_run_out_while_a_client_is_made(void **arg)
{
    bench *b = malloc(sizeof *b);
    size_t n, points = 0;
    int rc = GW_ENOMEM;

    (void)arg;
    bench_init(b, DOWN);
    b->options.secret_key = gw_slice_str("a key");
    for (n = 1; rc != GW_OK; n++, points++) {
        meter_arm(&b->meter, n, 0);
        b->client = (gw_client *)b; /* must be overwritten */
        rc = gw_client_new(&b->client, &b->options);
        assert_true(rc == GW_OK || (rc == GW_ENOMEM && b->client == NULL));
        b->meter.failed = 0;
        client_end(b);
    }
    print_message("out of memory, new: %lu points\n", (unsigned long)points);
    assert_true(points > 4);
    bench_deinit(b);
    free(b);
}

static int get_session(gw_client *c, const calls_cluster *x, calls_answer *a)
{
    gw_slice session;
    int rc = gw_get_session(c, &x->ids[0], &session);

    a->len = (size_t)snprintf(a->text, sizeof a->text, "%lu bytes",
                              (unsigned long)session.len);
    return rc;
}

/* Longer than what is read at first: its buffer grows while it comes. */
static void memory_may_run_out_within_a_long_reply(void **arg)
{
    static const calls_entry entry = {"a long session", get_session};
    bench *b = malloc(sizeof *b);
    size_t points;

    (void)arg;
    bench_init(b, FRESH);
    memset(b->long_reply, 'x', sizeof b->long_reply);
    fake_set_reply(b->x->gw[0], b->long_reply, sizeof b->long_reply);
    points = sweep_call(b, &entry);
    print_message("out of memory, long reply: %lu points\n",
                  (unsigned long)points);
    assert_true(points > 6);
    bench_deinit(b);
    free(b);
}

static int send_too_long(gw_client *c, const calls_cluster *x, calls_answer *a)
{
    static char body[GW_FRAME_MAX - GW_FRAME_HEAD_LEN - 20];
    gw_message m = gw_message_of(body, sizeof body);

    (void)a;
    return gw_send_to_clients(c, x->ids, 2, &m);
}

static void memory_may_run_out_while_receivers_are_counted(void **arg)
{
    static const calls_entry entry = {"a long frame", send_too_long};
    bench *b = malloc(sizeof *b);

    (void)arg;
    bench_init(b, FRESH);
    assert_true(sweep_call(b, &entry) > 1);
    bench_deinit(b);
    free(b);
}

/* Commands whose connections are gone are told by gw_flush(), once: not being
 * able to tell is not telling. */
static void what_flush_could_not_tell_is_told_by_the_next(void **arg)
{
    bench *b = malloc(sizeof *b);
    size_t n, points = 0;
    int failed = 1, and_after, gone;

    (void)arg;
    bench_init(b, WARM);
    for (gone = 0; gone < 2; gone++) {
        for (and_after = 0; and_after < 2; and_after++) {
            for (n = 1, failed = 1; failed; n++, points++) {
                int rc;

                client_begin(b);
                /* Gone before the question, or because of it. */
                fake_set_mode(b->x->gw[0], gone ? FAKE_ANSWER : FAKE_CLOSE);
                if (gone)
                    fake_hang_up(b->x->gw[0]);
                meter_arm(&b->meter, n, and_after);
                rc = gw_flush(b->client);
                failed = b->meter.failed;
                assert_true(rc == GW_EUNCONFIRMED ||
                            (failed && rc == GW_ENOMEM));
                meter_arm(&b->meter, 0, 0);
                fake_set_mode(b->x->gw[0], FAKE_ANSWER);
                if (rc == GW_ENOMEM)
                    assert_int_equal(gw_flush(b->client), GW_EUNCONFIRMED);
                assert_int_equal(gw_flush(b->client), GW_OK);
                client_end(b);
            }
        }
    }
    print_message("out of memory, flush: %lu points\n", (unsigned long)points);
    bench_deinit(b);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_may_run_out_while_a_client_is_made),
        cmocka_unit_test(memory_may_run_out_in_every_call_of_a_fresh_client),
        cmocka_unit_test(memory_may_run_out_in_every_call_with_a_pool),
        cmocka_unit_test(memory_may_run_out_while_parts_are_down),
        cmocka_unit_test(memory_may_run_out_within_a_long_reply),
        cmocka_unit_test(memory_may_run_out_while_receivers_are_counted),
        cmocka_unit_test(what_flush_could_not_tell_is_told_by_the_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
