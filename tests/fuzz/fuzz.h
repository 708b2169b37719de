/* What the codec's fuzz targets share. */
#ifndef GW_FUZZ_H
#define GW_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that every input must keep. */
#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            abort();                                                           \
    } while (0)

static inline int same(gw_slice a, gw_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.base, b.base, a.len) == 0);
}

static inline int has(gw_slice text, gw_slice part)
{
    return text.len >= part.len &&
           memmem(text.base, text.len, part.base, part.len) != NULL;
}

#endif
