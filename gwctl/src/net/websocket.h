/* A WebSocket: the codec of ws/ on a stream. */
#ifndef GWCTL_WEBSOCKET_H
#define GWCTL_WEBSOCKET_H

#include "core/buf.h"
#include "net/stream.h"
#include "ws/frame.h"
#include "ws/handshake.h"

typedef struct gwctl_websocket_goal {
    gwctl_url url;
    const char *const *protocols;
    size_t protocol_count;
    const char *const *headers;
    size_t header_count;
    const char *ca_file;
    bool insecure;
    uint64_t connect_timeout; /* ms */
    uint64_t max_message;     /* bytes */
} gwctl_websocket_goal;

typedef struct gwctl_websocket {
    gwctl_stream stream;
    gwctl_ws_reader reader;
    gwctl_buf in;
    size_t taken; /* of `in`, by the last event */
    gwctl_buf out;
    size_t written;    /* of `out`, by the connection */
    gwctl_buf message; /* the fragments of one */
    uint64_t received; /* bytes, since it was opened */
    uint64_t max_message;
    bool ended;         /* the server has closed the connection */
    bool closing;       /* our close frame is on its way */
    short read_events;  /* what to poll for before reading again */
    short write_events; /* and before writing */
    char protocol[64];  /* that the server chose, or "" */
    char error[GWCTL_NET_ERROR_LEN + 1];
} gwctl_websocket;

/* What arrived. */
typedef struct gwctl_ws_event {
    gwctl_ws_opcode opcode; /* never GWCTL_WS_CONTINUATION */
    gw_slice payload;       /* the whole message; the reason of a close */
    uint16_t code;          /* of a close */
} gwctl_ws_event;

/* Connects and shakes hands. 0, or -1: `error` says why; gwctl_websocket_free()
 * follows in any case. */
int gwctl_websocket_open(gwctl_websocket *ws, const gwctl_websocket_goal *goal,
                         uint64_t deadline);
void gwctl_websocket_free(gwctl_websocket *ws);

/* What poll() has to look for. */
short gwctl_websocket_events(const gwctl_websocket *ws);

/* Whether to read: a server that asks and takes no answers is not read from
 * while this much waits to be written. */
#define GWCTL_WEBSOCKET_BACKLOG ((size_t)1024 * 1024)
bool gwctl_websocket_may_fill(const gwctl_websocket *ws);

/* Reads what is there; at the end `ended` is set. -1: the connection failed. */
int gwctl_websocket_fill(gwctl_websocket *ws);

/* The next of what was read: 1 and an event that is valid until the next call,
 * 0 when there is none, -1 when the server breaks the protocol: `error` says
 * how, and a close frame that tells it so waits to be written. */
int gwctl_websocket_next(gwctl_websocket *ws, gwctl_ws_event *event);

/* Queues a message or control frame. Nothing is queued after a close. */
void gwctl_websocket_send(gwctl_websocket *ws, gwctl_ws_opcode opcode,
                          gw_slice payload);
void gwctl_websocket_close(gwctl_websocket *ws, uint16_t code);

/* Writes as much as the connection takes. -1: it failed. */
int gwctl_websocket_flush(gwctl_websocket *ws);

/* Forgets what waits to be written. */
void gwctl_websocket_drop_output(gwctl_websocket *ws);

#endif
