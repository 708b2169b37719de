/* Inside of a client. Every byte here counts: an idle client owns this struct,
 * what the hub keeps for it, and nothing else (design rule 8). */
#ifndef GWD_CLIENT_STATE_H
#define GWD_CLIENT_STATE_H

#include <stddef.h>

#include "client/websocket.h"
#include "core/client.h"
#include "core/clients.h"
#include "core/random.h"
#include "core/ring.h"

#define GWD_CLIENT_SIZE_MAX 320

/* gwd_stream.phase of a client */
enum {
    GWD_CLIENT_HANDSHAKE, /* the upgrade request is not whole yet */
    GWD_CLIENT_OPEN,
    GWD_CLIENT_CLOSING /* out of the hub; its stream is flushing, or ended */
};

struct gwd_client {
    gwd_stream stream;
    gwd_member member;
    struct gwd_worker *worker; /* see gwd_client_worker() */
    uint32_t ip;               /* 0: not IPv4 */
    uint16_t port;
    gwd_timeout timeout; /* of the handshake, and of closing */
    union {
        struct gwd_waiting *waiting; /* GWD_CLIENT_HANDSHAKE: messages that came
                                        too early, or NULL */
        gwd_ws_reader reader;        /* GWD_CLIENT_OPEN */
    } u;
};

struct gwd_client_port {
    gwd_stream_kind kind; /* of the clients that came in here */
    gwd_clients *clients;
    gwd_client_port *next;
    gwd_client_port_config config;
};

struct gwd_clients {
    gwd_clients_config config; /* `greeting` is the one allocation it owns */
    gwd_ring ring;
    gwd_random_stock ids;
    gwd_client_port *ports;
};

static inline gwd_client_port *gwd_client_port_of(const gwd_client *client)
{
    const char *kind = (const char *)client->stream.kind;

    return (gwd_client_port *)(kind - offsetof(gwd_client_port, kind));
}

static inline gwd_clients *gwd_clients_of(const gwd_client *client)
{
    return gwd_client_port_of(client)->clients;
}

/* A client that does not take its last bytes is cut off after so long. */
#define GWD_CLIENT_CLOSE_SECONDS 10

/* A whole message came from the client. */
void gwd_client_on_message(gwd_client *client, gw_slice message);

/* Takes the client out of the hub and lets its stream end after the flush; who
 * does not take it within `seconds` is cut off. */
void gwd_client_leave(gwd_client *client, gwd_close_reason reason,
                      unsigned seconds);

/* Sends a close frame with `code`, unless it is too early for one. Closing is
 * left to the caller. */
void gwd_client_say_goodbye(gwd_client *client, uint16_t code);

/* client_websocket.c: what arrives on the stream, in each phase. */
ssize_t gwd_client_on_data(gwd_stream *stream, const char *base, size_t len);

/* waiting.c: messages for a client whose handshake is not finished. */
void gwd_waiting_add(struct gwd_waiting **waiting, gwd_message *message,
                     size_t limit);
void gwd_waiting_free(struct gwd_waiting **waiting);
/* Hands them over in order, and frees. */
void gwd_waiting_flush(struct gwd_waiting **waiting, gwd_client *client);

#endif
