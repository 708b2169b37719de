/* Questions about who is here. */
#include "inner/key_set.h"
#include "inner/request.h"
#include "key.h"
#include "ser_write.h"

void gwd_on_is_online(const gwd_request *request)
{
    gwd_reply_int(request, gwd_request_member(request) != NULL);
}

/* ---- ids of a uid ------------------------------------------------------- */

typedef struct id_list {
    gw_buf *reply;
    int64_t index;
} id_list;

static void put_id(void *arg, gwd_member *member)
{
    id_list *list = arg;

    gw_ser_put_int(list->reply, list->index++);
    gw_ser_put_int(list->reply, member->id);
}

static void put_ids(gw_buf *reply, gwd_party *party)
{
    id_list list = {reply, 0};

    gw_ser_put_array(reply, party == NULL ? 0 : gwd_party_count(party));
    if (party != NULL) {
        gwd_party_each(party, put_id, &list);
    }
    gw_ser_put_array_end(reply);
}

void gwd_on_get_ids_by_uid(const gwd_request *request)
{
    gw_key uid = gw_key_normalize(request->frame->ext);

    put_ids(gwd_reply_begin(request), gwd_hub_uid(request->inner->hub, &uid));
    gwd_reply_end(request);
}

/* ---- several at once ---------------------------------------------------- */

typedef void (*put_fn)(gw_buf *reply, gwd_hub *hub, const gw_key *key);

static void put_ids_of_uid(gw_buf *reply, gwd_hub *hub, const gw_key *key)
{
    put_ids(reply, gwd_hub_uid(hub, key));
}

static void put_count_of_group(gw_buf *reply, gwd_hub *hub, const gw_key *key)
{
    gwd_party *group = gwd_hub_group(hub, key);

    gw_ser_put_int(reply, group == NULL ? 0 : (int64_t)gwd_party_count(group));
}

/* A map from each key of the JSON list to what `put` says of it. */
static void reply_map(const gwd_request *request, put_fn put)
{
    gwd_inner *inner = request->inner;
    gw_slice ext = request->frame->ext;
    gwd_key_set keys = {0};

    if (gwd_json_check(ext) != GW_OK) {
        gwd_request_bad(request, "ext_data is not JSON");
        gwd_reply_empty_array(request);
        return;
    }
    gw_buf *reply = gwd_reply_begin(request);
    if (gwd_json_reserve(&inner->text, ext) != GW_OK ||
        gwd_key_set_init(&keys, inner->hub, ext, &inner->text) != GW_OK) {
        gw_buf_fail(reply, GW_ENOMEM);
    }
    gw_ser_put_array(reply, keys.count);
    for (size_t i = 0; i < keys.count; i++) {
        gw_ser_put_key(reply, &keys.entries[i].key);
        put(reply, inner->hub, &keys.entries[i].key);
    }
    gw_ser_put_array_end(reply);
    gwd_reply_end(request);
    gwd_key_set_deinit(&keys);
}

void gwd_on_batch_get_ids_by_uid(const gwd_request *request)
{
    reply_map(request, put_ids_of_uid);
}

void gwd_on_batch_get_count_by_group(const gwd_request *request)
{
    reply_map(request, put_count_of_group);
}

/* ---- counts and lists --------------------------------------------------- */

void gwd_on_get_count_by_group(const gwd_request *request)
{
    gw_slice ext = request->frame->ext;
    gw_key key = gw_key_normalize(ext);
    gwd_party *group = gwd_hub_group(request->inner->hub, &key);
    size_t count = group == NULL ? 0 : gwd_party_count(group);

    if (ext.len == 0) {
        count = gwd_hub_count(request->inner->hub);
    }
    gwd_reply_int(request, (int64_t)count);
}

static void put_group(void *arg, const gw_key *key, gw_slice text)
{
    id_list *list = arg;

    (void)text;
    gw_ser_put_int(list->reply, list->index++);
    gw_ser_put_key(list->reply, key);
}

void gwd_on_get_group_list(const gwd_request *request)
{
    gwd_hub *hub = request->inner->hub;
    id_list list = {gwd_reply_begin(request), 0};

    gw_ser_put_array(list.reply, gwd_hub_group_count(hub));
    gwd_hub_each_group(hub, put_group, &list);
    gw_ser_put_array_end(list.reply);
    gwd_reply_end(request);
}
