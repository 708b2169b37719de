#include "target.h"

#include "client_impl.h"
#include "known.h"
#include "reply.h"

#include "json_write.h"

#include <stdio.h>

/* A reply that is longer is read straight into its buffer, in such pieces. */
#define PIECE_LEN ((size_t)65536)
/* So many reads in a row, then the other gateways have their turn. */
#define READS_MAX 32
/* Frames up to this size are sent in one piece. */
#define JOIN_MAX ((size_t)4096)

/* IS_ONLINE of connection 0, which no client has: the cheapest question. */
static const uint8_t probe_frame[GW_FRAME_HEAD_LEN] = {0,
                                                       0,
                                                       0,
                                                       GW_FRAME_HEAD_LEN,
                                                       GW_CMD_IS_ONLINE,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       0,
                                                       GW_FLAG_SCALAR};

static void dial_done(gw_client *c, gw_target *t, int rc);
static void send_some(gw_client *c, gw_target *t);

void gw_target_init(gw_client *c, gw_target *t)
{
    memset(t, 0, sizeof *t);
    t->dial.fd = GW_SOCKET_NONE;
    gw_buf_init(&t->own_ext, &c->allocator, GW_FRAME_MAX);
    gw_buf_init(&t->reply, &c->allocator, 0);
}

void gw_target_deinit(gw_client *c, gw_target *t)
{
    gw_dial_close(&t->dial);
    if (t->conn != NULL)
        gw_pool_drop(c, t->home, t->conn);
    t->conn = NULL;
    gw_buf_deinit(&t->own_ext);
    gw_buf_deinit(&t->reply);
}

/* ---- ends --------------------------------------------------------------- */

void gw_target_fail(gw_client *c, gw_target *t, int code, int error)
{
    gw_conn *conn = t->conn;

    gw_dial_close(&t->dial);
    t->conn = NULL;
    t->state = GW_TARGET_FAILED;
    t->code = code;
    t->error = error;
    if (conn == NULL)
        return;
    if (code == GW_ECLOSED || code == GW_EAUTH || code == GW_EUNCONFIRMED)
        gw_pool_died(c, t->home, conn);
    else
        gw_pool_drop(c, t->home, conn);
}

static void finish(gw_client *c, gw_target *t, int clean)
{
    gw_conn *conn = t->conn;

    t->conn = NULL;
    t->state = GW_TARGET_DONE;
    if (clean)
        gw_pool_put(c, t->home, conn, c->call.now);
    else
        gw_pool_drop(c, t->home, conn);
}

int gw_target_is_unreached(const gw_target *t)
{
    return t->state == GW_TARGET_FAILED &&
           (t->code == GW_ECONNECT || t->code == GW_ERESOLVE);
}

/* A gateway that the refreshed list does not have any more is no failure. */
int gw_target_is_failure(const gw_target *t)
{
    return t->state == GW_TARGET_FAILED &&
           !(t->unlisted && gw_target_is_unreached(t));
}

static const struct {
    int code;
    const char *before;
    const char *after; /* NULL: the system error */
} cause_texts[] = {
    {GW_ECONNECT, "can not connect to tcp://", NULL},
    {GW_ERESOLVE, "can not connect to tcp://", NULL},
    {GW_EIO, "can not send to tcp://", NULL},
    {GW_ECLOSED, "connection close tcp://", ""},
    {GW_EUNCONFIRMED, "connection close tcp://", ": sent but not confirmed"},
    {GW_ETIMEDOUT, "timed out waiting for tcp://", ""},
    {GW_EAUTH, "tcp://",
     " closed the connection after authorisation: wrong secret key?"},
    {GW_EPROTO, "malformed reply from tcp://", ""},
    {GW_ETOOBIG, "too long a frame or reply with tcp://", ""},
    {GW_EUNLISTED, "not connecting to tcp://", ": no such gateway is listed"},
    {GW_ENOGATEWAY, "not connecting to tcp://",
     ": the list of gateways is empty"},
};

