/* Clients of every protocol, behind proxies or not: who gets in, and what they
 * and who serves them hear. */
#include "client_stage.h"

#include <unistd.h>

/* ---- protocols ---------------------------------------------------------- */

static void plain_protocols_are_open_at_once(void **state)
{
    const struct {
        gwd_client_protocol protocol;
        gw_slice greeting, message;
    } cases[] = {
        {GWD_CLIENT_TEXT, LIT("hi\n"), LIT("one\n")},
        {GWD_CLIENT_FRAME, LIT("\0\0\0\6hi"), LIT("\0\0\0\7one")},
        {GWD_CLIENT_TCP, LIT("hi"), LIT("one")},
    };

    (void)state;
    config.greeting = LIT("hi");
    for (int i = 0; i < 3; i++) {
        gwd_client *client = connect_one(port_for(cases[i].protocol), i);
        char want[64];

        expect_bytes(loop, peers[i], cases[i].greeting);
        send_text(client, "one");
        expect_bytes(loop, peers[i], cases[i].message);
        send_bytes(peers[i], cases[i].message);
        snprintf(want, sizeof(want), "connect 1.2.3.4#%d\n[one]\n", 1000 + i);
        expect_events(want);
    }
    assert_int_equal(loop->metrics->accepted, 3);
    assert_int_equal(loop->metrics->opened, 3);
    assert_int_equal(loop->metrics->messages_in, 3);
    assert_int_equal(loop->metrics->messages_out, 6);
}

static void binary_is_a_property_of_the_port(void **state)
{
    gwd_client *client = connect_one(
        open_port((gwd_client_port_config){.port = 1, .binary = true}), 0);

    (void)state;
    upgrade(0);
    send_text(client, "one");
    expect_bytes(loop, peers[0], LIT("\x82\x03one"));
}

/* One message, four ports: each in its own words. */
static void each_protocol_has_its_encoding(void **state)
{
    gwd_message *message = gwd_message_new(LIT("x"), false);
    gwd_message *raw = gwd_message_new(LIT("raw"), true);
    gwd_client *four[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        four[i] = connect_one(port_for((gwd_client_protocol)i), i);
    upgrade(0);
    for (int i = 0; i < 4; i++) {
        gwd_client_send(four[i], message);
        gwd_client_send(four[i], raw);
    }
    expect_bytes(loop, peers[0], LIT("\x81\x01xraw"));
    expect_bytes(loop, peers[1], LIT("x\nraw"));
    expect_bytes(loop, peers[2], LIT("\0\0\0\5xraw"));
    expect_bytes(loop, peers[3], LIT("xraw"));
    gwd_message_unref(&message);
    gwd_message_unref(&raw);
}

static void what_is_too_big_closes(void **state)
{
    char line[100];

    (void)state;
    memset(line, 'x', sizeof(line));
    connect_one(port_for(GWD_CLIENT_TEXT), 0);
    send_bytes(peers[0], gw_slice_of(line, sizeof(line)));
    expect_eof(loop, peers[0]);
    connect_one(port_for(GWD_CLIENT_FRAME), 1);
    send_bytes(peers[1], LIT("\0\0\0\x65"));
    expect_eof(loop, peers[1]);
    expect_closed(GWD_CLOSE_TOO_BIG, 2);
    expect_events("connect 1.2.3.4#1000\nclose 1.2.3.4#1000\n"
                  "connect 1.2.3.4#1001\nclose 1.2.3.4#1001\n");
}

static void a_frame_that_is_none_closes(void **state)
{
    (void)state;
    connect_one(port_for(GWD_CLIENT_FRAME), 0);
    send_bytes(peers[0], LIT("\0\0\0\5x\0\0\0\0"));
    expect_events("connect 1.2.3.4#1000\n[x]\nclose 1.2.3.4#1000\n");
    expect_eof(loop, peers[0]);
    expect_closed(GWD_CLOSE_PROTOCOL, 1);
}

static void kick_and_destroy_speak_the_protocol(void **state)
{
    gwd_message *last = gwd_message_new(LIT("bye"), false);

    (void)state;
    gwd_client_close(connect_one(port_for(GWD_CLIENT_TEXT), 0), last);
    expect_bytes(loop, peers[0], LIT("bye\n"));
    expect_eof(loop, peers[0]);
    expect_closed(GWD_CLOSE_KICK, 1);
    gwd_message_unref(&last);
}

/* ---- the handshake ------------------------------------------------------ */

static void an_offered_subprotocol_is_taken(void **state)
{
    static char *const names[] = {(char *)"chat", (char *)"push"};

    (void)state;
    config.websocket_protocols = (gwd_client_texts){names, 2};
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 0);
    send_bytes(peers[0],
               LIT(HEAD "Sec-WebSocket-Protocol: x, push, chat\r\n" REST));
    expect_bytes(loop, peers[0],
                 LIT(ACCEPTED "Sec-WebSocket-Protocol: push\r\n\r\n"));
}

