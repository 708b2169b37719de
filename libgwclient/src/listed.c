#include "listed.h"

#include "client_impl.h"
#include "known.h"
#include "targets.h"

/* Moves the peer's target to `index`, or makes it there, held. */
static int place(gw_client *c, gw_peer *peer, size_t index)
{
    gw_call *call = &c->call;
    gw_target *t;
    size_t at = index;

    while (at < call->count && call->targets[at]->peer != peer)
        at++;
    if (at < call->count) {
        t = call->targets[at];
        memmove(&call->targets[index + 1], &call->targets[index],
                (at - index) * sizeof(gw_target *));
        call->targets[index] = t;
        t->unlisted = 0;
        return GW_OK;
    }
    t = gw_targets_insert(c, index);
    if (t == NULL)
        return GW_ENOMEM;
    gw_target_hold(t, peer);
    return GW_OK;
}

/* Names come last: to ask for one may take longer than the call has, and
 * meanwhile the others answer. */
static void start_placed(gw_client *c)
{
    gw_call *call = &c->call;
    size_t i;
    int names;

    for (names = 0; names <= 1; names++) {
        for (i = 0; i < call->count; i++) {
            gw_target *t = call->targets[i];

            if (t->state == GW_TARGET_HELD &&
                (names || !gw_pool_may_block(c, t->peer, call->now)))
                gw_target_start(c, t, t->peer, NULL);
        }
    }
}

/* Makes the targets those of the list, in its order; targets that have begun go
 * on, and those that the list does not have come last. */
static void use_list(gw_client *c, const gw_list *list)
{
    size_t i, count = list == NULL ? 0 : list->count;

    c->call.list = list;
    for (i = 0; i < c->call.count; i++)
        c->call.targets[i]->unlisted = 1;
    if (c->call.request == NULL)
        return;
    for (i = 0; i < count; i++) {
        gw_peer *peer = gw_pool_peer(c, list->items[i], list->index[i].hash);

        if (peer == NULL) {
            c->call.code = GW_ENOMEM;
            return;
        }
        if (place(c, peer, i) != GW_OK)
            return;
    }
    start_placed(c);
}

/* ---- held targets -------------------------------------------------------- */

static void fail_held(gw_client *c, int code)
{
    size_t i;

    for (i = 0; i < c->call.count; i++) {
        if (c->call.targets[i]->state == GW_TARGET_HELD)
            gw_target_fail(c, c->call.targets[i], code, 0);
    }
}

/* Begins with those that the list has. The others fail when it is `last`, for
 * no newer one will come; else it returns whether there are any. */
static int start_known(gw_client *c, int last)
{
    gw_call *call = &c->call;
    size_t i;
    int held = 0;

    for (i = 0; i < call->count && call->code == GW_OK; i++) {
        gw_target *t = call->targets[i];
        int rc;

        if (t->state != GW_TARGET_HELD)
            continue;
        rc = gw_known_check(c, t->peer);
        if (rc == GW_OK)
            gw_target_start(c, t, t->peer, NULL);
        else if (last || rc == GW_ENOMEM)
            gw_target_fail(c, t, rc, 0);
        else
            held = 1;
        if (rc == GW_ENOMEM)
            call->code = rc;
    }
    if (call->code != GW_OK)
        fail_held(c, call->code);
    return held;
}

static void held_result(gw_client *c, int rc)
{
    if (rc == GW_OK) {
        start_known(c, 1);
        return;
    }
    if (rc != GW_ENOMEM)
        gw_lookup_put_cause(c, rc, &c->call.cause);
    if (rc == GW_ENOMEM || c->call.cause.error != 0)
        c->call.code = GW_ENOMEM;
    fail_held(c, rc);
}

void gw_listed_start_held(gw_client *c)
{
    if (!start_known(c, c->fixed != NULL) || c->call.code != GW_OK)
        return;
    c->call.looking = 1;
    gw_listed_result(c, gw_lookup_start(c, c->call.deadline));
}

/* ---- what the Registers say ---------------------------------------------- */

void gw_listed_result(gw_client *c, int rc)
{
    gw_call *call = &c->call;

    if (rc == GW_EAGAIN)
        return;
    if (call->by_ids)
        held_result(c, rc);
    else if (rc == GW_OK)
        use_list(c, call->lookup.list);
    else if (rc == GW_ENOMEM || !call->refreshed)
        call->code = gw_lookup_report(c, rc);
    call->looking = 0;
    gw_lookup_cancel(c);
}

/* A refreshed list may be empty after some gateways were served. */
static int anything_happened(const gw_client *c)
{
    size_t i;

    for (i = 0; i < c->call.count; i++) {
        const gw_target *t = c->call.targets[i];

        if (t->state == GW_TARGET_DONE || gw_target_is_failure(t))
            return 1;
    }
    return 0;
}

/* Finds the list, and serves its gateways while it does so. */
static void run_listed(gw_client *c)
{
    gw_call *call = &c->call;
    const gw_list *list = gw_registry_find(c, call->now);

    if (list != NULL) {
        call->cached = 1;
        use_list(c, list);
    } else {
        call->looking = 1;
        gw_listed_result(c, gw_lookup_start(c, call->deadline));
    }
    if (call->code == GW_OK)
        gw_call_run(c);
    if (call->code == GW_OK && call->list == NULL && !anything_happened(c))
        call->code = gw_lookup_report_none(c);
}

void gw_listed_refresh(gw_client *c)
{
    gw_call *call = &c->call;
    size_t i;

    if (!call->cached || call->refreshed || c->fixed != NULL)
        return;
    for (i = 0; i < call->count; i++) {
        if (gw_target_is_unreached(call->targets[i]))
            break;
    }
    if (i == call->count)
        return;
    call->refreshed = 1;
    call->looking = 1;
    gw_listed_result(c, gw_lookup_start(c, call->deadline));
}

int gw_call_all(gw_client *c, const gw_request *request)
{
    c->call.code = gw_call_prepare(c, request);
    if (c->call.code == GW_OK)
        run_listed(c);
    return gw_call_finish(c, GW_EPARTIAL);
}

int gw_call_list(gw_client *c)
{
    run_listed(c);
    return gw_call_finish(c, 0);
}
