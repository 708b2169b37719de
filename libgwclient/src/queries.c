/* Commands with a reply. */
#include "client_impl.h"
#include "reply.h"
#include "request.h"

typedef int (*walk_fn)(gw_slice reply, gw_visitor *v);

typedef struct delivery {
    walk_fn walk;
    gw_visitor visitor;
} delivery;

static int deliver(void *arg, gw_target *t)
{
    delivery *d = arg;

    d->visitor.at.ip = t->peer->ip;
    d->visitor.at.port = t->peer->port;
    return d->walk(gw_buf_slice(&t->reply), &d->visitor);
}

static int deliver_all(gw_client *c, int code, delivery *d)
{
    d->visitor.busy = &c->busy;
    d->visitor.number = c->calls;
    return gw_call_deliver(c, code, deliver, d);
}

/* ---- one client --------------------------------------------------------- */

static int ask_one(gw_client *c, gw_command cmd, const gw_client_id *id,
                   int (*check)(gw_slice))
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, cmd);
    r.frame.connection_id = id->connection;
    r.check = check;
    return gw_call_ids(c, &r, id, 1);
}

static gw_slice only_reply(const gw_client *c)
{
    return gw_buf_slice(&c->call.targets[0]->reply);
}

int gw_is_online(gw_client *c, const gw_client_id *id, int *online)
{
    int64_t num = 0;
    int rc = ask_one(c, GW_CMD_IS_ONLINE, id, gw_reply_check_int);

    if (rc == GW_OK)
        rc = gw_reply_int(only_reply(c), &num);
    *online = num != 0;
    return rc;
}

int gw_get_session(gw_client *c, const gw_client_id *id, gw_slice *session)
{
    int rc =
        ask_one(c, GW_CMD_GET_SESSION_BY_CLIENT_ID, id, gw_reply_check_bytes);

    *session = gw_slice_of(NULL, 0);
    if (rc == GW_OK && !gw_slice_equal(only_reply(c), gw_slice_of("N;", 2)))
        *session = only_reply(c);
    return rc;
}

/* ---- all gateways ------------------------------------------------------- */

static int ask_all(gw_client *c, gw_request *r, delivery *d)
{
    return deliver_all(c, gw_call_all(c, r), d);
}

/* `key` NULL: without ext_data. */
static int ask_key(gw_client *c, gw_command cmd, const gw_key *key,
                   int (*check)(gw_slice), delivery *d)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, cmd);
    r.check = check;
    if (key != NULL)
        rc = gw_request_set_key(&r, &c->call.text, key);
    if (rc != GW_OK)
        return gw_call_fail(c, rc);
    return ask_all(c, &r, d);
}

static int ask_keys(gw_client *c, gw_command cmd, const gw_key *keys,
                    size_t count, int (*check)(gw_slice), delivery *d)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, cmd);
    r.check = check;
    rc = gw_request_set_keys(&r, &c->call.text, keys, count);
    if (rc != GW_OK)
        return gw_call_fail(c, rc);
    return ask_all(c, &r, d);
}

int gw_get_client_ids_by_uid(gw_client *c, gw_key uid, gw_client_id_fn fn,
                             void *arg)
{
    delivery d = {.walk = gw_reply_ids, .visitor = {.fn.id = fn, .arg = arg}};

    return ask_key(c, GW_CMD_GET_CLIENT_ID_BY_UID, &uid, gw_reply_check_ids,
                   &d);
}

int gw_batch_get_client_ids_by_uid(gw_client *c, const gw_key *uids,
                                   size_t count, gw_uid_client_fn fn, void *arg)
{
    delivery d = {.walk = gw_reply_uids, .visitor = {.fn.uid = fn, .arg = arg}};

    return ask_keys(c, GW_CMD_BATCH_GET_CLIENT_ID_BY_UID, uids, count,
                    gw_reply_check_uids, &d);
}

int gw_get_sessions(gw_client *c, const gw_key *group, gw_session_fn fn,
                    void *arg)
{
    delivery d = {.walk = gw_reply_sessions,
                  .visitor = {.fn.session = fn, .arg = arg}};

    return ask_key(c,
                   group == NULL ? GW_CMD_GET_ALL_CLIENT_SESSIONS
                                 : GW_CMD_GET_CLIENT_SESSIONS_BY_GROUP,
                   group, gw_reply_check_sessions, &d);
}

int gw_batch_get_client_count(gw_client *c, const gw_key *groups, size_t count,
                              gw_count_fn fn, void *arg)
{
    delivery d = {.walk = gw_reply_counts,
                  .visitor = {.fn.count = fn, .arg = arg}};

    return ask_keys(c, GW_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP, groups, count,
                    gw_reply_check_counts, &d);
}

int gw_get_groups(gw_client *c, gw_key_fn fn, void *arg)
{
    delivery d = {.walk = gw_reply_keys, .visitor = {.fn.key = fn, .arg = arg}};

    return ask_key(c, GW_CMD_GET_GROUP_ID_LIST, NULL, gw_reply_check_keys, &d);
}

static int add_count(void *arg, gw_target *t)
{
    int64_t *sum = arg;
    int64_t num = 0;
    int rc = gw_reply_int(gw_buf_slice(&t->reply), &num);

    *sum = (int64_t)((uint64_t)*sum + (uint64_t)num);
    return rc;
}

int gw_get_client_count(gw_client *c, const gw_key *group, int64_t *count)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    *count = 0;
    gw_request_init(&r, GW_CMD_GET_CLIENT_COUNT_BY_GROUP);
    r.check = gw_reply_check_int;
    if (group != NULL)
        rc = gw_request_set_key(&r, &c->call.text, group);
    if (rc != GW_OK)
        return gw_call_fail(c, rc);
    return gw_call_deliver(c, gw_call_all(c, &r), add_count, count);
}