static void other_pages_are_refused(void **state)
{
    static char *const origins[] = {(char *)"https://a.com"};
    gwd_client_port *port;

    (void)state;
    config.allowed_origins = (gwd_client_texts){origins, 1};
    port = port_for(GWD_CLIENT_WEBSOCKET);
    connect_one(port, 0);
    send_bytes(peers[0], LIT(HEAD "Origin: https://a.com\r\n" REST));
    expect_bytes(loop, peers[0], LIT(ANSWER));
    connect_one(port, 1);
    upgrade(1);
    connect_one(port, 2);
    send_bytes(peers[2], LIT(HEAD "Origin: https://b.com\r\n" REST));
    expect_bytes(loop, peers[2], LIT("HTTP/1.1 403 Forbidden\r\n"));
    wait_for_count(2);
    expect_closed(GWD_CLOSE_HANDSHAKE, 1);
}

/* ---- addresses ---------------------------------------------------------- */

static char *const proxies[] = {(char *)"10.0.0.0/8", (char *)"fd00::/8"};

static void a_trusted_proxy_names_the_client(void **state)
{
    gwd_client *client;
    gw_frame frame;

    (void)state;
    config.trusted_proxies = (gwd_client_texts){proxies, 2};
    client = connect_from(port_for(GWD_CLIENT_WEBSOCKET), 0, "fd00::1");
    send_bytes(
        peers[0],
        LIT(HEAD "X-Forwarded-For: 8.8.8.8, 9.9.9.9, 10.0.0.2\r\n" REST));
    expect_bytes(loop, peers[0], LIT(ANSWER));
    expect_events("connect fd00::1#1000\nupgrade 9.9.9.9#1000\n");
    gwd_client_fill_frame(client, &frame);
    assert_int_equal(frame.client_ip, 0x09090909);
    assert_int_equal(frame.client_port, 1000);
}

static void a_stranger_names_only_himself(void **state)
{
    gwd_client *client;
    gw_frame frame;

    (void)state;
    config.trusted_proxies = (gwd_client_texts){proxies, 2};
    client = connect_from(port_for(GWD_CLIENT_WEBSOCKET), 0, "2001:db8::7");
    send_bytes(peers[0], LIT(HEAD "X-Forwarded-For: 9.9.9.9\r\n" REST));
    expect_bytes(loop, peers[0], LIT(ANSWER));
    expect_events("connect 2001:db8::7#1000\nupgrade 2001:db8::7#1000\n");
    gwd_client_fill_frame(client, &frame);
    assert_int_equal(frame.client_ip, 0);
}

static gwd_client_port *proxy_port(gwd_client_protocol protocol)
{
    return open_port((gwd_client_port_config){
        .port = 7272, .protocol = protocol, .proxy_protocol = true});
}

static void a_proxy_header_comes_first(void **state)
{
    gwd_client *client;

    (void)state;
    config.greeting = LIT("hi");
    client = connect_one(proxy_port(GWD_CLIENT_TEXT), 0);
    send_text(client, "early");
    gwd_loop_turn(loop, false);
    expect_events("");
    send_bytes(peers[0], LIT("PROXY TCP4 9.9.9.9 1.1.1.1 77 80\r"));
    send_bytes(peers[0], LIT("\none\n"));
    expect_bytes(loop, peers[0], LIT("hi\nearly\n"));
    expect_events("connect 9.9.9.9#77\n[one]\n");
}

static void proxy_header_and_request_may_come_together(void **state)
{
    (void)state;
    config.trusted_proxies = (gwd_client_texts){proxies, 2};
    connect_from(proxy_port(GWD_CLIENT_WEBSOCKET), 0, "10.0.0.1");
    send_bytes(peers[0], LIT("PROXY TCP4 10.0.0.9 1.1.1.1 77 80\r\n" HEAD
                             "X-Forwarded-For: 5.5.5.5\r\n" REST));
    expect_bytes(loop, peers[0], LIT(ANSWER));
    expect_events("connect 10.0.0.9#77\nupgrade 5.5.5.5#77\n");
}

static void a_proxy_may_speak_for_itself(void **state)
{
    (void)state;
    connect_one(proxy_port(GWD_CLIENT_TCP), 0);
    send_bytes(peers[0], LIT("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0hello"));
    expect_events("connect 1.2.3.4#1000\n[hello]\n");
}

static void without_a_proxy_header_it_is_closed(void **state)
{
    (void)state;
    connect_one(proxy_port(GWD_CLIENT_WEBSOCKET), 0);
    send_bytes(peers[0], LIT("GET"));
    expect_eof(loop, peers[0]);
    expect_closed(GWD_CLOSE_PROTOCOL, 1);
    expect_events(""); /* nobody has heard of it */
}

