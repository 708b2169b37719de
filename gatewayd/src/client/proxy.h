/* The PROXY protocol, versions 1 and 2: what a proxy says in front of a
 * connection's own bytes about where it came from. */
#ifndef GWD_CLIENT_PROXY_H
#define GWD_CLIENT_PROXY_H

#include "client/ip.h"

/* Version 1 is a line of at most so many bytes; a version 2 header with more
 * than this behind its first 16 bytes is refused. */
#define GWD_PROXY_LINE_MAX ((size_t)107)
#define GWD_PROXY_BODY_MAX ((size_t)2048)

typedef struct gwd_proxy {
    gwd_ip ip; /* of the client; unknown: the proxy speaks for itself (LOCAL),
                  or does not know (UNKNOWN, UNSPEC, a Unix socket) */
    uint16_t port;
} gwd_proxy;

/* Reads the header at the start of `in`; `*consumed` is its length.
 *
 * GW_EAGAIN   it is not whole yet;
 * GW_EPROTO   no PROXY header, or not of a TCP connection. A wrong beginning
 *             is told from its first bytes;
 * GW_ETOOBIG  longer than the limits above. */
int gwd_proxy_read(gw_slice in, gwd_proxy *proxy, size_t *consumed);

#endif
