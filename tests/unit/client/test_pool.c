/* Connections between calls: kept, checked before use, never shared. */
#include "support.h"

#include "client_impl.h"
#include "clock.h"
#include "reply.h"
#include "request.h"
#include "targets.h"

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>
#endif

static int send_to(cluster *x, size_t i)
{
    gw_client_id id = fake_client(x->gw[i], 1);

    return gw_send_to_client(x->client, &id, &hello);
}

static int ask(cluster *x, size_t i)
{
    gw_client_id id = fake_client(x->gw[i], 1);
    int online;

    return gw_is_online(x->client, &id, &online);
}

static void use_key(cluster *x, const char *key)
{
    assert_int_equal(gw_client_set_secret_key(x->client, gw_slice_str(key)),
                     GW_OK);
}

/* ---- keeping ------------------------------------------------------------ */

static void many_calls_use_one_connection(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    gw_client_stats stats;
    int i;

    (void)state;
    for (i = 0; i < 100; i++)
        assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    fake_wait_frames(x->gw[0], 100);
    fake_wait_frames(x->gw[1], 100);
    assert_accepts(x->gw[0], 1);
    assert_accepts(x->gw[1], 1);
    assert_accepts(x->reg, 1);
    stats = stats_of(x->client);
    assert_int_equal(stats.connects, 2);
    assert_int_equal(stats.reuses, 198);
    assert_int_equal(stats.frames_sent, 200);
    assert_int_equal(stats.register_lookups, 1);
    assert_int_equal(stats.idle, 2);
    cluster_free(x);
}

static void without_persistence_each_call_connects(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    gw_client_set_persistent(x->client, 0);
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(ask(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 2);
    fake_wait_closed(x->gw[0], 2);
    assert_accepts(x->gw[0], 2);
    assert_int_equal(stats_of(x->client).idle, 0);
    cluster_free(x);
}

static void a_pool_of_none_keeps_none(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    gw_client_set_pool(x->client, 0, 60);
    assert_int_equal(ask(x, 0), GW_OK);
    assert_int_equal(ask(x, 0), GW_OK);
    assert_accepts(x->gw[0], 2);
    cluster_free(x);
}

static void connections_that_idled_too_long_are_not_used(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    gw_client_set_pool(x->client, 4, 0);
    assert_int_equal(ask(x, 0), GW_OK);
    assert_int_equal(stats_of(x->client).idle, 1);
    assert_int_equal(ask(x, 0), GW_OK);
    assert_accepts(x->gw[0], 2);
    cluster_free(x);
}

static void idle_connections_are_closed_in_passing(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);

    (void)state;
    gw_client_set_pool(x->client, 4, 1);
    assert_int_equal(ask(x, 1), GW_OK);
    clock_pass(2000);
    assert_int_equal(ask(x, 0), GW_OK);
    fake_wait_open(x->gw[1], 0);
    assert_int_equal(stats_of(x->client).idle, 1);
    cluster_free(x);
}

/* As if the last sweep were long ago. */
static void sweep(gw_client *c, unsigned later_ms)
{
    c->pool.swept_at = 0;
    gw_pool_sweep(c, c->call.now + later_ms);
}

/* Those of one address lie together. */
static void the_idle_connections_of_every_key_are_closed(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(ask(x, 0), GW_OK);
    use_key(x, "one");
    assert_int_equal(ask(x, 0), GW_OK);
    use_key(x, "two");
    assert_int_equal(ask(x, 0), GW_OK);
    assert_int_equal(stats_of(x->client).idle, 3);
    gw_client_set_pool(x->client, 4, 0);
    sweep(x->client, 0);
    assert_int_equal(stats_of(x->client).idle, 0);
    fake_wait_open(x->gw[0], 0);
    cluster_free(x);
}

static void a_gateway_is_forgotten_after_its_connections_only(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client *c = x->client;
    size_t i;

    (void)state;
    gw_client_set_pool(c, 4, 3600);
    assert_int_equal(ask(x, 0), GW_OK);
    sweep(c, 61000);
    assert_int_equal(stats_of(c).idle, 1);
    assert_non_null(gw_pool_next(c, NULL));
    gw_client_set_pool(c, 4, 0);
    sweep(c, 61000);
    assert_null(gw_pool_next(c, NULL));
    for (i = 0; i < GW_POOL_RECENT; i++)
        assert_null(c->pool.recent[i]);
    assert_int_equal(ask(x, 0), GW_OK);
    cluster_free(x);
}

