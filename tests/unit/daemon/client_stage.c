#include "client_stage.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1};

gwd_loop *loop;
gwd_hub *hub;
gwd_clients *clients;
gwd_clients_config config;
int peers[PEERS];
static gw_buf events; /* what who serves the clients has heard */

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

void expect_events(const char *want)
{
    size_t len = strlen(want);

    run_until(loop, heard_enough, &len);
    assert_slice_equal(gw_buf_slice(&events), gw_slice_str(want));
    gw_buf_clear(&events);
}

/* ---- the stage ---------------------------------------------------------- */

int stage_setup(void **state)
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

int stage_teardown(void **state)
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

gwd_client_port *open_port(gwd_client_port_config port)
{
    gwd_client_port *opened;

    if (clients == NULL) {
        clients = gwd_clients_new(&config);
        assert_non_null(clients);
        gwd_loop_remove_ring(loop, &clients->ring); /* pass() is its clock */
    }
    opened = gwd_clients_add_port(clients, &port);
    assert_non_null(opened);
    return opened;
}

gwd_client_port *port_for(gwd_client_protocol protocol)
{
    return open_port(
        (gwd_client_port_config){.port = 7272, .protocol = protocol});
}

static void remember_last(void *arg, gwd_member *member)
{
    *(gwd_client **)arg = gwd_client_of(member);
}

gwd_client *connect_from(gwd_client_port *port, int i, const char *ip)
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

gwd_client *connect_one(gwd_client_port *port, int i)
{
    return connect_from(port, i, "1.2.3.4");
}

void send_text(gwd_client *client, const char *text)
{
    gwd_message *message = gwd_message_new(gw_slice_str(text), false);

    gwd_client_send(client, message);
    gwd_message_unref(&message);
}

void pass(unsigned seconds)
{
    while (seconds-- > 0)
        gwd_ring_advance(&clients->ring, clients->ring.now + 1);
}

void upgrade(int i)
{
    send_bytes(peers[i], LIT(REQUEST));
    expect_bytes(loop, peers[i], LIT(ANSWER));
}

void expect_closed(gwd_close_reason reason, uint64_t count)
{
    for (int i = 0; i < GWD_CLOSE_REASONS; i++)
        assert_int_equal(loop->metrics->closed[i],
                         i == (int)reason ? count : 0);
}

static bool has_left(void *arg)
{
    return gwd_hub_count(hub) == *(const size_t *)arg;
}

void wait_for_count(size_t count)
{
    run_until(loop, has_left, &count);
}
