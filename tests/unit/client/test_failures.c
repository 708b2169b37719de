/* Gateways that are down, silent, slow or mad: what the others give is
 * delivered, and no call outlives its deadline. */
#include "support.h"

#include "clock.h"

#ifndef _WIN32
#include <signal.h>
#include <sys/time.h>
#endif

enum {
    TIMEOUT_MS = 200,
    OTHERS_MS = 2000 /* where others have to answer meanwhile */
};

static int count_ids(void *arg, const gw_client_id *id)
{
    (void)id;
    ++*(int *)arg;
    return 0;
}

static int ids_of(cluster *x, int *count)
{
    *count = 0;
    return gw_get_client_ids_by_uid(x->client, gw_key_str("u"), count_ids,
                                    count);
}

static int skip_name(void *arg, gw_slice address)
{
    (void)arg;
    (void)address;
    return 0;
}

/* So long may calls take from now on, without asking the Register. */
static void limit(cluster *x, unsigned ms)
{
    assert_int_equal(gw_gateways(x->client, skip_name, NULL), GW_OK);
    gw_client_set_timeouts(x->client, PLENTY_MS, ms);
}

static int is_online(cluster *x, size_t i)
{
    gw_client_id id = fake_client(x->gw[i], 1);
    int online;

    return gw_is_online(x->client, &id, &online);
}

static int send_all(cluster *x)
{
    return gw_send_to_all(x->client, &hello, NULL, 0);
}

/* ---- one gateway asked -------------------------------------------------- */

static void asking_a_gateway_that_is_down(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    const char *address = fake_address(x->gw[0]);

    (void)state;
    fake_stop(x->gw[0]);
    assert_int_equal(is_online(x, 0), GW_ECONNECT);
    assert_error(x->client, text("can not connect to tcp://%s Connection "
                                 "refused",
                                 address));
    assert_failure(x->client, 0, address, GW_ECONNECT);
    cluster_free(x);
}

static void asking_address_zero_fails_as_in_the_reference(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    gw_client_id id = {0, 0, 0};
    int online;

    (void)state;
    gw_client_set_trust_client_ids(x->client, 1);
    assert_int_equal(gw_is_online(x->client, &id, &online), GW_ECONNECT);
    assert_error(x->client, "can not connect to tcp://0.0.0.0:0 Connection "
                            "refused");
    assert_accepts(x->reg, 0);
    cluster_free(x);
}

static const struct {
    fake_mode mode;
    int code;
    const char *text; /* with the address behind it */
    unsigned waits;
} mishaps[] = {
    {FAKE_SILENT, GW_ETIMEDOUT, "timed out waiting for tcp://", 1},
    {FAKE_DEAF, GW_ETIMEDOUT, "timed out waiting for tcp://", 1},
    {FAKE_HALF, GW_ETIMEDOUT, "timed out waiting for tcp://", 1},
    {FAKE_GARBAGE, GW_EPROTO, "malformed reply from tcp://", 0},
    {FAKE_CLOSE, GW_ECLOSED, "connection close tcp://", 0},
    {FAKE_RESET, GW_ECLOSED, "connection close tcp://", 0},
};

static void asking_a_gateway_that_does_not_answer(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof mishaps / sizeof mishaps[0]; i++) {
        cluster *x = cluster_new(1, PLENTY_MS);
        uint64_t start;

        if (mishaps[i].waits) { /* for the answer only */
            assert_int_equal(is_online(x, 0), GW_OK);
            limit(x, TIMEOUT_MS);
        }
        fake_set_mode(x->gw[0], mishaps[i].mode);
        clock_pass_over(mishaps[i].waits, 0);
        start = clock_now();
        assert_int_equal(is_online(x, 0), mishaps[i].code);
        assert_passed(start, mishaps[i].waits ? TIMEOUT_MS : 0);
        clock_stand();
        assert_error(x->client,
                     text("%s%s", mishaps[i].text, fake_address(x->gw[0])));
        gw_client_set_timeouts(x->client, PLENTY_MS, PLENTY_MS);
        fake_set_mode(x->gw[0], FAKE_ANSWER);
        assert_int_equal(is_online(x, 0), GW_OK);
        assert_error(x->client, "");
        fake_wait_open(x->gw[0], 1);
        cluster_free(x);
    }
}

