/* The WebSocket upgrade (RFC 6455, 4.2): judges a request, writes the answer.
 */
#ifndef GWD_CLIENT_HANDSHAKE_H
#define GWD_CLIENT_HANDSHAKE_H

#include <time.h>

#include "client/http_head.h"
#include "buf.h"

/* What the answer to a request has to be. */
typedef enum gwd_handshake_result {
    GWD_HANDSHAKE_OK,          /* 101 */
    GWD_HANDSHAKE_BAD_REQUEST, /* 400 */
    GWD_HANDSHAKE_FORBIDDEN,   /* 403: a page that may not connect */
    GWD_HANDSHAKE_METHOD,      /* 405 */
    GWD_HANDSHAKE_NO_UPGRADE,  /* 426: an ordinary web request */
    GWD_HANDSHAKE_VERSION,     /* 426: a WebSocket version other than 13 */
    GWD_HANDSHAKE_TOO_MANY,    /* 429: from this address */
    GWD_HANDSHAKE_TOO_BIG,     /* 431 */
    GWD_HANDSHAKE_FAILED,      /* 500: no SHA-1, no memory */
    GWD_HANDSHAKE_FULL,        /* 503: no more clients than these */
    GWD_HANDSHAKE_HTTP_VERSION /* 505 */
} gwd_handshake_result;

/* Looks at a whole head. `*key` is its Sec-WebSocket-Key when the result is
 * GWD_HANDSHAKE_OK. */
gwd_handshake_result gwd_handshake_judge(const gwd_http_head *head,
                                         gw_slice *key);

/* The first subprotocol of those that the request offers which is in
 * `supported`, compared as it is; it points into `supported`. Empty: none. */
gw_slice gwd_handshake_protocol(const gwd_http_head *head,
                                const gw_slice *supported, size_t count);

/* Appends the 101 answer to `key`, the lines in the order in which
 * GatewayWorker sends them, then the subprotocol unless it is empty.
 * GWD_HANDSHAKE_FAILED: appended nothing, or the buffer has an error. */
gwd_handshake_result gwd_handshake_accept(gw_buf *out, gw_slice key,
                                          gw_slice protocol);

/* Appends the refusal, which ends the connection; `head_only`, as an answer to
 * HEAD, without its body. `now` is its date, seconds since 1970. Not for
 * GWD_HANDSHAKE_OK. */
void gwd_handshake_refuse(gw_buf *out, gwd_handshake_result result,
                          bool head_only, time_t now);

#endif
