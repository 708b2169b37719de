/* Sessions: bytes that applications keep with a connection. */
#include "inner/request.h"
#include "key.h"
#include "ser_write.h"
#include "session.h"

static void store(const gwd_request *request, gwd_member *member,
                  gw_slice session)
{
    int error = gwd_hub_set_session(request->inner->hub, member, session);

    if (error != GW_OK) {
        gwd_request_bad(request, gw_strerror(error));
    }
}

void gwd_on_set_session(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);

    if (member != NULL) {
        store(request, member, request->frame->ext);
    }
}

void gwd_on_update_session(const gwd_request *request)
{
    gwd_member *member = gwd_request_member(request);
    gw_slice patch = request->frame->ext;

    if (member == NULL) {
        return;
    }
    gw_slice session = gwd_member_session(member);
    if (gw_slice_is_empty_php(session)) {
        store(request, member, patch);
        return;
    }
    gw_buf *merged = &request->inner->text;
    gw_buf_clear(merged);
    int error = gw_session_merge(merged, session, patch);
    if (error != GW_OK) {
        gwd_request_bad(request, "the sessions cannot be merged, kept the old");
        return;
    }
    store(request, member, gw_buf_slice(merged));
}

void gwd_on_get_session(const gwd_request *request)
{
    const gwd_member *member = gwd_request_member(request);
    gw_buf *reply = gwd_reply_begin(request);

    if (member == NULL) {
        gw_ser_put_null(reply);
    } else if (gw_slice_is_empty_php(gwd_member_session(member))) {
        gw_ser_put_array(reply, 0);
        gw_ser_put_array_end(reply);
    } else {
        gw_buf_put_slice(reply, gwd_member_session(member));
    }
    gwd_reply_end(request);
}

static void put_session(void *arg, gwd_member *member)
{
    gw_ser_put_int(arg, member->id);
    gw_ser_put_string(arg, gwd_member_session(member));
}

void gwd_on_get_all_sessions(const gwd_request *request)
{
    gwd_hub *hub = request->inner->hub;
    gw_buf *reply = gwd_reply_begin(request);

    gw_ser_put_array(reply, gwd_hub_count(hub));
    gwd_hub_each(hub, put_session, reply);
    gw_ser_put_array_end(reply);
    gwd_reply_end(request);
}

void gwd_on_get_sessions_by_group(const gwd_request *request)
{
    gw_key key = gw_key_normalize(request->frame->ext);
    gwd_party *group = gwd_hub_group(request->inner->hub, &key);

    if (group == NULL) {
        gwd_reply_empty_array(request);
        return;
    }
    gw_buf *reply = gwd_reply_begin(request);
    gw_ser_put_array(reply, gwd_party_count(group));
    gwd_party_each(group, put_session, reply);
    gw_ser_put_array_end(reply);
    gwd_reply_end(request);
}