static void bytes_after_a_reply_cost_the_connection_only(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);

    (void)state;
    fake_set_mode(x->gw[0], FAKE_EXTRA);
    assert_int_equal(is_online(x, 0), GW_OK);
    assert_int_equal(is_online(x, 0), GW_OK);
    assert_accepts(x->gw[0], 2);
    cluster_free(x);
}

static void a_reply_may_come_byte_by_byte(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    int count;

    (void)state;
    fake_set_mode(x->gw[0], FAKE_DRIP);
    fake_set_mode(x->gw[1], FAKE_DRIP);
    fake_set_reply_str(x->gw[0], "a:2:{i:0;i:1;i:1;i:2;}");
    assert_int_equal(ids_of(x, &count), GW_OK);
    assert_int_equal(count, 2);
    cluster_free(x);
}

static void a_reply_above_the_limit_is_refused(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_options options;

    (void)state;
    cluster_options(x, &options);
    options.max_reply = 3;
    cluster_client(x, &options);
    assert_int_equal(is_online(x, 0), GW_ETOOBIG);
    fake_wait_open(x->gw[0], 0);
    options.max_reply = strlen("i:0;");
    cluster_client(x, &options);
    assert_int_equal(is_online(x, 0), GW_OK);
    cluster_free(x);
}

static void long_replies_arrive_whole(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    size_t len = 3 * 1024 * 1024;
    char *reply = malloc(len + 64);
    gw_client_id id = fake_client(x->gw[0], 1);
    gw_slice session;
    int n;

    (void)state;
    n = sprintf(reply, "a:1:{i:0;s:%lu:\"", (unsigned long)len);
    memset(reply + n, 'x', len);
    strcpy(reply + n + len, "\";}");
    fake_set_reply_str(x->gw[0], reply);
    assert_int_equal(gw_get_session(x->client, &id, &session), GW_OK);
    assert_int_equal(session.len, strlen(reply));
    assert_memory_equal(session.base, reply, session.len);
    free(reply);
    cluster_free(x);
}

/* ---- all gateways ------------------------------------------------------- */

static void with_one_gateway_down_the_others_get_the_message(void **state)
{
    cluster *x = cluster_new(3, PLENTY_MS);

    (void)state;
    fake_stop(x->gw[0]);
    assert_int_equal(send_all(x), GW_EPARTIAL);
    assert_error(x->client,
                 text("can not connect to tcp://%s Connection refused",
                      fake_address(x->gw[0])));
    assert_failure(x->client, 0, fake_address(x->gw[0]), GW_ECONNECT);
    fake_wait_frames(x->gw[1], 1);
    fake_wait_frames(x->gw[2], 1);
    cluster_free(x);
}

static void with_one_gateway_silent_the_others_ids_come(void **state)
{
    cluster *x = cluster_new(3, PLENTY_MS);
    uint64_t start;
    size_t i;
    int count;

    (void)state;
    for (i = 0; i < 3; i++)
        fake_set_reply_str(x->gw[i], "a:1:{i:0;i:9;}");
    fake_set_mode(x->gw[1], FAKE_SILENT);
    limit(x, OTHERS_MS);
    clock_pass_over(1, 0);
    start = clock_now();
    assert_int_equal(ids_of(x, &count), GW_EPARTIAL);
    assert_passed(start, OTHERS_MS);
    clock_stand();
    assert_int_equal(count, 2);
    assert_failure(x->client, 0, fake_address(x->gw[1]), GW_ETIMEDOUT);
    cluster_free(x);
}

