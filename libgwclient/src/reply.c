#include "reply.h"

#include "key.h"
#include "ser_read.h"

/* ---- steps of a walk ---------------------------------------------------- */

static int expect(gw_ser *ser, gw_ser_type type, gw_ser_token *token)
{
    int rc = gw_ser_next(ser, token);

    if (rc != 0)
        return rc;
    return token->type == type ? 0 : GW_EPROTO;
}

static int open_reply(gw_ser *ser, gw_slice reply)
{
    gw_ser_token token;

    gw_ser_init(ser, reply);
    return expect(ser, GW_SER_ARRAY, &token);
}

static int close_reply(gw_ser *ser)
{
    gw_ser_token token;

    return expect(ser, GW_SER_END, &token);
}

/* 1: an element's key; 0: the array has ended; else an error. */
static int next_key(gw_ser *ser, gw_key *key)
{
    gw_slice text;
    int rc = gw_ser_read_end(ser);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (gw_ser_peek(ser) == 'i') {
        *key = gw_key_int(0);
        rc = gw_ser_read_int(ser, &key->num);
    } else {
        rc = gw_ser_read_string(ser, &text);
        if (rc == 0)
            *key = gw_key_normalize(text);
    }
    return rc != 0 ? rc : 1;
}

static int to_connection(int64_t num, uint32_t *connection)
{
    if (num < 1 || num > (int64_t)UINT32_MAX)
        return GW_EPROTO;
    *connection = (uint32_t)num;
    return 0;
}

/* The same as next_key(), for maps by connection. */
static int next_connection(gw_ser *ser, uint32_t *connection)
{
    int64_t num;
    int rc = gw_ser_read_end(ser);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (gw_ser_read_int(ser, &num) != 0 || to_connection(num, connection) != 0)
        return GW_EPROTO;
    return 1;
}

static gw_client_id id_at(const gw_visitor *v, uint32_t connection)
{
    gw_client_id id;

    memset(&id, 0, sizeof id);
    if (v != NULL)
        id = v->at;
    id.connection = connection;
    return id;
}

/* Whether the callback has ended its call: the reply may be gone. */
static int is_over(const gw_visitor *v)
{
    return v != NULL && *v->busy != v->number;
}

/* ---- walks -------------------------------------------------------------- */

int gw_reply_int(gw_slice reply, int64_t *num)
{
    gw_ser ser;
    gw_ser_token token;
    int rc;

    gw_ser_init(&ser, reply);
    rc = expect(&ser, GW_SER_INT, &token);
    if (rc != 0)
        return rc;
    *num = token.num;
    return close_reply(&ser);
}

/* The values of an array that was just opened. */
static int walk_ids(gw_ser *ser, gw_visitor *v, const gw_key *uid)
{
    gw_key index;
    int rc;

    while ((rc = next_key(ser, &index)) > 0) {
        gw_client_id id;
        uint32_t connection;
        int64_t num;

        rc = gw_ser_read_int(ser, &num);
        if (rc != 0 || to_connection(num, &connection) != 0)
            return GW_EPROTO;
        if (v == NULL)
            continue;
        id = id_at(v, connection);
        rc = uid != NULL ? v->fn.uid(v->arg, uid, &id) : v->fn.id(v->arg, &id);
        if (rc != 0 || is_over(v))
            return rc;
    }
    return rc;
}

int gw_reply_ids(gw_slice reply, gw_visitor *v)
{
    gw_ser ser;
    int rc = open_reply(&ser, reply);

    if (rc == 0)
        rc = walk_ids(&ser, v, NULL);
    return rc != 0 || is_over(v) ? rc : close_reply(&ser);
}

int gw_reply_uids(gw_slice reply, gw_visitor *v)
{
    gw_ser ser;
    gw_key uid;
    int64_t count;
    int rc = open_reply(&ser, reply);

    if (rc != 0)
        return rc;
    while ((rc = next_key(&ser, &uid)) > 0) {
        rc = gw_ser_read_array(&ser, &count);
        if (rc == 0 && v != NULL)
            rc = v->fn.uid(v->arg, &uid, NULL);
        if (rc == 0 && !is_over(v))
            rc = walk_ids(&ser, v, &uid);
        if (rc != 0 || is_over(v))
            return rc;
    }
    return rc != 0 ? rc : close_reply(&ser);
}

