/* SELECT: some fields of some connections,
 * {"fields":["session","uid","groups"],"where":{"groups":[…],"uid":[…],
 * "connection_id":{…}}}. An empty "where" means everybody, a scalar that is
 * true nobody; several conditions are a union, each connection once, where it
 * was met first. */
#include <stdlib.h>

#include "inner/json.h"
#include "inner/request.h"
#include "key.h"
#include "ser_write.h"

/* More names than a connection has fields: nobody asks that in earnest. */
#define FIELDS_MAX 16

typedef void (*put_fn)(gw_buf *reply, const gwd_member *member);

typedef struct field {
    gw_key name;
    put_fn put;
} field;

typedef struct rows {
    gwd_inner *inner;
    gw_buf *reply;
    field fields[FIELDS_MAX];
    size_t field_count;
    gwd_member **members;
    size_t count;
    size_t room;
    uint32_t mark;
} rows;

/* ---- which connections -------------------------------------------------- */

static bool make_room(rows *found)
{
    if (found->count < found->room) {
        return true;
    }
    size_t room = found->room == 0 ? 8 : found->room * 2;
    gwd_member **members = realloc(found->members, room * sizeof(*members));
    if (members == NULL) {
        gw_buf_fail(found->reply, GW_ENOMEM);
        return false;
    }
    found->members = members;
    found->room = room;
    return true;
}

static void collect(void *arg, gwd_member *member)
{
    rows *found = arg;

    if (member->mark != found->mark && make_room(found)) {
        member->mark = found->mark;
        found->members[found->count++] = member;
    }
}

typedef void (*pick_fn)(rows *found, const gw_json_token *item);

static void pick_party(rows *found, const gw_json_token *item,
                       gwd_lookup lookup)
{
    gwd_party *party = gwd_party_named(found->inner, item, lookup);

    if (party != NULL) {
        gwd_party_each(party, collect, found);
    }
}

static void pick_group(rows *found, const gw_json_token *item)
{
    pick_party(found, item, gwd_hub_group);
}

static void pick_uid(rows *found, const gw_json_token *item)
{
    pick_party(found, item, gwd_hub_uid);
}

static void pick_connection(rows *found, const gw_json_token *item)
{
    uint32_t id = gwd_json_connection(item, &found->inner->text);
    gwd_member *member = gwd_hub_find(found->inner->hub, id);

    if (member != NULL) {
        collect(found, member);
    }
}

static pick_fn pick_of(const gw_json_token *name)
{
    static const struct {
        const char *name;
        pick_fn pick;
    } conditions[] = {{"groups", pick_group},
                      {"uid", pick_uid},
                      {"connection_id", pick_connection}};

    for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
        if (gw_json_equals(name, conditions[i].name)) {
            return conditions[i].pick;
        }
    }
    return NULL;
}

static bool has_digit_above_0(gw_slice number)
{
    for (size_t i = 0; i < number.len && (number.base[i] | 0x20) != 'e'; i++) {
        if (number.base[i] >= '1' && number.base[i] <= '9') {
            return true;
        }
    }
    return false;
}

/* Whether PHP takes a scalar for true. */
static bool is_true(const gw_json_token *scalar)
{
    switch (scalar->type) {
    case GW_JSON_TRUE:
        return true;
    case GW_JSON_INT:
    case GW_JSON_DOUBLE:
        return has_digit_above_0(scalar->text);
    case GW_JSON_STRING:
        return !gw_slice_is_empty_php(scalar->text);
    default:
        return false;
    }
}

/* Those that any of the conditions names. False: there is no condition. */
static bool collect_named(rows *found, gw_json *json,
                          const gw_json_token *token)
{
    gwd_json_items where;
    gwd_json_items items;
    bool any = false;

    if (!gwd_json_items_init(&where, json, token)) {
        return is_true(token);
    }
    while (gwd_json_items_next(&where)) {
        pick_fn pick = where.object ? pick_of(&where.name) : NULL;
        any = true;
        if (pick == NULL || !gwd_json_items_init(&items, json, &where.value)) {
            continue;
        }
        while (gwd_json_items_next(&items)) {
            pick(found, &items.value);
        }
        where.open = false; /* read to its end here */
    }
    return any;
}

