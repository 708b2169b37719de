/* Delivery: has every command been handled? */
#include "client_impl.h"
#include "reply.h"
#include "request.h"
#include "targets.h"

#include <inttypes.h>
#include <stdio.h>

static int ask_conn(gw_client *c, gw_peer *peer, gw_conn *conn)
{
    gw_target *t = gw_targets_insert(c, c->call.count);

    if (t == NULL) {
        gw_pool_drop(c, peer, conn);
        return GW_ENOMEM;
    }
    gw_target_start(c, t, peer, conn);
    return GW_OK;
}

/* Whether the gateway was marked in this flush, as it is from now on. */
static int mark(gw_client *c, gw_peer *peer)
{
    int marked = peer->target_of == c->call.serial;

    peer->target_of = c->call.serial;
    return marked;
}

/* What was sent on connections that are gone. */
static int report_lost(gw_client *c, gw_peer *peer)
{
    char text[1100];

    snprintf(text, sizeof text,
             "%" PRIu64 " sent to tcp://%.1000s and not confirmed: the "
             "connection is gone%s",
             peer->lost, peer->address,
             peer->suspect ? " (wrong secret key?)" : "");
    return gw_report_failure(c, gw_peer_address(peer), GW_EUNCONFIRMED, text);
}

/* It is told once, but not before the whole call could be. */
static void forget_lost(gw_client *c)
{
    gw_peer *peer = NULL;

    while ((peer = gw_pool_next(c, peer)) != NULL)
        peer->lost = 0;
}

static int flush_peer(gw_client *c, gw_peer *peer)
{
    gw_conn *conn;

    while ((conn = gw_pool_take_unconfirmed(c, peer)) != NULL) {
        if (ask_conn(c, peer, conn) != GW_OK)
            return GW_ENOMEM;
    }
    if (peer->lost > 0)
        mark(c, peer);
    return GW_OK;
}

/* A gateway fails once, on however many connections. */
static void drop_failures_of_marked(gw_client *c)
{
    gw_call *call = &c->call;
    size_t i, kept = 0;

    for (i = 0; i < call->count; i++) {
        gw_target *t = call->targets[i];

        if (gw_target_is_failure(t) && t->code != GW_ENOMEM && mark(c, t->peer))
            gw_targets_release(c, t);
        else
            call->targets[kept++] = t;
    }
    call->count = kept;
}

/* By now with what was lost meanwhile. */
static void report_peers(gw_client *c)
{
    gw_peer *peer = NULL;

    while (c->call.code == GW_OK && (peer = gw_pool_next(c, peer)) != NULL) {
        if (peer->target_of == c->call.serial)
            c->call.code = report_lost(c, peer);
    }
    drop_failures_of_marked(c);
}

static void ask_peers(gw_client *c)
{
    gw_peer *peer = NULL;

    c->call.serial++;
    while (c->call.code == GW_OK && (peer = gw_pool_next(c, peer)) != NULL)
        c->call.code = flush_peer(c, peer);
    if (c->call.code == GW_OK)
        gw_call_run(c);
    if (c->call.code == GW_OK)
        report_peers(c);
}

int gw_flush(gw_client *c)
{
    gw_request r;
    int rc = gw_call_begin_unswept(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, GW_CMD_IS_ONLINE);
    r.check = gw_reply_check_int;
    c->call.code = gw_call_prepare(c, &r);
    if (c->call.code == GW_OK)
        ask_peers(c);
    rc = gw_call_finish(c, GW_EUNCONFIRMED);
    if (rc == GW_OK || rc == GW_EUNCONFIRMED)
        forget_lost(c);
    return rc;
}
