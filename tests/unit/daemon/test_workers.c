/* Which worker hears of which client, and what it is told. */
#include "worker_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gwclient/frame.h>
#include <gwclient/protocol.h>

static int setup_strict(void **state)
{
    (void)state;
    return setup_with(
        (gwd_inner_config){.without_worker = GWD_WITHOUT_WORKER_STRICT});
}

static int setup_random(void **state)
{
    (void)state;
    return setup_with((gwd_inner_config){.router = GWD_ROUTER_RANDOM});
}

static int setup_pings(void **state)
{
    (void)state;
    return setup_with((gwd_inner_config){.ping_workers = true});
}

/* ---- what it is told ------------------------------------------------------
 */

static void a_worker_hears_of_a_clients_life(void **state)
{
    (void)state;
    introduce(0, "W:0");
    assert_int_equal(gwd_inner_worker_count(core->inner), 1);
    fake_core_arrive(core, 0, 7);
    says(0, "hello");
    gwd_hub_set_session(core->hub, &core->clients[0].member,
                        gw_slice_str("a:0:{}"));
    says(0, "again");
    fake_core_leave(core, 0);
    expect_told(0, "connect 7, message 7 hello, message 7 [a:0:{}] again, "
                   "close 7 [a:0:{}]");
}

static void the_header_names_the_client(void **state)
{
    static const char want[] =
        "\0\0\0\x1e\x03\x7f\0\0\1\x0b\x54\x0a\0\0\1\x13\x88\xff\0\0\7\1\x1c"
        "\x68\0\0\0\0hi";

    (void)state;
    introduce(0, "W:0");
    fake_core_arrive(core, 0, 0xff000007);
    core->conns[0].len = 0;
    says(0, "hi");
    assert_int_equal(core->conns[0].len, sizeof(want) - 1);
    assert_memory_equal(core->conns[0].got, want, sizeof(want) - 1);
}

static void an_upgrade_is_told_with_its_request(void **state)
{
    static const char request[] = "GET /c?a[]=1&a[]=2#x HTTP/1.1\r\n"
                                  "Host: h:1\r\nX-A: 1\r\nCookie: k=v\r\n"
                                  "x-a: 2\r\nX_A: 3\r\ncookie: 7=w\r\n"
                                  "Content-Type: t\r\n\r\n";
    gwd_http_head head;
    size_t used;

    (void)state;
    assert_int_equal(gwd_http_head_read(gw_slice_str(request), &head, &used),
                     GW_OK);
    introduce(0, "W:0");
    fake_core_arrive(core, 0, 7);
    gwd_inner_events.on_websocket_connect(core->inner,
                                          fake_core_client(core, 0), &head);
    expect_told(
        0, "connect 7, upgrade 7 "
           "a:3:{s:3:\"get\";a:1:{s:1:\"a\";a:2:{i:0;s:1:\"1\";i:1;s:1:\"2\";}}"
           "s:6:\"server\";a:13:{s:12:\"QUERY_STRING\";s:11:\"a[]=1&a[]=2\";"
           "s:14:\"REQUEST_METHOD\";s:3:\"GET\";"
           "s:11:\"REQUEST_URI\";s:16:\"/c?a[]=1&a[]=2#x\";"
           "s:15:\"SERVER_PROTOCOL\";s:8:\"HTTP/1.1\";"
           "s:11:\"SERVER_NAME\";s:3:\"h:1\";s:12:\"CONTENT_TYPE\";s:1:\"t\";"
           "s:11:\"REMOTE_ADDR\";s:8:\"10.0.0.1\";s:11:\"REMOTE_PORT\";i:5000;"
           "s:11:\"SERVER_PORT\";i:7272;s:9:\"HTTP_HOST\";s:3:\"h:1\";"
           "s:8:\"HTTP_X_A\";s:1:\"3\";s:11:\"HTTP_COOKIE\";s:7:\"k=v,7=w\";"
           "s:17:\"HTTP_CONTENT_TYPE\";s:1:\"t\";}"
           "s:6:\"cookie\";a:1:{s:1:\"k\";s:5:\"v,7=w\";}}");
}

