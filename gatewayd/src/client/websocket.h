/* WebSocket frames (RFC 6455, 5), server side: bytes in, events out. */
#ifndef GWD_CLIENT_WEBSOCKET_H
#define GWD_CLIENT_WEBSOCKET_H

#include <stdbool.h>
#include <gwclient/error.h>
#include <gwclient/types.h>

typedef enum gwd_ws_opcode {
    GWD_WS_CONTINUATION = 0x0,
    GWD_WS_TEXT = 0x1,
    GWD_WS_BINARY = 0x2,
    GWD_WS_CLOSE = 0x8,
    GWD_WS_PING = 0x9,
    GWD_WS_PONG = 0xa
} gwd_ws_opcode;

/* Status codes of a close frame (RFC 6455, 7.4.1). */
#define GWD_WS_CODE_NORMAL 1000
#define GWD_WS_CODE_GOING_AWAY 1001
#define GWD_WS_CODE_PROTOCOL 1002
#define GWD_WS_CODE_DATA 1007
#define GWD_WS_CODE_POLICY 1008
#define GWD_WS_CODE_TOO_BIG 1009
#define GWD_WS_CODE_INTERNAL 1011

/* The fragments of a message that is not whole yet, and how far a text has been
 * checked. NULL outside of a message, so it costs an idle connection nothing
 * but this pointer. */
typedef struct gwd_ws_reader {
    struct gwd_ws_message *message;
} gwd_ws_reader;

typedef struct gwd_ws_event {
    gwd_ws_opcode opcode; /* GWD_WS_CONTINUATION: a fragment was taken in, there
                             is nothing to do */
    gw_slice payload;     /* of the whole message; of the control frame; for
                             GWD_WS_CLOSE the reason alone */
    uint16_t code;        /* GWD_WS_CLOSE: the peer's, 1000 when it gave none */
} gwd_ws_event;

/* Reads the first frame of `in`, unmasking it in place once it is whole.
 * `*consumed` is its length. The event's payload points into `in`, or into the
 * reader until the next call or gwd_ws_reader_clear().
 *
 * GW_EAGAIN   the frame is not whole yet;
 * GW_EPROTO   a rule of the RFC is broken;
 * GW_EUTF8    a text or a close reason is not UTF-8; of a text it is told as
 *             soon as the bytes are there, whole frame or not;
 * GW_ETOOBIG  the message is, or will be, larger than `max` bytes: told from
 *             the header, before the payload is there;
 * GW_ENOMEM.
 * After any of these but GW_EAGAIN the connection has to end; see
 * gwd_ws_error_code(). */
int gwd_ws_read(gwd_ws_reader *reader, char *in, size_t len, size_t max,
                gwd_ws_event *event, size_t *consumed);

/* Frees what it holds. Call it after each data message, and at the end. */
void gwd_ws_reader_clear(gwd_ws_reader *reader);

/* The close code that tells the peer about an error of gwd_ws_read(). */
uint16_t gwd_ws_error_code(int error);

/* Writes the header of an unmasked, unfragmented frame with `len` bytes of
 * payload; returns the header's length: 2 up to 125 bytes, GWD_WS_HEAD_MAX at
 * most. */
#define GWD_WS_HEAD_MAX 10
size_t gwd_ws_put_head(char *out, gwd_ws_opcode opcode, uint64_t len);

/* A whole close frame without a reason. */
#define GWD_WS_CLOSE_LEN 4
void gwd_ws_put_close(char out[GWD_WS_CLOSE_LEN], uint16_t code);

#endif
