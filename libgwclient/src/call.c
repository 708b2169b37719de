#include "call.h"

#include "client_impl.h"

#include <address.h>

#include <stdio.h>

/* A spare target keeps buffers up to this size. */
#define SPARE_BUF_MAX ((size_t)65536)

static void lookup_result(gw_client *c, int rc);

/* ---- targets ---------------------------------------------------------------- */

static void shrink(gw_buf *buf)
{
    if (buf->cap > SPARE_BUF_MAX)
        gw_buf_deinit(buf);
    gw_buf_clear(buf);
}

static void target_release(gw_client *c, gw_target *t)
{
    gw_buf ext, reply;

    gw_dial_close(&t->dial);
    if (t->conn != NULL)
        gw_pool_drop(c, t->peer, t->conn);
    shrink(&t->own_ext);
    shrink(&t->reply);
    ext = t->own_ext;
    reply = t->reply;
    gw_target_init(c, t);
    t->own_ext = ext;
    t->reply = reply;
    t->next_spare = c->call.spare;
    c->call.spare = t;
}

static gw_target *target_get(gw_client *c)
{
    gw_target *t = c->call.spare;

    if (t != NULL) {
        c->call.spare = t->next_spare;
        t->next_spare = NULL;
        return t;
    }
    t = gw_mem_alloc(&c->allocator, sizeof *t);
    if (t != NULL)
        gw_target_init(c, t);
    return t;
}

static int make_room(gw_client *c)
{
    gw_call *call = &c->call;
    size_t cap = call->cap == 0 ? 4 : call->cap * 2;
    gw_target **grown;

    if (call->count < call->cap)
        return GW_OK;
    grown = gw_mem_resize(&c->allocator, call->targets, cap, sizeof *grown);
    if (grown == NULL)
        return GW_ENOMEM;
    call->targets = grown;
    call->cap = cap;
    return GW_OK;
}

/* Puts a new target at `index`; NULL: out of memory. */
static gw_target *target_insert(gw_client *c, size_t index)
{
    gw_call *call = &c->call;
    gw_target *t = make_room(c) == GW_OK ? target_get(c) : NULL;

    if (t == NULL) {
        call->code = GW_ENOMEM;
        return NULL;
    }
    memmove(&call->targets[index + 1], &call->targets[index],
            (call->count - index) * sizeof(gw_target *));
    call->targets[index] = t;
    call->count++;
    return t;
}

/* ---- begin and end ---------------------------------------------------------- */

void gw_call_init(gw_client *c)
{
    memset(&c->call, 0, sizeof c->call);
    gw_buf_init(&c->call.text, &c->allocator, GW_FRAME_MAX);
    gw_lookup_init(c);
}

void gw_call_reset(gw_client *c)
{
    gw_call *call = &c->call;

    if (call->looking)
        gw_lookup_cancel(c);
    call->looking = 0;
    while (call->count > 0)
        target_release(c, call->targets[--call->count]);
    shrink(&call->text);
    call->request = NULL;
    call->list = NULL;
    call->cached = 0;
    call->refreshed = 0;
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
}

static void notice_fork(gw_client *c)
{
    long pid = gw_net_pid();

    if (c->pid == pid)
        return;
    c->pid = pid;
    gw_pool_disown(c);
}

int gw_call_begin(gw_client *c)
{
    if (c->busy)
        return GW_EBUSY;
    notice_fork(c);
    gw_call_reset(c);
    gw_report_clear(c);
    c->call.now = gw_net_now();
    c->call.deadline = c->call.now + c->timeout_ms;
    gw_pool_sweep(c, c->call.now);
    c->busy = 1;
    return GW_OK;
}

int gw_call_fail(gw_client *c, int code)
{
    c->busy = 0;
    return code == GW_OK ? GW_OK : gw_report_code(c, code);
}

/* A gateway that the refreshed list does not have any more is no failure. */
static int counts_as_failure(const gw_target *t)
{
    return t->state == GW_TARGET_FAILED &&
           !(t->unlisted && gw_target_is_unreached(t));
}

static int report_targets(gw_client *c)
{
    size_t i;

    for (i = 0; i < c->call.count; i++) {
        const gw_target *t = c->call.targets[i];

        if (!counts_as_failure(t))
            continue;
        if (t->code == GW_ENOMEM || gw_target_report(c, t) != GW_OK)
            return GW_ENOMEM;
    }
    return GW_OK;
}