static void ipv6_addresses_stand_in_brackets(void **state)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    gwd_http_head head;
    size_t used;

    (void)state;
    gwd_http_head_read(gw_slice_str(request), &head, &used);
    core->remote = "2001:db8:1111:2222:3333:4444:5555:6666";
    introduce(0, "W:0");
    fake_core_arrive(core, 0, 7);
    gwd_inner_events.on_websocket_connect(core->inner,
                                          fake_core_client(core, 0), &head);
    assert_non_null(strstr(told(0), "s:40:\"[2001:db8:1111:2222:3333:4444:"
                                    "5555:6666]\""));
}

/* ---- routing --------------------------------------------------------------
 */

static void clients_go_where_the_fewest_are(void **state)
{
    (void)state;
    introduce(0, "W:0");
    introduce(1, "W:1");
    introduce(2, "V:0");
    for (int i = 0; i < 5; i++) {
        fake_core_arrive(core, i, (uint32_t)i + 1);
    }
    expect_told(0, "connect 1, connect 4");
    expect_told(1, "connect 2, connect 5");
    expect_told(2, "connect 3");
    fake_core_leave(core, 3);
    fake_core_arrive(core, 5, 6); /* 0 and 2 have one: 0 came first */
    fake_core_arrive(core, 6, 7);
    expect_told(0, "close 4, connect 6");
    expect_told(2, "connect 7");
    says(4, "mine");
    expect_told(1, "message 5 mine");
}

/* Client 1 has worker 0, and client 2 the other. */
static void two_of_each(void)
{
    introduce(0, "W:0");
    introduce(1, "W:1");
    fake_core_arrive(core, 0, 1);
    fake_core_arrive(core, 1, 2);
    fake_core_clear(core);
}

static void clients_of_a_lost_worker_move_at_their_next_event(void **state)
{
    (void)state;
    introduce(0, "W:0");
    introduce(1, "W:1");
    fake_core_arrive(core, 0, 1);
    fake_core_arrive(core, 1, 2);
    fake_core_arrive(core, 2, 3);
    fake_core_clear(core);
    fake_core_hang_up(core, 0);
    assert_int_equal(gwd_inner_worker_count(core->inner), 1);
    says(0, "moved");
    fake_core_leave(core, 2);
    expect_told(1, "message 1 moved, close 3");
    introduce(0, "W:0"); /* has none now; 1 has two */
    says(0, "stays");
    fake_core_arrive(core, 3, 4);
    expect_told(1, "message 1 stays");
    expect_told(0, "connect 4");
}

static void clients_stay_with_a_key_that_came_back(void **state)
{
    (void)state;
    introduce(0, "W:0");
    introduce(1, "W:1");
    fake_core_arrive(core, 0, 1);
    fake_core_clear(core);
    fake_core_hang_up(core, 0);
    introduce(2, "W:0");
    says(0, "home");
    expect_told(2, "message 1 home");
    fake_core_arrive(core, 1, 2); /* both count none; W:1 came first */
    expect_told(1, "connect 2");
    fake_core_arrive(core, 2, 3);
    expect_told(2, "connect 3");
    fake_core_leave(core, 0);
    expect_told(2, "close 1");
    fake_core_hang_up(core, 2);
    fake_core_hang_up(core, 1);
}

/* In the course of months a worker is started anew many times, while clients
 * come and go. Each time it gets more of them; that evens out. */
static void who_came_back_again_and_again_has_no_more_in_the_end(void **state)
{
    enum { CLIENTS = 6, ROUNDS = 4 * CLIENTS };
    uint32_t id = 0;

    (void)state;
    introduce(0, "W:0");
    introduce(1, "W:1");
    while (id < CLIENTS) {
        fake_core_arrive(core, (int)id, id + 1);
        id++;
    }
    for (int i = 0; i < ROUNDS; i++) {
        if (i < ROUNDS / 2) {
            fake_core_hang_up(core, 0);
            introduce(0, "W:0");
        }
        fake_core_leave(core, i % CLIENTS);
        fake_core_arrive(core, i % CLIENTS, ++id);
    }
    fake_core_clear(core);
    for (int i = 0; i < CLIENTS; i++) {
        says(i, "?");
    }
    assert_int_equal(times(told(0), "message"), CLIENTS / 2);
    assert_int_equal(times(told(1), "message"), CLIENTS / 2);
}

