#include "register_line.h"

#include "address.h"
#include "json_read.h"
#include "json_write.h"

/* A copied string, by its place: the scratch buffer moves when it grows. */
typedef struct copy {
    size_t at;
    size_t len;
    int present;
} copy;

typedef struct reader {
    gw_json json;
    gw_buf *scratch;
    gw_register_line *line;
    int has_event;
    copy address;
    copy secret_key;
} reader;

static gw_register_event event_of(const gw_json_token *token)
{
    static const struct {
        const char *name;
        gw_register_event event;
    } events[] = {
        {"gateway_connect", GW_REGISTER_GATEWAY_CONNECT},
        {"worker_connect", GW_REGISTER_WORKER_CONNECT},
        {"ping", GW_REGISTER_PING},
        {"broadcast_addresses", GW_REGISTER_BROADCAST_ADDRESSES},
    };

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (gw_json_equals(token, events[i].name))
            return events[i].event;
    }
    return GW_REGISTER_UNKNOWN;
}

static int read_event(reader *r, const gw_json_token *token)
{
    if (token->type != GW_JSON_STRING)
        return GW_EPROTO;
    r->has_event = 1;
    r->line->event = event_of(token);
    return GW_OK;
}

static int read_copy(reader *r, const gw_json_token *token, copy *to)
{
    to->present = token->type == GW_JSON_STRING;
    if (token->type == GW_JSON_NULL)
        return GW_OK;
    if (token->type != GW_JSON_STRING)
        return GW_EPROTO;
    to->at = r->scratch->len;
    gw_json_unescape(r->scratch, token);
    to->len = r->scratch->len - to->at;
    return r->scratch->error;
}

static int read_address(reader *r, const gw_json_token *token)
{
    return read_copy(r, token, &r->address);
}

static int read_secret_key(reader *r, const gw_json_token *token)
{
    return read_copy(r, token, &r->secret_key);
}

static int read_addresses(reader *r, const gw_json_token *token)
{
    const char *start = r->json.p - 1; /* the bracket just read */

    if (token->type != GW_JSON_ARRAY && token->type != GW_JSON_OBJECT)
        return GW_EPROTO;

    int rc = gw_json_skip(&r->json, token);
    r->line->addresses = gw_slice_of(start, (size_t)(r->json.p - start));
    return rc;
}

static int skip_member(reader *r, const gw_json_token *token)
{
    return gw_json_skip(&r->json, token);
}

typedef int (*member_fn)(reader *r, const gw_json_token *token);

static member_fn member_reader(const gw_json_token *name)
{
    static const struct {
        const char *name;
        member_fn read;
    } members[] = {
        {"event", read_event},
        {"address", read_address},
        {"secret_key", read_secret_key},
        {"addresses", read_addresses},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (gw_json_equals(name, members[i].name))
            return members[i].read;
    }
    return skip_member;
}

/* The members up to the closing brace; of two with one name the last holds. */
static int read_members(reader *r)
{
    for (;;) {
        gw_json_token name;
        gw_json_token value;
        int rc = gw_json_next(&r->json, &name);

        if (rc != GW_OK || name.type == GW_JSON_OBJECT_END)
            return rc;
        rc = gw_json_next(&r->json, &value);
        if (rc == GW_OK)
            rc = member_reader(&name)(r, &value);
        if (rc != GW_OK)
            return rc;
    }
}

static int read_object(reader *r)
{
    gw_json_token token;
    int rc = gw_json_next(&r->json, &token);

    if (rc != GW_OK)
        return rc;
    if (token.type != GW_JSON_OBJECT)
        return GW_EPROTO;
    rc = read_members(r);
    if (rc != GW_OK)
        return rc;
    rc = gw_json_next(&r->json, &token); /* GW_JSON_END */
    if (rc != GW_OK)
        return rc;
    if (r->line->event == GW_REGISTER_BROADCAST_ADDRESSES &&
        r->line->addresses.base == NULL)
        return GW_EPROTO;
    return r->has_event ? GW_OK : GW_EPROTO;
}

static gw_slice copied(const reader *r, const copy *c)
{
    if (!c->present)
        return gw_slice_of(NULL, 0);
    if (c->len == 0)
        return gw_slice_of("", 0);
    return gw_slice_of(r->scratch->base + c->at, c->len);
}

int gw_register_line_read(gw_slice text, gw_buf *scratch,
                          gw_register_line *line)
{
    reader r = {.scratch = scratch, .line = line};

    memset(line, 0, sizeof *line);
    gw_json_init(&r.json, text);

    int rc = read_object(&r);
    line->address = copied(&r, &r.address);
    line->secret_key = copied(&r, &r.secret_key);
    return rc;
}

/* An escape in an address is refused with the other bytes that none has. */
static int check_address(const gw_json_token *token)
{
    gw_slice host;
    uint16_t port;

    if (token->type != GW_JSON_STRING ||
        gw_address_split(token->text, &host, &port) != GW_OK)
        return GW_EPROTO;
    return GW_OK;
}

int gw_register_each_address(gw_slice addresses,
                             int (*fn)(void *arg, gw_slice address), void *arg)
{
    gw_json json;
    gw_json_token token;

    gw_json_init(&json, addresses);
    int rc = gw_json_next(&json, &token);
    if (rc != GW_OK)
        return rc;
    if (token.type != GW_JSON_ARRAY && token.type != GW_JSON_OBJECT)
        return GW_EPROTO;
    for (;;) {
        rc = gw_json_next(&json, &token);
        if (rc != GW_OK)
            return rc;
        if (token.type == GW_JSON_ARRAY_END || token.type == GW_JSON_OBJECT_END)
            return gw_json_next(&json, &token); /* GW_JSON_END */
        if (token.type == GW_JSON_NAME)
            continue;
        rc = check_address(&token);
        if (rc == GW_OK)
            rc = fn(arg, token.text);
        if (rc != GW_OK)
            return rc;
    }
}

void gw_register_put_worker_connect(gw_buf *buf, gw_slice secret_key)
{
    gw_buf_put_str(buf, "{\"event\":\"worker_connect\",\"secret_key\":");
    gw_json_put_string(buf, secret_key);
    gw_buf_put_str(buf, "}\n");
}

void gw_register_put_gateway_connect(gw_buf *buf, gw_slice address,
                                     gw_slice secret_key)
{
    gw_buf_put_str(buf, "{\"event\":\"gateway_connect\",\"address\":");
    gw_json_put_string(buf, address);
    gw_buf_put_str(buf, ",\"secret_key\":");
    gw_json_put_string(buf, secret_key);
    gw_buf_put_str(buf, "}\n");
}

void gw_register_put_addresses(gw_buf *buf, const gw_slice *addresses,
                               size_t count)
{
    gw_buf_put_str(buf, "{\"event\":\"broadcast_addresses\",\"addresses\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            gw_buf_put_char(buf, ',');
        gw_json_put_string(buf, addresses[i]);
    }
    gw_buf_put_str(buf, "]}\n");
}

void gw_register_put_ping(gw_buf *buf)
{
    gw_buf_put_str(buf, "{\"event\":\"ping\"}\n");
}