int gw_reply_sessions(gw_slice reply, gw_visitor *v)
{
    gw_ser ser;
    gw_slice session;
    uint32_t connection;
    int rc = open_reply(&ser, reply);

    if (rc != 0)
        return rc;
    while ((rc = next_connection(&ser, &connection)) > 0) {
        gw_client_id id = id_at(v, connection);

        rc = gw_ser_read_string(&ser, &session);
        if (rc == 0 && v != NULL)
            rc = v->fn.session(v->arg, &id, session);
        if (rc != 0 || is_over(v))
            return rc;
    }
    return rc != 0 ? rc : close_reply(&ser);
}

int gw_reply_counts(gw_slice reply, gw_visitor *v)
{
    gw_ser ser;
    gw_key group;
    int64_t count;
    int rc = open_reply(&ser, reply);

    if (rc != 0)
        return rc;
    while ((rc = next_key(&ser, &group)) > 0) {
        rc = gw_ser_read_int(&ser, &count);
        if (rc == 0 && v != NULL)
            rc = v->fn.count(v->arg, &group, count);
        if (rc != 0 || is_over(v))
            return rc;
    }
    return rc != 0 ? rc : close_reply(&ser);
}

/* A uid or group as a value: it keeps the type it was stored with. */
static int to_key(const gw_ser_token *token, gw_key *key)
{
    if (token->type == GW_SER_INT)
        *key = gw_key_int(token->num);
    else if (token->type == GW_SER_STRING)
        *key = gw_key_slice(token->text);
    else
        return GW_EPROTO;
    return 0;
}

int gw_reply_keys(gw_slice reply, gw_visitor *v)
{
    gw_ser ser;
    gw_ser_token token;
    gw_key index, group;
    int rc = open_reply(&ser, reply);

    if (rc != 0)
        return rc;
    while ((rc = next_key(&ser, &index)) > 0) {
        rc = gw_ser_next(&ser, &token);
        if (rc == 0)
            rc = to_key(&token, &group);
        if (rc == 0 && v != NULL)
            rc = v->fn.key(v->arg, &group);
        if (rc != 0 || is_over(v))
            return rc;
    }
    return rc != 0 ? rc : close_reply(&ser);
}

/* ---- rows --------------------------------------------------------------- */

/* Group => group. The row gets what is between the braces. */
static int read_groups(gw_ser *ser, const gw_ser_token *token, gw_row *row)
{
    const char *start = ser->p;
    gw_key key;
    int rc;

    if (token->type == GW_SER_NULL)
        return 0;
    if (token->type != GW_SER_ARRAY)
        return GW_EPROTO;
    while ((rc = next_key(ser, &key)) > 0) {
        gw_ser_token value;

        rc = gw_ser_next(ser, &value);
        if (rc == 0)
            rc = to_key(&value, &key);
        if (rc != 0)
            return rc;
    }
    row->groups = gw_slice_of(start, (size_t)(ser->p - start) - 1);
    return rc;
}

static int read_uid(const gw_ser_token *token, gw_row *row)
{
    return token->type == GW_SER_NULL ? 0 : to_key(token, &row->uid);
}

static int read_session(const gw_ser_token *token, gw_row *row)
{
    if (token->type == GW_SER_STRING)
        row->session = token->text;
    else if (token->type != GW_SER_NULL)
        return GW_EPROTO;
    return 0;
}

/* The length of a literal is known when this is compiled. */
static inline int is_named(const gw_key *key, const char *name)
{
    return key->type == GW_KEY_STRING && key->str.len == strlen(name) &&
           memcmp(key->str.base, name, key->str.len) == 0;
}