static void a_second_connection_replaces_the_first(void **state)
{
    (void)state;
    introduce(0, "W:0");
    introduce(1, "W:1");
    fake_core_arrive(core, 0, 1);
    fake_core_clear(core);
    introduce(2, "W:0");
    assert_non_null(strstr(core->log, "127.0.0.1:W:0: is here twice"));
    assert_int_equal(gwd_inner_worker_count(core->inner), 2);
    fake_core_hang_up(core, 0);
    assert_int_equal(gwd_inner_worker_count(core->inner), 2);
    says(0, "new");
    expect_told(2, "message 1 new");
    fake_core_arrive(core, 1, 2); /* the youngest of all is W:0 now */
    expect_told(1, "connect 2");
}

/* What it has not read keeps it for a while, not for ever. */
static void one_that_was_replaced_and_does_not_read_is_cut_off(void **state)
{
    (void)state;
    introduce(0, "W:0");
    fake_core_arrive(core, 0, 1);
    core->conns[0].queued = 1000;
    introduce(1, "W:0");
    fake_core_pass(core, 9);
    assert_false(core->conns[0].aborted);
    fake_core_pass(core, 3);
    assert_true(core->conns[0].aborted);
    assert_int_equal(gwd_inner_worker_count(core->inner), 1);
    assert_null(strstr(core->log, "no introduction"));
    says(0, "new");
    expect_told(1, "message 1 new");
}

/* Its process has ended, and not all of what it sent had been read. */
static void what_one_that_was_replaced_has_sent_is_carried_out(void **state)
{
    (void)state;
    introduce(0, "W:0");
    fake_core_arrive(core, 0, 1);
    fake_core_clear(core);
    introduce(1, "W:0");
    assert_false(core->conns[0].closed);
    commands(0, GW_CMD_SEND_TO_ALL, "late");
    assert_string_equal(core->clients[0].got, "late|");
    says(0, "hi");
    expect_told(0, "");
    expect_told(1, "message 1 hi");
    fake_core_hang_up(core, 0);
    assert_null(strstr(core->log, "waited"));
    fake_core_pass(core, 60);
    assert_false(core->conns[1].closed);
}

/* Nothing is told to it any more, whatever it says. */
static void one_that_was_replaced_and_stays_is_cut_off(void **state)
{
    (void)state;
    introduce(0, "W:0");
    introduce(1, "W:0");
    commands(0, GW_CMD_GATEWAY_CLIENT_CONNECT, "{\"secret_key\":\"\"}");
    commands(0, GW_CMD_IS_ONLINE, "");
    introduce(0, "W:0");
    assert_int_equal(core->conns[0].len, 0);
    fake_core_arrive(core, 0, 1);
    expect_told(1, "connect 1");
    fake_core_pass(core, 9);
    assert_false(core->conns[0].aborted);
    fake_core_pass(core, 3);
    assert_true(core->conns[0].aborted);
    assert_null(strstr(core->log, "no introduction"));
}

static void a_worker_may_introduce_itself_again(void **state)
{
    (void)state;
    introduce(0, "W:0");
    introduce(0, "W:0");
    assert_false(core->conns[0].closed);
    assert_int_equal(gwd_inner_worker_count(core->inner), 1);
    fake_core_arrive(core, 0, 1);
    introduce(0, "V:0");
    assert_int_equal(gwd_inner_worker_count(core->inner), 1);
    says(0, "hi");
    expect_told(0, "connect 1, message 1 hi");
}