static void every_mishap_at_once_takes_one_deadline(void **state)
{
    cluster *x = cluster_new(8, PLENTY_MS);
    uint64_t start;
    const gw_failure *list;
    size_t i;
    int count;

    (void)state;
    for (i = 0; i < 6; i++)
        fake_set_mode(x->gw[i], mishaps[i].mode);
    fake_stop(x->gw[6]);
    fake_set_reply_str(x->gw[7], "a:1:{i:0;i:9;}");
    limit(x, OTHERS_MS);
    clock_pass_over(3, 0);
    start = clock_now();
    assert_int_equal(ids_of(x, &count), GW_EPARTIAL);
    assert_passed(start, OTHERS_MS);
    clock_stand();
    assert_int_equal(count, 1);
    assert_int_equal(gw_client_failures(x->client, &list), 7);
    for (i = 0; i < 6; i++)
        assert_failure(x->client, i, fake_address(x->gw[i]), mishaps[i].code);
    assert_failure(x->client, 6, fake_address(x->gw[6]), GW_ECONNECT);
    cluster_free(x);
}

static void when_no_gateway_of_all_is_served_it_is_still_partial(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);

    (void)state;
    fake_stop(x->gw[0]);
    fake_stop(x->gw[1]);
    assert_int_equal(send_all(x), GW_EPARTIAL);
    assert_non_null(strstr(gw_client_error(x->client), "; "));
    cluster_free(x);
}

static void clients_of_a_gateway_that_is_down(void **state)
{
    cluster *x = cluster_new(2, PLENTY_MS);
    gw_client_id ids[2];

    (void)state;
    ids[0] = fake_client(x->gw[0], 1);
    ids[1] = fake_client(x->gw[1], 1);
    fake_stop(x->gw[0]);
    assert_int_equal(gw_send_to_clients(x->client, ids, 2, &hello),
                     GW_EPARTIAL);
    assert_int_equal(gw_send_to_clients(x->client, ids, 1, &hello),
                     GW_ECONNECT);
    assert_int_equal(gw_send_to_clients(x->client, ids, 0, &hello), GW_OK);
    fake_wait_frames(x->gw[1], 1);
    cluster_free(x);
}

static int count_replies(void *arg, gw_slice address, gw_slice reply)
{
    (void)address;
    (void)reply;
    ++*(int *)arg;
    return 0;
}

static int query(cluster *x, gw_frame_clients *clients, int *replies)
{
    gw_frame frame;

    memset(&frame, 0, sizeof frame);
    frame.cmd = GW_CMD_SELECT;
    frame.ext = gw_slice_str("none");
    clients->before = gw_slice_str("<");
    clients->after = gw_slice_str(">");
    *replies = 0;
    return gw_query_frame_clients(x->client, &frame, clients, count_replies,
                                  replies);
}

static void a_frame_about_clients_fails_in_part_only(void **state)
{
    cluster *x = cluster_new(3, PLENTY_MS);
    gw_client_id ids[2];
    gw_frame_clients clients = {ids, 2, {NULL, 0}, {NULL, 0}, 0};
    int replies;

    (void)state;
    ids[0] = fake_client(x->gw[0], 1);
    ids[1] = fake_client(x->gw[1], 7);
    fake_stop(x->gw[0]);
    assert_int_equal(query(x, &clients, &replies), GW_EPARTIAL);
    assert_int_equal(replies, 1);
    assert_int_equal(fake_count(x->gw[1], "<{\"7\":7}>"), 1);
    assert_frames(x->gw[2], 0);
    clients.others = 1;
    assert_int_equal(query(x, &clients, &replies), GW_EPARTIAL);
    assert_int_equal(replies, 2);
    assert_int_equal(fake_count(x->gw[2], "none"), 1);
    clients.count = 1;
    clients.others = 0;
    assert_int_equal(query(x, &clients, &replies), GW_EPARTIAL);
    assert_int_equal(replies, 0);
    assert_failure(x->client, 0, fake_address(x->gw[0]), GW_ECONNECT);
    clients.count = 0;
    assert_int_equal(query(x, &clients, &replies), GW_OK);
    assert_int_equal(replies, 0);
    cluster_free(x);
}

