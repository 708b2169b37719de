/* Comparing slices, byte by byte. */
#ifndef GW_WIRE_SLICE_H
#define GW_WIRE_SLICE_H

#include <string.h>

#include <gwclient/types.h>

static inline int gw_slice_equal(gw_slice a, gw_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.base, b.base, a.len) == 0);
}

static inline int gw_slice_is(gw_slice slice, const char *text)
{
    return gw_slice_equal(slice, gw_slice_str(text));
}

#endif