static void a_connection_that_closes_takes_nothing_more(void **state)
{
    (void)state;
    introduce(0, "W:0");
    introduce(1, "W:1");
    fake_core_arrive(core, 0, 1);
    core->conns[0].closed = true;
    says(0, "hi");
    fake_core_arrive(core, 1, 2);
    expect_told(0, "connect 1");
    expect_told(1, "message 1 hi, connect 2");
    core->conns[1].closed = true;
    says(0, "lost");
    assert_string_equal(core->clients[0].got, "");
}

static void one_that_does_not_answer_gets_no_clients(void **state)
{
    (void)state;
    two_of_each();
    core->conns[0].lost = true;
    fake_core_pass(core, 2);
    says(0, "moved");
    fake_core_arrive(core, 2, 3);
    expect_told(0, "");
    expect_told(1, "message 1 moved, connect 3");
    assert_int_equal(times(core->log, "its machine does not answer"), 1);
    core->conns[0].lost = false; /* has none now; the other one has three */
    fake_core_pass(core, 2);
    fake_core_arrive(core, 3, 4);
    fake_core_arrive(core, 4, 5);
    expect_told(0, "connect 4, connect 5");
    assert_int_equal(times(core->log, "its machine answers again"), 1);
    core->conns[0].lost = true;
    fake_core_pass(core, 2);
    introduce(2, "W:0");
    fake_core_arrive(core, 5, 6);
    expect_told(2, "connect 6");
}

/* onConnect and onClose of its clients stay pairs, and nothing is lost that it
 * may hear yet. */
static void when_none_answers_clients_keep_theirs(void **state)
{
    (void)state;
    introduce(0, "W:0");
    fake_core_arrive(core, 0, 1);
    fake_core_arrive(core, 1, 2);
    fake_core_clear(core);
    core->conns[0].lost = true;
    fake_core_pass(core, 2);
    fake_core_arrive(core, 2, 3);
    says(0, "waits");
    fake_core_leave(core, 1);
    says(2, "nobody hears");
    expect_told(0, "message 1 waits, close 2");
    fake_core_clear(core);
    core->conns[0].lost = false;
    fake_core_pass(core, 2);
    assert_non_null(strstr(core->log, "there: 1 messages of clients dropped"));
    says(2, "heard");
    expect_told(0, "connect 3, message 3 heard");
}

static void random_routing_reaches_all(void **state)
{
    bool seen[3] = {false};

    (void)state;
    for (int i = 0; i < 3; i++) {
        char key[] = {'W', ':', (char)('0' + i), 0};

        introduce(i, key);
    }
    for (int round = 0; round < 1000 && !(seen[0] && seen[1] && seen[2]);
         round++) {
        fake_core_arrive(core, 0, 1);
        fake_core_leave(core, 0);
        for (int i = 0; i < 3; i++) {
            seen[i] = seen[i] || strcmp(told(i), "connect 1, close 1") == 0;
        }
    }
    assert_true(seen[0] && seen[1] && seen[2]);
}

/* ---- introductions --------------------------------------------------------
 */

