/* A client's whole way through gatewayd: PROXY header, handshake, messages,
 * timers, good-byes, on every protocol. What it gets and what is heard of it
 * must not depend on how its bytes are cut, nor, as the target port_tls, on
 * whether they come over TLS.
 *
 * Sockets and loop are real ones; seconds pass when a step says so. */
#include "steps.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/client_state.h"
#include "core/log.h"
#include "core/loop.h"
#include "tls_client.h"

#ifdef PORT_TLS
#define OVER_TLS true
#else
#define OVER_TLS false
#endif

#define PROXY_HEADER "PROXY TCP4 5.6.7.8 1.2.3.4 9 9\r\n"

enum {
    STEPS_MAX = 64,
    TURNS_MAX = 10000,
    HANDSHAKE_PIECE = 64, /* times as large as those of what is said */
    NEVER_S = 1000000     /* heartbeats come when a step says so, too */
};

static gwd_loop *loop; /* one for all inputs */

/* One client's life. */
typedef struct life {
    gw_slice script;
    size_t piece; /* its bytes come in such pieces; 0: as they are */
    gwd_hub *hub;
    gwd_clients *clients;
    gwd_client *client; /* while it may be told something */
    gwd_client *other;  /* who came before it and takes its place, or NULL */
    int other_peer;
    bool stream; /* its protocol knows no messages */
    bool v6;
    bool only_tls12;
    bool names_host; /* in its hello */
    bool deaf;       /* it does not read */
    bool spoilt; /* something was done that does not end alike in both lives */
    tls_client *tls;
    int peer;     /* its end of the connection */
    gw_buf heard; /* of it, by who serves the clients */
    gw_buf got;   /* what was sent to it */
} life;

/* ---- who serves it ------------------------------------------------------- */

static void note(life *l, char what, gwd_client *client)
{
    char ip[GWD_CLIENT_REMOTE_LEN + 1];
    uint16_t port;

    gwd_client_remote(client, ip, sizeof(ip), &port);
    gw_buf_put_char(&l->heard, what);
    gw_buf_put_str(&l->heard, ip);
    gw_buf_put_char(&l->heard, '#');
    gw_buf_put_int(&l->heard, port);
    gw_buf_put_char(&l->heard, '\n');
}

static void on_connect(void *arg, gwd_client *client)
{
    life *l = arg;

    if (l->other_peer >= 0 && l->other == NULL) {
        l->other = client;
        return;
    }
    HOLDS(l->client == NULL);
    l->client = client;
    note(l, '+', client);
}

static void on_websocket_connect(void *arg, gwd_client *client,
                                 const gwd_http_head *head)
{
    life *l = arg;

    HOLDS(l->client == client && !l->stream);
    note(l, '^', client);
    gw_buf_put_slice(&l->heard, head->target);
}

static void tell(gwd_client *client, gw_slice text, bool raw)
{
    gwd_message *message = gwd_message_new(text, raw);

    HOLDS(message != NULL);
    gwd_client_send(client, message);
    gwd_message_unref(&message);
}

static void close_client(life *l, gw_slice last)
{
    gwd_message *message = gwd_message_new(last, false);

    HOLDS(message != NULL);
    gwd_client_close(l->client, message);
    gwd_message_unref(&message);
}

/* A message may ask for what a worker may do at that moment. */
static void on_message(void *arg, gwd_client *client, gw_slice message)
{
    life *l = arg;
    char first = message.len == 0 ? '\0' : message.base[0];

    HOLDS(l->client == client && !gwd_stream_closing(&client->stream));
    gw_buf_put_slice(&l->heard, message);
    if (l->stream)
        return;
    gw_buf_put_char(&l->heard, '\n');
    if (first == 'e')
        tell(client, message, false);
    else if (first == 'r')
        tell(client, message, true);
    else if (first == 'c')
        close_client(l, message);
    else if (first == 'd')
        gwd_client_destroy(client);
}

static void on_close(void *arg, gwd_client *client)
{
    life *l = arg;

    if (client == l->other)
        return;
    HOLDS(l->client == client);
    l->client = NULL;
    note(l, '-', client);
}

static const gwd_client_events events = {on_connect, on_websocket_connect,
                                         on_message, on_close};

/* ---- its world ----------------------------------------------------------- */

static bool receive(life *l)
{
    char bytes[16384];
    ssize_t n;

    if (l->deaf)
        return false;
    if (l->tls != NULL)
        return tls_client_receive(l->tls, &l->got);
    n = recv(l->peer, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n > 0)
        gw_buf_put(&l->got, bytes, (size_t)n);
    return n > 0;
}

static bool other_receives(const life *l)
{
    char bytes[4096];

    return l->other_peer > 0 &&
           recv(l->other_peer, bytes, sizeof(bytes), MSG_DONTWAIT) > 0;
}

/* Until nothing is left to do for what came so far. */
static void run_loop(life *l)
{
    bool received;
    int turns = 0;

    do {
        HOLDS(turns++ < TURNS_MAX);
        gwd_loop_turn(loop, false);
        received = receive(l) || other_receives(l);
    } while (received || turns < 2 || loop->handshakes.first != NULL ||
             event_base_get_num_events(loop->base, EVENT_BASE_COUNT_ACTIVE) >
                 0);
}

