/* When clients are closed that are silent, unbound or full, and the heartbeat.
 */
#include "client_stage.h"

#include <sys/socket.h>
#include <unistd.h>

/* ---- times -------------------------------------------------------------- */

static void who_stays_unbound_is_closed(void **state)
{
    gwd_client_port *port;
    gwd_client *uid, *group;

    (void)state;
    config.close_unbound_after = 5;
    port = port_for(GWD_CLIENT_WEBSOCKET);
    connect_one(port, 0);
    upgrade(0);
    uid = connect_one(port, 1);
    upgrade(1);
    group = connect_one(port_for(GWD_CLIENT_TEXT), 2);
    connect_one(port_for(GWD_CLIENT_TCP), 3);
    gwd_hub_bind_uid(hub, &uid->member, LIT("7"));
    gwd_hub_join(hub, &group->member, LIT("g"));
    pass(5);
    assert_int_equal(gwd_hub_count(hub), 4);
    pass(1);
    assert_int_equal(gwd_hub_count(hub), 2);
    expect_bytes(loop, peers[0], LIT("\x88\x02\x03\xf0"));
    expect_eof(loop, peers[0]);
    expect_eof(loop, peers[3]);
    expect_closed(GWD_CLOSE_UNBOUND, 2);
    gwd_hub_unbind_uid(hub, &uid->member); /* it was bound in time */
    pass(100);
    assert_int_equal(gwd_hub_count(hub), 2);
}

static void a_silent_websocket_is_pinged_and_closed(void **state)
{
    (void)state;
    config.websocket_ping = 10;
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 0);
    upgrade(0);
    pass(11);
    expect_bytes(loop, peers[0], LIT("\x89\0"));
    pass(10);
    assert_int_equal(gwd_hub_count(hub), 1);
    pass(1);
    assert_int_equal(gwd_hub_count(hub), 0);
    expect_eof(loop, peers[0]);
    expect_closed(GWD_CLOSE_PING_TIMEOUT, 1);
}

static void any_byte_is_a_sign_of_life(void **state)
{
    (void)state;
    config.websocket_ping = 10;
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 0);
    upgrade(0);
    for (int i = 0; i < 5; i++) {
        pass(11);
        expect_bytes(loop, peers[0], LIT("\x89\0"));
        send_bytes(peers[0], LIT("\x8a\x80mask"));
        gwd_loop_turn(loop, true);
    }
    for (int i = 0; i < 20; i++) { /* who sends by himself is not pinged */
        pass(9);
        send_bytes(peers[0], LIT("\x8a\x80mask"));
        gwd_loop_turn(loop, true);
    }
    send_bytes(peers[0], LIT("\x89\x80mask"));
    expect_bytes(loop, peers[0], LIT("\x8a\0"));
    send_bytes(peers[0], LIT("\x89")); /* not even a whole frame */
    gwd_loop_turn(loop, true);
    pass(10);
    assert_int_equal(gwd_hub_count(hub), 1);
}

static void other_protocols_cannot_be_pinged(void **state)
{
    (void)state;
    config.websocket_ping = 10;
    connect_one(port_for(GWD_CLIENT_TEXT), 0);
    pass(100);
    assert_int_equal(gwd_hub_count(hub), 1);
}

/* Each time is kept although there is one timeout for all. */
static void all_times_hold_at_once(void **state)
{
    gwd_client *client;

    (void)state;
    config.handshake_timeout = 20;
    config.websocket_ping = 10;
    config.close_unbound_after = 15;
    client = connect_one(port_for(GWD_CLIENT_WEBSOCKET), 0);
    pass(19);
    upgrade(0);
    pass(11);
    expect_bytes(loop, peers[0], LIT("\x89\0"));
    send_bytes(peers[0], LIT("\x8a\x80mask"));
    gwd_loop_turn(loop, true);
    gwd_hub_bind_uid(hub, &client->member, LIT("u"));
    pass(11);
    expect_bytes(loop, peers[0], LIT("\x89\0"));
    pass(12);
    expect_closed(GWD_CLOSE_PING_TIMEOUT, 1);
}

