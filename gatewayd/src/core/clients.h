/* All clients of a gateway process, and what they have in common. */
#ifndef GWD_CLIENTS_H
#define GWD_CLIENTS_H

#include "client/http_head.h"
#include "core/client.h"
#include "core/ring.h"

struct gwd_loop;
struct gwd_tls;
struct sockaddr;

/* Who serves the clients: told in this order what happens to each. May send to
 * the client and close it; on_close comes while it still is in the hub, and
 * once for every on_connect. */
typedef struct gwd_client_events {
    void (*on_connect)(void *arg, gwd_client *client);
    /* A valid upgrade request, before the 101 is sent. */
    void (*on_websocket_connect)(void *arg, gwd_client *client,
                                 const gwd_http_head *head);
    void (*on_message)(void *arg, gwd_client *client, gw_slice message);
    void (*on_close)(void *arg, gwd_client *client);
} gwd_client_events;

/* A list of texts as the options have it. */
typedef struct gwd_client_texts {
    char *const *items;
    size_t count;
} gwd_client_texts;

/* Texts are copied. Times are seconds, sizes bytes; 0 is never, or no limit,
 * unless it says otherwise. */
typedef struct gwd_clients_config {
    struct gwd_loop *loop; /* loop and hub must outlive the clients */
    gwd_hub *hub;
    const gwd_client_events *events;
    void *events_arg;
    uint32_t gateway_ip; /* our inner address, which is in every client_id */
    uint16_t gateway_port;
    gwd_client_texts websocket_protocols; /* a client may choose one of them */
    /* The heartbeat of GatewayWorker. */
    unsigned ping_interval;
    unsigned ping_not_response_limit;
    gw_slice ping_data; /* empty or "0": nothing is sent */

    /* What follows may change later, see gwd_clients_reload(). */
    gw_slice greeting; /* "{client_id}" in it is replaced; empty: none */
    gwd_client_texts allowed_origins; /* see gwd_origin_allowed() */
    gwd_client_texts trusted_proxies; /* see gwd_network_parse() */
    unsigned handshake_timeout;
    unsigned close_unbound_after;
    unsigned websocket_ping;           /* see client_timers.c */
    size_t max_package_size;           /* of a message; 0 allows none */
    size_t send_to_client_buffer_size; /* a client is full above it */
    bool close_when_full;              /* else its messages are dropped */
    size_t max_connections;
    size_t max_connections_per_ip; /* IPv6: per /64 network */
} gwd_clients_config;

typedef struct gwd_clients gwd_clients;

/* NULL: ENOMEM, or no random bytes. */
gwd_clients *gwd_clients_new(const gwd_clients_config *config);

/* Takes the second part of `config` for the clients that are here and for those
 * that come. GW_ENOMEM: all is as before. */
int gwd_clients_reload(gwd_clients *clients, const gwd_clients_config *config);

/* All its clients must be gone. */
void gwd_clients_free(gwd_clients *clients);

/* ---- ports: where clients connect, and what is spoken there -------------- */

/* In the order of gwd_listen_protocol. */
typedef enum gwd_client_protocol {
    GWD_CLIENT_WEBSOCKET,
    GWD_CLIENT_TEXT,
    GWD_CLIENT_FRAME,
    GWD_CLIENT_TCP
} gwd_client_protocol;

typedef struct gwd_client_port gwd_client_port;

typedef struct gwd_client_port_config {
    uint16_t port; /* told to workers as gateway_port */
    gwd_client_protocol protocol;
    bool binary;         /* WebSocket messages go out as binary */
    bool proxy_protocol; /* a PROXY header comes first. Only from a trusted
                            proxy, unless there is no list of them */
    struct gwd_tls *tls; /* NULL: plain. Must outlive the port */
} gwd_client_port_config;

/* Owned by `clients`. NULL: ENOMEM. */
gwd_client_port *gwd_clients_add_port(gwd_clients *clients,
                                      const gwd_client_port_config *config);

/* Takes over a freshly accepted non-blocking `fd`: the client is in the hub
 * from here on, under a random id. Closes the fd itself on failure, and when
 * there are too many clients. */
void gwd_clients_accept(gwd_client_port *port, int fd,
                        const struct sockaddr *peer);

/* Says good-bye (close 1001) to all and closes; who does not take what is
 * queued for him within `seconds` is cut off. */
void gwd_clients_close_all(gwd_clients *clients, unsigned seconds);

#endif
