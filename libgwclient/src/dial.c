#include "dial.h"

#include <gwclient/error.h>

#include <string.h>

static int is_same(const gw_endpoint *a, const gw_endpoint *b)
{
    return a->len == b->len && memcmp(&a->addr, &b->addr, a->len) == 0;
}

/* The one that was reached last; else 0. */
static size_t first_of(const gw_endpoints *to)
{
    size_t i;

    for (i = 0; i < to->count; i++) {
        if (is_same(&to->items[i], &to->reached))
            return i;
    }
    return 0;
}

/* The address of the last attempt. */
static const gw_endpoint *current(const gw_dial *d)
{
    return &d->to->items[gw_dial_index(d->first, d->turn - 1)];
}

static int on_reached(gw_dial *d)
{
    d->to->reached = *current(d);
    return GW_OK;
}

/* One that does not answer must leave time for those after it. */
static uint64_t limit_of(const gw_dial *d, uint64_t now)
{
    uint64_t left = d->deadline - now;

    if (d->turn < d->to->count)
        left /= 2;
    return now + (left < d->timeout_ms ? left : d->timeout_ms);
}

static int try_next(gw_dial *d, uint64_t now)
{
    while (d->turn < d->to->count && now < d->deadline) {
        int rc;

        d->turn++;
        rc = gw_net_connect(current(d), &d->fd);
        if (rc == 0)
            return on_reached(d);
        if (rc == GW_EAGAIN) {
            d->limit = limit_of(d, now);
            return GW_EAGAIN;
        }
        d->error = rc;
    }
    return GW_ECONNECT;
}

int gw_dial_start(gw_dial *d, gw_endpoints *to, uint64_t now,
                  unsigned timeout_ms, uint64_t deadline)
{
    d->to = to;
    d->first = first_of(to);
    d->turn = 0;
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
        return on_reached(d);
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