static void turn(void *arg)
{
    (void)arg;
    gwd_loop_turn(loop, false);
}

/* In the target port_tls the first life is without TLS, to compare. */
static void begin(life *l, bool proxy)
{
    size_t len = strlen(PROXY_HEADER);

    if (proxy && OVER_TLS)
        HOLDS(send(l->peer, PROXY_HEADER, len, 0) == (ssize_t)len);
    if (l->piece > 0 && OVER_TLS)
        l->tls = tls_client_new(l->peer, l->only_tls12, l->names_host,
                                l->piece * HANDSHAKE_PIECE, turn, NULL);
    run_loop(l);
}

static gwd_clients_config settings(life *l, unsigned how, unsigned times)
{
    static char origin[] = "http://a.example", proxy[] = "1.2.3.4",
                protocol[] = "chat";
    static char *const origins[] = {origin}, *const proxies[] = {proxy},
                       *const protocols[] = {protocol};

    return (gwd_clients_config){
        .loop = loop,
        .hub = l->hub,
        .events = &events,
        .events_arg = l,
        .max_package_size = 200,
        .send_to_client_buffer_size = 1000,
        .close_when_full = (how & 1) != 0,
        .max_connections = times & 2 ? 1 : 0,
        .max_connections_per_ip = 1,
        .greeting = gw_slice_str(how & 4 ? "hi" : ""),
        .allowed_origins = {origins, how >> 3 & 1},
        .trusted_proxies = {proxies, how >> 4 & 1},
        .websocket_protocols = {protocols, 1},
        .ping_interval = times & 1 ? NEVER_S : 0,
        .ping_not_response_limit = times >> 2 & 1,
        .ping_data = gw_slice_str(times & 8 ? "ping" : ""),
        .websocket_ping = times >> 4 & 3,
        .close_unbound_after = times >> 6 & 1,
        .handshake_timeout = 3,
    };
}

/* The peer's end. */
static int enter(gwd_client_port *port, bool v6)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(1000)};
    struct sockaddr_in6 from6 = {.sin6_family = AF_INET6,
                                 .sin6_port = htons(1000)};
    int fds[2], room = 1; /* the least that there is */

    from.sin_addr.s_addr = htonl(0x01020304);
    memcpy(&from6.sin6_addr, "\x20\x01\x0d\xb8", 4);
    HOLDS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    gwd_clients_accept(port, fds[0],
                       v6 ? (const struct sockaddr *)&from6
                          : (const struct sockaddr *)&from);
    return fds[1];
}

/* Seconds pass when the script says so: the ring is not behind the real clock.
 */
#define FAR_AHEAD (1u << 20)

static void open_world(life *l)
{
    static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1};
    unsigned how = take_byte(&l->script), times = take_byte(&l->script);
    gwd_clients_config config;
    gwd_client_port *port, *plain;

    l->hub = gwd_hub_new(seed);
    config = settings(l, how, times);
    l->clients = gwd_clients_new(&config);
    HOLDS(l->hub != NULL && l->clients != NULL);
    l->clients->ring.now += FAR_AHEAD;
    plain = gwd_clients_add_port(
        l->clients, &(gwd_client_port_config){.protocol = GWD_CLIENT_TEXT});
    port = gwd_clients_add_port(
        l->clients, &(gwd_client_port_config){
                        .port = 7272,
                        .protocol = (gwd_client_protocol)(how >> 6),
                        .binary = (times & 128) != 0,
                        .proxy_protocol = (how & 32) != 0,
                        .tls = OVER_TLS && l->piece > 0 ? tls_server() : NULL,
                    });
    HOLDS(plain != NULL && port != NULL);
    l->stream = how >> 6 == GWD_CLIENT_TCP;
    l->other_peer = -1;
    if ((how & 2) == 0) {
        l->other_peer = 0;
        l->other_peer = enter(plain, l->v6);
    }
    l->peer = enter(port, l->v6);
    begin(l, (how & 32) != 0);
}

static void pass_a_second(life *l)
{
    gwd_ring_advance(&l->clients->ring, l->clients->ring.now + 1);
    run_loop(l);
}

/* One that is refused or kicked has left the hub, and goes when its time is
 * over. */
static void close_world(life *l)
{
    int seconds = l->deaf ? GWD_CLIENT_KICK_SECONDS + 2 : 4;

    HOLDS(loop->streams <= (l->other == NULL ? 1 : 2));
    gwd_clients_close_all(l->clients, 0);
    run_loop(l);
    for (int i = 0; i < seconds && loop->streams > 0; i++)
        pass_a_second(l);
    HOLDS(gwd_hub_count(l->hub) == 0 && l->client == NULL);
    HOLDS(loop->streams == 0 && l->clients->refused == 0);
    gwd_clients_free(l->clients);
    gwd_hub_free(l->hub);
    tls_client_free(l->tls);
    close(l->peer);
    if (l->other_peer >= 0)
        close(l->other_peer);
}