/* ---- the deadline ------------------------------------------------------- */

static void connecting_ends_at_its_own_limit(void **state)
{
    cluster *x = cluster_new(0, PLENTY_MS);
    gw_options options;
    fake_full *full = fake_full_new();
    unsigned a, b, c, d, port;
    gw_client_id id;
    uint64_t start;

    (void)state;
    sscanf(fake_full_address(full), "%u.%u.%u.%u:%u", &a, &b, &c, &d, &port);
    id.ip = a << 24 | b << 16 | c << 8 | d;
    id.port = (uint16_t)port;
    id.connection = 1;
    fake_set_line(x->reg, text("{\"event\":\"broadcast_addresses\","
                               "\"addresses\":[\"%s\"]}",
                               fake_full_address(full)));
    cluster_options(x, &options);
    options.connect_timeout_ms = TIMEOUT_MS;
    cluster_client(x, &options);
    assert_int_equal(gw_gateways(x->client, skip_name, NULL), GW_OK);
    clock_pass_over(0, 1);
    start = clock_now();
    assert_int_equal(gw_send_to_client(x->client, &id, &hello), GW_ECONNECT);
    assert_passed(start, TIMEOUT_MS);
    clock_stand();
    assert_error(x->client, text("can not connect to tcp://%s Connection timed "
                                 "out",
                                 fake_full_address(full)));
    fake_full_free(full);
    cluster_free(x);
}

static void a_gateway_that_does_not_read_ends_at_the_deadline(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    size_t len = 9 * 1024 * 1024;
    char *body = calloc(1, len);
    gw_message m = gw_message_of(body, len);
    uint64_t start;

    (void)state;
    assert_int_equal(is_online(x, 0), GW_OK);
    fake_set_mode(x->gw[0], FAKE_DEAF);
    limit(x, TIMEOUT_MS);
    clock_pass_over(0, 1);
    start = clock_now();
    assert_int_equal(gw_send_to_all(x->client, &m, NULL, 0), GW_EPARTIAL);
    assert_passed(start, TIMEOUT_MS);
    clock_stand();
    assert_failure(x->client, 0, fake_address(x->gw[0]), GW_ETIMEDOUT);
    free(body);
    cluster_free(x);
}

#ifdef _WIN32

/* There is no SIGALRM. */
static void signals_neither_end_nor_extend_a_call(void **state)
{
    (void)state;
    skip();
}

#else

static void on_alarm(int number)
{
    (void)number;
}

static void signals_neither_end_nor_extend_a_call(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    struct itimerval often = {{0, 3000}, {0, 3000}}, never = {{0, 0}, {0, 0}};
    struct sigaction action;
    uint64_t start;
    int count;

    (void)state;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    assert_int_equal(ids_of(x, &count), GW_OK);
    fake_set_mode(x->gw[0], FAKE_SILENT);
    limit(x, TIMEOUT_MS);
    clock_run();
    start = fake_now();
    setitimer(ITIMER_REAL, &often, NULL);
    assert_int_equal(ids_of(x, &count), GW_EPARTIAL);
    setitimer(ITIMER_REAL, &never, NULL);
    assert_took(start, TIMEOUT_MS);
    clock_stand();
    /* Not the default: one may still be on its way (valgrind delivers late). */
    signal(SIGALRM, SIG_IGN);
    cluster_free(x);
}

#endif

static void frames_that_gateways_refuse_are_not_sent(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    char *body = calloc(1, GW_FRAME_MAX);
    gw_message m = gw_message_of(body, GW_FRAME_MAX - GW_FRAME_HEAD_LEN + 1);
    gw_client_id id = fake_client(x->gw[0], 1);

    (void)state;
    assert_int_equal(gw_send_to_all(x->client, &m, NULL, 0), GW_ETOOBIG);
    m.body.len--;
    assert_int_equal(gw_send_to_all(x->client, &m, NULL, 0), GW_OK);
    /* ext_data that only this gateway gets counts, too */
    assert_int_equal(gw_send_to_all(x->client, &m, &id, 1), GW_ETOOBIG);
    free(body);
    cluster_free(x);
}

