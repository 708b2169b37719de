/* gw_client_reset(): after a callback that never returned, inside one that
 * does, and after calls. */
#include "support.h"

static jmp_buf out;

static int stop_with_42(void *arg, const gw_client_id *id)
{
    (void)id;
    ++*(int *)arg;
    return 42;
}

static int leave(void *arg, const gw_client_id *id)
{
    (void)arg;
    (void)id;
    longjmp(out, 1);
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

static void a_callback_may_leave_by_longjmp(void **state)
{
    cluster *x = with_ids();
    int calls = 0;

    (void)state;
    if (setjmp(out) == 0) {
        ask(x, leave, NULL);
        fail_msg("the callback did not leave");
    }
    assert_int_equal(ask(x, stop_with_42, &calls), GW_EBUSY);
    gw_client_reset(x->client);
    assert_int_equal(ask(x, stop_with_42, &calls), 42);
    gw_client_reset(x->client); /* harmless at any other time */
    gw_client_reset(x->client);
    assert_int_equal(ask(x, stop_with_42, &calls), 42);
    assert_accepts(x->gw[0], 1);
    assert_accepts(x->gw[1], 1);
    cluster_free(x);
}

static void a_client_may_be_freed_after_a_longjmp(void **state)
{
    cluster *x = with_ids();

    (void)state;
    if (setjmp(out) == 0)
        ask(x, leave, NULL);
    cluster_free(x);
}

/* More than a spare target keeps. */
#define LONG_REPLY ((size_t)200000)

/* A list of so many client_ids that its memory is not kept for the next one. */
static void set_long_list(fake *gateway)
{
    char *reply = malloc(LONG_REPLY + 64);
    size_t len = (size_t)sprintf(reply, "a:10000:{");
    int i;

    for (i = 0; i < 10000; i++)
        len += (size_t)sprintf(reply + len, "i:%d;i:%d;", i, i + 1);
    strcpy(reply + len, "}");
    assert_in_range(len, 70000, LONG_REPLY);
    fake_set_reply_str(gateway, reply);
    free(reply);
}

/* What a callback saw and does. */
typedef struct seen {
    gw_client *client;
    int calls;
    int at;     /* the one that resets */
    int inside; /* what a call after that returned */
} seen;

static int reset_once(seen *s)
{
    if (++s->calls == s->at)
        gw_client_reset(s->client);
    return 0;
}

static int reset_id(void *arg, const gw_client_id *id)
{
    (void)id;
    return reset_once(arg);
}

static int reset_uid(void *arg, const gw_key *uid, const gw_client_id *id)
{
    (void)uid;
    (void)id;
    return reset_once(arg);
}

static int reset_session(void *arg, const gw_client_id *id, gw_slice session)
{
    (void)id;
    (void)session;
    return reset_once(arg);
}

static int reset_count(void *arg, const gw_key *group, int64_t count)
{
    (void)group;
    (void)count;
    return reset_once(arg);
}

static int reset_key(void *arg, const gw_key *group)
{
    (void)group;
    return reset_once(arg);
}

static int reset_row(void *arg, const gw_row *row)
{
    (void)row;
    return reset_once(arg);
}

static int reset_reply(void *arg, gw_slice address, gw_slice reply)
{
    (void)address;
    (void)reply;
    return reset_once(arg);
}

static int walk(int kind, seen *s)
{
    gw_select select = {0};
    gw_key key = gw_key_str("u");
    gw_frame frame = {0};
    gw_client *c = s->client;

    switch (kind) {
    case 0:
        return gw_get_client_ids_by_uid(c, key, reset_id, s);
    case 1:
        return gw_batch_get_client_ids_by_uid(c, &key, 1, reset_uid, s);
    case 2:
        return gw_get_sessions(c, NULL, reset_session, s);
    case 3:
        return gw_batch_get_client_count(c, &key, 1, reset_count, s);
    case 4:
        return gw_get_groups(c, reset_key, s);
    case 5:
        select.fields = GW_FIELD_UID;
        return gw_select_clients(c, &select, reset_row, s);
    default:
        frame.cmd = GW_CMD_GET_GROUP_ID_LIST;
        return gw_query_frame(c, NULL, &frame, reset_reply, s);
    }
}

/* What a program may do by mistake ends the call: no callback follows, neither
 * for the rest of that gateway's reply nor for the next gateway. */
static void a_reset_in_a_callback_that_returns_ends_the_call(void **state)
{
    static const struct {
        int kind, at;
        const char *reply;
    } walks[] = {
        {0, 1, "a:2:{i:0;i:1;i:1;i:2;}"},
        {1, 1, "a:2:{s:1:\"u\";a:2:{i:0;i:1;i:1;i:2;}s:1:\"v\";a:0:{}}"},
        {1, 2, "a:2:{s:1:\"u\";a:2:{i:0;i:1;i:1;i:2;}s:1:\"v\";a:0:{}}"},
        {1, 3, "a:2:{s:1:\"u\";a:2:{i:0;i:1;i:1;i:2;}s:1:\"v\";a:0:{}}"},
        {2, 1, "a:2:{i:1;s:1:\"x\";i:2;s:1:\"y\";}"},
        {3, 1, "a:2:{s:1:\"g\";i:1;s:1:\"h\";i:2;}"},
        {4, 1, "a:2:{i:0;s:1:\"g\";i:1;s:1:\"h\";}"},
        {5, 1, "a:2:{i:1;a:0:{}i:2;a:0:{}}"},
        {6, 1, "a:0:{}"},
    };
    cluster *x = cluster_new(2, PLENTY_MS);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        seen s = {x->client, 0, 0, 0};

        fake_set_reply_str(x->gw[0], walks[i].reply);
        fake_set_reply_str(x->gw[1], walks[i].reply);
        assert_int_equal(walk(walks[i].kind, &s), GW_OK);
        assert_true(s.calls > walks[i].at);
        s.calls = 0;
        s.at = walks[i].at;
        assert_int_equal(walk(walks[i].kind, &s), GW_OK);
        assert_int_equal(s.calls, walks[i].at);
    }
    assert_accepts(x->gw[0], 1);
    assert_accepts(x->gw[1], 1);
    cluster_free(x);
}

