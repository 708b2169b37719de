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
    assert_int_equal(fake_accepts(x->gw[0]), 1);
    assert_int_equal(fake_accepts(x->gw[1]), 1);
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

static int reset_and_go_on(void *arg, const gw_client_id *id)
{
    cluster *x = arg;

    (void)id;
    gw_client_reset(x->client);
    return 0;
}

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

/* What a program may do by mistake ends the call, and reads no freed memory. */
static void a_reset_in_a_callback_that_returns_is_harmless(void **state)
{
    cluster *x = with_ids();
    int calls = 0;

    (void)state;
    set_long_list(x->gw[0]);
    assert_int_equal(ask(x, reset_and_go_on, x), GW_OK);
    assert_int_equal(ask(x, stop_with_42, &calls), 42);
    assert_int_equal(fake_accepts(x->gw[0]), 1);
    cluster_free(x);
}

/* What the callback of gw_gateways() saw and does. */
typedef struct seen {
    gw_client *client;
    int calls;
} seen;

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
    seen s = {x->client, 0};

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
        cmocka_unit_test(a_reset_in_a_callback_that_returns_is_harmless),
        cmocka_unit_test(a_reset_ends_the_walk_over_gateways),
        cmocka_unit_test(what_a_call_gave_outlives_a_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
