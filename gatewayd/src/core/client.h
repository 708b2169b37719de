/* A client connection: a stream that speaks a client protocol and has a place
 * in the hub. */
#ifndef GWD_CLIENT_H
#define GWD_CLIENT_H

#include <gwclient/frame.h>

#include "core/message.h"
#include "core/metrics.h"
#include "core/stream.h"
#include "hub/hub.h"

typedef struct gwd_client gwd_client;

/* The client of a hub member, and back. */
gwd_client *gwd_client_of(gwd_member *member);
gwd_member *gwd_client_member(gwd_client *client);

/* Queues a message, framed for the client's protocol. When the client's queue
 * is at its limit, the message is dropped, or the client with it (see
 * gwd_clients_config); it stays in the hub until the end of the turn, so this
 * may be called while the hub is walked. */
void gwd_client_send(gwd_client *client, gwd_message *message);

/* Leaves the hub at once; sends what is queued, then `last` unless NULL, and
 * closes (KICK). */
void gwd_client_close(gwd_client *client, gwd_message *last);

/* Leaves the hub at once and closes without waiting for the client (DESTROY):
 * what the kernel does not take at the end of the turn is lost. */
void gwd_client_destroy(gwd_client *client);

/* The same for another reason. */
void gwd_client_drop(gwd_client *client, gwd_close_reason reason);

/* Fills the address fields of a frame about this client: local_ip, local_port,
 * client_ip, client_port, gateway_port, connection_id. */
void gwd_client_fill_frame(const gwd_client *client, gw_frame *frame);

/* Where the client is, as far as trusted proxies tell: "1.2.3.4" or "::1", ""
 * when unknown. */
#define GWD_CLIENT_REMOTE_LEN 45
void gwd_client_remote(const gwd_client *client, char *text, size_t size,
                       uint16_t *port);

/* For whom serves the clients: what it keeps with this one, at first NULL. A
 * client that is served when it opens is not greeted. */
struct gwd_worker **gwd_client_worker(gwd_client *client);

#endif