static const char *system_cause(const gw_target *t, char *scratch)
{
    return t->error != 0 ? gw_net_strerror(t->error, scratch)
                         : gw_strerror(t->code);
}

/* Why it is not known whether the target is a gateway; len 0: it is another
 * failure. */
static gw_slice unknown_cause(const gw_client *c, const gw_target *t)
{
    /* A number needs no resolving, so this is of the names in the list. */
    if (t->code == GW_ERESOLVE && t->peer->resolved_at == UINT64_MAX)
        return gw_slice_str("a listed host name cannot be resolved");
    if (t->code == GW_EREGISTER || t->code == GW_EREGISTERREPLY)
        return gw_buf_slice(&c->call.cause);
    return gw_slice_of(NULL, 0);
}

static int report_unknown(gw_client *c, const gw_target *t, gw_slice cause)
{
    char text[2400];

    snprintf(text, sizeof text, "not connecting to tcp://%.1000s: %.*s",
             t->peer->address, (int)(cause.len < 1200 ? cause.len : 1200),
             cause.base);
    return gw_report_failure(c, gw_peer_address(t->peer), t->code, text);
}

int gw_target_report(gw_client *c, const gw_target *t)
{
    char text[1200], scratch[GW_NET_TEXT_LEN];
    const char *before = "tcp://", *after = NULL;
    gw_slice unknown = unknown_cause(c, t);
    size_t i;

    if (unknown.len > 0)
        return report_unknown(c, t, unknown);
    for (i = 0; i < sizeof cause_texts / sizeof cause_texts[0]; i++) {
        if (cause_texts[i].code == t->code) {
            before = cause_texts[i].before;
            after = cause_texts[i].after;
        }
    }
    snprintf(text, sizeof text, "%s%.1000s%s%s", before, t->peer->address,
             after == NULL ? " " : "",
             after == NULL ? system_cause(t, scratch) : after);
    return gw_report_failure(c, gw_peer_address(t->peer), t->code, text);
}

/* ---- receiving ---------------------------------------------------------- */

/* A reply came: the gateway took our key and has handled all before it. */
static void on_reply(gw_client *c, gw_target *t, int clean)
{
    int (*check)(gw_slice) =
        t->probing ? gw_reply_check_int : c->call.request->check;

    t->conn->proven = 1;
    t->conn->unconfirmed = 0;
    t->home->suspect = 0;
    if (check(gw_buf_slice(&t->reply)) != 0)
        gw_target_fail(c, t, GW_EPROTO, 0);
    else
        finish(c, t, clean);
}

/* Bytes that came into the scratch buffer. More than the reply means that the
 * gateway and we disagree: the reply counts, the connection does not stay. */
static void take_bytes(gw_client *c, gw_target *t, const char *base, size_t len)
{
    while (t->prefix_len < sizeof t->prefix && len > 0) {
        t->prefix[t->prefix_len++] = (uint8_t)*base++;
        len--;
    }
    if (t->prefix_len < sizeof t->prefix)
        return;
    t->reply_len = (size_t)t->prefix[0] << 24 | (size_t)t->prefix[1] << 16 |
                   (size_t)t->prefix[2] << 8 | t->prefix[3];
    if (t->reply_len > c->max_reply) {
        gw_target_fail(c, t, GW_ETOOBIG, 0);
    } else if (len >= t->reply_len) {
        gw_buf_put(&t->reply, base, t->reply_len);
        if (t->reply.error != 0)
            gw_target_fail(c, t, GW_ENOMEM, 0);
        else
            on_reply(c, t, len == t->reply_len);
    } else {
        gw_buf_put(&t->reply, base, len);
    }
}

/* Where the next bytes go. The buffer grows with what has come, not with what
 * the gateway announces. */
