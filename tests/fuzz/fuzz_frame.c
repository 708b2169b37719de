/* A stream of frames: each decodes, and encodes to the bytes it came from. */
#include "fuzz.h"

#include <gwclient/frame.h>

enum { MAX = 4096 };

static void check_whole(const gw_frame *frame, gw_slice bytes)
{
    uint8_t head[GW_FRAME_HEAD_LEN];

    HOLDS(gw_frame_encode_head(frame, head) == GW_OK);
    HOLDS(memcmp(head, bytes.base, sizeof head) == 0);
    HOLDS(frame->ext.base == bytes.base + GW_FRAME_HEAD_LEN);
    HOLDS(frame->body.base == frame->ext.base + frame->ext.len);
    HOLDS(frame->body.base + frame->body.len == bytes.base + bytes.len);
}

/* Less than the frame never looks like a frame. */
static void check_prefix(gw_slice bytes, size_t len)
{
    gw_frame frame;
    size_t consumed;

    HOLDS(gw_frame_decode(gw_slice_of(bytes.base, len), MAX, &frame,
                          &consumed) == GW_EAGAIN);
    HOLDS(consumed == (len < 4 ? 0 : bytes.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice in = gw_slice_of(data, size);
    gw_frame frame;
    size_t len;

    while (gw_frame_decode(in, MAX, &frame, &len) == GW_OK) {
        gw_slice bytes = gw_slice_of(in.base, len);

        HOLDS(len >= GW_FRAME_HEAD_LEN && len <= MAX && len <= in.len);
        check_whole(&frame, bytes);
        check_prefix(bytes, len - 1);
        check_prefix(bytes, len / 2);
        check_prefix(bytes, 3);
        in = gw_slice_of(in.base + len, in.len - len);
    }
    return 0;
}