static void new_settings_hold_for_those_who_are_here(void **state)
{
    static char *const origins[] = {(char *)"https://a.com"};
    gwd_client_port *port;

    (void)state;
    config.greeting = LIT("old");
    port = port_for(GWD_CLIENT_TEXT);
    connect_one(port, 0);
    expect_bytes(loop, peers[0], LIT("old\n"));
    pass(30);
    config.greeting = LIT("new");
    config.close_unbound_after = 60;
    config.max_connections_per_ip = 2;
    config.max_package_size = 6;
    config.allowed_origins = (gwd_client_texts){origins, 1};
    assert_int_equal(gwd_clients_reload(clients, &config), GW_OK);
    connect_one(port, 1);
    expect_bytes(loop, peers[1], LIT("new\n"));
    connect_one(port, 2); /* the first one counts */
    expect_eof(loop, peers[2]);
    send_bytes(peers[1], LIT("12345\n"));
    expect_eof(loop, peers[1]);
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 3);
    send_bytes(peers[3], LIT(HEAD "Origin: https://b.com\r\n" REST));
    expect_bytes(loop, peers[3], LIT("HTTP/1.1 403 "));
    assert_int_equal(gwd_hub_count(hub), 1);
    pass(32); /* 60 since it came */
    expect_eof(loop, peers[0]);
}

static void a_new_time_that_has_passed_already_is_up_at_once(void **state)
{
    (void)state;
    config.websocket_ping = 100;
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 0);
    upgrade(0);
    pass(50);
    config.websocket_ping = 10;
    assert_int_equal(gwd_clients_reload(clients, &config), GW_OK);
    pass(2);
    expect_bytes(loop, peers[0], LIT("\x89\0"));
}

/* One without a handshake of its own may still be shaking hands in TLS, and
 * is not counted again before it is open. */
static void a_new_limit_counts_those_in_their_handshake(void **state)
{
    gwd_client_port *port;

    (void)state;
    port = port_for(GWD_CLIENT_WEBSOCKET);
    connect_one(port, 0);
    config.max_connections_per_ip = 1;
    assert_int_equal(gwd_clients_reload(clients, &config), GW_OK);
    connect_one(port, 1);
    assert_int_equal(gwd_hub_count(hub), 1);
    upgrade(0);
    send_bytes(peers[1], LIT(REQUEST));
    expect_bytes(loop, peers[1], LIT("HTTP/1.1 429 "));
    close(peers[0]);
    peers[0] = -1;
    wait_for_count(0);
    connect_one(port, 2);
    upgrade(2);
}

/* ---- full --------------------------------------------------------------- */

/* Nobody reads: at last a message is lost. Returns how many were not. What was
 * not sent stays so: the kernel takes little, and no more later. */
static unsigned fill(gwd_client *client)
{
    const int size = 32 * 1024;
    char big[10 * 1000 + 1];
    unsigned sent = 0;

    setsockopt(client->stream.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    for (send_text(client, big); loop->metrics->dropped == 0; sent++)
        send_text(client, big);
    return sent;
}

static void a_full_client_loses_messages(void **state)
{
    unsigned sent;

    (void)state;
    sent = fill(connect_one(port_for(GWD_CLIENT_TEXT), 0));
    assert_true(sent >= 10);
    assert_int_equal(loop->metrics->dropped, 1);
    assert_int_equal(loop->metrics->messages_out, sent);
    gwd_loop_turn(loop, false);
    assert_int_equal(gwd_hub_count(hub), 1);
}

static void new_limits_hold_for_those_who_are_here(void **state)
{
    gwd_client *client = connect_one(port_for(GWD_CLIENT_TEXT), 0);

    (void)state;
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 1);
    config.handshake_timeout = 5;
    config.send_to_client_buffer_size = 1;
    config.close_when_full = true;
    assert_int_equal(gwd_clients_reload(clients, &config), GW_OK);
    fill(client);
    assert_true(gwd_stream_queued(&client->stream) <= 10 * 1000 + 1);
    wait_for_count(1);
    pass(7);
    wait_for_count(0);
    assert_int_equal(loop->metrics->closed[GWD_CLOSE_BUFFER_FULL], 1);
    assert_int_equal(loop->metrics->closed[GWD_CLOSE_HANDSHAKE_TIMEOUT], 1);
}

