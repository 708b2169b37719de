#include "lookup.h"

#include "client_impl.h"

#include "address.h"
#include "json_write.h"
#include "register_line.h"

/* A Register's line, newline included. */
#define LINE_MAX_LEN ((size_t)1024 * 1024)
/* So much of an answer that is none is quoted. */
#define QUOTE_MAX 200
/* Registers that were asked in vain are so long asked after the one that had an
 * answer: a machine that is gone takes a connect timeout each time. */
#define FAILED_TTL_MS 30000u

static int ask_next(gw_client *c, gw_lookup *l);

static size_t index_of(const gw_lookup *l)
{
    return gw_dial_index(l->first.index, l->turn);
}

static gw_slice register_of(const gw_client *c, const gw_lookup *l)
{
    return c->registers->items[index_of(l)];
}

void gw_lookup_init(gw_client *c)
{
    gw_lookup *l = &c->call.lookup;

    l->state = GW_LOOKUP_IDLE;
    l->fd = GW_SOCKET_NONE;
    l->dial.fd = GW_SOCKET_NONE;
    l->list = NULL;
    gw_buf_init(&l->request, &c->allocator, 0);
    gw_buf_init(&l->reply, &c->allocator, LINE_MAX_LEN);
    gw_buf_init(&l->unreached, &c->allocator, 0);
    gw_buf_init(&l->bad, &c->allocator, 0);
}

static void hang_up(gw_lookup *l)
{
    gw_dial_close(&l->dial);
    if (l->fd != GW_SOCKET_NONE)
        gw_net_close(l->fd);
    l->fd = GW_SOCKET_NONE;
    l->state = GW_LOOKUP_IDLE;
}

void gw_lookup_cancel(gw_client *c)
{
    gw_lookup *l = &c->call.lookup;

    hang_up(l);
    gw_secret_buf_deinit(&l->request);
    gw_buf_deinit(&l->reply);
    gw_buf_deinit(&l->unreached);
    gw_buf_deinit(&l->bad);
    gw_lookup_init(c);
}

/* ---- what went wrong ---------------------------------------------------- */

static void put_unreached(gw_client *c, gw_lookup *l, const char *cause)
{
    if (l->unreached.len > 0)
        gw_buf_put_str(&l->unreached, "; ");
    gw_buf_put_str(&l->unreached, "tcp://");
    gw_buf_put_slice(&l->unreached, register_of(c, l));
    gw_buf_put_char(&l->unreached, ' ');
    gw_buf_put_str(&l->unreached, cause);
}

/* A peer that sends our own question back must not bring the key into a log. */
static int tells_key(gw_slice line)
{
    static const char name[] = "secret_key";
    size_t i;

    for (i = 0; i + sizeof name - 1 <= line.len; i++) {
        if (memcmp(line.base + i, name, sizeof name - 1) == 0)
            return 1;
    }
    return 0;
}

static void put_quoted(gw_buf *buf, gw_slice line)
{
    size_t i;

    while (line.len > 0 &&
           (line.base[line.len - 1] == '\n' || line.base[line.len - 1] == '\r'))
        line.len--;
    gw_buf_put_char(buf, '\'');
    if (tells_key(line)) {
        line.len = 0;
        gw_buf_put_str(buf, "(not shown)");
    }
    for (i = 0; i < line.len && i < QUOTE_MAX; i++) {
        char ch = line.base[i];

        if (ch == '\'' || ch == '\\')
            gw_buf_put_char(buf, '\\');
        gw_buf_put_char(buf, (unsigned char)ch < 0x20 ? '?' : ch);
    }
    if (i < line.len)
        gw_buf_put_str(buf, "...");
    gw_buf_put_char(buf, '\'');
}

/* What the reference says, "return false", is the same for both: the cause is
 * ours. */
static void put_bad(gw_client *c, gw_lookup *l, int closed)
{
    if (l->bad.len > 0)
        return;
    gw_buf_put_str(&l->bad, "tcp://");
    gw_buf_put_slice(&l->bad, register_of(c, l));
    gw_buf_put_str(&l->bad, " return ");
    if (l->reply.len > 0)
        put_quoted(&l->bad, gw_buf_slice(&l->reply));
    else if (closed)
        gw_buf_put_str(&l->bad, "false (closed without an answer: wrong or "
                                "missing secret key?)");
    else
        gw_buf_put_str(&l->bad, "false");
}

static const gw_buf *cause_of(const gw_lookup *l, int code, const char **before)
{
    *before = code == GW_EREGISTER ? "Can not connect to"
                                   : "getAllGatewayAddressesFromRegister fail.";
    return code == GW_EREGISTER ? &l->unreached : &l->bad;
}

