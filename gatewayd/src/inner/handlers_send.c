/* Messages to clients, and the end of their connections. */
#include <gwclient/protocol.h>

#include "core/client.h"
#include "inner/json.h"
#include "inner/request.h"

static void deliver(void *arg, gwd_member *member)
{
    gwd_client_send(gwd_client_of(member), arg);
}

void gwd_on_send_to_one(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);
    gwd_message *message = member == NULL ? NULL : gwd_request_message(request);

    if (message != NULL) {
        deliver(message, member);
        gwd_message_unref(&message);
    }
}

/* ---- to all ------------------------------------------------------------- */

typedef struct unmarked {
    gwd_message *message;
    uint32_t mark;
} unmarked;

static void deliver_unmarked(void *arg, gwd_member *member)
{
    const unmarked *to = arg;

    if (member->mark != to->mark) {
        deliver(to->message, member);
    }
}

/* Marks the members that an exclude map names by its keys, as PHP's isset()
 * reads it. 0: nobody is excluded. */
static uint32_t mark_excluded(gwd_inner *inner, gw_slice ext)
{
    gw_json json;
    gw_json_token token;
    gwd_json_items items;
    uint32_t index = 0;

    if (!gwd_json_member(&json, &token, ext, "exclude") ||
        !gwd_json_items_init(&items, &json, &token)) {
        return 0;
    }
    uint32_t mark = gwd_hub_mark(inner->hub);
    while (gwd_json_items_next(&items)) {
        uint32_t id = items.object
                          ? gwd_json_connection(&items.name, &inner->text)
                          : index++;
        gwd_member *member = gwd_hub_find(inner->hub, id);
        if (member != NULL && items.value.type != GW_JSON_NULL) {
            member->mark = mark;
        }
    }
    return mark;
}

/* False: there is no list, so the message is for everybody. A list that is none
 * names nobody. */
static bool deliver_to_listed(gwd_inner *inner, gw_slice ext,
                              gwd_message *message)
{
    gw_json json;
    gw_json_token token;
    gwd_json_items items;

    if (!gwd_json_member(&json, &token, ext, "connections") ||
        token.type == GW_JSON_NULL) {
        return false;
    }
    bool list = gwd_json_items_init(&items, &json, &token);
    while (list && gwd_json_items_next(&items)) {
        uint32_t id = gwd_json_connection(&items.value, &inner->text);
        gwd_member *member = gwd_hub_find(inner->hub, id);
        if (member != NULL) {
            deliver(message, member);
        }
    }
    return true;
}

static bool ext_is_json(const gwd_request *request)
{
    gw_slice ext = request->frame->ext;

    if (gwd_json_check(ext) != GW_OK) {
        gwd_request_bad(request, "ext_data is not JSON");
        return false;
    }
    if (gwd_json_reserve(&request->inner->text, ext) != GW_OK) {
        gwd_request_bad(request, "out of memory, the message is lost");
        return false;
    }
    return true;
}

void gwd_on_send_to_all(const gwd_request *request)
{
    gwd_inner *inner = request->inner;
    gw_slice ext = request->frame->ext;
    gwd_message *message = gwd_request_message(request);

    if (message == NULL) {
        return;
    }
    if (ext.len == 0) {
        gwd_hub_each(inner->hub, deliver, message);
    } else if (ext_is_json(request) &&
               !deliver_to_listed(inner, ext, message)) {
        unmarked to = {message, mark_excluded(inner, ext)};
        if (to.mark == 0) {
            gwd_hub_each(inner->hub, deliver, message);
        } else {
            gwd_hub_each(inner->hub, deliver_unmarked, &to);
        }
    }
    gwd_message_unref(&message);
}

/* ---- to uids and groups ------------------------------------------------- */

/* To each uid or group of a list, as often as it is listed. */
static void deliver_to_named(gwd_inner *inner, gwd_json_items *items,
                             gwd_lookup lookup, gwd_member_fn fn, void *arg)
{
    while (gwd_json_items_next(items)) {
        gwd_party *party = gwd_party_named(inner, &items->value, lookup);
        if (party != NULL) {
            gwd_party_each(party, fn, arg);
        }
    }
}

void gwd_on_send_to_uid(const gwd_request *request)
{
    gwd_message *message = gwd_request_message(request);
    gw_json json;
    gwd_json_items uids;

    if (message == NULL) {
        return;
    }
    if (ext_is_json(request) &&
        gwd_json_items_of(&uids, &json, request->frame->ext)) {
        deliver_to_named(request->inner, &uids, gwd_hub_uid, deliver, message);
    }
    gwd_message_unref(&message);
}

static void deliver_to_groups(gwd_inner *inner, gw_slice ext, unmarked *to)
{
    gw_json json;
    gw_json_token token;
    gwd_json_items groups;

    if (gwd_json_member(&json, &token, ext, "group") &&
        gwd_json_items_init(&groups, &json, &token)) {
        deliver_to_named(inner, &groups, gwd_hub_group, deliver_unmarked, to);
    }
}

void gwd_on_send_to_group(const gwd_request *request)
{
    gwd_inner *inner = request->inner;
    gw_slice ext = request->frame->ext;
    gwd_message *message = gwd_request_message(request);

    if (message == NULL) {
        return;
    }
    if (ext_is_json(request)) {
        unmarked to = {message, mark_excluded(inner, ext)};
        if (to.mark == 0) {
            to.mark = gwd_hub_mark(inner->hub); /* one that nobody carries */
        }
        deliver_to_groups(inner, ext, &to);
    }
    gwd_message_unref(&message);
}

/* ---- the end of a connection -------------------------------------------- */

/* Raw means nothing here: the reference's close() encodes what it is given. */
static gwd_message *last_message(const gwd_request *request)
{
    gwd_request copy = *request;
    gw_frame frame = *request->frame;

    frame.flag &= (uint8_t)~GW_FLAG_RAW;
    copy.frame = &frame;
    return gwd_request_message(&copy);
}

void gwd_on_kick(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);
    const gw_frame *frame = request->frame;
    bool silent = (frame->flag & GW_FLAG_SCALAR) == 0 && frame->body.len == 2 &&
                  memcmp(frame->body.base, "N;", 2) == 0;

    if (member == NULL) {
        return;
    }
    gwd_message *last = silent ? NULL : last_message(request);
    gwd_client_close(gwd_client_of(member), last);
    if (last != NULL) {
        gwd_message_unref(&last);
    }
}

void gwd_on_destroy(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);

    if (member != NULL) {
        gwd_client_destroy(gwd_client_of(member));
    }
}