static void send_to_member(void *arg, gwd_member *member)
{
    gwd_client_send(gwd_client_of(member), arg);
}

/* The hub may not change while it is walked. */
static void a_full_client_may_be_closed_instead(void **state)
{
    gwd_client_port *port;
    gwd_message *message = gwd_message_new(LIT("x"), false);

    (void)state;
    config.close_when_full = true;
    port = port_for(GWD_CLIENT_TEXT);
    fill(connect_one(port, 0));
    connect_one(port, 1);
    gwd_hub_each(hub, send_to_member, message);
    assert_int_equal(gwd_hub_count(hub), 2);
    gwd_message_unref(&message);
    gwd_loop_turn(loop, false);
    wait_for_count(1);
    expect_closed(GWD_CLOSE_BUFFER_FULL, 1);
    expect_events("connect 1.2.3.4#1000\nconnect 1.2.3.4#1001\n"
                  "close 1.2.3.4#1000\n");
    expect_bytes(loop, peers[1], LIT("x\n"));
}

static void a_doomed_client_may_be_kicked(void **state)
{
    gwd_client *client;

    (void)state;
    config.close_when_full = true;
    client = connect_one(port_for(GWD_CLIENT_WEBSOCKET), 0);
    fill(client); /* what waits for the handshake */
    assert_int_equal(client->stream.phase, GWD_CLIENT_DOOMED);
    gwd_client_close(client, NULL);
    expect_closed(GWD_CLOSE_BUFFER_FULL, 1);
    expect_eof(loop, peers[0]);
    expect_events("connect 1.2.3.4#1000\nclose 1.2.3.4#1000\n");
}

/* A kick sends first what was sent before, also to who reads slowly. */
static void who_is_kicked_may_take_a_minute(void **state)
{
    const size_t alone = loop->streams;
    gwd_client *client;
    size_t count;
    char *want;

    (void)state;
    client = connect_one(port_for(GWD_CLIENT_TEXT), 0);
    count = fill(client);
    want = malloc(count * 10001);
    memset(want, 'x', count * 10001);
    for (size_t i = 1; i <= count; i++)
        want[i * 10001 - 1] = '\n';
    gwd_client_close(client, NULL);
    gwd_loop_turn(loop, false);
    pass(59);
    gwd_loop_turn(loop, false);
    assert_int_equal(loop->streams, alone + 1);
    expect_bytes(loop, peers[0], gw_slice_of(want, count * 10001));
    expect_eof(loop, peers[0]);
    free(want);
    client = connect_one(port_for(GWD_CLIENT_TEXT), 1);
    loop->metrics->dropped = 0;
    fill(client);
    gwd_client_close(client, NULL);
    gwd_loop_turn(loop, false);
    pass(61);
    gwd_loop_turn(loop, false);
    assert_int_equal(loop->streams, alone);
}

/* ---- heartbeat ---------------------------------------------------------- */

static void beat(void)
{
    event_active(&clients->heartbeat, EV_TIMEOUT, 0);
    gwd_loop_turn(loop, false);
}

/* What the client, the only one, got at each beat: "-" nothing, "p" the ping,
 * "x" closed. */