static void only_a_trusted_proxy_may_send_one(void **state)
{
    (void)state;
    config.trusted_proxies = (gwd_client_texts){proxies, 2};
    connect_one(proxy_port(GWD_CLIENT_TEXT), 0);
    send_bytes(peers[0], LIT("PROXY UNKNOWN\r\n"));
    expect_eof(loop, peers[0]);
    expect_closed(GWD_CLOSE_PROTOCOL, 1);
}

static void a_proxy_header_has_to_come_in_time(void **state)
{
    (void)state;
    config.handshake_timeout = 5;
    connect_one(proxy_port(GWD_CLIENT_TEXT), 0);
    send_bytes(peers[0], LIT("PROXY"));
    pass(5);
    assert_int_equal(gwd_hub_count(hub), 1);
    pass(2);
    expect_eof(loop, peers[0]);
    expect_closed(GWD_CLOSE_HANDSHAKE_TIMEOUT, 1);
    expect_events("");
}

/* ---- limits ------------------------------------------------------------- */

static void more_than_max_connections_are_turned_away(void **state)
{
    gwd_client_port *websocket, *text;

    (void)state;
    config.max_connections = 1;
    websocket = port_for(GWD_CLIENT_WEBSOCKET);
    text = port_for(GWD_CLIENT_TEXT);
    connect_one(text, 0);
    connect_one(text, 1);
    expect_eof(loop, peers[1]);
    connect_one(websocket, 2);
    assert_int_equal(gwd_hub_count(hub), 1);
    send_bytes(peers[2], LIT(REQUEST));
    expect_bytes(loop, peers[2], LIT("HTTP/1.1 503 Service Unavailable\r\n"));
    expect_events("connect 1.2.3.4#1000\n");
    expect_closed(GWD_CLOSE_LIMIT, 2);
    close(peers[0]);
    peers[0] = -1;
    wait_for_count(0);
    connect_one(websocket, 3);
    upgrade(3);
}

static void who_is_turned_away_does_not_stay(void **state)
{
    (void)state;
    config.max_connections = 1;
    connect_one(port_for(GWD_CLIENT_TEXT), 0);
    connect_one(port_for(GWD_CLIENT_WEBSOCKET), 1);
    assert_int_equal(clients->refused, 1);
    pass(4);
    expect_eof(loop, peers[1]);
    assert_int_equal(clients->refused, 0);
}

/* So many of them wait for it that one more would be too many. */
static void in_a_crowd_nobody_waits_for_the_refusal(void **state)
{
    gwd_client_port *port;

    (void)state;
    config.max_connections = 1;
    connect_one(port_for(GWD_CLIENT_TEXT), 0);
    port = port_for(GWD_CLIENT_WEBSOCKET);
    clients->refused = 255;
    connect_one(port, 1);
    connect_one(port, 2);
    expect_eof(loop, peers[2]);
    send_bytes(peers[1], LIT(REQUEST));
    expect_bytes(loop, peers[1], LIT("HTTP/1.1 503 "));
    assert_int_equal(clients->refused, 255);
    clients->refused = 0;
    expect_closed(GWD_CLOSE_LIMIT, 2);
}

static void leave(int i, size_t left)
{
    close(peers[i]);
    peers[i] = -1;
    wait_for_count(left);
}

static void an_address_may_have_so_many(void **state)
{
    gwd_client_port *port;

    (void)state;
    config.max_connections_per_ip = 1;
    port = port_for(GWD_CLIENT_WEBSOCKET);
    connect_from(port, 0, "1.2.3.4");
    connect_from(port, 1, "1.2.3.5");
    assert_int_equal(gwd_hub_count(hub), 2);
    connect_from(port, 2, "1.2.3.4");
    assert_int_equal(gwd_hub_count(hub), 2);
    send_bytes(peers[2], LIT(REQUEST));
    expect_bytes(loop, peers[2], LIT("HTTP/1.1 429 Too Many Requests\r\n"));
    leave(0, 1);
    connect_from(port, 3, "1.2.3.4");
    upgrade(3);
}

static void who_was_there_before_a_limit_counts(void **state)
{
    gwd_client_port *port;

    (void)state;
    port = port_for(GWD_CLIENT_TEXT);
    for (int i = 0; i < 3; i++)
        connect_from(port, i, "1.2.3.4");
    config.max_connections_per_ip = 1;
    assert_int_equal(gwd_clients_reload(clients, &config), GW_OK);
    assert_int_equal(gwd_hub_count(hub), 3); /* nobody is turned out */
    leave(0, 2);
    connect_from(port, 3, "1.2.3.4");
    expect_eof(loop, peers[3]);
    leave(1, 1);
    leave(2, 0);
    connect_from(port, 0, "1.2.3.4");
    assert_int_equal(gwd_hub_count(hub), 1);
}

