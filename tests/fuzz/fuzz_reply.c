/* Replies of gateways: a check that passes promises that the walk over the same
 * bytes passes, too, and that all it gives lies inside them. */
#include "fuzz.h"

#include "reply.h"

static gw_slice bounds;
static unsigned visits;

static void inside(gw_slice part)
{
    HOLDS(part.len == 0 || (part.base >= bounds.base &&
                            part.base + part.len <= bounds.base + bounds.len));
    visits++;
}

static void key_inside(const gw_key *key)
{
    if (key->type == GW_KEY_STRING)
        inside(key->str);
    else
        HOLDS(key->type == GW_KEY_INT || key->type == GW_KEY_NONE);
}

static int on_id(void *arg, const gw_client_id *id)
{
    (void)arg;
    HOLDS(id->connection > 0 && id->ip == 1 && id->port == 2);
    visits++;
    return 0;
}

static int on_uid(void *arg, const gw_key *uid, const gw_client_id *id)
{
    key_inside(uid);
    return id == NULL ? 0 : on_id(arg, id);
}

static int on_session(void *arg, const gw_client_id *id, gw_slice session)
{
    inside(session);
    return on_id(arg, id);
}

static int on_count(void *arg, const gw_key *group, int64_t count)
{
    (void)arg;
    (void)count;
    key_inside(group);
    return 0;
}

static int on_key(void *arg, const gw_key *key)
{
    (void)arg;
    key_inside(key);
    return 0;
}

static int on_row(void *arg, const gw_row *row)
{
    gw_slice rest = row->groups;
    gw_key group;
    size_t before = rest.len + 1;

    key_inside(&row->uid);
    inside(row->session);
    inside(row->groups);
    while (gw_row_next_group(&rest, &group)) {
        key_inside(&group);
        HOLDS(rest.len < before);
        before = rest.len;
    }
    HOLDS(rest.len == 0); /* a row that was checked has whole groups */
    return on_id(arg, &row->id);
}

typedef int (*walk_fn)(gw_slice reply, gw_visitor *v);

static void check_walk(gw_slice reply, int (*check)(gw_slice), walk_fn walk,
                       gw_visitor v)
{
    static const uint64_t busy = 1;
    int rc = check(reply);

    HOLDS(rc == GW_OK || rc == GW_EPROTO);
    v.at.ip = 1;
    v.at.port = 2;
    v.busy = &busy;
    v.number = busy;
    HOLDS(walk(reply, &v) == rc);
    if (rc == GW_OK)
        HOLDS(gw_reply_check_any(reply) == GW_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice reply = gw_slice_of(data, size);
    int64_t num;

    bounds = reply;
    HOLDS(gw_reply_int(reply, &num) == gw_reply_check_int(reply));
    HOLDS(gw_reply_check_bytes(reply) == GW_OK);
    check_walk(reply, gw_reply_check_ids, gw_reply_ids,
               (gw_visitor){.fn.id = on_id});
    check_walk(reply, gw_reply_check_uids, gw_reply_uids,
               (gw_visitor){.fn.uid = on_uid});
    check_walk(reply, gw_reply_check_sessions, gw_reply_sessions,
               (gw_visitor){.fn.session = on_session});
    check_walk(reply, gw_reply_check_counts, gw_reply_counts,
               (gw_visitor){.fn.count = on_count});
    check_walk(reply, gw_reply_check_keys, gw_reply_keys,
               (gw_visitor){.fn.key = on_key});
    check_walk(reply, gw_reply_check_rows, gw_reply_rows,
               (gw_visitor){.fn.row = on_row});
    return 0;
}
