/* A gateway in this process: hub, inner port, one port for WebSockets. */
#ifndef BENCH_GATEWAY_H
#define BENCH_GATEWAY_H

#include "measured.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clients.h"
#include "core/listen.h"
#include "core/loop.h"
#include "hub/hub.h"
#include "inner/inner.h"

#define REQUEST                                                                \
    "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\n"            \
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                     \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                          \
    "Origin: http://example.com\r\nUser-Agent: Mozilla/5.0\r\n\r\n"

typedef struct gateway {
    gwd_loop *loop;
    gwd_hub *hub;
    gwd_inner *inner;
    gwd_clients *clients;
    gwd_listener *listener;
    int listen_fd; /* the listener's */
    struct sockaddr_in address;
} gateway;

static void accept_client(void *arg, int fd, const struct sockaddr *peer)
{
    gwd_clients_accept(arg, fd, peer);
}

static inline void gateway_listen(gateway *g, gwd_client_port *port)
{
    const char *why;

    g->listen_fd = gwd_socket_listen(gw_slice_str("127.0.0.1:0"), false, &why);
    need(g->listen_fd >= 0, "a listening socket");
    g->address.sin_family = AF_INET;
    g->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g->address.sin_port = htons(gwd_socket_port(g->listen_fd));
    g->listener = gwd_listener_new(g->loop, g->listen_fd, accept_client, port);
    need(g->listener != NULL, "a listener");
}

/* Defaults as the daemon has them, where they matter here. */
static inline void gateway_start(gateway *g)
{
    static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1};
    gwd_inner_config inner = {.send_to_worker_buffer_size = 10240000};
    gwd_clients_config clients = {
        .greeting = {NULL, 0},
        .handshake_timeout = 10,
        .max_package_size = 10485760,
        .send_to_client_buffer_size = 1024000,
        .gateway_ip = 0x7f000001,
        .gateway_port = 2900,
        .events = &gwd_inner_events,
    };
    gwd_client_port *port;

    g->loop = gwd_loop_new();
    g->hub = gwd_hub_new(seed);
    inner.loop = clients.loop = g->loop;
    inner.hub = clients.hub = g->hub;
    g->inner = gwd_inner_new(&inner);
    clients.events_arg = g->inner;
    g->clients = gwd_clients_new(&clients);
    need(g->loop != NULL && g->hub != NULL && g->inner != NULL &&
             g->clients != NULL,
         "a gateway");
    port =
        gwd_clients_add_port(g->clients, &(gwd_client_port_config){.port = 1});
    need(port != NULL, "a port");
    gateway_listen(g, port);
}

static inline void gateway_stop(gateway *g)
{
    gwd_listener_free(g->listener);
    gwd_clients_close_all(g->clients, 0);
    gwd_inner_free(g->inner);
    gwd_loop_drain(g->loop, 10);
    gwd_clients_free(g->clients);
    gwd_hub_free(g->hub);
    gwd_loop_free(g->loop);
}

/* Connects and asks for a WebSocket; nothing of it is handled yet. */
static inline int ask_for_websocket(const gateway *g)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    need(connect(fd, (const struct sockaddr *)&g->address,
                 sizeof(g->address)) == 0,
         "connect");
    need(send(fd, REQUEST, sizeof(REQUEST) - 1, 0) ==
             (ssize_t)sizeof(REQUEST) - 1,
         "send");
    await_input(g->listen_fd);
    return fd;
}

static inline bool has_input(int fd)
{
    struct pollfd look = {fd, POLLIN, 0};

    return poll(&look, 1, 0) == 1;
}

static inline void take_all(int fd)
{
    char sink[4096];

    while (recv(fd, sink, sizeof(sink), MSG_DONTWAIT) > 0)
        continue;
}

#endif