static void collect_where(rows *found, gw_slice ext)
{
    gw_json json;
    gw_json_token token;

    if (gwd_json_member(&json, &token, ext, "where") &&
        collect_named(found, &json, &token)) {
        return;
    }
    if (found->field_count > 0) {
        gwd_hub_each(found->inner->hub, collect, found);
    }
}

/* ---- which fields ------------------------------------------------------- */

static void put_session(gw_buf *reply, const gwd_member *member)
{
    gw_ser_put_string(reply, gwd_member_session(member));
}

static void put_uid(gw_buf *reply, const gwd_member *member)
{
    gw_slice uid = gwd_member_uid(member);

    if (uid.base == NULL) {
        gw_ser_put_null(reply);
    } else {
        gw_ser_put_string(reply, uid);
    }
}

static void put_group(void *arg, const gw_key *key, gw_slice text)
{
    gw_ser_put_key(arg, key);
    gw_ser_put_string(arg, text);
}

/* Null before the first group, an empty array after the last. */
static void put_groups(gw_buf *reply, const gwd_member *member)
{
    if (!member->had_group) {
        gw_ser_put_null(reply);
        return;
    }
    gw_ser_put_array(reply, gwd_member_group_count(member));
    gwd_member_each_group(member, put_group, reply);
    gw_ser_put_array_end(reply);
}

static void put_nothing(gw_buf *reply, const gwd_member *member)
{
    (void)member;
    gw_ser_put_null(reply);
}

static put_fn put_of(const gw_key *name)
{
    static const struct {
        const char *name;
        put_fn put;
    } fields[] = {
        {"session", put_session}, {"uid", put_uid}, {"groups", put_groups}};

    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        gw_key own = gw_key_str(fields[i].name);
        if (gw_key_equal(&own, name)) {
            return fields[i].put;
        }
    }
    return put_nothing;
}

static void add_field(rows *found, const gw_key *name)
{
    for (size_t i = 0; i < found->field_count; i++) {
        if (gw_key_equal(&found->fields[i].name, name)) {
            return;
        }
    }
    if (found->field_count < FIELDS_MAX) {
        found->fields[found->field_count++] = (field){*name, put_of(name)};
    }
}

static void read_fields(rows *found, gw_slice ext)
{
    gw_json json;
    gw_json_token token;
    gwd_json_items items;
    gw_key name;

    if (!gwd_json_member(&json, &token, ext, "fields") ||
        !gwd_json_items_init(&items, &json, &token)) {
        return;
    }
    while (gwd_json_items_next(&items)) {
        if (gwd_json_key(&items.value, &found->inner->text, &name)) {
            add_field(found, &name);
        }
    }
}

/* ---- the reply ---------------------------------------------------------- */

static void put_rows(const rows *found)
{
    gw_ser_put_array(found->reply, found->count);
    for (size_t i = 0; i < found->count; i++) {
        gw_ser_put_int(found->reply, found->members[i]->id);
        gw_ser_put_array(found->reply, found->field_count);
        for (size_t f = 0; f < found->field_count; f++) {
            gw_ser_put_key(found->reply, &found->fields[f].name);
            found->fields[f].put(found->reply, found->members[i]);
        }
        gw_ser_put_array_end(found->reply);
    }
    gw_ser_put_array_end(found->reply);
}

void gwd_on_select(const gwd_request *request)
{
    gwd_inner *inner = request->inner;
    gw_slice ext = request->frame->ext;
    rows found = {.inner = inner};

    if (gwd_json_check(ext) != GW_OK) {
        gwd_request_bad(request, "ext_data is not JSON");
        gwd_reply_empty_array(request);
        return;
    }
    found.reply = gwd_reply_begin(request);
    found.mark = gwd_hub_mark(inner->hub);
    if (gwd_json_reserve(&inner->text, ext) != GW_OK) {
        gw_buf_fail(found.reply, GW_ENOMEM);
    } else {
        read_fields(&found, ext);
        collect_where(&found, ext);
        put_rows(&found);
    }
    gwd_reply_end(request);
    free(found.members);
}
