/* The frame protocol. */
#include "units.h"

#include "client/frame.h"

#define FRAME_MAX 256

static int read_unit(size_t *state, gw_slice in, gw_slice *message,
                     size_t *consumed)
{
    char head[GWD_FRAME_HEAD_LEN];
    int result = gwd_frame_read(in, FRAME_MAX, message, consumed);

    (void)state;
    if (result == GW_OK) {
        HOLDS(*consumed <= FRAME_MAX);
        gwd_frame_put_head(head, message->len);
        HOLDS(memcmp(head, in.base, sizeof(head)) == 0);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_units(read_unit, data, size);
    return 0;
}
