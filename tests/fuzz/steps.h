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

/* A length, one byte, and so many bytes. */
static inline gw_slice take(gw_slice *in)
{
    size_t len = take_byte(in);
    gw_slice taken = gw_slice_of(in->base, len < in->len ? len : in->len);

    in->base += taken.len;
    in->len -= taken.len;
    return taken;
}

#endif