static void the_table_shrinks_when_strangers_are_forgotten(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client *c = x->client;
    gw_client_id id = {0};
    gw_peer *known;

    (void)state;
    gw_client_set_pool(c, 4, 3600);
    assert_int_equal(ask(x, 0), GW_OK);
    known = gw_pool_next(c, NULL);
    for (id.ip = 0x0a000001; id.ip < 0x0a000001 + 5000; id.ip++)
        assert_non_null(gw_pool_peer_of(c, &id));
    assert_true(c->pool.bucket_count > 2000);
    assert_int_equal(ask(x, 0), GW_OK);
    sweep(c, 61000);
    assert_int_equal(c->pool.bucket_count, GW_POOL_BUCKETS);
    assert_ptr_equal(c->pool.buckets, c->pool.first);
    assert_ptr_equal(gw_pool_next(c, NULL), known);
    assert_null(gw_pool_next(c, known));
    assert_int_equal(ask(x, 0), GW_OK);
    assert_accepts(x->gw[0], 1);
    cluster_free(x);
}

static void disconnect_closes_what_is_idle(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);

    (void)state;
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    gw_client_disconnect(x->client);
    fake_wait_open(x->gw[0], 0);
    fake_wait_open(x->gw[1], 0);
    assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0), GW_OK);
    fake_wait_frames(x->gw[0], 2);
    assert_accepts(x->reg, 2);
    cluster_free(x);
}

static void each_key_has_its_own_connections(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    use_key(x, "one");
    assert_int_equal(ask(x, 0), GW_OK);
    use_key(x, "two");
    assert_int_equal(ask(x, 0), GW_OK);
    use_key(x, "one");
    assert_int_equal(ask(x, 0), GW_OK);
    assert_accepts(x->gw[0], 2);
    assert_int_equal(fake_count(x->gw[0], "{\"secret_key\":\"one\"}"), 1);
    assert_int_equal(fake_count(x->gw[0], "{\"secret_key\":\"two\"}"), 1);
    cluster_free(x);
}

/* ---- connections that died ---------------------------------------------- */

static void a_connection_that_was_closed_is_replaced(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(ask(x, 0), GW_OK);
    cluster_hang_up(x, 0);
    assert_int_equal(ask(x, 0), GW_OK);
    assert_accepts(x->gw[0], 2);
    assert_int_equal(stats_of(x->client).stale, 1);
    cluster_free(x);
}

static void after_a_restart_a_message_arrives_once(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    cluster_stop(x, 0);
    fake_start(x->gw[0]);
    fake_forget(x->gw[0]);
    assert_int_equal(send_to(x, 0), GW_OK);
    /* The gateway never proved the key: a cheap question went along. */
    fake_wait_frames(x->gw[0], 2);
    assert_int_equal(fake_count(x->gw[0], "hello"), 1);
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 3);
    assert_int_equal(fake_count(x->gw[0], "hello"), 2);
    assert_accepts(x->gw[0], 2);
    cluster_free(x);
}

static void a_proven_connection_needs_no_proof_after_a_restart(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    assert_int_equal(ask(x, 0), GW_OK);
    cluster_hang_up(x, 0);
    fake_forget(x->gw[0]);
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    assert_int_equal(ask(x, 0), GW_OK);
    assert_frames(x->gw[0], 2);
    cluster_free(x);
}

static void a_wrong_key_is_noticed_at_the_next_use(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    int i;

    (void)state;
    fake_set_key(x->gw[0], "right");
    use_key(x, "wrong");
    assert_int_equal(send_to(x, 0), GW_OK);
    cluster_wait_closed(x, 0, 1);
    for (i = 0; i < 3; i++) {
        assert_int_equal(send_to(x, 0), GW_EAUTH);
        assert_error(x->client, text("tcp://%s closed the connection after "
                                     "authorisation: wrong secret key?",
                                     fake_address(x->gw[0])));
        assert_int_equal(gw_send_to_all(x->client, &hello, NULL, 0),
                         GW_EPARTIAL);
        assert_failure(x->client, 0, fake_address(x->gw[0]), GW_EAUTH);
    }
    assert_frames(x->gw[0], 0);
    use_key(x, "right");
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    cluster_free(x);
}

static void a_question_with_a_wrong_key_makes_the_next_command_ask(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_key(x->gw[0], "right");
    use_key(x, "wrong");
    assert_int_equal(ask(x, 0), GW_ECLOSED);
    assert_int_equal(send_to(x, 0), GW_EAUTH);
    cluster_free(x);
}

static void a_connection_that_died_idle_is_suspicious_too(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_key(x->gw[0], "right");
    use_key(x, "wrong");
    assert_int_equal(send_to(x, 0), GW_OK);
    cluster_wait_closed(x, 0, 1);
    gw_client_set_pool(x->client, 4, 0);
    sweep(x->client, 0);
    assert_int_equal(stats_of(x->client).idle, 0);
    assert_int_equal(send_to(x, 0), GW_EAUTH);
    cluster_free(x);
}