static void odd_worker_keys_are_what_php_makes_of_them(void **state)
{
    static const struct {
        const char *json;
        const char *key;
    } cases[] = {
        {"{\"secret_key\":\"\"}", "127.0.0.1:: attached"},
        {"{\"secret_key\":\"\",\"worker_key\":5}", "127.0.0.1:5: attached"},
        {"{\"secret_key\":\"\",\"worker_key\":true}", "127.0.0.1:1: attached"},
        {"{\"secret_key\":\"\",\"worker_key\":null}", "127.0.0.1:: attached"},
        {"{\"secret_key\":\"\",\"worker_key\":[[1]]}",
         "127.0.0.1:Array: attached"},
        {"{\"secret_key\":\"\",\"worker_key\":{\"a\":1}}",
         "127.0.0.1:Array: attached"},
        {"{\"secret_key\":\"\",\"worker_key\":\"a\\u0000\\n\\/\"}",
         "127.0.0.1:a?"
         "?/: attached"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        fake_core_clear(core);
        introduce_with(0, cases[i].json);
        assert_false(core->conns[0].closed);
        assert_non_null(strstr(core->log, cases[i].key));
        assert_int_equal(gwd_inner_worker_count(core->inner), 1);
    }
}

static void who_does_not_know_the_key_is_no_worker(void **state)
{
    static const char *const wrong[] = {
        "",
        "{",
        "null",
        "5",
        "\"x\"",
        "[]",
        "{\"worker_key\":\"W:0\"}",
        "{\"worker_key\":\"W:0\",\"secret_key\":null}",
        "{\"worker_key\":\"W:0\",\"secret_key\":\"x\"}"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        introduce_with(0, wrong[i]);
        assert_true(core->conns[0].closed);
        assert_int_equal(gwd_inner_worker_count(core->inner), 0);
    }
}

/* ---- without workers ------------------------------------------------------
 */

static void push_keeps_clients_and_introduces_them_later(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        fake_core_arrive(core, i, (uint32_t)i + 1);
        says(i, "nobody hears");
    }
    introduce(0, "W:0");
    says(0, "now");
    fake_core_leave(core, 0);
    fake_core_leave(core, 1);
    expect_told(0, "connect 1, message 1 now, close 1");
    assert_string_equal(core->clients[0].got, "");
    fake_core_arrive(core, 2, 3);
    fake_core_hang_up(core, 0);
    fake_core_leave(core, 2);
    assert_string_equal(core->clients[2].got, "");
}

/* Silent where workers never come: there it is as it should be. */
static void the_first_worker_brings_up_what_was_dropped(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        fake_core_arrive(core, i, (uint32_t)i + 1);
        upgrades(i);
        says(i, "nobody hears");
    }
    says(0, "nobody hears");
    fake_core_pass(core, 60);
    assert_string_equal(core->log, "");
    introduce(0, "W:0");
    introduce(1, "W:1");
    assert_int_equal(times(core->log, "no worker was there"), 1);
    assert_non_null(strstr(core->log,
                           "no worker was there: 3 messages of clients "
                           "dropped, 2 handshakes and 0 closes told to nobody; "
                           "without_worker = strict"));
    says(0, "heard");
    fake_core_hang_up(core, 0);
    says(0, "the other hears");
    fake_core_hang_up(core, 1);
    fake_core_clear(core);
    introduce(0, "W:0");
    assert_null(strstr(core->log, "no worker was"));
    fake_core_hang_up(core, 0);
    says(1, "nobody hears");
    introduce(0, "W:0");
    assert_non_null(strstr(core->log, "there: 1 messages of clients "
                                      "dropped, 0 handshakes"));
}

/* Whoever was told of a client waits for its end. */
static void ends_that_nobody_heard_of_are_counted(void **state)
{
    (void)state;
    introduce(0, "W:0");
    fake_core_arrive(core, 0, 1);
    fake_core_arrive(core, 1, 2);
    fake_core_leave(core, 1);
    fake_core_hang_up(core, 0);
    fake_core_leave(core, 0);
    introduce(1, "W:1");
    assert_non_null(strstr(core->log,
                           "no worker was there: 0 messages of clients "
                           "dropped, 0 handshakes and 1 closes told to nobody; "
                           "without_worker = strict"));
}

/* Its worker hears of it as soon as there is something to say. */
static void a_connection_that_said_nothing_has_lost_nothing(void **state)
{
    (void)state;
    fake_core_arrive(core, 0, 1);
    fake_core_arrive(core, 1, 2);
    fake_core_leave(core, 1);
    introduce(0, "W:0");
    assert_null(strstr(core->log, "no worker was"));
    says(0, "hi");
    expect_told(0, "connect 1, message 1 hi");
}

