/* All clients of a gateway process, and what they have in common. */
#ifndef GWD_CLIENTS_H
#define GWD_CLIENTS_H

#include "core/client.h"
#include "core/ring.h"

struct gwd_loop;

typedef struct gwd_clients_config {
    struct gwd_loop *loop; /* loop and hub must outlive the clients */
    gwd_hub *hub;
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

/* Takes over a freshly accepted non-blocking `fd`: the client is in the hub
 * from here on, under a random id. Closes the fd itself on failure. */
void gwd_clients_accept(gwd_clients *clients, int fd);

/* Says good-bye (close 1001) to all and closes; who does not take what is
 * queued for him within `seconds` is cut off. */
void gwd_clients_close_all(gwd_clients *clients, unsigned seconds);

#endif
