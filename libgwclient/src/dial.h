/* Connecting to a host: its addresses in turn, each attempt bounded. */
#ifndef GW_SRC_DIAL_H
#define GW_SRC_DIAL_H

#include "net.h"

typedef struct gw_dial {
    const gw_endpoint *endpoints; /* not owned */
    size_t count;
    size_t next;
    gw_socket fd;      /* GW_SOCKET_NONE: no attempt is under way */
    uint64_t limit;    /* when the attempt is given up */
    uint64_t deadline; /* when everything is */
    unsigned timeout_ms;
    int error; /* system error of the last attempt */
} gw_dial;

/* All three return GW_OK (connected: the caller takes `fd`), GW_EAGAIN (wait
 * for POLLOUT on `fd`, until `limit`), or GW_ECONNECT (`error` says why). */
int gw_dial_start(gw_dial *dial, const gw_endpoint *endpoints, size_t count,
                  uint64_t now, unsigned timeout_ms, uint64_t deadline);
int gw_dial_ready(gw_dial *dial, uint64_t now);   /* POLLOUT came */
int gw_dial_expired(gw_dial *dial, uint64_t now); /* `limit` has passed */

/* Gives up. */
void gw_dial_close(gw_dial *dial);

/* The caller takes the connection over. */
gw_socket gw_dial_take(gw_dial *dial);

#endif