static void strict_ends_clients_at_their_next_event(void **state)
{
    char want[32];

    (void)state;
    snprintf(want, sizeof(want), "<drop %d>", GWD_CLOSE_NO_WORKER);
    fake_core_arrive(core, 0, 1);
    assert_string_equal(core->clients[0].got, want);
    assert_null(gwd_hub_find(core->hub, 1));
    fake_core_pass(core, 1);
    assert_null(strstr(core->log, "no worker"));
    introduce(0, "W:0");
    fake_core_arrive(core, 1, 2);
    fake_core_hang_up(core, 0);
    assert_non_null(gwd_hub_find(core->hub, 2));
    fake_core_pass(core, 1);
    says(1, "x");
    assert_string_equal(core->clients[1].got, want);
    fake_core_arrive(core, 2, 3);
    fake_core_pass(core, 2);
    assert_non_null(
        strstr(core->log, "no worker is attached: 2 clients closed"));
    fake_core_arrive(core, 3, 4);
    fake_core_pass(core, 2);
    assert_non_null(
        strstr(core->log, "no worker is attached: 1 clients closed"));
    introduce(0, "W:0");
    assert_non_null(strstr(core->log,
                           "no worker was there: 0 messages of clients "
                           "dropped, 0 handshakes and 1 closes told to "
                           "nobody\n"));
}

static void a_reload_makes_it_strict(void **state)
{
    gwd_inner_config config = {.without_worker = GWD_WITHOUT_WORKER_STRICT,
                               .send_to_worker_buffer_size = 2};

    (void)state;
    fake_core_arrive(core, 0, 1);
    gwd_inner_reload(core->inner, &config);
    says(0, "x");
    assert_null(gwd_hub_find(core->hub, 1));
}

/* ---- limits ---------------------------------------------------------------
 */

static void a_worker_that_is_behind_loses_events(void **state)
{
    (void)state;
    two_of_each();
    core->conns[0].queued = 999;
    says(0, "fits");
    core->conns[0].queued = 1000;
    says(0, "lost");
    says(0, "lost");
    says(1, "the other is not behind");
    expect_told(0, "message 1 fits");
    expect_told(1, "message 2 the other is not behind");
    assert_int_equal(core->loop->loop.metrics->worker_dropped, 2);
    assert_string_equal(core->log, "");
    fake_core_pass(core, 2);
    assert_non_null(strstr(core->log, "W:0: does not keep up: 2 events"));
    fake_core_clear(core);
    fake_core_pass(core, 9);
    assert_string_equal(core->log, "");
    core->conns[0].queued = 0;
    says(0, "back");
    expect_told(0, "message 1 back");
}

/* Workers that stand still are killed. */
static void what_a_worker_that_ends_has_lost_is_told(void **state)
{
    (void)state;
    two_of_each();
    fake_core_clear(core);
    core->conns[0].queued = 1000;
    says(0, "lost");
    fake_core_hang_up(core, 0);
    assert_non_null(strstr(core->log, "W:0: does not keep up: 1 events"));
    assert_non_null(strstr(core->log, "W:0: ended while 1000 bytes of events "
                                      "waited for it"));
    fake_core_clear(core);
    fake_core_pass(core, 9);
    fake_core_hang_up(core, 1);
    assert_null(strstr(core->log, "bytes"));
}

static void what_is_lost_to_a_worker_that_is_replaced_is_told(void **state)
{
    (void)state;
    two_of_each();
    core->conns[0].queued = 1000;
    says(0, "lost");
    introduce(2, "W:0");
    assert_non_null(strstr(core->log, "W:0: does not keep up: 1 events"));
    assert_null(strstr(core->log, "waited"));
    fake_core_hang_up(core, 0);
    assert_non_null(strstr(core->log, "127.0.0.1:9: a worker until it was "
                                      "replaced, ended while 1000 bytes of "
                                      "events waited for it"));
}