static void one_share_above_the_limit_refuses_the_whole_call(void **state)
{
    static const char longest[] = "{\"connections\":{\"10\":10,\"9\":9}}";
    cluster *x = cluster_new(2, PLENTY_MS);
    char *body = calloc(1, GW_FRAME_MAX);
    size_t room = GW_FRAME_MAX - GW_FRAME_HEAD_LEN - strlen(longest);
    gw_message m = gw_message_of(body, room + 1);
    gw_client_id ids[4];

    (void)state;
    ids[0] = fake_client(x->gw[1], 10);
    ids[1] = fake_client(x->gw[0], 10);
    ids[2] = fake_client(x->gw[1], 9);
    ids[3] = ids[0]; /* counts once */
    assert_int_equal(gw_send_to_clients(x->client, ids, 4, &m), GW_ETOOBIG);
    assert_error(x->client, "the frame is larger than gateways accept "
                            "(10485760 bytes)");
    m.body.len += strlen("connections") - strlen("exclude");
    assert_int_equal(gw_send_to_all(x->client, &m, ids, 4), GW_ETOOBIG);
    assert_accepts(x->gw[0], 0);
    assert_accepts(x->gw[1], 0);
    m.body.len--;
    assert_int_equal(gw_send_to_all(x->client, &m, ids, 4), GW_OK);
    m.body.len = room;
    assert_int_equal(gw_send_to_clients(x->client, ids, 4, &m), GW_OK);
    fake_wait_frames(x->gw[0], 2);
    fake_wait_frames(x->gw[1], 2);
    free(body);
    cluster_free(x);
}

static void keys_that_are_not_utf8_are_refused(void **state)
{
    cluster *x = cluster_new(1, PLENTY_MS);
    gw_key key = gw_key_str("\xff"), none = {GW_KEY_NONE, 0, {NULL, 0}};

    (void)state;
    assert_int_equal(gw_send_to_uids(x->client, &key, 1, &hello), GW_EUTF8);
    assert_error(x->client, gw_strerror(GW_EUTF8));
    assert_int_equal(gw_send_to_uids(x->client, &none, 1, &hello), GW_EINVAL);
    assert_int_equal(gw_ungroup(x->client, none), GW_EINVAL);
    assert_accepts(x->gw[0], 0);
    /* where no JSON is made, any bytes may travel */
    assert_int_equal(gw_ungroup(x->client, key), GW_OK);
    cluster_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asking_a_gateway_that_is_down),
        cmocka_unit_test(asking_address_zero_fails_as_in_the_reference),
        cmocka_unit_test(asking_a_gateway_that_does_not_answer),
        cmocka_unit_test(bytes_after_a_reply_cost_the_connection_only),
        cmocka_unit_test(a_reply_may_come_byte_by_byte),
        cmocka_unit_test(a_reply_above_the_limit_is_refused),
        cmocka_unit_test(long_replies_arrive_whole),
        cmocka_unit_test(with_one_gateway_down_the_others_get_the_message),
        cmocka_unit_test(with_one_gateway_silent_the_others_ids_come),
        cmocka_unit_test(every_mishap_at_once_takes_one_deadline),
        cmocka_unit_test(when_no_gateway_of_all_is_served_it_is_still_partial),
        cmocka_unit_test(clients_of_a_gateway_that_is_down),
        cmocka_unit_test(a_frame_about_clients_fails_in_part_only),
        cmocka_unit_test(connecting_ends_at_its_own_limit),
        cmocka_unit_test(a_gateway_that_does_not_read_ends_at_the_deadline),
        cmocka_unit_test(signals_neither_end_nor_extend_a_call),
        cmocka_unit_test(frames_that_gateways_refuse_are_not_sent),
        cmocka_unit_test(one_share_above_the_limit_refuses_the_whole_call),
        cmocka_unit_test(keys_that_are_not_utf8_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
