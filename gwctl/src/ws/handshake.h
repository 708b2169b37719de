/* The WebSocket handshake, client side (RFC 6455, 4.1): writes the request,
 * judges the answer. */
#ifndef GWCTL_HANDSHAKE_H
#define GWCTL_HANDSHAKE_H

#include <gwclient/error.h>
#include <gwclient/types.h>

#include "ws/url.h"

#define GWCTL_WS_KEY_LEN 24 /* base64 of 16 random bytes */
#define GWCTL_WS_ANSWER_MAX ((size_t)16 * 1024)

/* What is asked for. */
typedef struct gwctl_ws_request {
    const gwctl_url *url;
    const char *key; /* GWCTL_WS_KEY_LEN characters */
    const char *const *protocols;
    size_t protocol_count;
    const char *const *headers; /* "Name: value"; a Host replaces the URL's */
    size_t header_count;
} gwctl_ws_request;

/* Calls `put` for the pieces of the request. */
typedef void (*gwctl_put_fn)(void *arg, const void *base, size_t len);
void gwctl_ws_write_request(const gwctl_ws_request *request, gwctl_put_fn put,
                            void *arg);

/* Why an answer is no WebSocket. */
typedef struct gwctl_ws_refusal {
    int status;    /* of HTTP; 0: not even that */
    gw_slice line; /* the status line, or where it should be */
    const char *why;
} gwctl_ws_refusal;

/* Reads the answer at the start of `in`, up to and including the empty line,
 * and what a server or proxy says on the way to it (100 Continue and the like);
 * `*consumed` is the length of it all: frames follow. `*protocol` is the
 * subprotocol that the server chose, or "".
 *
 * GW_EAGAIN   it is not whole yet;
 * GW_EPROTO   it is no HTTP, refuses, or is not the answer to this request: see
 *             `refusal`, whose slice points into `in`;
 * GW_ETOOBIG  longer than GWCTL_WS_ANSWER_MAX. */
int gwctl_ws_read_answer(gw_slice in, const gwctl_ws_request *request,
                         gw_slice *protocol, gwctl_ws_refusal *refusal,
                         size_t *consumed);

#endif
