/* Protocols that cut a stream into units: what comes out must not depend on
 * how the input is cut. */
#ifndef GW_FUZZ_UNITS_H
#define GW_FUZZ_UNITS_H

#include "fuzz.h"

/* Reads the first unit, as gwd_text_read() and gwd_frame_read() do. */
typedef int (*read_unit_fn)(size_t *state, gw_slice in, gw_slice *message,
                            size_t *consumed);

typedef struct unit_peer {
    size_t state;
    gw_buf input;
    gw_buf seen; /* all messages, each with its length in front */
    int error;
} unit_peer;

static inline void read_units(unit_peer *p, read_unit_fn read)
{
    char *copy = malloc(p->input.len); /* bounds are those of the block */
    size_t len = p->input.len;
    size_t at = 0, consumed = 0;
    gw_slice message = {NULL, 0};
    int result;

    if (len > 0)
        memcpy(copy, p->input.base, len);
    while ((result = read(&p->state, gw_slice_of(copy + at, len - at), &message,
                          &consumed)) == GW_OK) {
        HOLDS(consumed > 0 && consumed <= len - at && message.len <= consumed);
        gw_buf_put_int(&p->seen, (int64_t)message.len);
        gw_buf_put_char(&p->seen, ':');
        gw_buf_put_slice(&p->seen, message);
        at += consumed;
    }
    if (result != GW_EAGAIN)
        p->error = result;
    gw_buf_clear(&p->input);
    gw_buf_put(&p->input, copy + at, len - at);
    free(copy);
}

static inline void run_units(unit_peer *p, read_unit_fn read, gw_slice bytes,
                             size_t piece)
{
    memset(p, 0, sizeof(*p));
    gw_buf_init(&p->input, NULL, 0);
    gw_buf_init(&p->seen, NULL, 0);
    while (bytes.len > 0 && p->error == GW_OK) {
        size_t len = piece < bytes.len ? piece : bytes.len;

        gw_buf_put(&p->input, bytes.base, len);
        bytes.base += len;
        bytes.len -= len;
        read_units(p, read);
    }
}

static inline void end_units(unit_peer *p)
{
    gw_buf_deinit(&p->input);
    gw_buf_deinit(&p->seen);
}

/* Whole, and in pieces of a size that the input tells. */
static inline void check_units(read_unit_fn read, const uint8_t *data,
                               size_t size)
{
    gw_slice bytes = gw_slice_of(data, size);
    unit_peer whole, pieces;

    run_units(&whole, read, bytes, size);
    run_units(&pieces, read, bytes, size == 0 ? 1 : 1 + data[size - 1] % 17);
    HOLDS(whole.error == pieces.error);
    HOLDS(same(gw_buf_slice(&whole.seen), gw_buf_slice(&pieces.seen)));
    end_units(&whole);
    end_units(&pieces);
}

#endif
