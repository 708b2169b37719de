/* Connecting to a host: its addresses in turn, each attempt bounded. The one
 * that was reached last comes first: with one that is gone before it, each
 * connection would take that attempt's time again. */
#ifndef GW_SRC_DIAL_H
#define GW_SRC_DIAL_H

#include "net.h"

typedef struct gw_dial {
    gw_endpoints *to;  /* not owned */
    size_t first;      /* the item that is tried before the others */
    size_t turn;       /* so many attempts were begun */
    gw_socket fd;      /* GW_SOCKET_NONE: no attempt is under way */
    uint64_t limit;    /* when the attempt is given up */
    uint64_t deadline; /* when everything is */
    unsigned timeout_ms;
    int error; /* system error of the last attempt */
} gw_dial;

/* Which of some things has that turn: first `first`, then the others in their
 * order. */
static inline size_t gw_dial_index(size_t first, size_t turn)
{
    if (turn == 0)
        return first;
    return turn <= first ? turn - 1 : turn;
}

/* All three return GW_OK (connected: the caller takes `fd`), GW_EAGAIN (wait
 * for POLLOUT on `fd`, until `limit`), or GW_ECONNECT (`error` says why). */
int gw_dial_start(gw_dial *dial, gw_endpoints *to, uint64_t now,
                  unsigned timeout_ms, uint64_t deadline);
int gw_dial_ready(gw_dial *dial, uint64_t now);   /* POLLOUT came */
int gw_dial_expired(gw_dial *dial, uint64_t now); /* `limit` has passed */

/* Gives up. */
void gw_dial_close(gw_dial *dial);

/* The caller takes the connection over; its address is the one reached. */
gw_socket gw_dial_take(gw_dial *dial);

#endif
