/* ws://HOST[:PORT][/PATH][?QUERY] (RFC 6455, 3), and wss://. */
#ifndef GWCTL_URL_H
#define GWCTL_URL_H

#include <stdbool.h>
#include <gwclient/types.h>

typedef struct gwctl_url {
    bool tls;
    gw_slice host;   /* without the brackets of an IPv6 address */
    gw_slice name;   /* for TLS: without a zone, or the root's dot */
    gw_slice place;  /* HOST[:PORT] as written */
    gw_slice target; /* path and query; "" stands for "/" */
    uint16_t port;
} gwctl_url;

/* The slices point into `text`. GW_EINVAL: another scheme, no host, a port that
 * is none, a user, a fragment, blanks or what is not ASCII. */
int gwctl_url_parse(gw_slice text, gwctl_url *url);

#endif