static char *recv_room(gw_client *c, gw_target *t, size_t *len)
{
    if (t->prefix_len < sizeof t->prefix) {
        *len = GW_SCRATCH_LEN;
        return c->scratch;
    }
    *len = t->reply_len - t->reply.len;
    if (*len > PIECE_LEN)
        *len = PIECE_LEN;
    return gw_buf_reserve(&t->reply, *len);
}

static void on_closed(gw_client *c, gw_target *t, int error)
{
    if (error != 0 && !gw_net_is_reset(error))
        gw_target_fail(c, t, GW_EIO, error);
    else if (t->must_be)
        gw_target_fail(c, t, GW_EUNCONFIRMED, 0);
    else
        gw_target_fail(c, t, t->probing ? GW_EAUTH : GW_ECLOSED, 0);
}

static int recv_once(gw_client *c, gw_target *t)
{
    size_t len, got;
    char *room = recv_room(c, t, &len);
    int rc;

    if (room == NULL) {
        gw_target_fail(c, t, GW_ENOMEM, 0);
        return 0;
    }
    rc = gw_net_recv(t->conn->fd, room, len, &got);
    if (rc == GW_EAGAIN)
        return 0;
    if (rc != 0 || got == 0) {
        on_closed(c, t, rc);
        return 0;
    }
    c->stats.bytes_received += got;
    if (room == c->scratch) {
        take_bytes(c, t, room, got);
    } else {
        gw_buf_commit(&t->reply, got);
        if (t->reply.len == t->reply_len)
            on_reply(c, t, 1);
    }
    return t->state == GW_TARGET_RECV;
}

static void recv_some(gw_client *c, gw_target *t)
{
    int i;

    for (i = 0; i < READS_MAX; i++) {
        if (!recv_once(c, t))
            return;
    }
}

/* ---- sending ------------------------------------------------------------ */

static size_t collect_parts(const gw_client *c, const gw_target *t,
                            gw_slice *parts)
{
    const gw_request *r = c->call.request;
    size_t n = 0;

    if (!t->conn->authorised)
        parts[n++] = c->key.frame;
    parts[n++] = gw_slice_of(t->head, sizeof t->head);
    parts[n++] = t->ext;
    parts[n++] = r->frame.body;
    if (t->probing)
        parts[n++] = gw_slice_of(probe_frame, sizeof probe_frame);
    return n;
}

/* Takes away what was sent, and parts that are empty. */
static size_t skip_sent(gw_slice *parts, size_t count, size_t sent)
{
    size_t i, n = 0;

    for (i = 0; i < count; i++) {
        size_t skip = sent < parts[i].len ? sent : parts[i].len;

        sent -= skip;
        if (parts[i].len > skip)
            parts[n++] = gw_slice_of(parts[i].base + skip, parts[i].len - skip);
    }
    return n;
}

/* What is short costs less to copy than the kernel takes to gather it. The key
 * is not left in the scratch buffer. */
static size_t join(const gw_client *c, const gw_target *t, gw_slice *parts,
                   size_t count)
{
    char *to = c->scratch;
    size_t i;

    if (count == 1 || t->total > JOIN_MAX || !t->conn->authorised)
        return count;
    for (i = 0; i < count; i++) {
        memcpy(to, parts[i].base, parts[i].len);
        to += parts[i].len;
    }
    parts[0] = gw_slice_of(c->scratch, (size_t)(to - c->scratch));
    return 1;
}

static void dial(gw_client *c, gw_target *t)
{
    int rc = gw_pool_resolve(c, t->peer, c->call.now);

    if (rc != GW_OK) {
        gw_target_fail(c, t, rc, 0);
        return;
    }
    dial_done(c, t,
              gw_dial_start(&t->dial, &t->peer->endpoints, gw_net_now(),
                            c->connect_timeout_ms, c->call.deadline));
}

/* Nothing was sent yet, so a pooled connection may be replaced, once. */
static void on_send_error(gw_client *c, gw_target *t, int error)
{
    if (t->sent == 0 && t->pooled && !t->must_be) {
        gw_conn *conn = t->conn;

        t->conn = NULL;
        c->stats.stale++;
        gw_pool_died(c, t->home, conn);
        dial(c, t);
        return;
    }
    on_closed(c, t, error);
}

