/* WebSocket clients on a real loop and hub. */
#include "support.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/client_state.h"

#define REQUEST                                                                \
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"                      \
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                     \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define ANSWER                                                                 \
    "HTTP/1.1 101 Switching Protocol\r\nUpgrade: websocket\r\n"                \
    "Sec-WebSocket-Version: 13\r\nConnection: Upgrade\r\n"                     \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1};

static gwd_loop *loop;
static gwd_hub *hub;
static gwd_clients *clients;
static gwd_client_port *port;
static int fds[2];

static void start(const char *greeting)
{
    const gwd_clients_config config = {
        .loop = loop,
        .hub = hub,
        .gateway_ip = 0x7f000001,
        .gateway_port = 2900,
        .greeting = gw_slice_str(greeting),
        .handshake_timeout = 1,
        .max_package_size = 1000,
        .send_to_client_buffer_size = 100 * 1000,
    };

    clients = gwd_clients_new(&config);
    assert_non_null(clients);
    port =
        gwd_clients_add_port(clients, &(gwd_client_port_config){.port = 7272});
    assert_non_null(port);
}

static int setup(void **state)
{
    (void)state;
    loop = new_loop();
    hub = gwd_hub_new(seed);
    tcp_pair(fds);
    clients = NULL;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (clients == NULL)
        start("");
    gwd_clients_close_all(clients, 0);
    assert_int_equal(gwd_hub_count(hub), 0);
    assert_true(gwd_loop_drain(loop, WAIT_SECONDS));
    close(fds[1]);
    gwd_clients_free(clients);
    gwd_hub_free(hub);
    gwd_loop_free(loop);
    return 0;
}

static void remember(void *arg, gwd_member *member)
{
    *(gwd_client **)arg = gwd_client_of(member);
}

/* Accepts fds[0]; the client is in the hub at once. */
static gwd_client *accept_one(void)
{
    gwd_client *client = NULL;

    gwd_clients_accept(port, fds[0], NULL);
    assert_int_equal(gwd_hub_count(hub), 1);
    gwd_hub_each(hub, remember, &client);
    assert_true(client->member.id != 0);
    return client;
}

/* Accepts and finishes the handshake, without a greeting. */
static gwd_client *open_one(void)
{
    gwd_client *client;

    start("");
    client = accept_one();
    send_bytes(fds[1], LIT(REQUEST));
    expect_bytes(loop, fds[1], LIT(ANSWER));
    return client;
}

static void send_text(gwd_client *client, const char *text)
{
    gwd_message *message = gwd_message_new(gw_slice_str(text), false);

    gwd_client_send(client, message);
    gwd_message_unref(&message);
    assert_null(message);
}

static bool hub_is_empty(void *arg)
{
    (void)arg;
    return gwd_hub_count(hub) == 0;
}

/* ---- size --------------------------------------------------------------- */

static void an_idle_client_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(gwd_client) <= GWD_CLIENT_SIZE_MAX);
}

static void an_idle_client_owns_nothing_more(void **state)
{
    gwd_client *client = open_one();

    (void)state;
    send_bytes(fds[1], LIT("\x01\x81mask\x0c")); /* a fragment: "a" */
    send_bytes(fds[1], LIT("\x80\x81mask\x0c")); /* and its end */
    send_bytes(fds[1], LIT("\x89\x80mask"));
    expect_bytes(loop, fds[1], LIT("\x8a\0"));
    assert_null(client->stream.queue);
    assert_null(client->stream.partial);
    assert_null(client->u.reader.message);
    assert_false(gwd_timeout_armed(&client->timeout));
}

/* ---- the handshake ------------------------------------------------------ */

static void the_greeting_follows_the_answer(void **state)
{
    char want[512];
    gwd_client *client;
    gw_client_id id = {0x7f000001, 0, 2900};
    char text[GW_CLIENT_ID_LEN + 1];

    (void)state;
    start("{\"type\":\"init\",\"client_id\":\"{client_id}\"}");
    client = accept_one();
    id.connection = client->member.id;
    gw_client_id_format(&id, text);
    send_bytes(fds[1], LIT(REQUEST));
    snprintf(want, sizeof(want),
             ANSWER "\x81\x32{\"type\":\"init\",\"client_id\":\"%s\"}", text);
    expect_bytes(loop, fds[1], gw_slice_str(want));
}