void gw_lookup_put_cause(const gw_client *c, int code, gw_buf *to)
{
    const char *before;
    const gw_buf *text = cause_of(&c->call.lookup, code, &before);

    gw_buf_put_str(to, before);
    gw_buf_put_char(to, ' ');
    gw_buf_put_slice(to, gw_buf_slice(text));
}

int gw_lookup_report(gw_client *c, int code)
{
    const char *before;
    const gw_buf *text = cause_of(&c->call.lookup, code, &before);

    if (code == GW_ENOMEM || text->error != 0)
        return gw_report_code(c, GW_ENOMEM);
    return gw_report_error(c, code, "%s %.*s", before, (int)text->len,
                           text->base);
}

int gw_lookup_report_none(gw_client *c)
{
    const gw_registers *r = c->registers;
    gw_buf json;
    size_t i;
    int rc;

    gw_buf_init(&json, &c->allocator, 0);
    for (i = 0; i < r->count; i++) {
        if (r->count > 1)
            gw_buf_put_char(&json, i == 0 ? '[' : ',');
        gw_json_put_string(&json, r->items[i]);
    }
    if (r->count > 1)
        gw_buf_put_char(&json, ']');
    if (json.error == GW_ENOMEM)
        rc = gw_report_code(c, GW_ENOMEM);
    else
        rc = gw_report_error(
            c, GW_ENOGATEWAY,
            "Gateway::getAllGatewayAddressesFromRegister() with "
            "registerAddress:%.*s  return array (\n)",
            (int)json.len, json.base);
    gw_buf_deinit(&json);
    return rc;
}

/* ---- one Register ------------------------------------------------------- */

static int give_up_register(gw_client *c, gw_lookup *l, int closed)
{
    put_bad(c, l, closed);
    hang_up(l);
    l->turn++;
    return ask_next(c, l);
}

static int on_line(gw_client *c, gw_lookup *l, size_t len, uint64_t now)
{
    const gw_list_source source = {index_of(l),
                                   l->turn == 0 ? l->first.failed_at : now,
                                   l->endpoints.reached};
    int rc = gw_registry_store(c, gw_slice_of(l->reply.base, len), now, source,
                               &l->list);

    if (rc != GW_OK && rc != GW_ENOMEM) {
        l->reply.len = len;
        return give_up_register(c, l, 0);
    }
    hang_up(l);
    return rc;
}

static int recv_some(gw_client *c, gw_lookup *l, uint64_t now)
{
    size_t got, before = l->reply.len;
    const char *newline;
    int rc;

    rc = gw_net_recv(l->fd, c->scratch, GW_SCRATCH_LEN, &got);
    if (rc == GW_EAGAIN)
        return GW_EAGAIN;
    if (rc != 0 || got == 0)
        return give_up_register(c, l, 1);
    c->stats.bytes_received += got;
    gw_buf_put(&l->reply, c->scratch, got);
    if (l->reply.error == GW_ENOMEM)
        return GW_ENOMEM;
    if (l->reply.error != 0)
        return give_up_register(c, l, 0);
    newline = memchr(l->reply.base + before, '\n', got);
    if (newline == NULL)
        return GW_EAGAIN;
    return on_line(c, l, (size_t)(newline - l->reply.base) + 1, now);
}

static int send_some(gw_client *c, gw_lookup *l)
{
    gw_slice part =
        gw_slice_of(l->request.base + l->sent, l->request.len - l->sent);
    size_t sent;
    int rc = gw_net_send(l->fd, &part, 1, &sent);

    if (rc == GW_EAGAIN)
        return GW_EAGAIN;
    if (rc != 0)
        return give_up_register(c, l, 1);
    l->sent += sent;
    c->stats.bytes_sent += sent;
    if (l->sent == l->request.len)
        l->state = GW_LOOKUP_RECV;
    return GW_EAGAIN;
}

/* A silent Register must leave time for those after it. */
static uint64_t reply_limit(const gw_client *c, const gw_lookup *l,
                            uint64_t now)
{
    uint64_t limit = now + c->connect_timeout_ms;

    if (l->turn + 1 == c->registers->count || limit > l->deadline)
        return l->deadline;
    return limit;
}

