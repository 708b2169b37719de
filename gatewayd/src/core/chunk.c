#include "core/chunk.h"

#include <stdlib.h>

gwd_chunk *gwd_chunk_alloc(size_t len, size_t cap)
{
    gwd_chunk *chunk;

    if (cap < len)
        cap = len;
    if (cap > UINT32_MAX - sizeof(*chunk))
        return NULL;
    chunk = malloc(sizeof(*chunk) + cap);
    if (chunk == NULL)
        return NULL;
    chunk->refs = 1;
    chunk->len = (uint32_t)len;
    chunk->cap = (uint32_t)cap;
    return chunk;
}

gwd_chunk *gwd_chunk_new(const void *base, size_t len)
{
    gwd_chunk *chunk = gwd_chunk_alloc(len, len);

    if (chunk != NULL && len > 0)
        memcpy(chunk->data, base, len);
    return chunk;
}

gwd_chunk *gwd_chunk_ref(gwd_chunk *chunk)
{
    chunk->refs++;
    return chunk;
}

void gwd_chunk_unref(gwd_chunk **chunk)
{
    gwd_chunk *gone = *chunk;

    *chunk = NULL;
    if (gone != NULL && --gone->refs == 0)
        free(gone);
}
