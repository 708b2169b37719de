#include "dial.h"

#include <gwclient/error.h>

static int try_next(gw_dial *d, uint64_t now)
{
    while (d->next < d->count && now < d->deadline) {
        int rc = gw_net_connect(&d->endpoints[d->next++], &d->fd);

        if (rc == 0)
            return GW_OK;
        if (rc == GW_EAGAIN) {
            d->limit = now + d->timeout_ms;
            if (d->limit > d->deadline)
                d->limit = d->deadline;
            return GW_EAGAIN;
        }
        d->error = rc;
    }
    return GW_ECONNECT;
}

int gw_dial_start(gw_dial *d, const gw_endpoint *endpoints, size_t count,
                  uint64_t now, unsigned timeout_ms, uint64_t deadline)
{
    d->endpoints = endpoints;
    d->count = count;
    d->next = 0;
    d->fd = GW_SOCKET_NONE;
    d->limit = deadline;
    d->deadline = deadline;
    d->timeout_ms = timeout_ms;
    d->error = gw_net_timed_out;
    return try_next(d, now);
}

int gw_dial_ready(gw_dial *d, uint64_t now)
{
    int error = gw_net_connected(d->fd);

    if (error == 0)
        return GW_OK;
    gw_dial_close(d);
    d->error = error;
    return try_next(d, now);
}

int gw_dial_expired(gw_dial *d, uint64_t now)
{
    gw_dial_close(d);
    d->error = gw_net_timed_out;
    return try_next(d, now);
}

void gw_dial_close(gw_dial *d)
{
    if (d->fd != GW_SOCKET_NONE)
        gw_net_close(d->fd);
    d->fd = GW_SOCKET_NONE;
}

gw_socket gw_dial_take(gw_dial *d)
{
    gw_socket fd = d->fd;

    d->fd = GW_SOCKET_NONE;
    return fd;
}
