/* Many small blocks that are freed together. */
#ifndef GW_WIRE_ARENA_H
#define GW_WIRE_ARENA_H

#include <gwclient/types.h>

typedef struct gw_arena {
    struct gw_arena_chunk *chunks; /* newest first */
    const gw_allocator *allocator; /* not owned */
} gw_arena;

/* Owns nothing until the first block. */
void gw_arena_init(gw_arena *arena, const gw_allocator *allocator);
void gw_arena_deinit(gw_arena *arena);

/* A zeroed block for structs of pointers and integers, valid until
 * gw_arena_deinit(). NULL when memory is short. */
void *gw_arena_alloc(gw_arena *arena, size_t size);

#endif
