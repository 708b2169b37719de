#include "arena.h"

/* First chunk, and the size up to which each is twice the one before. */
enum { CHUNK_FIRST = 1024, CHUNK_MAX = 256 * 1024 };

/* Enough for pointers and 64-bit integers, and what any allocator gives us. */
enum { ALIGN = 8 };

typedef struct gw_arena_chunk {
    struct gw_arena_chunk *next;
    uint64_t size; /* of the data, which follows */
    uint64_t used;
} chunk;

/* Where the data begins: i386 aligns 64-bit integers to 4, and so a chunk. */
enum { HEAD = (sizeof(chunk) + ALIGN - 1) / ALIGN * ALIGN };

void gw_arena_init(gw_arena *arena, const gw_allocator *allocator)
{
    arena->chunks = NULL;
    arena->allocator = allocator;
}

void gw_arena_deinit(gw_arena *arena)
{
    while (arena->chunks != NULL) {
        chunk *c = arena->chunks;

        arena->chunks = c->next;
        arena->allocator->free(c, arena->allocator->user);
    }
}

static chunk *add_chunk(gw_arena *arena, size_t need)
{
    const gw_allocator *allocator = arena->allocator;
    size_t size = arena->chunks == NULL ? CHUNK_FIRST : arena->chunks->size * 2;

    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    if (size < need)
        size = need;
    if (size > SIZE_MAX - HEAD)
        return NULL;

    chunk *c = allocator->realloc(NULL, HEAD + size, allocator->user);
    if (c == NULL)
        return NULL;
    c->next = arena->chunks;
    c->size = size;
    c->used = 0;
    arena->chunks = c;
    return c;
}

void *gw_arena_alloc(gw_arena *arena, size_t size)
{
    chunk *c = arena->chunks;

    if (size > SIZE_MAX - ALIGN)
        return NULL;
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (c == NULL || size > c->size - c->used) {
        c = add_chunk(arena, size);
        if (c == NULL)
            return NULL;
    }

    void *block = (char *)c + HEAD + c->used;
    c->used += size;
    return memset(block, 0, size);
}