static void expect_beats(int i, const char *want)
{
    char got[64];
    size_t n = 0;

    for (; n < strlen(want); n++) {
        const uint64_t sent = loop->metrics->bytes_out;
        const size_t here = gwd_hub_count(hub);
        char bytes[8];
        ssize_t len;

        beat();
        got[n] = '-';
        if (loop->metrics->bytes_out == sent && gwd_hub_count(hub) == here)
            continue;
        len = recv(peers[i], bytes, sizeof(bytes), 0);
        got[n] = len == 0 ? 'x' : len < 0 ? '?' : bytes[0];
    }
    got[n] = '\0';
    assert_string_equal(got, want);
}

static gwd_client *beating(unsigned limit, const char *data)
{
    config.ping_interval = 1000;
    config.ping_not_response_limit = limit;
    config.ping_data = gw_slice_str(data);
    return connect_one(port_for(GWD_CLIENT_TEXT), 0);
}

static void say_something(void)
{
    send_bytes(peers[0], LIT("m\n"));
    gwd_loop_turn(loop, true);
}

static void without_a_limit_all_but_the_first_beat_ping(void **state)
{
    (void)state;
    beating(0, "p");
    expect_beats(0, "-pppp");
    say_something();
    expect_beats(0, "-ppp");
}

static void with_a_limit_every_other_beat_pings(void **state)
{
    (void)state;
    beating(2, "p");
    expect_beats(0, "--p-p");
    say_something();
    expect_beats(0, "--p-px");
    expect_closed(GWD_CLOSE_HEARTBEAT, 1);
}

static void without_data_silence_is_all_that_counts(void **state)
{
    (void)state;
    beating(1, "");
    expect_beats(0, "---x");
    assert_int_equal(loop->metrics->messages_out, 0);
}

/* PHP takes it for false. */
static void a_zero_is_no_data(void **state)
{
    (void)state;
    beating(0, "0");
    expect_beats(0, "-----");
}

static void control_frames_do_not_reset_the_counter(void **state)
{
    (void)state;
    config.ping_interval = 1000;
    config.ping_not_response_limit = 1;
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 0);
    upgrade(0);
    for (int i = 0; i < 3; i++) {
        send_bytes(peers[0], LIT("\x89\x80mask"));
        expect_bytes(loop, peers[0], LIT("\x8a\0"));
        beat();
    }
    expect_beats(0, "x");
}

/* A ping from before the handshake waits for it like any message. */
static void the_heartbeat_begins_with_the_connection(void **state)
{
    (void)state;
    config.ping_interval = 1000;
    config.ping_data = LIT("p");
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 0);
    beat();
    beat();
    send_bytes(peers[0], LIT(REQUEST));
    expect_bytes(loop, peers[0], LIT(ANSWER "\x81\x01p"));
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(who_stays_unbound_is_closed),
        TEST(a_silent_websocket_is_pinged_and_closed),
        TEST(any_byte_is_a_sign_of_life),
        TEST(other_protocols_cannot_be_pinged),
        TEST(all_times_hold_at_once),
        TEST(new_settings_hold_for_those_who_are_here),
        TEST(a_new_time_that_has_passed_already_is_up_at_once),
        TEST(a_new_limit_counts_those_in_their_handshake),
        TEST(a_full_client_loses_messages),
        TEST(new_limits_hold_for_those_who_are_here),
        TEST(a_full_client_may_be_closed_instead),
        TEST(a_doomed_client_may_be_kicked),
        TEST(who_is_kicked_may_take_a_minute),
        TEST(without_a_limit_all_but_the_first_beat_ping),
        TEST(with_a_limit_every_other_beat_pings),
        TEST(without_data_silence_is_all_that_counts),
        TEST(a_zero_is_no_data),
        TEST(control_frames_do_not_reset_the_counter),
        TEST(the_heartbeat_begins_with_the_connection),
    };

    return cmocka_run_group_tests_name("client times", tests, NULL, NULL);
}
