/* WebSocket frames (RFC 6455, 5), client side: bytes in, frames out. Nothing is
 * stored and nothing allocated: messages in fragments are put together by the
 * caller. */
#ifndef GWCTL_FRAME_H
#define GWCTL_FRAME_H

#include <stdbool.h>
#include <gwclient/error.h>
#include <gwclient/types.h>

typedef enum gwctl_ws_opcode {
    GWCTL_WS_CONTINUATION = 0x0,
    GWCTL_WS_TEXT = 0x1,
    GWCTL_WS_BINARY = 0x2,
    GWCTL_WS_CLOSE = 0x8,
    GWCTL_WS_PING = 0x9,
    GWCTL_WS_PONG = 0xa
} gwctl_ws_opcode;

/* Status codes of a close frame (RFC 6455, 7.4.1). The two that are never on
 * the wire: NO_CODE, a close frame without one; ABNORMAL, the connection ended
 * without a close frame. */
#define GWCTL_WS_NORMAL 1000
#define GWCTL_WS_GOING_AWAY 1001
#define GWCTL_WS_PROTOCOL 1002
#define GWCTL_WS_NO_CODE 1005
#define GWCTL_WS_ABNORMAL 1006
#define GWCTL_WS_TOO_BIG 1009

/* All zeros at the beginning of a connection. */
typedef struct gwctl_ws_reader {
    gwctl_ws_opcode opcode; /* of the message whose fragments come; 0: none */
    uint64_t len;           /* of those that have come */
} gwctl_ws_reader;

typedef struct gwctl_ws_frame {
    gwctl_ws_opcode opcode; /* of the message, also for its continuations */
    bool first;             /* the first fragment of its message */
    bool last;              /* and the last: both for a message in one frame */
    gw_slice payload;       /* for GWCTL_WS_CLOSE the reason alone */
    uint16_t code;          /* GWCTL_WS_CLOSE; GWCTL_WS_NO_CODE: it has none */
} gwctl_ws_frame;

/* Reads the first frame of `in`, whose payload points into it. `*consumed` is
 * its length. Whether a text is UTF-8 is the caller's to see: gateways send
 * whatever they are given as text.
 *
 * GW_EAGAIN   the frame is not whole yet;
 * GW_EPROTO   a rule of the RFC is broken;
 * GW_ETOOBIG  the message is, or will be, larger than `max` bytes: told from
 *             the header, before the payload is there. */
int gwctl_ws_read(gwctl_ws_reader *reader, gw_slice in, uint64_t max,
                  gwctl_ws_frame *frame, size_t *consumed);

/* Writes the head of a whole, masked message; returns its length. */
#define GWCTL_WS_HEAD_MAX 14
#define GWCTL_WS_MASK_LEN 4
size_t gwctl_ws_write_head(char out[GWCTL_WS_HEAD_MAX], gwctl_ws_opcode opcode,
                           uint64_t len, const char mask[GWCTL_WS_MASK_LEN]);

/* The payload as it goes on the wire. `out` may be `in`. */
void gwctl_ws_mask(char *out, const char *in, size_t len,
                   const char mask[GWCTL_WS_MASK_LEN]);

#endif
