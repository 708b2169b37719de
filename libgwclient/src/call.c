#include "call.h"

#include "client_impl.h"
#include "known.h"
#include "listed.h"
#include "request.h"
#include "targets.h"

/* Of each of its arrays, a call leaves room for so many to the next one. */
#define KEPT_MAX 4096

/* ---- begin and end ------------------------------------------------------ */

void gw_call_init(gw_client *c)
{
    memset(&c->call, 0, sizeof c->call);
    gw_buf_init(&c->call.text, &c->allocator, GW_FRAME_MAX);
    gw_buf_init(&c->call.cause, &c->allocator, 0);
    gw_lookup_init(c);
}

static void shrink_arrays(gw_client *c)
{
    gw_call *call = &c->call;

    if (call->cap > KEPT_MAX) {
        gw_mem_free(&c->allocator, call->targets);
        call->targets = NULL;
        call->cap = 0;
    }
    if (call->fd_cap > KEPT_MAX) {
        gw_mem_free(&c->allocator, call->fds);
        call->fds = NULL;
        call->fd_cap = 0;
    }
    if (call->number_cap > KEPT_MAX) {
        gw_mem_free(&c->allocator, call->numbers);
        call->numbers = NULL;
        call->number_cap = 0;
    }
}

void gw_call_reset(gw_client *c)
{
    gw_call *call = &c->call;

    if (call->looking)
        gw_lookup_cancel(c);
    call->looking = 0;
    while (call->count > 0)
        gw_targets_release(c, call->targets[--call->count]);
    gw_targets_shrink(&call->text);
    gw_targets_shrink(&call->cause);
    shrink_arrays(c);
    call->request = NULL;
    call->list = NULL;
    call->cached = 0;
    call->refreshed = 0;
    call->by_ids = 0;
    call->code = GW_OK;
}

void gw_call_deinit(gw_client *c)
{
    gw_call *call = &c->call;
    gw_target *t;

    gw_call_reset(c);
    gw_lookup_cancel(c);
    while ((t = call->spare) != NULL) {
        call->spare = t->next_spare;
        gw_target_deinit(c, t);
        gw_mem_free(&c->allocator, t);
    }
    gw_mem_free(&c->allocator, call->targets);
    gw_mem_free(&c->allocator, call->fds);
    gw_mem_free(&c->allocator, call->numbers);
    gw_buf_deinit(&call->text);
    gw_buf_deinit(&call->cause);
}

void gw_call_interrupt(gw_client *c)
{
    gw_call *call = &c->call;
    size_t i;

    if (call->looking)
        gw_lookup_cancel(c);
    call->looking = 0;
    for (i = 0; i < call->count; i++) {
        if (call->targets[i]->state != GW_TARGET_DONE)
            gw_target_fail(c, call->targets[i], GW_EIO, 0);
    }
    c->busy = 0;
}

static void notice_fork(gw_client *c)
{
    if (gw_fork_guard_look(&c->fork_guard))
        gw_pool_disown(c);
}

int gw_call_begin_unswept(gw_client *c)
{
    if (c->busy)
        return GW_EBUSY;
    notice_fork(c);
    gw_call_reset(c);
    gw_report_clear(c);
    c->call.begun = gw_net_now();
    c->call.now = c->call.begun;
    c->call.deadline = c->call.begun + c->timeout_ms;
    c->busy = ++c->calls;
    return GW_OK;
}

int gw_call_begin(gw_client *c)
{
    int rc = gw_call_begin_unswept(c);

    if (rc == GW_OK)
        gw_pool_sweep(c, c->call.now);
    return rc;
}

int gw_call_fail(gw_client *c, int code)
{
    c->busy = 0;
    return code == GW_OK ? GW_OK : gw_report_code(c, code);
}

static int report_targets(gw_client *c)
{
    size_t i;

    for (i = 0; i < c->call.count; i++) {
        const gw_target *t = c->call.targets[i];

        if (!gw_target_is_failure(t))
            continue;
        if (t->code == GW_ENOMEM || gw_target_report(c, t) != GW_OK)
            return GW_ENOMEM;
    }
    return GW_OK;
}