/* The result of the first phase. `partial` is what failures amount to; 0: the
 * one gateway's own code. */
static int finish(gw_client *c, int partial)
{
    const gw_report *r = &c->report;

    c->busy = 0;
    c->call.request = NULL;
    if (c->call.code == GW_OK && report_targets(c) != GW_OK)
        c->call.code = GW_ENOMEM;
    if (c->call.code == GW_ENOMEM)
        return gw_report_code(c, GW_ENOMEM);
    if (c->call.code != GW_OK)
        return c->call.code;
    if (r->failure_count == 0)
        return GW_OK;
    return gw_report_failures_as_error(
        c, partial != 0 ? partial : r->failures[0].code);
}

/* ---- the loop --------------------------------------------------------------- */

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
    if (call->looking && gw_lookup_wants(&call->lookup, &call->fds[n], &limit)) {
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
        if (call->targets[i]->state < GW_TARGET_DONE)
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

/* An unreachable gateway of a list that was only believed: ask again. */
static void refresh_if_needed(gw_client *c)
{
    gw_call *call = &c->call;
    size_t i;

    if (!call->cached || call->refreshed)
        return;
    for (i = 0; i < call->count; i++) {
        if (gw_target_is_unreached(call->targets[i]))
            break;
    }
    if (i == call->count)
        return;
    call->refreshed = 1;
    call->looking = 1;
    lookup_result(c, gw_lookup_start(c, call->now, call->deadline));
}

static void run(gw_client *c)
{
    gw_call *call = &c->call;

    for (;;) {
        uint64_t until;
        size_t n, used;

        refresh_if_needed(c);
        if (call->code != GW_OK)
            return;
        if (make_fds(c) != GW_OK) {
            call->code = GW_ENOMEM;
            return;
        }
        n = collect_fds(c, &until);
        if (n == 0)
            return;
        if (gw_net_poll(call->fds, n, wait_until(call->now, until)) != 0) {
            call->code = gw_report_code(c, GW_EIO);
            return;
        }
        call->now = gw_net_now();
        used = step_targets(c);
        if (used < n)
            lookup_result(c, gw_lookup_step(c, call->fds[used].revents != 0,
                                            call->now));
    }
}

/* ---- all gateways ----------------------------------------------------------- */

/* Moves the peer's target to `index`, or makes it there. */
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
    t = target_insert(c, index);
    if (t == NULL)
        return GW_ENOMEM;
    gw_target_start(c, t, peer, NULL);
    return GW_OK;
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
        gw_peer *peer = gw_pool_peer(c, list->items[i]);

        if (peer == NULL) {
            c->call.code = GW_ENOMEM;
            return;
        }
        if (place(c, peer, i) != GW_OK)
            return;
    }
}

static void lookup_result(gw_client *c, int rc)
{
    gw_call *call = &c->call;

    if (rc == GW_EAGAIN)
        return;
    if (rc == GW_OK)
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

        if (t->state == GW_TARGET_DONE || counts_as_failure(t))
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
        lookup_result(c, gw_lookup_start(c, call->now, call->deadline));
    }
    if (call->code == GW_OK)
        run(c);
    if (call->code == GW_OK && call->list == NULL && !anything_happened(c))
        call->code = gw_lookup_report_none(c);
}

/* Too long a frame would only make every gateway close its connection. */
static int check_size(gw_client *c, const gw_request *r)
{
    size_t ext = r->frame.ext.len, body = r->frame.body.len;

    if (ext > GW_FRAME_MAX || body > GW_FRAME_MAX ||
        GW_FRAME_HEAD_LEN + ext + body > GW_FRAME_MAX)
        return gw_report_error(c, GW_ETOOBIG,
                               "the frame is larger than gateways accept "
                               "(%lu bytes)",
                               (unsigned long)GW_FRAME_MAX);
    return GW_OK;
}

static int prepare(gw_client *c, const gw_request *r)
{
    gw_call *call = &c->call;
    uint32_t *grown;

    call->request = r;
    if (r->id_count <= call->number_cap)
        return check_size(c, r);
    grown = gw_mem_resize(&c->allocator, call->numbers, r->id_count,
                          sizeof *grown);
    if (grown == NULL)
        return GW_ENOMEM;
    call->numbers = grown;
    call->number_cap = r->id_count;
    return check_size(c, r);
}

