/* Clients of every protocol, behind proxies or not: who gets in, what they and
 * who serves them hear, and when they are closed. Seconds and heartbeats are
 * the test's. */
#include "support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "core/client_state.h"

#define HEAD "GET /x HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
#define REST                                                                   \
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                     \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define REQUEST HEAD REST
#define ACCEPTED                                                               \
    "HTTP/1.1 101 Switching Protocol\r\nUpgrade: websocket\r\n"                \
    "Sec-WebSocket-Version: 13\r\nConnection: Upgrade\r\n"                     \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define ANSWER ACCEPTED "\r\n"
#define PEERS 4

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1};

static gwd_loop *loop;
static gwd_hub *hub;
static gwd_clients *clients;
static gwd_clients_config config;
static gw_buf events; /* what who serves the clients has heard */
static int peers[PEERS];

/* ---- who serves the clients --------------------------------------------- */

static void note(const char *what, gwd_client *client)
{
    char ip[GWD_CLIENT_REMOTE_LEN + 1];
    uint16_t number;

    gwd_client_remote(client, ip, sizeof(ip), &number);
    gw_buf_put_str(&events, what);
    gw_buf_put_char(&events, ' ');
    gw_buf_put_str(&events, ip);
    gw_buf_put_char(&events, '#');
    gw_buf_put_int(&events, number);
    gw_buf_put_char(&events, '\n');
}

static void on_connect(void *arg, gwd_client *client)
{
    (void)arg;
    note("connect", client);
}

static void on_websocket_connect(void *arg, gwd_client *client,
                                 const gwd_http_head *head)
{
    (void)arg;
    assert_slice_equal(head->target, LIT("/x"));
    note("upgrade", client);
}

static void on_message(void *arg, gwd_client *client, gw_slice message)
{
    (void)arg;
    (void)client;
    gw_buf_put_char(&events, '[');
    gw_buf_put_slice(&events, message);
    gw_buf_put_str(&events, "]\n");
}

static void on_close(void *arg, gwd_client *client)
{
    (void)arg;
    assert_ptr_equal(gwd_hub_find(hub, gwd_client_member(client)->id),
                     gwd_client_member(client));
    note("close", client);
}

static const gwd_client_events recorder = {on_connect, on_websocket_connect,
                                           on_message, on_close};

static bool heard_enough(void *arg)
{
    return events.len >= *(const size_t *)arg;
}

/* Everything that was heard since the last time. */
static void expect_events(const char *want)
{
    size_t len = strlen(want);

    run_until(loop, heard_enough, &len);
    assert_slice_equal(gw_buf_slice(&events), gw_slice_str(want));
    gw_buf_clear(&events);
}

/* ---- the stage ---------------------------------------------------------- */

static int setup(void **state)
{
    (void)state;
    loop = new_loop();
    hub = gwd_hub_new(seed);
    clients = NULL;
    config = (gwd_clients_config){
        .loop = loop,
        .hub = hub,
        .events = &recorder,
        .gateway_ip = 0x7f000001,
        .gateway_port = 2900,
        .max_package_size = 100,
        .send_to_client_buffer_size = 100 * 1000,
    };
    gw_buf_init(&events, NULL, 0);
    for (int i = 0; i < PEERS; i++)
        peers[i] = -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gwd_clients_close_all(clients, 0);
    assert_int_equal(gwd_hub_count(hub), 0);
    for (int i = 0; i < PEERS; i++) {
        if (peers[i] >= 0)
            close(peers[i]);
    }
    assert_true(gwd_loop_drain(loop, WAIT_SECONDS));
    assert_int_equal(clients->refused, 0);
    gwd_clients_free(clients);
    gwd_hub_free(hub);
    gwd_loop_free(loop);
    gw_buf_deinit(&events);
    return 0;
}

static gwd_client_port *open_port(gwd_client_port_config port)
{
    gwd_client_port *opened;

    if (clients == NULL)
        clients = gwd_clients_new(&config);
    assert_non_null(clients);
    opened = gwd_clients_add_port(clients, &port);
    assert_non_null(opened);
    return opened;
}

static gwd_client_port *port_for(gwd_client_protocol protocol)
{
    return open_port(
        (gwd_client_port_config){.port = 7272, .protocol = protocol});
}

static void remember_last(void *arg, gwd_member *member)
{
    *(gwd_client **)arg = gwd_client_of(member);
}

/* Connection number `i` comes from `ip`, port 1000 and so on. The youngest
 * client, or NULL. */