static void what_no_frame_can_hold_ends_the_client(void **state)
{
    char want[32];
    size_t len = GW_FRAME_MAX - GW_FRAME_HEAD_LEN;
    char *big = malloc(len + 1);

    (void)state;
    memset(big, 'x', len + 1);
    introduce(0, "W:0");
    fake_core_arrive(core, 0, 1);
    gwd_inner_events.on_message(core->inner, fake_core_client(core, 0),
                                gw_slice_of(big, len));
    assert_string_equal(core->clients[0].got, "");
    core->conns[0].len = 0;
    gwd_inner_events.on_message(core->inner, fake_core_client(core, 0),
                                gw_slice_of(big, len + 1));
    snprintf(want, sizeof(want), "<drop %d>", GWD_CLOSE_TOO_BIG);
    assert_string_equal(core->clients[0].got, want);
    expect_told(0, "close 1");
    fake_core_arrive(core, 1, 2);
    gwd_hub_set_session(core->hub, &core->clients[1].member,
                        gw_slice_of(big, len + 1));
    fake_core_leave(core, 1);
    expect_told(0, "connect 2, close 2");
    free(big);
}

/* A worker that cannot be told of its begin does not hear of its end. */
static void who_cannot_be_introduced_is_not_told_of(void **state)
{
    char want[32];
    size_t len = GW_FRAME_MAX - GW_FRAME_HEAD_LEN + 1;
    char *big = malloc(len);

    (void)state;
    memset(big, 'x', len);
    fake_core_arrive(core, 0, 1);
    gwd_hub_set_session(core->hub, &core->clients[0].member,
                        gw_slice_of(big, len));
    introduce(0, "W:0");
    introduce(1, "W:1");
    says(0, "hi");
    snprintf(want, sizeof(want), "<drop %d>", GWD_CLOSE_TOO_BIG);
    assert_string_equal(core->clients[0].got, want);
    assert_non_null(strstr(core->log, "more than a worker takes"));
    expect_told(0, "");
    fake_core_arrive(core, 1, 2); /* still the one with the fewest */
    expect_told(0, "connect 2");
    free(big);
}

static void workers_on_other_machines_are_pinged(void **state)
{
    (void)state;
    introduce(0, "W:0");
    fake_core_pass(core, 24);
    expect_told(0, "");
    fake_core_pass(core, 3);
    expect_told(0, "ping");
    fake_core_pass(core, 60);
    assert_int_equal(strncmp(told(0), "ping", 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define T_WITH(name, set) cmocka_unit_test_setup_teardown(name, set, teardown)
        T(a_worker_hears_of_a_clients_life),
        T(the_header_names_the_client),
        T(an_upgrade_is_told_with_its_request),
        T(ipv6_addresses_stand_in_brackets),
        T(clients_go_where_the_fewest_are),
        T(clients_of_a_lost_worker_move_at_their_next_event),
        T(clients_stay_with_a_key_that_came_back),
        T(who_came_back_again_and_again_has_no_more_in_the_end),
        T(a_second_connection_replaces_the_first),
        T(one_that_was_replaced_and_does_not_read_is_cut_off),
        T(what_one_that_was_replaced_has_sent_is_carried_out),
        T(one_that_was_replaced_and_stays_is_cut_off),
        T(a_worker_may_introduce_itself_again),
        T(a_connection_that_closes_takes_nothing_more),
        T_WITH(one_that_does_not_answer_gets_no_clients, setup_pings),
        T_WITH(when_none_answers_clients_keep_theirs, setup_pings),
        T_WITH(random_routing_reaches_all, setup_random),
        T(odd_worker_keys_are_what_php_makes_of_them),
        T(who_does_not_know_the_key_is_no_worker),
        T(push_keeps_clients_and_introduces_them_later),
        T(the_first_worker_brings_up_what_was_dropped),
        T(ends_that_nobody_heard_of_are_counted),
        T(a_connection_that_said_nothing_has_lost_nothing),
        T_WITH(strict_ends_clients_at_their_next_event, setup_strict),
        T(a_reload_makes_it_strict),
        T(a_worker_that_is_behind_loses_events),
        T(what_a_worker_that_ends_has_lost_is_told),
        T(what_is_lost_to_a_worker_that_is_replaced_is_told),
        T(what_no_frame_can_hold_ends_the_client),
        T(who_cannot_be_introduced_is_not_told_of),
        T_WITH(workers_on_other_machines_are_pinged, setup_pings),
#undef T
#undef T_WITH
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