/* Nothing stays open that might still be in the middle of an exchange. */
static int abandon(gw_client *c, int code)
{
    gw_call_reset(c);
    return code == GW_ENOMEM ? gw_report_code(c, code) : code;
}

int gw_call_finish(gw_client *c, int partial)
{
    const gw_report *r = &c->report;
    const gw_request *request = c->call.request;

    c->busy = 0;
    c->call.request = NULL;
    if (c->call.code == GW_OK && report_targets(c) != GW_OK)
        c->call.code = GW_ENOMEM;
    if (c->call.code != GW_OK)
        return abandon(c, c->call.code);
    if (request != NULL && request->check == NULL)
        gw_call_reset(c);
    if (r->failure_count == 0)
        return GW_OK;
    return gw_report_failures_as_error(c, partial != 0 ? partial
                                                       : r->failures[0].code);
}

/* ---- the loop ----------------------------------------------------------- */

static int make_fds(gw_client *c)
{
    gw_call *call = &c->call;
    size_t need = call->count + 1;
    gw_pollfd *grown;

    if (need <= call->fd_cap)
        return GW_OK;
    grown = gw_mem_resize(&c->allocator, call->fds, need + 8, sizeof *grown);
    if (grown == NULL)
        return GW_ENOMEM;
    call->fds = grown;
    call->fd_cap = need + 8;
    return GW_OK;
}

/* Fills `fds`, targets first; returns how many, and until when to wait. */
static size_t collect_fds(gw_client *c, uint64_t *until)
{
    gw_call *call = &c->call;
    size_t i, n = 0;
    uint64_t limit;

    *until = call->deadline;
    for (i = 0; i < call->count; i++) {
        if (!gw_target_wants(call->targets[i], call->deadline, &call->fds[n],
                             &limit))
            continue;
        *until = limit < *until ? limit : *until;
        n++;
    }
    if (call->looking &&
        gw_lookup_wants(&call->lookup, &call->fds[n], &limit)) {
        *until = limit < *until ? limit : *until;
        n++;
    }
    return n;
}

/* Steps every target that waited, in the order of collect_fds(). */
static size_t step_targets(gw_client *c)
{
    gw_call *call = &c->call;
    size_t i, n = 0;

    for (i = 0; i < call->count; i++) {
        if (gw_target_is_running(call->targets[i]))
            gw_target_step(c, call->targets[i], call->fds[n++].revents != 0);
    }
    return n;
}

static int wait_until(uint64_t now, uint64_t until)
{
    if (until <= now)
        return 0;
    return until - now > 60000 ? 60000 : (int)(until - now);
}

void gw_call_run(gw_client *c)
{
    gw_call *call = &c->call;

    for (;;) {
        uint64_t until;
        size_t n, used;

        gw_listed_refresh(c);
        if (call->code != GW_OK)
            return;
        if (make_fds(c) != GW_OK) {
            call->code = GW_ENOMEM;
            return;
        }
        n = collect_fds(c, &until);
        if (n == 0)
            return;
        if (gw_net_poll(call->fds, n, wait_until(gw_net_now(), until)) != 0) {
            call->code = gw_report_code(c, GW_EIO);
            return;
        }
        call->now = gw_net_now();
        used = step_targets(c);
        if (used < n)
            gw_listed_result(
                c, gw_lookup_step(c, call->fds[used].revents != 0, call->now));
    }
}

/* ---- the request -------------------------------------------------------- */

/* Too long a frame would only make its gateway close the connection. */
static int check_size(gw_client *c, const gw_request *r)
{
    int rc = gw_request_check_size(r, &c->allocator);

    if (rc != GW_ETOOBIG)
        return rc;
    return gw_report_error(c, rc,
                           "the frame is larger than gateways accept "
                           "(%lu bytes)",
                           (unsigned long)GW_FRAME_MAX);
}

