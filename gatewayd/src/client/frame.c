#include "client/frame.h"

int gwd_frame_read(gw_slice in, size_t max, gw_slice *message, size_t *consumed)
{
    uint32_t len = 0;

    if (in.len < GWD_FRAME_HEAD_LEN)
        return GW_EAGAIN;
    for (int i = 0; i < GWD_FRAME_HEAD_LEN; i++)
        len = len << 8 | (uint8_t)in.base[i];
    if (len < GWD_FRAME_HEAD_LEN)
        return GW_EPROTO;
    if (len > max)
        return GW_ETOOBIG;
    if (in.len < len)
        return GW_EAGAIN;
    *message =
        gw_slice_of(in.base + GWD_FRAME_HEAD_LEN, len - GWD_FRAME_HEAD_LEN);
    *consumed = len;
    return GW_OK;
}

void gwd_frame_put_head(char out[GWD_FRAME_HEAD_LEN], size_t len)
{
    uint32_t total = (uint32_t)(len + GWD_FRAME_HEAD_LEN);

    for (int i = GWD_FRAME_HEAD_LEN; i-- > 0; total >>= 8)
        out[i] = (char)(total & 0xff);
}
