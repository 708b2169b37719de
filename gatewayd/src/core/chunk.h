/* Inside of a chunk: bytes that queues share by reference. */
#ifndef GWD_CHUNK_H
#define GWD_CHUNK_H

#include "core/stream.h"

struct gwd_chunk {
    uint32_t refs;
    uint32_t len;
    uint32_t cap; /* room in `data`; more than `len` only while one queue
                     appends to it */
    char data[];
};

/* `len` bytes to be filled by the caller, in a chunk with room for `cap`.
 * NULL when out of memory or above 4 GiB. */
gwd_chunk *gwd_chunk_alloc(size_t len, size_t cap);

#endif