int gw_call_prepare(gw_client *c, const gw_request *r)
{
    gw_call *call = &c->call;
    uint32_t *grown;

    call->request = r;
    if (r->id_count <= call->number_cap)
        return check_size(c, r);
    grown =
        gw_mem_resize(&c->allocator, call->numbers, r->id_count, sizeof *grown);
    if (grown == NULL)
        return GW_ENOMEM;
    call->numbers = grown;
    call->number_cap = r->id_count;
    return check_size(c, r);
}

/* ---- the gateways of clients -------------------------------------------- */

/* Lists come in runs: the gateway of the last one is the likeliest. */
static int is_last_target(const gw_call *call, const gw_client_id *id)
{
    const gw_peer *peer;

    if (call->count == 0)
        return 0;
    peer = call->targets[call->count - 1]->peer;
    return peer->ip == id->ip && peer->port == id->port;
}

/* Begins with a gateway that is known; another one is held, and `held` set. */
static int start_id(gw_client *c, const gw_client_id *id, int *held)
{
    gw_peer *peer = gw_pool_peer_of(c, id);
    gw_target *t;
    int rc;

    if (peer == NULL)
        return GW_ENOMEM;
    if (peer->target_of == c->call.serial) /* it has begun, or is held */
        return GW_OK;
    rc = gw_known_at_once(c, peer);
    t = gw_targets_insert(c, c->call.count);
    if (t == NULL)
        return GW_ENOMEM;
    peer->target_of = c->call.serial;
    if (rc == GW_OK)
        gw_target_start(c, t, peer, NULL);
    else
        gw_target_hold(t, peer);
    *held |= rc != GW_OK;
    return GW_OK;
}

static void start_ids(gw_client *c, const gw_client_id *ids, size_t count)
{
    gw_call *call = &c->call;
    int held = 0;
    size_t i;

    call->by_ids = 1;
    call->serial++;
    for (i = 0; i < count && call->code == GW_OK; i++) {
        if (!is_last_target(call, &ids[i]))
            call->code = start_id(c, &ids[i], &held);
    }
    if (call->code == GW_OK && held)
        gw_listed_start_held(c);
}

static void run_ids(gw_client *c, const gw_request *request,
                    const gw_client_id *ids, size_t count)
{
    c->call.code = gw_call_prepare(c, request);
    if (c->call.code == GW_OK)
        start_ids(c, ids, count);
    if (c->call.code == GW_OK)
        gw_call_run(c);
}

int gw_call_ids(gw_client *c, const gw_request *request,
                const gw_client_id *ids, size_t count)
{
    run_ids(c, request, ids, count);
    return gw_call_finish(c, c->call.count == 1 ? 0 : GW_EPARTIAL);
}

int gw_call_clients(gw_client *c, const gw_request *request)
{
    run_ids(c, request, request->ids, request->id_count);
    return gw_call_finish(c, GW_EPARTIAL);
}

/* ---- the second phase --------------------------------------------------- */

static int is_due(const gw_target *t)
{
    return t->state == GW_TARGET_DONE && !t->delivered;
}

/* Of the gateways from `first` on, those with its IP address. */
static int deliver_machine(gw_client *c, size_t first, gw_deliver_fn fn,
                           void *arg)
{
    const uint32_t ip = c->call.targets[first]->peer->ip;
    uint64_t number = c->calls;
    size_t i;
    int rc = 0;

    for (i = first; c->busy == number && i < c->call.count && rc == 0; i++) {
        gw_target *t = c->call.targets[i];

        if (!is_due(t) || t->peer->ip != ip)
            continue;
        t->delivered = 1;
        rc = fn(arg, t);
    }
    return rc;
}

/* A machine's gateways come together, as the reference has them. */
int gw_call_deliver(gw_client *c, int code, gw_deliver_fn fn, void *arg)
{
    uint64_t number = c->calls;
    size_t i;
    int rc = 0;

    if (code != GW_OK && code != GW_EPARTIAL)
        return code;
    c->busy = number;
    for (i = 0; c->busy == number && i < c->call.count && rc == 0; i++) {
        if (is_due(c->call.targets[i]))
            rc = deliver_machine(c, i, fn, arg);
    }
    if (c->calls == number) {
        c->busy = 0;
        gw_call_reset(c);
    }
    return rc != 0 ? rc : code;
}