static int on_dialed(gw_client *c, gw_lookup *l, int rc, uint64_t now)
{
    char scratch[GW_NET_TEXT_LEN];

    if (rc == GW_EAGAIN) {
        l->state = GW_LOOKUP_CONNECT;
        l->limit = l->dial.limit;
        return GW_EAGAIN;
    }
    if (rc == GW_OK) {
        l->fd = gw_dial_take(&l->dial);
        l->limit = reply_limit(c, l, now);
        l->state = GW_LOOKUP_SEND;
        return send_some(c, l);
    }
    put_unreached(c, l, gw_net_strerror(l->dial.error, scratch));
    l->turn++;
    return GW_ECONNECT;
}

/* No name is asked for once the deadline has passed. */
static int resolve(gw_lookup *l, gw_slice host, uint16_t port)
{
    if (gw_host_is_name(host) && gw_net_now() >= l->deadline)
        return GW_ETIMEDOUT;
    return gw_net_resolve(host, port, &l->endpoints);
}

static int ask_one(gw_client *c, gw_lookup *l)
{
    gw_slice host;
    uint16_t port;
    uint64_t now;
    int rc;

    l->sent = 0;
    gw_buf_clear(&l->reply);
    gw_address_split(register_of(c, l), &host, &port);
    rc = resolve(l, host, port);
    if (rc == GW_ENOMEM)
        return rc;
    if (rc != GW_OK) {
        put_unreached(c, l, gw_strerror(rc));
        l->turn++;
        return GW_ECONNECT;
    }
    now = gw_net_now(); /* a name may have taken long */
    rc = gw_dial_start(&l->dial, &l->endpoints, now, c->connect_timeout_ms,
                       l->deadline);
    return on_dialed(c, l, rc, now);
}

static int ask_next(gw_client *c, gw_lookup *l)
{
    while (l->turn < c->registers->count) {
        int rc = ask_one(c, l);

        if (rc != GW_ECONNECT)
            return rc;
    }
    l->state = GW_LOOKUP_IDLE;
    if (l->unreached.error != 0 || l->bad.error != 0)
        return GW_ENOMEM;
    return l->bad.len > 0 ? GW_EREGISTERREPLY : GW_EREGISTER;
}

/* ---- what the call does with it ----------------------------------------- */

static gw_list_source whom_to_ask_first(const gw_client *c)
{
    const gw_list *kept = gw_registry_kept(c);
    gw_list_source first;

    memset(&first, 0, sizeof first);
    if (kept == NULL)
        return first;
    if (c->call.now - kept->source.failed_at < FAILED_TTL_MS)
        return kept->source;
    first.reached = kept->source.reached;
    return first;
}

int gw_lookup_start(gw_client *c, uint64_t deadline)
{
    gw_lookup *l = &c->call.lookup;
    gw_slice key = c->key.text;

    gw_lookup_cancel(c);
    if (gw_secret_buf_init(c, &l->request, 64 + 6 * key.len) != GW_OK)
        return GW_ENOMEM;
    gw_register_put_worker_connect(&l->request, key);
    if (l->request.error != 0)
        return GW_ENOMEM;
    l->first = whom_to_ask_first(c);
    l->endpoints.reached = l->first.reached;
    l->turn = 0;
    l->deadline = deadline;
    c->stats.register_lookups++;
    return ask_next(c, l);
}

int gw_lookup_wants(const gw_lookup *l, gw_pollfd *fd, uint64_t *limit)
{
    if (l->state == GW_LOOKUP_IDLE)
        return 0;
    fd->fd = l->state == GW_LOOKUP_CONNECT ? l->dial.fd : l->fd;
    fd->events = l->state == GW_LOOKUP_RECV ? POLLIN : POLLOUT;
    fd->revents = 0;
    *limit = l->limit;
    return 1;
}

static int step_connect(gw_client *c, gw_lookup *l, int ready, uint64_t now)
{
    int rc =
        ready ? gw_dial_ready(&l->dial, now) : gw_dial_expired(&l->dial, now);

    rc = on_dialed(c, l, rc, now);
    return rc == GW_ECONNECT ? ask_next(c, l) : rc;
}

int gw_lookup_step(gw_client *c, int ready, uint64_t now)
{
    gw_lookup *l = &c->call.lookup;
    int rc;

    if (!ready && now < l->limit)
        return GW_EAGAIN;
    if (l->state == GW_LOOKUP_CONNECT)
        return step_connect(c, l, ready, now);
    if (!ready)
        return give_up_register(c, l, 0);
    rc = l->state == GW_LOOKUP_SEND ? send_some(c, l) : recv_some(c, l, now);
    /* One that never stops talking has no more time than one that is silent.
     * The next one has a limit of its own. */
    if (rc == GW_EAGAIN && now >= l->limit)
        return give_up_register(c, l, 0);
    return rc;
}