int gw_call_all(gw_client *c, const gw_request *request)
{
    c->call.code = prepare(c, request);
    if (c->call.code == GW_OK)
        run_listed(c);
    return finish(c, GW_EPARTIAL);
}

int gw_call_list(gw_client *c)
{
    run_listed(c);
    return finish(c, 0);
}

/* ---- the gateways of clients ------------------------------------------------ */

static gw_peer *peer_of(gw_client *c, const gw_client_id *id)
{
    char text[GW_IPV4_TEXT_LEN + 1 + 5 + 1];
    size_t len;

    gw_ipv4_format(id->ip, text);
    len = strlen(text);
    len += (size_t)snprintf(text + len, sizeof text - len, ":%u",
                            (unsigned)id->port);
    return gw_pool_peer(c, gw_slice_of(text, len));
}

static int has_target(const gw_call *call, const gw_client_id *id)
{
    size_t i = call->count;

    /* Lists come in runs: the last one is the likeliest. */
    while (i-- > 0) {
        if (call->targets[i]->peer->ip == id->ip &&
            call->targets[i]->peer->port == id->port)
            return 1;
    }
    return 0;
}

static void start_ids(gw_client *c, const gw_client_id *ids, size_t count)
{
    gw_call *call = &c->call;
    size_t i;

    for (i = 0; i < count && call->code == GW_OK; i++) {
        gw_peer *peer;
        gw_target *t;

        if (has_target(call, &ids[i]))
            continue;
        peer = peer_of(c, &ids[i]);
        t = peer == NULL ? NULL : target_insert(c, call->count);
        if (t == NULL)
            call->code = GW_ENOMEM;
        else
            gw_target_start(c, t, peer, NULL);
    }
}

int gw_call_ids(gw_client *c, const gw_request *request,
                const gw_client_id *ids, size_t count)
{
    c->call.code = prepare(c, request);
    if (c->call.code == GW_OK)
        start_ids(c, ids, count);
    if (c->call.code == GW_OK)
        run(c);
    return finish(c, c->call.count == 1 ? 0 : GW_EPARTIAL);
}

/* ---- the second phase ------------------------------------------------------- */

int gw_call_deliver(gw_client *c, int code, gw_deliver_fn fn, void *arg)
{
    size_t i;
    int rc = 0;

    if (code != GW_OK && code != GW_EPARTIAL)
        return code;
    c->busy = 1;
    for (i = 0; i < c->call.count && rc == 0; i++) {
        if (c->call.targets[i]->state == GW_TARGET_DONE)
            rc = fn(arg, c->call.targets[i]);
    }
    c->busy = 0;
    return rc != 0 ? rc : code;
}

/* ---- gw_flush() ------------------------------------------------------------- */

static int ask_conn(gw_client *c, gw_peer *peer, gw_conn *conn)
{
    gw_target *t = target_insert(c, c->call.count);

    if (t == NULL) {
        gw_pool_drop(c, peer, conn);
        return GW_ENOMEM;
    }
    gw_target_start(c, t, peer, conn);
    return GW_OK;
}

/* What was sent on connections that are gone is told once, then forgotten. */
static int report_lost(gw_client *c, gw_peer *peer)
{
    char text[1100];
    uint64_t lost = peer->lost;

    if (lost == 0)
        return GW_OK;
    peer->lost = 0;
    snprintf(text, sizeof text,
             "%llu sent to tcp://%.1000s and not confirmed: the connection is "
             "gone%s",
             (unsigned long long)lost, peer->address,
             peer->suspect ? " (wrong secret key?)" : "");
    return gw_report_failure(c, gw_peer_address(peer), GW_EUNCONFIRMED, text);
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

int gw_call_flush(gw_client *c, const gw_request *request)
{
    gw_peer *peer = NULL;

    c->call.code = prepare(c, request);
    while (c->call.code == GW_OK && (peer = gw_pool_next(c, peer)) != NULL)
        c->call.code = flush_peer(c, peer);
    if (c->call.code == GW_OK)
        run(c);
    return finish(c, GW_EUNCONFIRMED);
}
