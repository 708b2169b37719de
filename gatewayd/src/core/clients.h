/* All clients of a gateway process, and what they have in common. */
#ifndef GWD_CLIENTS_H
#define GWD_CLIENTS_H

#include "client/http_head.h"
#include "core/client.h"
#include "core/ring.h"

struct gwd_loop;
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

typedef struct gwd_clients_config {
    struct gwd_loop *loop; /* loop and hub must outlive the clients */
    gwd_hub *hub;
    const gwd_client_events *events;
    void *events_arg;
    uint32_t gateway_ip; /* our inner address, which is in every client_id */
    uint16_t gateway_port;
    gw_slice
        greeting; /* "{client_id}" in it is replaced; empty: none. Copied */
    unsigned handshake_timeout;        /* seconds; 0: none */
    size_t max_package_size;           /* of a reassembled message */
    size_t send_to_client_buffer_size; /* messages are dropped above it */
} gwd_clients_config;

typedef struct gwd_clients gwd_clients;

gwd_clients *gwd_clients_new(const gwd_clients_config *config); /* or NULL */

/* All its clients must be gone. */
void gwd_clients_free(gwd_clients *clients);

/* ---- ports: where clients connect, and what is spoken there -------------- */

typedef struct gwd_client_port gwd_client_port;

typedef struct gwd_client_port_config {
    uint16_t port; /* told to workers as gateway_port */
} gwd_client_port_config;

/* Owned by `clients`. NULL: ENOMEM. */
gwd_client_port *gwd_clients_add_port(gwd_clients *clients,
                                      const gwd_client_port_config *config);

/* Takes over a freshly accepted non-blocking `fd`: the client is in the hub
 * from here on, under a random id. Closes the fd itself on failure. */
void gwd_clients_accept(gwd_client_port *port, int fd,
                        const struct sockaddr *peer);

/* Says good-bye (close 1001) to all and closes; who does not take what is
 * queued for him within `seconds` is cut off. */
void gwd_clients_close_all(gwd_clients *clients, unsigned seconds);

#endif