static void on_sent(gw_client *c, gw_target *t)
{
    t->conn->authorised = 1;
    c->stats.frames_sent++;
    if (t->pooled)
        c->stats.reuses++;
    if (c->call.request->check != NULL || t->probing) {
        t->state = GW_TARGET_RECV;
        return;
    }
    t->conn->unconfirmed++;
    finish(c, t, 1);
}

static void send_some(gw_client *c, gw_target *t)
{
    gw_slice parts[GW_NET_PARTS_MAX];
    size_t count, sent;
    int rc;

    while (t->sent < t->total) {
        count = skip_sent(parts, collect_parts(c, t, parts), t->sent);
        count = join(c, t, parts, count);
        rc = gw_net_send(t->conn->fd, parts, count, &sent);
        if (rc == GW_EAGAIN)
            return;
        if (rc != 0) {
            on_send_error(c, t, rc);
            return;
        }
        t->sent += sent;
        c->stats.bytes_sent += sent;
    }
    on_sent(c, t);
}

static void send_on(gw_client *c, gw_target *t, gw_conn *conn, int pooled)
{
    const gw_request *r = c->call.request;

    t->conn = conn;
    t->pooled = pooled;
    /* Only a command without reply needs the probe: replies prove the key. */
    t->probing = !pooled && t->home->suspect && r->check == NULL;
    t->sent = 0;
    t->total = (conn->authorised ? 0 : c->key.frame.len) + sizeof t->head +
               t->ext.len + r->frame.body.len +
               (t->probing ? sizeof probe_frame : 0);
    t->state = GW_TARGET_SEND;
    send_some(c, t);
}

/* ---- connecting --------------------------------------------------------- */

static void dial_done(gw_client *c, gw_target *t, int rc)
{
    gw_conn *conn;

    t->state = GW_TARGET_CONNECT;
    if (rc == GW_EAGAIN)
        return;
    if (rc != GW_OK) {
        t->peer->endpoints.count = 0; /* a name may have moved */
        gw_target_fail(c, t, rc, t->dial.error);
        return;
    }
    conn = gw_pool_adopt(c, gw_dial_take(&t->dial));
    if (conn == NULL) {
        gw_target_fail(c, t, GW_ENOMEM, 0);
        return;
    }
    conn->ip = gw_net_first_ipv4(&t->peer->endpoints.reached, 1);
    send_on(c, t, conn, 0);
}

static void step_connect(gw_client *c, gw_target *t, int ready)
{
    dial_done(c, t,
              ready ? gw_dial_ready(&t->dial, c->call.now)
                    : gw_dial_expired(&t->dial, c->call.now));
}

/* ---- the call's side ---------------------------------------------------- */

/* The gateway's own clients among the listed ones. */
static size_t own_numbers(gw_client *c, const gw_target *t)
{
    const gw_request *r = c->call.request;
    size_t i, n = 0;

    for (i = 0; i < r->id_count; i++) {
        if (r->ids[i].port == t->peer->port &&
            gw_peer_is_at(t->peer, r->ids[i].ip))
            c->call.numbers[n++] = r->ids[i].connection;
    }
    return n;
}

static int make_ext(gw_client *c, gw_target *t)
{
    const gw_request *r = c->call.request;
    size_t n = own_numbers(c, t);

    t->ext = r->frame.ext;
    if (n == 0)
        return GW_OK;
    gw_buf_put_slice(&t->own_ext, r->before);
    gw_json_put_connections(&t->own_ext, c->call.numbers, n);
    gw_buf_put_slice(&t->own_ext, r->after);
    t->ext = gw_buf_slice(&t->own_ext);
    return t->own_ext.error;
}

