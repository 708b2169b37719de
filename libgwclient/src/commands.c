/* Commands without reply: messages to browsers, and what is done to one
 * client. */
#include "client_impl.h"
#include "request.h"

#include "key.h"

/* ---- to the gateway of one client --------------------------------------- */

static int send_to_one(gw_client *c, const gw_client_id *id, gw_request *r)
{
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    r->frame.connection_id = id->connection;
    return gw_call_ids(c, r, id, 1);
}

int gw_send_to_client(gw_client *c, const gw_client_id *id,
                      const gw_message *message)
{
    gw_request r;

    gw_request_init(&r, GW_CMD_SEND_TO_ONE);
    gw_request_set_message(&r, message);
    return send_to_one(c, id, &r);
}

int gw_close_client(gw_client *c, const gw_client_id *id,
                    const gw_message *last)
{
    static const gw_message nothing = {{"N;", 2}, 0}; /* serialized null */
    gw_request r;

    gw_request_init(&r, GW_CMD_KICK);
    gw_request_set_message(&r, last != NULL ? last : &nothing);
    return send_to_one(c, id, &r);
}

int gw_destroy_client(gw_client *c, const gw_client_id *id)
{
    gw_request r;

    gw_request_init(&r, GW_CMD_DESTROY);
    return send_to_one(c, id, &r);
}

static int send_ext(gw_client *c, gw_command cmd, const gw_client_id *id,
                    gw_slice ext)
{
    gw_request r;

    gw_request_init(&r, cmd);
    r.frame.ext = ext;
    return send_to_one(c, id, &r);
}

int gw_set_session(gw_client *c, const gw_client_id *id, gw_slice session)
{
    return send_ext(c, GW_CMD_SET_SESSION, id, session);
}

int gw_update_session(gw_client *c, const gw_client_id *id, gw_slice session)
{
    return send_ext(c, GW_CMD_UPDATE_SESSION, id, session);
}

/* PHP's empty() as the reference applies it here: "0" and 0 travel as "". */
static int is_empty(const gw_key *key)
{
    return key->type == GW_KEY_INT ? key->num == 0
                                   : gw_slice_is_empty_php(key->str);
}

static int send_key(gw_client *c, gw_command cmd, const gw_client_id *id,
                    const gw_key *key)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, cmd);
    r.frame.connection_id = id->connection;
    rc = gw_request_set_key(&r, &c->call.text, key);
    if (rc != GW_OK)
        return gw_call_fail(c, rc);
    if (is_empty(key))
        r.frame.ext = gw_slice_of("", 0);
    return gw_call_ids(c, &r, id, 1);
}

int gw_bind_uid(gw_client *c, const gw_client_id *id, gw_key uid)
{
    return send_key(c, GW_CMD_BIND_UID, id, &uid);
}

int gw_unbind_uid(gw_client *c, const gw_client_id *id, gw_key uid)
{
    return send_key(c, GW_CMD_UNBIND_UID, id, &uid);
}

int gw_join_group(gw_client *c, const gw_client_id *id, gw_key group)
{
    return send_key(c, GW_CMD_JOIN_GROUP, id, &group);
}

int gw_leave_group(gw_client *c, const gw_client_id *id, gw_key group)
{
    return send_key(c, GW_CMD_LEAVE_GROUP, id, &group);
}

/* ---- to several gateways ------------------------------------------------ */

int gw_send_to_all(gw_client *c, const gw_message *message,
                   const gw_client_id *exclude, size_t exclude_count)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, GW_CMD_SEND_TO_ALL);
    gw_request_set_message(&r, message);
    r.ids = exclude;
    r.id_count = exclude_count;
    r.before = gw_slice_str("{\"exclude\":");
    r.after = gw_slice_str("}");
    return gw_call_all(c, &r);
}

int gw_send_to_clients(gw_client *c, const gw_client_id *ids, size_t count,
                       const gw_message *message)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, GW_CMD_SEND_TO_ALL);
    gw_request_set_message(&r, message);
    r.ids = ids;
    r.id_count = count;
    r.before = gw_slice_str("{\"connections\":");
    r.after = gw_slice_str("}");
    return gw_call_ids(c, &r, ids, count);
}

int gw_send_to_uids(gw_client *c, const gw_key *uids, size_t count,
                    const gw_message *message)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, GW_CMD_SEND_TO_UID);
    gw_request_set_message(&r, message);
    rc = gw_request_set_keys(&r, &c->call.text, uids, count);
    if (rc != GW_OK)
        return gw_call_fail(c, rc);
    return gw_call_all(c, &r);
}

int gw_send_to_groups(gw_client *c, const gw_key *groups, size_t count,
                      const gw_message *message, const gw_client_id *exclude,
                      size_t exclude_count)
{
    gw_buf *text = &c->call.text;
    gw_request r;
    size_t before;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, GW_CMD_SEND_TO_GROUP);
    gw_request_set_message(&r, message);
    gw_buf_put_str(text, "{\"group\":");
    gw_request_put_keys(text, groups, count);
    gw_buf_put_str(text, ",\"exclude\":");
    before = text->len;
    gw_buf_put_str(text, "null}");
    if (text->error != 0)
        return gw_call_fail(c, text->error);
    r.frame.ext = gw_buf_slice(text);
    r.ids = exclude;
    r.id_count = exclude_count;
    r.before = gw_buf_part(text, 0, before);
    r.after = gw_slice_str("}");
    return gw_call_all(c, &r);
}

int gw_ungroup(gw_client *c, gw_key group)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    gw_request_init(&r, GW_CMD_UNGROUP);
    rc = gw_request_set_key(&r, &c->call.text, &group);
    if (rc != GW_OK)
        return gw_call_fail(c, rc);
    return gw_call_all(c, &r);
}

/* ---- any frame ---------------------------------------------------------- */

int gw_send_frame(gw_client *c, const gw_client_id *id, const gw_frame *frame)
{
    gw_request r;
    int rc = gw_call_begin(c);

    if (rc != GW_OK)
        return rc;
    memset(&r, 0, sizeof r);
    r.frame = *frame;
    if (id == NULL)
        return gw_call_all(c, &r);
    r.frame.connection_id = id->connection;
    return gw_call_ids(c, &r, id, 1);
}