static void messages_before_the_handshake_come_after_the_greeting(void **state)
{
    gwd_client *client;

    (void)state;
    start("hi");
    client = accept_one();
    send_text(client, "one");
    for (int i = 0; i < 5; i++)
        send_text(client, "more");
    send_bytes(fds[1], LIT(REQUEST));
    expect_bytes(loop, fds[1],
                 LIT(ANSWER "\x81\x02hi\x81\x03one\x81\x04more\x81\x04more"
                            "\x81\x04more\x81\x04more\x81\x04more"));
    send_text(client, "two");
    expect_bytes(loop, fds[1], LIT("\x81\x03two"));
}

static void frames_may_follow_the_request_at_once(void **state)
{
    (void)state;
    start("");
    accept_one();
    send_bytes(fds[1], LIT(REQUEST "\x89\x82mask\x1d\x11"));
    expect_bytes(loop, fds[1], LIT(ANSWER "\x8a\x02pp"));
}

/* The status line, the date of now, the rest. */
static void expect_refusal(const char *status, const char *rest)
{
    char date[] = "Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    ssize_t len = (ssize_t)strlen(date);
    struct tm utc = {0};
    double age;

    expect_bytes(loop, fds[1], gw_slice_str(status));
    expect_bytes(loop, fds[1], LIT("\r\nDate: "));
    assert_int_equal(recv(fds[1], date, (size_t)len, MSG_WAITALL), len);
    assert_ptr_equal(strptime(date, "%a, %d %b %Y %H:%M:%S GMT\r\n", &utc),
                     date + len);
    age = difftime(time(NULL), timegm(&utc));
    assert_true(age >= 0 && age < 60);
    expect_bytes(loop, fds[1], gw_slice_str(rest));
}

static void a_wrong_request_is_answered_and_closed(void **state)
{
    (void)state;
    start("");
    send_text(accept_one(), "never");
    send_bytes(fds[1], LIT("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    expect_refusal("HTTP/1.1 426 Upgrade Required",
                   "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Content-Type: text/plain\r\nContent-Length: 28\r\n"
                   "Connection: close\r\n\r\nThis is a WebSocket server.\n");
    assert_int_equal(gwd_hub_count(hub), 0);
    expect_eof(loop, fds[1]);
}

/* However it is refused. */
static void who_asks_for_the_head_gets_no_body(void **state)
{
    static const struct {
        const char *request;
        const char *status;
        const char *rest;
    } cases[] = {{"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
                  "HTTP/1.1 405 Method Not Allowed",
                  "Allow: GET\r\n"
                  "Content-Type: text/plain\r\nContent-Length: 28\r\n"
                  "Connection: close\r\n\r\n"},
                 {"HEAD / HTTP/1.1\r\n: h\r\n\r\n", "HTTP/1.1 400 Bad Request",
                  "Content-Type: text/plain\r\nContent-Length: 38\r\n"
                  "Connection: close\r\n\r\n"}};

    (void)state;
    start("");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (i > 0) {
            close(fds[1]);
            tcp_pair(fds);
        }
        accept_one();
        send_bytes(fds[1], gw_slice_str(cases[i].request));
        expect_refusal(cases[i].status, cases[i].rest);
        expect_eof(loop, fds[1]);
    }
}

static void who_does_not_finish_the_handshake_is_closed(void **state)
{
    (void)state;
    start("");
    accept_one();
    send_bytes(fds[1], LIT("GET / HTTP/1.1\r\n"));
    run_until(loop, hub_is_empty, NULL);
    expect_eof(loop, fds[1]);
}

/* ---- frames ------------------------------------------------------------- */

static void close_is_echoed(void **state)
{
    (void)state;
    open_one();
    send_bytes(fds[1], LIT("\x88\x82\0\0\0\0\x03\xe8"));
    expect_bytes(loop, fds[1], LIT("\x88\x02\x03\xe8"));
    assert_int_equal(gwd_hub_count(hub), 0);
    expect_eof(loop, fds[1]);
}