/* ---- rows --------------------------------------------------------------- */

static void put_fields(gw_buf *text, unsigned fields)
{
    static const struct {
        unsigned bit;
        const char *json;
    } names[] = {
        {GW_FIELD_SESSION, "\"session\""},
        {GW_FIELD_UID, "\"uid\""},
        {GW_FIELD_GROUPS, "\"groups\""},
    };
    const char *separator = "";
    size_t i;

    gw_buf_put_str(text, "{\"fields\":[");
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((fields & names[i].bit) == 0)
            continue;
        gw_buf_put_str(text, separator);
        gw_buf_put_str(text, names[i].json);
        separator = ",";
    }
    gw_buf_put_str(text, "],\"where\":");
}

static void put_list(gw_buf *text, const char **separator, const char *name,
                     const gw_key *keys, size_t count)
{
    if (count == 0)
        return;
    gw_buf_put_str(text, *separator);
    gw_buf_put_str(text, name);
    gw_request_put_keys(text, keys, count);
    *separator = ",";
}

/* What a gateway without listed clients gets; or, of one that has some, what it
 * gets before their numbers. */
static gw_slice put_where(gw_buf *text, const gw_select *s, int with_ids)
{
    const char *separator = "{";

    put_fields(text, s->fields);
    put_list(text, &separator, "\"groups\":", s->groups, s->group_count);
    put_list(text, &separator, "\"uid\":", s->uids, s->uid_count);
    if (with_ids) {
        gw_buf_put_str(text, separator);
        gw_buf_put_str(text, "\"connection_id\":");
    } else {
        gw_buf_put_str(text, *separator == '{' ? "[]}" : "}}");
    }
    return gw_buf_slice(text);
}

/* Each of the two may be as large as a frame. */
static int set_select(gw_request *r, gw_buf *text, gw_buf *before,
                      const gw_select *s)
{
    gw_request_init(r, GW_CMD_SELECT);
    r->check = gw_reply_check_rows;
    if ((s->fields & 7u) == 0)
        return GW_EINVAL;
    r->frame.ext = put_where(text, s, 0);
    if (s->id_count == 0)
        return text->error;
    r->ids = s->ids;
    r->id_count = s->id_count;
    r->before = put_where(before, s, 1);
    r->after = gw_slice_str("}}");
    return text->error != 0 ? text->error : before->error;
}

static int ask_selected(gw_client *c, const gw_request *r, const gw_select *s)
{
    if (s->id_count > 0 && s->group_count + s->uid_count == 0)
        return gw_call_ids(c, r, s->ids, s->id_count);
    return gw_call_all(c, r);
}

int gw_select_clients(gw_client *c, const gw_select *select, gw_row_fn fn,
                      void *arg)
{
    delivery d = {.walk = gw_reply_rows, .visitor = {.fn.row = fn, .arg = arg}};
    gw_request r;
    gw_buf before;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_buf_init(&before, &c->allocator, GW_FRAME_MAX);
    rc = set_select(&r, &c->call.text, &before, select);
    rc = rc == GW_OK ? ask_selected(c, &r, select) : gw_call_fail(c, rc);
    gw_buf_deinit(&before);
    return deliver_all(c, rc, &d);
}

/* ---- the cluster, any frame * ------------------------------------------- */

int gw_gateways(gw_client *c, gw_address_fn fn, void *arg)
{
    uint64_t number;
    size_t i;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    rc = gw_call_list(c);
    if (rc != GW_OK)
        return rc;
    number = c->busy = c->calls;
    for (i = 0; c->busy == number && i < c->call.list->count && rc == 0; i++)
        rc = fn(arg, c->call.list->items[i]);
    if (c->busy == number)
        c->busy = 0;
    return rc;
}

typedef struct frame_delivery {
    gw_reply_fn fn;
    void *arg;
} frame_delivery;

static int deliver_frame(void *arg, gw_target *t)
{
    const frame_delivery *d = arg;

    return d->fn(d->arg, gw_peer_address(t->peer), gw_buf_slice(&t->reply));
}

static int begin_frame(gw_client *c, gw_request *r, const gw_frame *frame)
{
    memset(r, 0, sizeof *r);
    r->frame = *frame;
    r->check = gw_reply_check_any;
    return gw_call_begin(c);
}

int gw_query_frame(gw_client *c, const gw_client_id *id, const gw_frame *frame,
                   gw_reply_fn fn, void *arg)
{
    frame_delivery d = {fn, arg};
    gw_request r;
    int rc = begin_frame(c, &r, frame);

    if (rc != GW_OK)
        return rc;
    if (id != NULL)
        r.frame.connection_id = id->connection;
    rc = id == NULL ? gw_call_all(c, &r) : gw_call_ids(c, &r, id, 1);
    return gw_call_deliver(c, rc, deliver_frame, &d);
}

int gw_query_frame_clients(gw_client *c, const gw_frame *frame,
                           const gw_frame_clients *clients, gw_reply_fn fn,
                           void *arg)
{
    frame_delivery d = {fn, arg};
    gw_request r;
    int rc = begin_frame(c, &r, frame);

    if (rc != GW_OK)
        return rc;
    r.ids = clients->ids;
    r.id_count = clients->count;
    r.before = clients->before;
    r.after = clients->after;
    rc = clients->others ? gw_call_all(c, &r) : gw_call_clients(c, &r);
    return gw_call_deliver(c, rc, deliver_frame, &d);
}
