/* The same once more with little memory, and with a limit: a failure is told,
 * and leaves nothing behind. */
#ifndef GW_FUZZ_SCARCE_H
#define GW_FUZZ_SCARCE_H

#include "fuzz.h"

static inline void *scarce_realloc(void *ptr, size_t size, void *user)
{
    unsigned *left = user; /* so many allocations go well */

    if (*left == 0)
        return NULL;
    --*left;
    return realloc(ptr, size);
}

static inline void scarce_free(void *ptr, void *user)
{
    (void)user;
    free(ptr);
}

/* `convert` appends to the buffer what it makes of the inputs; `made` is what
 * came of it with plenty of both. */
static inline void
check_scarce(int (*convert)(gw_buf *out, gw_slice one, gw_slice two),
             gw_slice one, gw_slice two, gw_slice made, unsigned how)
{
    unsigned left = how % 16;
    const gw_allocator scarce = {scarce_realloc, scarce_free, &left};
    gw_buf out;
    int rc;

    gw_buf_init(&out, &scarce, 0);
    rc = convert(&out, one, two);
    HOLDS(rc == GW_OK ? same(gw_buf_slice(&out), made)
                      : rc == GW_ENOMEM && out.len == 0);
    gw_buf_deinit(&out);

    gw_buf_init(&out, NULL, 1 + how);
    rc = convert(&out, one, two);
    HOLDS(rc == GW_OK ? same(gw_buf_slice(&out), made)
                      : rc == GW_ETOOBIG && out.len == 0);
    gw_buf_deinit(&out);
}

#endif