static void errors_are_told_by_code(void **state)
{
    (void)state;
    open_one();
    send_bytes(fds[1], LIT("\x81\xfe\x03\xe9")); /* 1,001 bytes to come */
    send_bytes(fds[1], LIT("mask"));
    expect_bytes(loop, fds[1], LIT("\x88\x02\x03\xf1"));
    expect_eof(loop, fds[1]);
}

static void messages_from_clients_are_dropped(void **state)
{
    (void)state;
    open_one();
    send_bytes(fds[1], LIT("\x81\x85mask\x05\x04\x1f\x07\x02"));
    send_bytes(fds[1], LIT("\x89\x80mask"));
    expect_bytes(loop, fds[1], LIT("\x8a\0"));
}

static void a_lost_connection_leaves_the_hub(void **state)
{
    (void)state;
    open_one();
    close(fds[1]);
    run_until(loop, hub_is_empty, NULL);
    fds[1] = -1;
}

/* ---- sending ------------------------------------------------------------ */

static void a_message_is_framed_once(void **state)
{
    gwd_message *message = gwd_message_new(LIT("shared"), false);
    gwd_message *raw = gwd_message_new(LIT("\x82\x01x"), true);
    gwd_client *client = open_one();

    (void)state;
    gwd_client_send(client, message);
    gwd_client_send(client, raw);
    gwd_client_send(client, message);
    expect_bytes(loop, fds[1], LIT("\x81\x06shared\x82\x01x\x81\x06shared"));
    gwd_message_unref(&message);
    gwd_message_unref(&raw);
}

/* What it is sent too much of. */
static char big[10 * 1000 + 1];

static void send_too_much(gwd_client *client)
{
    memset(big, 'x', sizeof(big) - 1);
    for (int i = 0; i < 50; i++)
        send_text(client, big);
}

static void a_full_queue_drops(void **state)
{
    gwd_client *client;
    size_t limit = 100 * 1000;

    (void)state;
    shrink_buffers(fds);
    client = open_one();
    send_too_much(client);
    assert_true(gwd_stream_queued(&client->stream) >= limit);
    assert_true(gwd_stream_queued(&client->stream) < limit + sizeof(big) + 10);
}

static bool was_read(void *arg)
{
    return loop->metrics->bytes_in >= *(uint64_t *)arg;
}

static void a_full_queue_gets_no_pongs(void **state)
{
    char ping[6 + 125] = "\x89\xfdmask";
    size_t limit = 100 * 1000;
    gwd_client *client;
    uint64_t all;

    (void)state;
    shrink_buffers(fds);
    client = open_one();
    send_too_much(client);
    all = loop->metrics->bytes_in;
    for (int i = 0; i < 1000; i++) {
        send_bytes(fds[1], gw_slice_of(ping, sizeof(ping)));
        all += sizeof(ping);
        run_until(loop, was_read, &all);
    }
    assert_true(gwd_stream_queued(&client->stream) < limit + sizeof(big) + 10);
}

static void waiting_messages_are_limited_too(void **state)
{
    gwd_client *client;

    (void)state;
    start("");
    client = accept_one();
    send_too_much(client);
    send_bytes(fds[1], LIT(REQUEST));
    expect_bytes(loop, fds[1], LIT(ANSWER));
    for (int i = 0; i < 10; i++) {
        char want[sizeof(big) + 4] = "\x81\x7e\x27\x10";

        memcpy(want + 4, big, sizeof(big) - 1);
        expect_bytes(loop, fds[1], gw_slice_of(want, sizeof(big) + 3));
    }
    send_text(client, "end");
    expect_bytes(loop, fds[1],
                 LIT("\x81\x03"
                     "end"));
}

/* ---- ending ------------------------------------------------------------- */

