#include "calls.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- answers ------------------------------------------------------------ */

static void put(calls_answer *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(calls_answer *a, const char *format, ...)
{
    size_t room = sizeof a->text - a->len;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(a->text + a->len, room, format, args);
    va_end(args);
    if (n > 0)
        a->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void put_id(calls_answer *a, const gw_client_id *id)
{
    char text[GW_CLIENT_ID_LEN + 1];

    gw_client_id_format(id, text);
    put(a, "%s ", text);
}

static void put_key(calls_answer *a, const gw_key *key)
{
    if (key->type == GW_KEY_STRING)
        put(a, "%.*s ", (int)key->str.len, key->str.base);
    else
        put(a, "%lld ", (long long)key->num);
}

static int on_address(void *arg, gw_slice address)
{
    put(arg, "%.*s ", (int)address.len, address.base);
    return 0;
}

static int on_id(void *arg, const gw_client_id *id)
{
    put_id(arg, id);
    return 0;
}

static int on_uid_client(void *arg, const gw_key *uid, const gw_client_id *id)
{
    put_key(arg, uid);
    if (id != NULL)
        put_id(arg, id);
    return 0;
}

static int on_session(void *arg, const gw_client_id *id, gw_slice session)
{
    put_id(arg, id);
    put(arg, "%.*s ", (int)session.len, session.base);
    return 0;
}

static int on_count(void *arg, const gw_key *group, int64_t count)
{
    put_key(arg, group);
    put(arg, "%lld ", (long long)count);
    return 0;
}

static int on_key(void *arg, const gw_key *key)
{
    put_key(arg, key);
    return 0;
}

static int on_row(void *arg, const gw_row *row)
{
    gw_slice rest = row->groups;
    gw_key group;

    put_id(arg, &row->id);
    put_key(arg, &row->uid);
    put(arg, "%.*s ", (int)row->session.len, row->session.base);
    while (gw_row_next_group(&rest, &group))
        put_key(arg, &group);
    return 0;
}

static int on_reply(void *arg, gw_slice address, gw_slice reply)
{
    put(arg, "%.*s %.*s ", (int)address.len, address.base, (int)reply.len,
        reply.base);
    return 0;
}

/* ---- what the calls are about ------------------------------------------- */

static gw_message message_of(const calls_cluster *x)
{
    return gw_message_of(x->message.base, x->message.len);
}

static void make_keys(gw_key keys[2])
{
    keys[0] = gw_key_str("oom-name");
    keys[1] = gw_key_int(4711);
}

static gw_key one_key(void)
{
    return gw_key_str("oom-name");
}

#define CALL(name)                                                             \
    static int name(gw_client *c, const calls_cluster *x, calls_answer *a)

/* ---- settings ----------------------------------------------------------- */

static int set_registers(gw_client *c, const calls_cluster *x, size_t count)
{
    gw_slice list[2] = {gw_slice_str(x->registers[0]),
                        gw_slice_str(x->registers[1])};

    return gw_client_set_registers(c, list, count);
}

CALL(set_two_registers)
{
    (void)a;
    return set_registers(c, x, 2);
}

CALL(set_one_register)
{
    (void)a;
    return set_registers(c, x, 1);
}

CALL(set_secret_key)
{
    (void)a;
    (void)x;
    return gw_client_set_secret_key(c, gw_slice_str("another \"key\""));
}

CALL(unset_secret_key)
{
    (void)a;
    (void)x;
    return gw_client_set_secret_key(c, gw_slice_str(""));
}

CALL(set_numbers)
{
    int rc = gw_client_set_timeouts(c, 20000, 20000);

    (void)a;
    (void)x;
    if (rc == GW_OK)
        rc = gw_client_set_persistent(c, 1);
    if (rc == GW_OK)
        rc = gw_client_set_register_ttl(c, 60000);
    if (rc == GW_OK)
        rc = gw_client_set_trust_client_ids(c, 0);
    return rc != GW_OK ? rc : gw_client_set_pool(c, 4, 60);
}

CALL(set_gateways)
{
    gw_slice list[CALLS_GATEWAYS_MAX];
    size_t i;

    (void)a;
    for (i = 0; i < x->gateway_count; i++)
        list[i] = gw_slice_str(x->gateways[i]);
    return gw_client_set_gateways(c, list, x->gateway_count);
}

CALL(unset_gateways)
{
    (void)a;
    (void)x;
    return gw_client_set_gateways(c, NULL, 0);
}

CALL(gateways)
{
    (void)x;
    return gw_gateways(c, on_address, a);
}

CALL(disconnect)
{
    (void)a;
    (void)x;
    gw_client_disconnect(c);
    return GW_OK;
}

CALL(reset)
{
    (void)a;
    (void)x;
    gw_client_reset(c);
    return GW_OK;
}

/* ---- messages ----------------------------------------------------------- */

CALL(send_to_client)
{
    gw_message m = message_of(x);

    (void)a;
    return gw_send_to_client(c, &x->ids[0], &m);
}

CALL(send_to_all)
{
    gw_message m = message_of(x);

    (void)a;
    return gw_send_to_all(c, &m, NULL, 0);
}

CALL(send_to_all_but)
{
    gw_message m = message_of(x);

    (void)a;
    return gw_send_to_all(c, &m, x->ids, 2);
}

CALL(send_to_clients)
{
    gw_message m = message_of(x);

    (void)a;
    return gw_send_to_clients(c, x->ids, 2, &m);
}

/* A gateway that is not listed, beside one that is: it alone must fail. */
CALL(send_to_a_stranger)
{
    gw_client_id ids[2] = {x->ids[0], x->ids[0]};
    gw_message m = message_of(x);
    const gw_failure *failures;
    int rc;

    (void)a;
    ids[1].ip = 0x7f010101;
    rc = gw_send_to_clients(c, ids, 2, &m);
    if (rc == GW_EPARTIAL && gw_client_failures(c, &failures) == 1 &&
        failures[0].code == GW_EUNLISTED)
        return GW_OK;
    return rc == GW_OK ? GW_EPROTO : rc;
}

CALL(send_to_uids)
{
    gw_message m = message_of(x);
    gw_key keys[2];

    (void)a;
    make_keys(keys);
    return gw_send_to_uids(c, keys, 2, &m);
}

CALL(send_to_groups)
{
    gw_message m = message_of(x);
    gw_key keys[2];

    (void)a;
    make_keys(keys);
    return gw_send_to_groups(c, keys, 2, &m, x->ids, 1);
}

/* ---- one client --------------------------------------------------------- */

CALL(close_client)
{
    gw_message m = message_of(x);

    (void)a;
    return gw_close_client(c, &x->nobody, &m);
}

CALL(destroy_client)
{
    (void)a;
    return gw_destroy_client(c, &x->nobody);
}

CALL(bind_uid)
{
    (void)a;
    return gw_bind_uid(c, &x->ids[0], one_key());
}

CALL(bind_uid_int)
{
    (void)a;
    return gw_bind_uid(c, &x->ids[1], gw_key_int(4711));
}

CALL(unbind_uid)
{
    (void)a;
    return gw_unbind_uid(c, &x->ids[0], one_key());
}

CALL(unbind_uid_int)
{
    (void)a;
    return gw_unbind_uid(c, &x->ids[1], gw_key_int(4711));
}

CALL(join_group)
{
    (void)a;
    return gw_join_group(c, &x->ids[0], one_key());
}

CALL(join_group_int)
{
    (void)a;
    return gw_join_group(c, &x->ids[1], gw_key_int(4711));
}

CALL(leave_group)
{
    (void)a;
    return gw_leave_group(c, &x->ids[0], one_key());
}

CALL(ungroup)
{
    (void)a;
    (void)x;
    return gw_ungroup(c, gw_key_int(4711));
}

CALL(set_session)
{
    (void)a;
    return gw_set_session(c, &x->ids[0], gw_slice_str("a:1:{s:1:\"a\";i:1;}"));
}

CALL(update_session)
{
    (void)a;
    return gw_update_session(c, &x->ids[0],
                             gw_slice_str("a:1:{s:1:\"b\";s:1:\"x\";}"));
}

CALL(empty_session)
{
    (void)a;
    return gw_set_session(c, &x->ids[0], gw_slice_str("a:0:{}"));
}

CALL(is_online)
{
    int online;
    int rc = gw_is_online(c, &x->ids[0], &online);

    put(a, "%d", online);
    return rc;
}

CALL(get_session)
{
    gw_slice session;
    int rc = gw_get_session(c, &x->ids[0], &session);

    put(a, "%.*s", (int)session.len, session.base);
    return rc;
}

/* ---- questions to all --------------------------------------------------- */

CALL(get_client_ids_by_uid)
{
    (void)x;
    return gw_get_client_ids_by_uid(c, one_key(), on_id, a);
}

CALL(batch_get_client_ids_by_uid)
{
    gw_key keys[2];

    (void)x;
    make_keys(keys);
    return gw_batch_get_client_ids_by_uid(c, keys, 2, on_uid_client, a);
}

CALL(get_sessions)
{
    (void)x;
    return gw_get_sessions(c, NULL, on_session, a);
}

CALL(get_sessions_of_group)
{
    gw_key group = gw_key_int(4711);

    (void)x;
    return gw_get_sessions(c, &group, on_session, a);
}

CALL(get_client_count)
{
    int64_t count = -1;
    int rc = gw_get_client_count(c, NULL, &count);

    (void)x;
    put(a, "%lld", (long long)count);
    return rc;
}

CALL(get_client_count_of_group)
{
    gw_key group = gw_key_int(4711);
    int64_t count = -1;
    int rc = gw_get_client_count(c, &group, &count);

    (void)x;
    put(a, "%lld", (long long)count);
    return rc;
}

CALL(batch_get_client_count)
{
    gw_key keys[2];

    (void)x;
    make_keys(keys);
    return gw_batch_get_client_count(c, keys, 2, on_count, a);
}

CALL(get_groups)
{
    (void)x;
    return gw_get_groups(c, on_key, a);
}

CALL(select_all)
{
    gw_select select;

    (void)x;
    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_UID | GW_FIELD_GROUPS | GW_FIELD_SESSION;
    return gw_select_clients(c, &select, on_row, a);
}

CALL(select_ids)
{
    gw_select select;

    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_UID;
    select.ids = x->ids;
    select.id_count = 2;
    return gw_select_clients(c, &select, on_row, a);
}

CALL(select_anything)
{
    gw_select select;
    gw_key keys[2];

    make_keys(keys);
    memset(&select, 0, sizeof select);
    select.fields = GW_FIELD_GROUPS;
    select.groups = keys;
    select.group_count = 2;
    select.uids = keys;
    select.uid_count = 2;
    select.ids = x->ids;
    select.id_count = 2;
    return gw_select_clients(c, &select, on_row, a);
}

/* It needs no client, but memory. */
CALL(session_json)
{
    char *ser;
    char *json = NULL;
    size_t len;
    int rc;

    (void)c;
    (void)x;
    rc = gw_session_from_json(NULL, gw_slice_str("{\"name\":[1,\"two\"]}"),
                              &ser, &len);
    if (rc == GW_OK)
        rc = gw_session_to_json(NULL, gw_slice_of(ser, len), &json, &len);
    if (rc == GW_OK)
        put(a, "%s", json);
    gw_allocator_libc.free(ser, gw_allocator_libc.user);
    gw_allocator_libc.free(json, gw_allocator_libc.user);
    return rc;
}

/* ---- frames, delivery --------------------------------------------------- */

static gw_frame frame_of(gw_command cmd)
{
    gw_frame frame;

    memset(&frame, 0, sizeof frame);
    frame.cmd = (uint8_t)cmd;
    frame.flag = GW_FLAG_SCALAR;
    return frame;
}

CALL(send_frame)
{
    gw_frame frame = frame_of(GW_CMD_SEND_TO_ONE);

    (void)a;
    frame.body = x->message;
    return gw_send_frame(c, &x->ids[0], &frame);
}

CALL(query_frame)
{
    gw_frame frame = frame_of(GW_CMD_GET_GROUP_ID_LIST);

    (void)x;
    return gw_query_frame(c, NULL, &frame, on_reply, a);
}

CALL(query_frame_clients)
{
    gw_frame frame = frame_of(GW_CMD_SELECT);
    gw_frame_clients clients = {x->ids, 2, gw_slice_str("{\"where\":"),
                                gw_slice_str("}"), 1};

    frame.ext = gw_slice_str("{\"where\":[]}");
    return gw_query_frame_clients(c, &frame, &clients, on_reply, a);
}

CALL(flush)
{
    (void)a;
    (void)x;
    return gw_flush(c);
}

#define ENTRY(name)                                                            \
    {                                                                          \
#name, name                                                            \
    }

const calls_entry calls_table[] = {
    ENTRY(set_numbers),
    ENTRY(set_two_registers),
    ENTRY(gateways),
    ENTRY(set_one_register),
    ENTRY(bind_uid),
    ENTRY(bind_uid_int),
    ENTRY(join_group),
    ENTRY(join_group_int),
    ENTRY(set_session),
    ENTRY(update_session),
    ENTRY(flush),
    ENTRY(is_online),
    ENTRY(get_session),
    ENTRY(get_client_ids_by_uid),
    ENTRY(batch_get_client_ids_by_uid),
    ENTRY(get_sessions),
    ENTRY(get_sessions_of_group),
    ENTRY(get_client_count),
    ENTRY(get_client_count_of_group),
    ENTRY(batch_get_client_count),
    ENTRY(get_groups),
    ENTRY(select_all),
    ENTRY(select_ids),
    ENTRY(select_anything),
    ENTRY(session_json),
    ENTRY(send_to_client),
    ENTRY(send_to_all),
    ENTRY(send_to_all_but),
    ENTRY(send_to_clients),
    ENTRY(send_to_a_stranger),
    ENTRY(send_to_uids),
    ENTRY(send_to_groups),
    ENTRY(send_frame),
    ENTRY(query_frame),
    ENTRY(query_frame_clients),
    ENTRY(close_client),
    ENTRY(destroy_client),
    ENTRY(empty_session),
    ENTRY(leave_group),
    ENTRY(unbind_uid),
    ENTRY(unbind_uid_int),
    ENTRY(ungroup),
    ENTRY(set_gateways),
    ENTRY(send_to_all),
    ENTRY(set_secret_key),
    ENTRY(unset_secret_key),
    ENTRY(unset_gateways),
    ENTRY(reset),
    ENTRY(flush),
    ENTRY(disconnect),
};

const size_t calls_count = sizeof calls_table / sizeof calls_table[0];