static int make_frame(gw_client *c, gw_target *t)
{
    gw_frame frame = c->call.request->frame;
    int rc = GW_OK;

    t->ext = frame.ext;
    if (c->call.request->id_count > 0)
        rc = make_ext(c, t);
    if (rc != GW_OK)
        return rc;
    frame.ext = t->ext;
    if (GW_FRAME_HEAD_LEN + frame.ext.len + frame.body.len > GW_FRAME_MAX)
        return GW_ETOOBIG;
    return gw_frame_encode_head(&frame, t->head);
}

void gw_target_hold(gw_target *t, gw_peer *peer)
{
    t->peer = peer;
    t->state = GW_TARGET_HELD;
}

/* Nothing was sent, so the connection is as clean as before; but gw_flush()
 * would take it out again. */
static void refuse(gw_client *c, gw_target *t, gw_conn *conn, int code)
{
    if (t->must_be)
        t->conn = conn;
    else if (conn != NULL)
        gw_pool_put(c, t->home, conn, c->call.now);
    gw_target_fail(c, t, code, 0);
}

static int set_peer(gw_client *c, gw_target *t, gw_peer *peer)
{
    gw_peer *home = c->call.by_ids ? gw_known_home(c, peer) : peer;

    t->peer = peer;
    t->home = home != NULL ? home : peer;
    t->peer->used_at = t->home->used_at = c->call.now;
    return home != NULL ? GW_OK : GW_ENOMEM;
}

/* A name may stand for more than the one gateway that is meant; and since it
 * was found there, another gateway may have come to the address. */
static gw_conn *take(gw_client *c, gw_target *t)
{
    uint32_t ip = t->peer->ip;
    gw_conn *conn = NULL;

    if (t->home != t->peer) {
        conn = gw_pool_take(c, t->home, ip, c->call.now);
        if (conn != NULL || gw_pool_leads_to(t->home, ip, c->call.now))
            return conn;
        t->home = t->peer;
    }
    return gw_pool_take(c, t->peer, 0, c->call.now);
}

/* With an open connection the host's name is not asked for: a name server that
 * does not answer must not part us from a gateway that does. */
void gw_target_start(gw_client *c, gw_target *t, gw_peer *peer, gw_conn *conn)
{
    int rc = set_peer(c, t, peer);

    t->must_be = conn != NULL;
    if (rc == GW_OK && conn == NULL)
        conn = take(c, t);
    if (rc == GW_OK && conn == NULL)
        rc = gw_pool_resolve(c, peer, c->call.now);
    if (rc == GW_OK)
        rc = make_frame(c, t);
    if (rc != GW_OK)
        refuse(c, t, conn, rc);
    else if (conn != NULL)
        send_on(c, t, conn, 1);
    else
        dial(c, t);
}

int gw_target_wants(const gw_target *t, uint64_t deadline, gw_pollfd *fd,
                    uint64_t *limit)
{
    static const short events[] = {POLLOUT, POLLOUT, POLLIN};

    if (!gw_target_is_running(t))
        return 0;
    fd->fd = t->state == GW_TARGET_CONNECT ? t->dial.fd : t->conn->fd;
    fd->events = events[t->state];
    fd->revents = 0;
    *limit = t->state == GW_TARGET_CONNECT ? t->dial.limit : deadline;
    return 1;
}

void gw_target_step(gw_client *c, gw_target *t, int ready)
{
    if (t->state == GW_TARGET_CONNECT) {
        if (ready || c->call.now >= t->dial.limit)
            step_connect(c, t, ready);
    } else if (ready && t->state == GW_TARGET_SEND) {
        send_some(c, t);
    } else if (ready && t->state == GW_TARGET_RECV) {
        recv_some(c, t);
    }
    if (gw_target_is_running(t) && c->call.now >= c->call.deadline)
        gw_target_fail(
            c, t, t->state == GW_TARGET_CONNECT ? GW_ECONNECT : GW_ETIMEDOUT,
            t->state == GW_TARGET_CONNECT ? gw_net_timed_out : 0);
}
