#include <gwclient/error.h>
#include <gwclient/frame.h>

#include "bytes.h"

/* Offsets in the header. */
enum {
    AT_LENGTH = 0,
    AT_CMD = 4,
    AT_LOCAL_IP = 5,
    AT_LOCAL_PORT = 9,
    AT_CLIENT_IP = 11,
    AT_CLIENT_PORT = 15,
    AT_CONNECTION_ID = 17,
    AT_FLAG = 21,
    AT_GATEWAY_PORT = 22,
    AT_EXT_LEN = 24
};

int gw_frame_encode_head(const gw_frame *frame, uint8_t head[GW_FRAME_HEAD_LEN])
{
    size_t room = UINT32_MAX - GW_FRAME_HEAD_LEN;

    if (frame->ext.len > room || frame->body.len > room - frame->ext.len)
        return GW_ETOOBIG;

    size_t len = GW_FRAME_HEAD_LEN + frame->ext.len + frame->body.len;
    gw_put_u32(head + AT_LENGTH, (uint32_t)len);
    head[AT_CMD] = frame->cmd;
    gw_put_u32(head + AT_LOCAL_IP, frame->local_ip);
    gw_put_u16(head + AT_LOCAL_PORT, frame->local_port);
    gw_put_u32(head + AT_CLIENT_IP, frame->client_ip);
    gw_put_u16(head + AT_CLIENT_PORT, frame->client_port);
    gw_put_u32(head + AT_CONNECTION_ID, frame->connection_id);
    head[AT_FLAG] = frame->flag;
    gw_put_u16(head + AT_GATEWAY_PORT, frame->gateway_port);
    gw_put_u32(head + AT_EXT_LEN, (uint32_t)frame->ext.len);
    return GW_OK;
}

static void read_fields(const uint8_t *head, gw_frame *frame)
{
    frame->cmd = head[AT_CMD];
    frame->local_ip = gw_get_u32(head + AT_LOCAL_IP);
    frame->local_port = gw_get_u16(head + AT_LOCAL_PORT);
    frame->client_ip = gw_get_u32(head + AT_CLIENT_IP);
    frame->client_port = gw_get_u16(head + AT_CLIENT_PORT);
    frame->connection_id = gw_get_u32(head + AT_CONNECTION_ID);
    frame->flag = head[AT_FLAG];
    frame->gateway_port = gw_get_u16(head + AT_GATEWAY_PORT);
}

int gw_frame_decode(gw_slice in, size_t max, gw_frame *frame, size_t *consumed)
{
    const uint8_t *head = (const uint8_t *)in.base;

    *consumed = 0;
    if (in.len < AT_CMD)
        return GW_EAGAIN;

    size_t len = gw_get_u32(head + AT_LENGTH);
    if (len < GW_FRAME_HEAD_LEN)
        return GW_EPROTO;
    if (len > max)
        return GW_ETOOBIG;
    if (in.len < GW_FRAME_HEAD_LEN) {
        *consumed = len;
        return GW_EAGAIN;
    }

    /* Checked before the rest arrives: a peer that lies is found early. */
    size_t ext_len = gw_get_u32(head + AT_EXT_LEN);
    if (ext_len > len - GW_FRAME_HEAD_LEN)
        return GW_EPROTO;
    *consumed = len;
    if (in.len < len)
        return GW_EAGAIN;

    read_fields(head, frame);
    frame->ext = gw_slice_of(in.base + GW_FRAME_HEAD_LEN, ext_len);
    frame->body = gw_slice_of(frame->ext.base + ext_len,
                              len - GW_FRAME_HEAD_LEN - ext_len);
    return GW_OK;
}
