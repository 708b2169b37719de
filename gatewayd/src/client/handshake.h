/* The WebSocket upgrade (RFC 6455, 4.2): judges a request, writes the answer.
 */
#ifndef GWD_CLIENT_HANDSHAKE_H
#define GWD_CLIENT_HANDSHAKE_H

#include "client/http_head.h"
#include "buf.h"

/* What the answer to a request has to be. */
typedef enum gwd_handshake_result {
    GWD_HANDSHAKE_OK,          /* 101 */
    GWD_HANDSHAKE_BAD_REQUEST, /* 400 */
    GWD_HANDSHAKE_METHOD,      /* 405 */
    GWD_HANDSHAKE_NO_UPGRADE,  /* 426: an ordinary web request */
    GWD_HANDSHAKE_VERSION,     /* 426: a WebSocket version other than 13 */
    GWD_HANDSHAKE_TOO_BIG,     /* 431 */
    GWD_HANDSHAKE_FAILED,      /* 500: no SHA-1, no memory */
    GWD_HANDSHAKE_HTTP_VERSION /* 505 */
} gwd_handshake_result;

/* Looks at a whole head. `*key` is its Sec-WebSocket-Key when the result is
 * GWD_HANDSHAKE_OK. */
gwd_handshake_result gwd_handshake_judge(const gwd_http_head *head,
                                         gw_slice *key);

/* Appends the 101 answer to `key`, the lines in the order in which
 * GatewayWorker sends them. GWD_HANDSHAKE_FAILED: appended nothing, or the
 * buffer has an error. */
gwd_handshake_result gwd_handshake_accept(gw_buf *out, gw_slice key);

/* Appends the refusal, which ends the connection. Not for GWD_HANDSHAKE_OK. */
void gwd_handshake_refuse(gw_buf *out, gwd_handshake_result result);

#endif