static void an_answer_ends_the_suspicion(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_key(x->gw[0], "right");
    use_key(x, "wrong");
    assert_int_equal(ask(x, 0), GW_ECLOSED);
    fake_set_key(x->gw[0], "wrong");
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_frames(x->gw[0], 2); /* a question behind it */
    cluster_hang_up(x, 0);
    fake_set_mode(x->gw[0], FAKE_SILENT); /* a question would have no answer */
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 3);
    cluster_free(x);
}

static void no_key_where_one_is_needed_is_noticed_too(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_key(x->gw[0], "right");
    assert_int_equal(send_to(x, 0), GW_OK);
    cluster_wait_closed(x, 0, 1);
    assert_int_equal(send_to(x, 0), GW_EAUTH);
    assert_int_equal(ask(x, 0), GW_ECLOSED);
    cluster_free(x);
}

static void a_proof_that_does_not_come_ends_at_the_deadline(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    uint64_t start;

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    cluster_hang_up(x, 0);
    fake_set_mode(x->gw[0], FAKE_SILENT);
    gw_client_set_timeouts(x->client, PLENTY_MS, 200);
    clock_pass_over(1, 0);
    start = clock_now();
    assert_int_equal(send_to(x, 0), GW_ETIMEDOUT);
    assert_passed(start, 200);
    clock_stand();
    gw_client_set_timeouts(x->client, PLENTY_MS, PLENTY_MS);
    fake_set_mode(x->gw[0], FAKE_ANSWER);
    assert_int_equal(send_to(x, 0), GW_OK);
    cluster_free(x);
}

#ifndef _WIN32 /* where a socket takes a frame of any size at once */

/* Of a pooled connection, which may be replaced while nothing was sent. */
static void what_was_sent_in_part_is_not_sent_again(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client *c = x->client;
    gw_client_id id = fake_client(x->gw[0], 1);
    size_t len = GW_FRAME_MAX - GW_FRAME_HEAD_LEN;
    char *body = calloc(1, len);
    gw_target *t;
    gw_request r;

    (void)state;
    assert_int_equal(ask(x, 0), GW_OK);
    fake_set_mode(x->gw[0], FAKE_DEAF);
    assert_int_equal(gw_call_begin(c), GW_OK);
    gw_request_init(&r, GW_CMD_SEND_TO_ONE);
    r.frame.body = gw_slice_of(body, len);
    assert_int_equal(gw_call_prepare(c, &r), GW_OK);
    t = gw_targets_insert(c, 0);
    gw_target_start(c, t, gw_pool_peer_of(c, &id), NULL);
    assert_int_equal(t->state, GW_TARGET_SEND);
    assert_in_range(t->sent, 1, t->total - 1);
    fake_hang_up(x->gw[0]);
    await_reset(t->conn->fd);
    gw_target_step(c, t, 1);
    assert_int_equal(t->state, GW_TARGET_FAILED);
    assert_int_equal(gw_call_finish(c, 0), GW_ECLOSED);
    assert_accepts(x->gw[0], 1);
    free(body);
    cluster_free(x);
}

/* What gw_flush() asks on another connection proves nothing. */
static void the_connection_that_is_asked_about_is_not_replaced(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_client *c = x->client;
    gw_client_id id = fake_client(x->gw[0], 1);
    gw_conn *conn;
    gw_target *t;
    gw_peer *peer;
    gw_request r;

    (void)state;
    assert_int_equal(ask(x, 0), GW_OK);
    fake_set_mode(x->gw[0], FAKE_DEAF);
    assert_int_equal(send_to(x, 0), GW_OK);
    assert_int_equal(gw_call_begin_unswept(c), GW_OK);
    gw_request_init(&r, GW_CMD_IS_ONLINE);
    r.check = gw_reply_check_int;
    assert_int_equal(gw_call_prepare(c, &r), GW_OK);
    peer = gw_pool_peer_of(c, &id);
    conn = gw_pool_take_unconfirmed(c, peer);
    assert_non_null(conn);
    fake_hang_up(x->gw[0]); /* with what was not read: a reset */
    await_reset(conn->fd);
    fake_set_mode(x->gw[0], FAKE_ANSWER);
    t = gw_targets_insert(c, 0);
    gw_target_start(c, t, peer, conn);
    assert_int_equal(gw_call_finish(c, GW_EUNCONFIRMED), GW_EUNCONFIRMED);
    assert_int_equal(t->state, GW_TARGET_FAILED);
    assert_accepts(x->gw[0], 1);
    cluster_free(x);
}