/* ---- what happens to it -------------------------------------------------- */

static bool say(const life *l, gw_slice bytes)
{
    if (l->tls != NULL)
        return tls_client_send(l->tls, bytes);
    return send(l->peer, bytes.base, bytes.len, MSG_NOSIGNAL) ==
           (ssize_t)bytes.len;
}

static void come(life *l, gw_slice bytes)
{
    size_t piece = l->piece > bytes.len / 32 ? l->piece : bytes.len / 32;

    while (bytes.len > 0) {
        size_t len = l->piece == 0 || piece > bytes.len ? bytes.len : piece;

        if (!say(l, gw_slice_of(bytes.base, len)))
            return; /* it was closed */
        bytes.base += len;
        bytes.len -= len;
        run_loop(l);
    }
}

/* More than a script holds, of one byte. */
static void come_much(life *l)
{
    size_t len = (size_t)(take_byte(&l->script) & 63) * 1024;
    char *bytes = malloc(len + 1);

    memset(bytes, (int)take_byte(&l->script), len);
    come(l, gw_slice_of(bytes, len));
    free(bytes);
}

static void reload(life *l)
{
    unsigned how = take_byte(&l->script), times = take_byte(&l->script);
    gwd_clients_config config = settings(l, how, times);

    HOLDS(gwd_clients_reload(l->clients, &config) == GW_OK);
    run_loop(l);
}

/* How much the kernel takes for it, pieces decide, too. */
static void stop_reading(life *l)
{
    l->deaf = !l->deaf;
    l->spoilt = true;
    run_loop(l);
}

static void serve(life *l, unsigned what)
{
    if (l->client == NULL)
        return;
    if (what == 0)
        tell(l->client, gw_slice_str("a message"), false);
    else if (what == 1)
        close_client(l, gw_slice_str("the last"));
    else if (what == 2)
        gwd_client_destroy(l->client);
    else
        tell(l->client, gw_slice_str("raw"), true);
    run_loop(l);
}

/* What is no record, too. A new handshake of TLS 1.2 is refused. */
static void do_tls_step(life *l, unsigned op)
{
    gw_slice bytes = op == 0 ? take(&l->script) : gw_slice_of("", 0);

    if (op != 1 || l->only_tls12)
        l->spoilt = true;
    if (l->tls == NULL)
        return;
    if (op == 0)
        send(l->peer, bytes.base, bytes.len, MSG_NOSIGNAL);
    else if (op == 1)
        tls_client_rekey(l->tls);
    else
        tls_client_goodbye(l->tls);
    run_loop(l);
}

static void step(life *l)
{
    unsigned op = take_byte(&l->script);

    if (op < 0x80) {
        come(l, take_bytes(&l->script, (op + 1) * 2));
    } else if (op >= 0xb0 && op < 0xb8) {
        reload(l);
    } else if (op >= 0xb8 && op < 0xbb) {
        come_much(l);
    } else if (op == 0xbb) {
        stop_reading(l);
    } else if (op < 0xc0) {
        serve(l, op & 3);
    } else if (op < 0xe0) {
        pass_a_second(l);
    } else if (op < 0xf0) {
        if (l->clients->config.ping_interval > 0)
            event_active(&l->clients->heartbeat, EV_TIMEOUT, 0);
        run_loop(l);
    } else if (OVER_TLS && (op & 3) != 3) {
        do_tls_step(l, op & 3);
    } else {
        shutdown(l->peer, SHUT_WR);
        run_loop(l);
    }
}

/* The last byte tells how its bytes come. */
static void live(life *l, gw_slice script, bool in_pieces)
{
    unsigned way = (uint8_t)script.base[script.len - 1];

    memset(l, 0, sizeof(*l));
    l->script = gw_slice_of(script.base, script.len - 1);
    l->piece = in_pieces ? 1 + way % 17 : 0;
    l->v6 = (way & 64) != 0;
    l->only_tls12 = (way & 128) != 0;
    l->names_host = (way & 32) != 0;
    gw_buf_init(&l->heard, NULL, 0);
    gw_buf_init(&l->got, NULL, 0);
    open_world(l);
    for (int i = 0; i < STEPS_MAX && l->script.len > 0; i++)
        step(l);
    close_world(l);
}

static void bury(life *l)
{
    gw_buf_deinit(&l->heard);
    gw_buf_deinit(&l->got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice script = gw_slice_of(data, size);
    life whole, cut;

    if (size == 0)
        return 0;
    if (loop == NULL) {
        loop = gwd_loop_new();
        HOLDS(loop != NULL && gwd_log_open("/dev/null"));
        event_del(&loop->tick);
    }
    live(&whole, script, false);
    live(&cut, script, true);
    HOLDS(whole.spoilt ||
          same(gw_buf_slice(&whole.heard), gw_buf_slice(&cut.heard)));
    HOLDS(whole.spoilt ||
          same(gw_buf_slice(&whole.got), gw_buf_slice(&cut.got)));
    bury(&whole);
    bury(&cut);
    return 0;
}
