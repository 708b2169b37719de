/* What a WebSocket server sends to gwctl: what comes out must not depend on how
 * it is cut. */
#include "fuzz.h"

#include "ws/frame.h"

#define MESSAGE_MAX 4096

/* All that was read, as bytes that can be compared. */
typedef struct peer {
    gwctl_ws_reader reader;
    gw_buf input;
    gw_buf seen;
    int error;
} peer;

static void note(peer *p, const gwctl_ws_frame *frame)
{
    HOLDS(frame->payload.len <= MESSAGE_MAX);
    HOLDS(p->reader.len <= MESSAGE_MAX);
    HOLDS(frame->opcode != GWCTL_WS_CONTINUATION);
    gw_buf_put_int(&p->seen, frame->opcode);
    gw_buf_put_char(&p->seen, frame->first ? '+' : '-');
    gw_buf_put_char(&p->seen, frame->last ? '+' : '-');
    gw_buf_put_int(&p->seen, frame->code);
    gw_buf_put_char(&p->seen, ':');
    gw_buf_put_slice(&p->seen, frame->payload);
}

static void read_all(peer *p)
{
    char *copy = malloc(p->input.len); /* bounds are those of the block */
    size_t len = p->input.len;
    size_t at = 0;
    size_t consumed = 0;
    gwctl_ws_frame frame;
    int rc;

    if (len > 0)
        memcpy(copy, p->input.base, len);
    while ((rc = gwctl_ws_read(&p->reader, gw_slice_of(copy + at, len - at),
                               MESSAGE_MAX, &frame, &consumed)) == GW_OK) {
        HOLDS(consumed >= 2 && consumed <= len - at);
        note(p, &frame);
        at += consumed;
    }
    if (rc != GW_EAGAIN)
        p->error = rc;
    gw_buf_clear(&p->input);
    gw_buf_put(&p->input, copy + at, len - at);
    free(copy);
}

static void run(peer *p, gw_slice bytes, size_t piece)
{
    memset(p, 0, sizeof(*p));
    gw_buf_init(&p->input, NULL, 0);
    gw_buf_init(&p->seen, NULL, 0);
    while (bytes.len > 0 && p->error == GW_OK) {
        size_t len = piece < bytes.len ? piece : bytes.len;

        gw_buf_put(&p->input, bytes.base, len);
        bytes.base += len;
        bytes.len -= len;
        read_all(p);
    }
}

static void end(peer *p)
{
    gw_buf_deinit(&p->input);
    gw_buf_deinit(&p->seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice bytes = gw_slice_of(data, size);
    peer whole, pieces;

    run(&whole, bytes, size);
    run(&pieces, bytes, size == 0 ? 1 : 1 + data[size - 1] % 17);
    HOLDS(whole.error == pieces.error);
    HOLDS(same(gw_buf_slice(&whole.seen), gw_buf_slice(&pieces.seen)));
    end(&whole);
    end(&pieces);
    return 0;
}
