/* A client connection: a stream that speaks a client protocol and has a place
 * in the hub. */
#ifndef GWD_CLIENT_H
#define GWD_CLIENT_H

#include "hub/hub.h"
#include "core/message.h"
#include "core/stream.h"

typedef struct gwd_client gwd_client;

/* The client of a hub member. */
gwd_client *gwd_client_of(gwd_member *member);

/* Queues a message, framed for the client's protocol. Dropped when the client's
 * queue is at its limit, or when the client is closing. */
void gwd_client_send(gwd_client *client, gwd_message *message);

/* Leaves the hub at once; sends what is queued, then `last` unless NULL, and
 * closes (KICK). */
void gwd_client_close(gwd_client *client, gwd_message *last);

/* Leaves the hub at once and closes without waiting for the client (DESTROY):
 * what the kernel does not take at the end of the turn is lost. */
void gwd_client_destroy(gwd_client *client);

#endif