static void kick_sends_the_last_message(void **state)
{
    gwd_message *last = gwd_message_new(LIT("bye"), false);
    gwd_client *client = open_one();

    (void)state;
    send_text(client, "one");
    gwd_client_close(client, last);
    assert_int_equal(gwd_hub_count(hub), 0);
    send_text(client, "never");
    gwd_client_close(client, last);
    expect_bytes(loop, fds[1],
                 LIT("\x81\x03one\x81\x03"
                     "bye"));
    expect_eof(loop, fds[1]); /* no close frame */
    gwd_message_unref(&last);
}

/* The reference has written it before it destroys. */
static void what_was_sent_before_destroy_arrives(void **state)
{
    gwd_client *client = open_one();

    (void)state;
    send_text(client, "one");
    gwd_client_destroy(client);
    send_text(client, "never");
    assert_int_equal(gwd_hub_count(hub), 0);
    expect_bytes(loop, fds[1],
                 LIT("\x81\x03"
                     "one"));
    expect_eof(loop, fds[1]);
}

static void destroy_waits_for_nobody(void **state)
{
    static const char filler[65536];
    gwd_message *message =
        gwd_message_new(gw_slice_of(filler, sizeof(filler)), true);
    gwd_client *client = open_one();

    (void)state;
    for (int i = 0; i < 64; i++) /* more than a socket takes */
        gwd_client_send(client, message);
    gwd_client_destroy(client);
    gwd_loop_turn(loop, false);
    assert_int_equal(loop->streams, 0);
    gwd_message_unref(&message);
}

static void kick_before_the_handshake_just_closes(void **state)
{
    gwd_message *last = gwd_message_new(LIT("bye"), false);
    gwd_client *client;

    (void)state;
    start("");
    client = accept_one();
    send_text(client, "never");
    gwd_client_close(client, last);
    expect_eof(loop, fds[1]);
    gwd_message_unref(&last);
}

static void shutting_down_says_going_away(void **state)
{
    (void)state;
    open_one();
    gwd_clients_close_all(clients, WAIT_SECONDS);
    assert_int_equal(gwd_hub_count(hub), 0);
    expect_bytes(loop, fds[1], LIT("\x88\x02\x03\xe9"));
    expect_eof(loop, fds[1]);
}

static bool no_streams(void *arg)
{
    (void)arg;
    return loop->streams == 0;
}

static void who_does_not_read_is_cut_off(void **state)
{
    gwd_client *client = open_one();
    char large[50 * 1000 + 1];

    (void)state;
    shrink_buffers(fds);
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    send_text(client, large);
    gwd_loop_turn(loop, false);
    while (gwd_stream_queued(&client->stream) == 0) {
        send_text(client, large);
        gwd_loop_turn(loop, false);
    }
    gwd_loop_remove_ring(loop, &clients->ring); /* no time passes */
    gwd_clients_close_all(clients, 1);
    gwd_loop_turn(loop, false);
    assert_int_equal(loop->streams, 1);
    gwd_ring_advance(&clients->ring, clients->ring.now + 3);
    run_until(loop, no_streams, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_idle_client_is_small),
        TEST(an_idle_client_owns_nothing_more),
        TEST(the_greeting_follows_the_answer),
        TEST(messages_before_the_handshake_come_after_the_greeting),
        TEST(frames_may_follow_the_request_at_once),
        TEST(a_wrong_request_is_answered_and_closed),
        TEST(who_asks_for_the_head_gets_no_body),
        TEST(who_does_not_finish_the_handshake_is_closed),
        TEST(close_is_echoed),
        TEST(errors_are_told_by_code),
        TEST(messages_from_clients_are_dropped),
        TEST(a_lost_connection_leaves_the_hub),
        TEST(a_message_is_framed_once),
        TEST(a_full_queue_drops),
        TEST(a_full_queue_gets_no_pongs),
        TEST(waiting_messages_are_limited_too),
        TEST(kick_sends_the_last_message),
        TEST(what_was_sent_before_destroy_arrives),
        TEST(destroy_waits_for_nobody),
        TEST(kick_before_the_handshake_just_closes),
        TEST(shutting_down_says_going_away),
        TEST(who_does_not_read_is_cut_off),
    };

    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