static int read_field(gw_ser *ser, const gw_key *name, gw_row *row)
{
    gw_ser_token token;
    int rc;

    if (is_named(name, "uid") && gw_ser_peek(ser) == 's') {
        row->uid.type = GW_KEY_STRING;
        return gw_ser_read_string(ser, &row->uid.str);
    }
    rc = gw_ser_next(ser, &token);
    if (rc != 0)
        return rc;
    if (is_named(name, "uid"))
        return read_uid(&token, row);
    if (is_named(name, "groups"))
        return read_groups(ser, &token, row);
    if (is_named(name, "session"))
        return read_session(&token, row);
    return gw_ser_skip(ser, &token);
}

/* The row of a client whose uid alone was asked for, unless it has none or one
 * that is a number. */
static int read_uid_row(gw_ser *ser, gw_row *row)
{
    static const char before[] = "a:1:{s:3:\"uid\";s:", after[] = ";}";

    if (!gw_ser_read_wrapped(ser, gw_slice_of(before, sizeof before - 1),
                             gw_slice_of(after, sizeof after - 1),
                             &row->uid.str))
        return 0;
    row->uid.type = GW_KEY_STRING;
    return 1;
}

static int read_row(gw_ser *ser, gw_row *row)
{
    gw_key name;
    int64_t count;
    int rc;

    row->uid.type = GW_KEY_NONE;
    row->uid.num = 0;
    row->uid.str = row->session = row->groups = gw_slice_of("", 0);
    if (read_uid_row(ser, row))
        return 0;
    rc = gw_ser_read_array(ser, &count);
    if (rc != 0)
        return rc;
    while ((rc = next_key(ser, &name)) > 0) {
        rc = read_field(ser, &name, row);
        if (rc != 0)
            return rc;
    }
    return rc;
}

int gw_reply_rows(gw_slice reply, gw_visitor *v)
{
    gw_ser ser;
    gw_row row;
    uint32_t connection;
    int rc = open_reply(&ser, reply);

    if (rc != 0)
        return rc;
    while ((rc = next_connection(&ser, &connection)) > 0) {
        row.id = id_at(v, connection);
        rc = read_row(&ser, &row);
        if (rc == 0 && v != NULL)
            rc = v->fn.row(v->arg, &row);
        if (rc != 0 || is_over(v))
            return rc;
    }
    return rc != 0 ? rc : close_reply(&ser);
}

/* The two values were checked with the whole reply. */
int gw_row_next_group(gw_slice *rest, gw_key *group)
{
    gw_ser ser;
    gw_ser_token token;

    if (rest->len == 0)
        return 0;
    gw_ser_init(&ser, *rest);
    if (gw_ser_next(&ser, &token) != 0 || gw_ser_key(&token, group) != 0)
        return 0;
    *rest = gw_slice_of(ser.p, (size_t)(ser.end - ser.p));
    gw_ser_init(&ser, *rest);
    if (gw_ser_next(&ser, &token) != 0)
        return 0;
    *rest = gw_slice_of(ser.p, (size_t)(ser.end - ser.p));
    return 1;
}

/* ---- checks ------------------------------------------------------------- */

int gw_reply_check_int(gw_slice reply)
{
    int64_t num;

    return gw_reply_int(reply, &num);
}

int gw_reply_check_ids(gw_slice reply)
{
    return gw_reply_ids(reply, NULL);
}

int gw_reply_check_uids(gw_slice reply)
{
    return gw_reply_uids(reply, NULL);
}

int gw_reply_check_sessions(gw_slice reply)
{
    return gw_reply_sessions(reply, NULL);
}

int gw_reply_check_counts(gw_slice reply)
{
    return gw_reply_counts(reply, NULL);
}

int gw_reply_check_keys(gw_slice reply)
{
    return gw_reply_keys(reply, NULL);
}

int gw_reply_check_rows(gw_slice reply)
{
    return gw_reply_rows(reply, NULL);
}

int gw_reply_check_any(gw_slice reply)
{
    gw_ser ser;
    gw_ser_token token;
    int rc;

    gw_ser_init(&ser, reply);
    rc = gw_ser_next(&ser, &token);
    if (rc == 0)
        rc = gw_ser_skip(&ser, &token);
    return rc != 0 ? rc : close_reply(&ser);
}

int gw_reply_check_bytes(gw_slice reply)
{
    (void)reply;
    return 0;
}