#endif

/* ---- fork --------------------------------------------------------------- */

#ifdef _WIN32

static void a_child_does_not_touch_its_parents_connections(void **state)
{
    (void)state;
    skip();
}

static void a_child_that_only_frees_leaves_the_parents_open(void **state)
{
    (void)state;
    skip();
}

#else

/* Memory that a fake's thread held would be nobody's in the child, where there
 * is no such thread: a leak, to valgrind. */
static pid_t fork_at_rest(cluster *x)
{
    size_t i;
    pid_t pid;

    fake_rest(x->reg);
    for (i = 0; i < x->count; i++)
        fake_rest(x->gw[i]);
    pid = fork();
    if (pid == 0)
        return 0;
    fake_go_on(x->reg);
    for (i = 0; i < x->count; i++)
        fake_go_on(x->gw[i]);
    return pid;
}

static int child_result(pid_t pid)
{
    int status = 0;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_child_does_not_touch_its_parents_connections(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    pid_t pid;

    (void)state;
    assert_int_equal(send_to(x, 0), GW_OK);
    fake_wait_frames(x->gw[0], 1);
    pid = fork_at_rest(x);
    if (pid == 0) {
        int good = ask(x, 0) == GW_OK && stats_of(x->client).idle == 1 &&
                   gw_flush(x->client) == GW_OK;

        gw_client_free(x->client);
        _exit(good ? 0 : 1);
    }
    assert_int_equal(child_result(pid), 0);
    assert_accepts(x->gw[0], 2);
    assert_int_equal(ask(x, 0), GW_OK);
    assert_int_equal(gw_flush(x->client), GW_OK);
    assert_accepts(x->gw[0], 2);
    cluster_free(x);
}

static void a_child_does_not_tell_what_its_parent_lost(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    pid_t pid;

    (void)state;
    gw_client_set_persistent(x->client, 0);
    assert_int_equal(send_to(x, 0), GW_OK);
    pid = fork_at_rest(x);
    if (pid == 0) {
        int good = gw_flush(x->client) == GW_OK;

        gw_client_free(x->client);
        _exit(good ? 0 : 1);
    }
    assert_int_equal(child_result(pid), 0);
    assert_int_equal(gw_flush(x->client), GW_EUNCONFIRMED);
    cluster_free(x);
}

static void a_child_that_only_frees_leaves_the_parents_open(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    pid_t pid;

    (void)state;
    assert_int_equal(ask(x, 0), GW_OK);
    pid = fork_at_rest(x);
    if (pid == 0) {
        gw_client_free(x->client);
        _exit(0);
    }
    assert_int_equal(child_result(pid), 0);
    assert_int_equal(ask(x, 0), GW_OK);
    assert_accepts(x->gw[0], 1);
    cluster_free(x);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_calls_use_one_connection),
        cmocka_unit_test(without_persistence_each_call_connects),
        cmocka_unit_test(a_pool_of_none_keeps_none),
        cmocka_unit_test(connections_that_idled_too_long_are_not_used),
        cmocka_unit_test(idle_connections_are_closed_in_passing),
        cmocka_unit_test(the_idle_connections_of_every_key_are_closed),
        cmocka_unit_test(a_gateway_is_forgotten_after_its_connections_only),
        cmocka_unit_test(the_table_shrinks_when_strangers_are_forgotten),
        cmocka_unit_test(disconnect_closes_what_is_idle),
        cmocka_unit_test(each_key_has_its_own_connections),
        cmocka_unit_test(a_connection_that_was_closed_is_replaced),
        cmocka_unit_test(after_a_restart_a_message_arrives_once),
        cmocka_unit_test(a_proven_connection_needs_no_proof_after_a_restart),
        cmocka_unit_test(a_wrong_key_is_noticed_at_the_next_use),
        cmocka_unit_test(
            a_question_with_a_wrong_key_makes_the_next_command_ask),
        cmocka_unit_test(a_connection_that_died_idle_is_suspicious_too),
        cmocka_unit_test(an_answer_ends_the_suspicion),
#ifndef _WIN32
        cmocka_unit_test(what_was_sent_in_part_is_not_sent_again),
        cmocka_unit_test(the_connection_that_is_asked_about_is_not_replaced),
        cmocka_unit_test(a_child_does_not_tell_what_its_parent_lost),
#endif
        cmocka_unit_test(no_key_where_one_is_needed_is_noticed_too),
        cmocka_unit_test(a_proof_that_does_not_come_ends_at_the_deadline),
        cmocka_unit_test(a_child_does_not_touch_its_parents_connections),
        cmocka_unit_test(a_child_that_only_frees_leaves_the_parents_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