static void a_long_reply_is_not_read_after_a_reset(void **state)
{
    cluster *x = with_ids();
    seen s = {x->client, 0, 1, 0};

    (void)state;
    set_long_list(x->gw[0]);
    assert_int_equal(ask(x, reset_id, &s), GW_OK);
    assert_int_equal(s.calls, 1);
    assert_int_equal(ask(x, reset_id, &s), GW_OK);
    assert_int_equal(s.calls, 1 + 10000 + 1);
    cluster_free(x);
}

static int reset_and_ask(void *arg, const gw_client_id *id)
{
    seen *s = arg;
    int calls = 0;

    (void)id;
    s->calls++;
    gw_client_reset(s->client);
    s->inside = gw_get_client_ids_by_uid(s->client, gw_key_str("u"),
                                         stop_with_42, &calls);
    return 0;
}

/* That call frees the replies of the first. */
static void a_call_after_a_reset_in_a_callback_is_good(void **state)
{
    cluster *x = with_ids();
    seen s = {x->client, 0, 0, 0};

    (void)state;
    set_long_list(x->gw[0]);
    assert_int_equal(ask(x, reset_and_ask, &s), GW_OK);
    assert_int_equal(s.calls, 1);
    assert_int_equal(s.inside, 42);
    assert_accepts(x->gw[0], 1);
    cluster_free(x);
}

static int reset_and_interrupt(void *arg, const gw_client_id *id)
{
    seen *s = arg;

    (void)id;
    s->calls++;
    gw_client_reset(s->client);
    if (setjmp(out) == 0)
        gw_get_client_ids_by_uid(s->client, gw_key_str("u"), leave, NULL);
    return 0;
}

/* The call that is under way then is not the one that goes on. */
static void a_call_that_was_left_in_a_callback_wants_its_own_reset(void **state)
{
    cluster *x = with_ids();
    seen s = {x->client, 0, 0, 0};
    int calls = 0;

    (void)state;
    set_long_list(x->gw[0]);
    assert_int_equal(ask(x, reset_and_interrupt, &s), GW_OK);
    assert_int_equal(s.calls, 1);
    assert_int_equal(ask(x, stop_with_42, &calls), GW_EBUSY);
    gw_client_reset(x->client);
    assert_int_equal(ask(x, stop_with_42, &calls), 42);
    cluster_free(x);
}

static int reset_and_disconnect(void *arg, gw_slice address)
{
    seen *s = arg;

    (void)address;
    s->calls++;
    gw_client_reset(s->client);
    gw_client_disconnect(s->client);
    return 0;
}

/* Nor is a list read that the callback had forgotten. */
static void a_reset_ends_the_walk_over_gateways(void **state)
{
    cluster *x = cluster_new(3, PLENTY_MS);
    seen s = {x->client, 0, 0, 0};

    (void)state;
    assert_int_equal(gw_gateways(x->client, reset_and_disconnect, &s), GW_OK);
    assert_int_equal(s.calls, 1);
    cluster_free(x);
}

static void what_a_call_gave_outlives_a_reset(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client_id id = fake_client(x->gw[0], 1);
    char *reply = malloc(LONG_REPLY);
    gw_slice session;

    (void)state;
    memset(reply, 's', LONG_REPLY);
    fake_set_reply(x->gw[0], reply, LONG_REPLY);
    assert_int_equal(gw_get_session(x->client, &id, &session), GW_OK);
    gw_client_reset(x->client);
    assert_int_equal(session.len, LONG_REPLY);
    assert_memory_equal(session.base, reply, LONG_REPLY);
    free(reply);
    cluster_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_callback_may_leave_by_longjmp),
        cmocka_unit_test(a_client_may_be_freed_after_a_longjmp),
        cmocka_unit_test(a_reset_in_a_callback_that_returns_ends_the_call),
        cmocka_unit_test(a_long_reply_is_not_read_after_a_reset),
        cmocka_unit_test(a_call_after_a_reset_in_a_callback_is_good),
        cmocka_unit_test(
            a_call_that_was_left_in_a_callback_wants_its_own_reset),
        cmocka_unit_test(a_reset_ends_the_walk_over_gateways),
        cmocka_unit_test(what_a_call_gave_outlives_a_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