static gwd_client *connect_from(gwd_client_port *port, int i, const char *ip)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const struct sockaddr *peer = (const struct sockaddr *)&v4;
    gwd_client *client = NULL;
    int fds[2];

    v4.sin_port = v6.sin6_port = htons((uint16_t)(1000 + i));
    if (inet_pton(AF_INET, ip, &v4.sin_addr) != 1) {
        assert_int_equal(inet_pton(AF_INET6, ip, &v6.sin6_addr), 1);
        peer = (const struct sockaddr *)&v6;
    }
    tcp_pair(fds);
    peers[i] = fds[1];
    gwd_clients_accept(port, fds[0], peer);
    gwd_hub_each(hub, remember_last, &client);
    return client;
}

static gwd_client *connect_one(gwd_client_port *port, int i)
{
    return connect_from(port, i, "1.2.3.4");
}

static void send_text(gwd_client *client, const char *text)
{
    gwd_message *message = gwd_message_new(gw_slice_str(text), false);

    gwd_client_send(client, message);
    gwd_message_unref(&message);
}

/* Seconds pass for clients, one at a time. */
static void pass(unsigned seconds)
{
    while (seconds-- > 0)
        gwd_ring_advance(&clients->ring, clients->ring.now + 1);
}

/* Finishes a handshake, without a greeting. */
static void upgrade(int i)
{
    send_bytes(peers[i], LIT(REQUEST));
    expect_bytes(loop, peers[i], LIT(ANSWER));
}

static void expect_closed(gwd_close_reason reason, uint64_t count)
{
    for (int i = 0; i < GWD_CLOSE_REASONS; i++)
        assert_int_equal(loop->metrics->closed[i],
                         i == (int)reason ? count : 0);
}

static bool has_left(void *arg)
{
    return gwd_hub_count(hub) == *(const size_t *)arg;
}

static void wait_for_count(size_t count)
{
    run_until(loop, has_left, &count);
}

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
    assert_int_equal(events.len, 0);
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
    assert_int_equal(events.len, 0); /* nobody has heard of it */
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
    assert_int_equal(events.len, 0);
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
    close(peers[0]);
    peers[0] = -1;
    wait_for_count(1);
    connect_from(port, 3, "1.2.3.4");
    upgrade(3);
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
    close(peers[0]);
    peers[0] = -1;
    wait_for_count(0);
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

/* Nobody reads: at last a message is lost. Returns how many were not. */
static unsigned fill(gwd_client *client)
{
    char big[10 * 1000 + 1];
    unsigned sent = 0;

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
    char part[64 * 1024];
    size_t want, got = 0;
    ssize_t len;
    gwd_client *client;

    (void)state;
    client = connect_one(port_for(GWD_CLIENT_TEXT), 0);
    want = (size_t)10001 * fill(client);
    gwd_client_close(client, NULL);
    gwd_loop_turn(loop, false);
    pass(59);
    gwd_loop_turn(loop, false);
    assert_int_equal(loop->streams, alone + 1);
    while ((len = recv(peers[0], part, sizeof(part), 0)) > 0) {
        got += (size_t)len;
        gwd_loop_turn(loop, false);
    }
    assert_int_equal(len, 0);
    assert_int_equal(got, want);
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

/* What the client got at each beat: "-" nothing, "p" the ping, "x" closed. */
static void expect_beats(int i, const char *want)
{
    char got[64];
    size_t n = 0;

    for (; n < strlen(want); n++) {
        char bytes[8];
        ssize_t len;

        beat();
        usleep(2000); /* what was sent is there, or not at all */
        len = recv(peers[i], bytes, sizeof(bytes), MSG_DONTWAIT);
        got[n] = len == 0 ? 'x' : len < 0 ? '-' : bytes[0];
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
        TEST(an_address_may_have_so_many),
        TEST(an_ipv6_network_counts_as_one),
        TEST(clients_of_a_proxy_are_counted_by_their_own_address),
        TEST(a_client_that_moves_is_counted_anew),
        TEST(a_proxy_header_counts_before_anything_is_told),
        TEST(who_stays_unbound_is_closed),
        TEST(a_silent_websocket_is_pinged_and_closed),
        TEST(any_byte_is_a_sign_of_life),
        TEST(other_protocols_cannot_be_pinged),
        TEST(all_times_hold_at_once),
        TEST(new_settings_hold_for_those_who_are_here),
        TEST(a_new_time_that_has_passed_already_is_up_at_once),
        TEST(a_new_limit_counts_those_in_their_handshake),
        TEST(a_full_client_loses_messages),
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

    return cmocka_run_group_tests_name("client ports", tests, NULL, NULL);
}
