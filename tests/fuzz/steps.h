/* Inputs that are scripts: steps of one byte, and what each of them needs. */
#ifndef GW_FUZZ_STEPS_H
#define GW_FUZZ_STEPS_H

#include "fuzz.h"

/* 0 at the end. */
static inline unsigned take_byte(gw_slice *in)
{
    unsigned byte = in->len == 0 ? 0 : (uint8_t)in->base[0];

    if (in->len > 0) {
        in->base++;
        in->len--;
    }
    return byte;
}

/* Fewer at the end. */
static inline gw_slice take_bytes(gw_slice *in, size_t len)
{
    gw_slice taken = gw_slice_of(in->base, len < in->len ? len : in->len);

    in->base += taken.len;
    in->len -= taken.len;
    return taken;
}

/* A length, one byte, and so many bytes. */
static inline gw_slice take(gw_slice *in)
{
    size_t len = take_byte(in);

    return take_bytes(in, len);
}

/* More than an input holds: one byte again and again. */
static inline void say_much(void (*say)(int who, gw_slice bytes), int who,
                            unsigned kilobytes, char what)
{
    size_t len = (size_t)kilobytes * 1024;
    char *bytes = malloc(len + 1);

    memset(bytes, what, len);
    say(who, gw_slice_of(bytes, len));
    free(bytes);
}

/* Runs the input whole, and in pieces of a size that it tells: both must come
 * to the same. */
static inline void check_pieces(void (*run)(gw_slice in, size_t piece,
                                            gw_buf *outcome),
                                const uint8_t *data, size_t size)
{
    gw_slice in = gw_slice_of(data, size);
    gw_buf whole, pieces;

    gw_buf_init(&whole, NULL, 0);
    gw_buf_init(&pieces, NULL, 0);
    run(in, SIZE_MAX, &whole);
    run(in, size == 0 ? 1 : 1 + data[size - 1] % 17, &pieces);
    HOLDS(same(gw_buf_slice(&whole), gw_buf_slice(&pieces)));
    gw_buf_deinit(&whole);
    gw_buf_deinit(&pieces);
}

#endif
