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

/* What was sent on connections that are gone. */
static int report_lost(gw_client *c, gw_peer *peer)
{
    char text[1100];
    uint64_t lost = peer->lost;

    if (lost == 0)
        return GW_OK;
    snprintf(text, sizeof text,
             "%" PRIu64 " sent to tcp://%.1000s and not confirmed: the "
             "connection is gone%s",
             lost, peer->address, peer->suspect ? " (wrong secret key?)" : "");
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
    return report_lost(c, peer);
}

static void ask_peers(gw_client *c)
{
    gw_peer *peer = NULL;

    while (c->call.code == GW_OK && (peer = gw_pool_next(c, peer)) != NULL)
        c->call.code = flush_peer(c, peer);
    if (c->call.code == GW_OK)
        gw_call_run(c);
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