static void an_ipv6_network_counts_as_one(void **state)
{
    gwd_client_port *port;

    (void)state;
    config.max_connections_per_ip = 1;
    port = port_for(GWD_CLIENT_TEXT);
    connect_from(port, 0, "2001:db8:0:1::1");
    connect_from(port, 1, "2001:db8:0:1:ffff::2");
    connect_from(port, 2, "2001:db8:0:2::1");
    assert_int_equal(gwd_hub_count(hub), 2);
    expect_eof(loop, peers[1]);
}

/* All come from one proxy: they are counted where it says that they are. */
static void clients_of_a_proxy_are_counted_by_their_own_address(void **state)
{
    gwd_client_port *port;

    (void)state;
    config.max_connections_per_ip = 1;
    config.trusted_proxies = (gwd_client_texts){proxies, 2};
    port = port_for(GWD_CLIENT_WEBSOCKET);
    for (int i = 0; i < PEERS; i++)
        connect_from(port, i, "10.0.0.1");
    assert_int_equal(gwd_hub_count(hub), PEERS);
    send_bytes(peers[0], LIT(HEAD "X-Forwarded-For: 9.9.9.9\r\n" REST));
    expect_bytes(loop, peers[0], LIT(ANSWER));
    upgrade(1); /* it speaks for itself, and so does another */
    send_bytes(peers[2], LIT(HEAD "X-Forwarded-For: 9.9.9.9\r\n" REST));
    expect_bytes(loop, peers[2], LIT("HTTP/1.1 429 "));
    upgrade(3);
    expect_closed(GWD_CLOSE_LIMIT, 1);
}

/* Who was counted as himself is found to be a proxy when he names a client. */
static void a_client_that_moves_is_counted_anew(void **state)
{
    gwd_client_port *port;

    (void)state;
    config.max_connections_per_ip = 1;
    port = port_for(GWD_CLIENT_WEBSOCKET);
    connect_from(port, 0, "10.0.0.1");
    config.trusted_proxies = (gwd_client_texts){proxies, 2};
    assert_int_equal(gwd_clients_reload(clients, &config), GW_OK);
    send_bytes(peers[0], LIT(HEAD "X-Forwarded-For: 9.9.9.9\r\n" REST));
    expect_bytes(loop, peers[0], LIT(ANSWER));
    connect_from(port, 1, "10.0.0.1");
    send_bytes(peers[1], LIT(HEAD "X-Forwarded-For: 9.9.9.9\r\n" REST));
    expect_bytes(loop, peers[1], LIT("HTTP/1.1 429 "));
    leave(0, 0);
    connect_from(port, 2, "9.9.9.9");
    upgrade(2);
}

static void a_proxy_header_counts_before_anything_is_told(void **state)
{
    gwd_client_port *port;

    (void)state;
    config.max_connections_per_ip = 1;
    port = proxy_port(GWD_CLIENT_TEXT);
    for (int i = 0; i < 2; i++) {
        connect_one(port, i);
        send_bytes(peers[i], LIT("PROXY TCP6 ::5 ::1 7 80\r\n"));
        gwd_loop_turn(loop, true);
    }
    wait_for_count(1);
    expect_eof(loop, peers[1]);
    expect_events("connect ::5#7\n");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
    const struct CMUnitTest tests[] = {
        TEST(plain_protocols_are_open_at_once),
        TEST(binary_is_a_property_of_the_port),
        TEST(each_protocol_has_its_encoding),
        TEST(what_is_too_big_closes),
        TEST(a_frame_that_is_none_closes),
        TEST(kick_and_destroy_speak_the_protocol),
        TEST(an_offered_subprotocol_is_taken),
        TEST(other_pages_are_refused),
        TEST(a_trusted_proxy_names_the_client),
        TEST(a_stranger_names_only_himself),
        TEST(a_proxy_header_comes_first),
        TEST(proxy_header_and_request_may_come_together),
        TEST(a_proxy_may_speak_for_itself),
        TEST(without_a_proxy_header_it_is_closed),
        TEST(only_a_trusted_proxy_may_send_one),
        TEST(a_proxy_header_has_to_come_in_time),
        TEST(more_than_max_connections_are_turned_away),
        TEST(who_is_turned_away_does_not_stay),
        TEST(in_a_crowd_nobody_waits_for_the_refusal),
        TEST(an_address_may_have_so_many),
        TEST(who_was_there_before_a_limit_counts),
        TEST(an_ipv6_network_counts_as_one),
        TEST(clients_of_a_proxy_are_counted_by_their_own_address),
        TEST(a_client_that_moves_is_counted_anew),
        TEST(a_proxy_header_counts_before_anything_is_told),
    };

    return cmocka_run_group_tests_name("client ports", tests, NULL, NULL);
}
