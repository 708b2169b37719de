#include "request.h"

#include "json_write.h"

void gw_request_init(gw_request *r, gw_command cmd)
{
    memset(r, 0, sizeof *r);
    r->frame.cmd = (uint8_t)cmd;
    r->frame.flag = GW_FLAG_SCALAR; /* as the reference, whose body is '' */
}

void gw_request_set_message(gw_request *r, const gw_message *message)
{
    r->frame.flag = (uint8_t)message->flags;
    r->frame.body = message->body;
}

int gw_request_set_key(gw_request *r, gw_buf *text, const gw_key *key)
{
    if (key->type == GW_KEY_STRING) {
        r->frame.ext = key->str;
        return GW_OK;
    }
    if (key->type != GW_KEY_INT)
        return GW_EINVAL;
    gw_buf_put_int(text, key->num);
    r->frame.ext = gw_buf_slice(text);
    return text->error;
}

gw_slice gw_buf_part(const gw_buf *buf, size_t from, size_t to)
{
    return from == to ? gw_slice_of("", 0)
                      : gw_slice_of(buf->base + from, to - from);
}

void gw_request_put_keys(gw_buf *text, const gw_key *keys, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (keys[i].type == GW_KEY_NONE)
            gw_buf_fail(text, GW_EINVAL);
    }
    gw_json_put_keys(text, keys, count);
}

int gw_request_set_keys(gw_request *r, gw_buf *text, const gw_key *keys,
                        size_t count)
{
    gw_request_put_keys(text, keys, count);
    r->frame.ext = gw_buf_slice(text);
    return text->error;
}
