/* The client's allocator in the shapes that its files need. */
#ifndef GW_SRC_MEM_H
#define GW_SRC_MEM_H

#include <gwclient/types.h>

#include "slice.h"

static inline void *gw_mem_alloc(const gw_allocator *a, size_t size)
{
    return a->realloc(NULL, size == 0 ? 1 : size, a->user);
}

/* `count` elements of `size` bytes; NULL also when that overflows. */
static inline void *gw_mem_resize(const gw_allocator *a, void *ptr,
                                  size_t count, size_t size)
{
    if (count == 0 || count > SIZE_MAX / size)
        return NULL;
    return a->realloc(ptr, count * size, a->user);
}

static inline void gw_mem_free(const gw_allocator *a, void *ptr)
{
    if (ptr != NULL)
        a->free(ptr, a->user);
}

/* The same slices in the same order. */
static inline int gw_slices_equal(const gw_slice *a, size_t a_count,
                                  const gw_slice *b, size_t b_count)
{
    size_t i;

    if (a_count != b_count)
        return 0;
    for (i = 0; i < a_count; i++) {
        if (!gw_slice_equal(a[i], b[i]))
            return 0;
    }
    return 1;
}

#endif
