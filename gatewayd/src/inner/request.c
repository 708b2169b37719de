#include "inner/request.h"

#include <gwclient/protocol.h>

#include "core/log.h"
#include "ser_read.h"
#include "ser_to_json.h"
#include "ser_write.h"

static const gwd_handler handlers[256] = {
    [GW_CMD_WORKER_CONNECT] = gwd_on_worker_connect,
    [GW_CMD_GATEWAY_CLIENT_CONNECT] = gwd_on_client_connect,
    [GW_CMD_PING] = gwd_on_ping,
    [GW_CMD_SEND_TO_ONE] = gwd_on_send_to_one,
    [GW_CMD_SEND_TO_ALL] = gwd_on_send_to_all,
    [GW_CMD_SEND_TO_UID] = gwd_on_send_to_uid,
    [GW_CMD_SEND_TO_GROUP] = gwd_on_send_to_group,
    [GW_CMD_KICK] = gwd_on_kick,
    [GW_CMD_DESTROY] = gwd_on_destroy,
    [GW_CMD_BIND_UID] = gwd_on_bind_uid,
    [GW_CMD_UNBIND_UID] = gwd_on_unbind_uid,
    [GW_CMD_JOIN_GROUP] = gwd_on_join_group,
    [GW_CMD_LEAVE_GROUP] = gwd_on_leave_group,
    [GW_CMD_UNGROUP] = gwd_on_ungroup,
    [GW_CMD_SET_SESSION] = gwd_on_set_session,
    [GW_CMD_UPDATE_SESSION] = gwd_on_update_session,
    [GW_CMD_GET_SESSION_BY_CLIENT_ID] = gwd_on_get_session,
    [GW_CMD_GET_ALL_CLIENT_SESSIONS] = gwd_on_get_all_sessions,
    [GW_CMD_GET_CLIENT_SESSIONS_BY_GROUP] = gwd_on_get_sessions_by_group,
    [GW_CMD_IS_ONLINE] = gwd_on_is_online,
    [GW_CMD_GET_CLIENT_ID_BY_UID] = gwd_on_get_ids_by_uid,
    [GW_CMD_BATCH_GET_CLIENT_ID_BY_UID] = gwd_on_batch_get_ids_by_uid,
    [GW_CMD_GET_CLIENT_COUNT_BY_GROUP] = gwd_on_get_count_by_group,
    [GW_CMD_BATCH_GET_CLIENT_COUNT_BY_GROUP] = gwd_on_batch_get_count_by_group,
    [GW_CMD_GET_GROUP_ID_LIST] = gwd_on_get_group_list,
    [GW_CMD_SELECT] = gwd_on_select,
};

gwd_handler gwd_handler_of(unsigned cmd)
{
    return cmd < sizeof(handlers) / sizeof(*handlers) ? handlers[cmd] : NULL;
}

void gwd_request_bad(const gwd_request *request, const char *cause)
{
    gwd_log(GWD_LOG_WARNING, "inner: %s: %s (cmd %u)", request->conn->peer,
            cause, request->frame->cmd);
}

gwd_member *gwd_request_member(const gwd_request *request)
{
    return gwd_hub_find(request->inner->hub, request->frame->connection_id);
}

gwd_party *gwd_party_named(gwd_inner *inner, const gw_json_token *value,
                           gwd_lookup lookup)
{
    gw_key key;

    return gwd_json_key(value, &inner->text, &key) ? lookup(inner->hub, &key)
                                                   : NULL;
}

/* A serialized string or boolean: what PHP makes of it as a string. Anything
 * else, as the reference's WebSocket encoder sends it: JSON. */
static int put_value(gw_buf *out, gw_slice body)
{
    gw_ser ser;
    gw_ser_token token;

    gw_ser_init(&ser, body);
    int error = gw_ser_next(&ser, &token);
    if (error == GW_OK && token.type == GW_SER_STRING) {
        gw_buf_put_slice(out, token.text);
        return out->error;
    }
    if (error == GW_OK && token.type == GW_SER_BOOL) {
        gw_buf_put_str(out, token.num ? "1" : "");
        return out->error;
    }
    return gw_json_from_ser(out, body);
}

static gwd_message *new_message(const gwd_request *request, gw_slice body)
{
    bool raw = (request->frame->flag & GW_FLAG_RAW) != 0;
    gwd_message *message = gwd_message_new(body, raw);

    if (message == NULL) {
        gwd_request_bad(request, "out of memory, the message is lost");
    }
    return message;
}

static gwd_message *message_from_value(const gwd_request *request)
{
    gw_buf *text = &request->inner->text;

    gw_buf_clear(text);
    int error = put_value(text, request->frame->body);
    if (error != GW_OK) {
        gwd_request_bad(request,
                        error == GW_ENOMEM
                            ? "out of memory, the message is lost"
                            : "the message cannot be turned into JSON");
        return NULL;
    }
    return new_message(request, gw_buf_slice(text));
}

gwd_message *gwd_request_message(const gwd_request *request)
{
    const gw_frame *frame = request->frame;

    return (frame->flag & GW_FLAG_SCALAR) == 0
               ? message_from_value(request)
               : new_message(request, frame->body);
}

gw_buf *gwd_reply_begin(const gwd_request *request)
{
    gw_buf *reply = &request->inner->reply;

    gw_buf_clear(reply);
    gw_buf_put(reply, "\0\0\0", 4); /* the length comes in gwd_reply_end() */
    return reply;
}

void gwd_reply_end(const gwd_request *request)
{
    gw_buf *reply = &request->inner->reply;
    gwd_stream *stream = &request->conn->stream;

    if (request->conn->replaced) { /* its peer has been told of the end */
        return;
    }
    if (reply->error != GW_OK) {
        gwd_request_bad(request, gw_strerror(reply->error));
        gwd_stream_abort(stream);
        return;
    }
    /* Who asks faster than he reads is cut off; one reply alone may be
     * larger. */
    if (gwd_stream_is_full(stream, request->inner->workers.queue_max)) {
        gwd_request_bad(request, "does not read its replies, closed");
        gwd_stream_abort(stream);
        return;
    }
    uint32_t len = (uint32_t)(reply->len - 4); /* the buffer's limit is lower */
    reply->base[0] = (char)(len >> 24);
    reply->base[1] = (char)(len >> 16);
    reply->base[2] = (char)(len >> 8);
    reply->base[3] = (char)len;
    gwd_stream_write(stream, reply->base, reply->len);
}

void gwd_reply_int(const gwd_request *request, int64_t num)
{
    gw_ser_put_int(gwd_reply_begin(request), num);
    gwd_reply_end(request);
}

void gwd_reply_empty_array(const gwd_request *request)
{
    gw_buf *reply = gwd_reply_begin(request);

    gw_ser_put_array(reply, 0);
    gw_ser_put_array_end(reply);
    gwd_reply_end(request);
}
