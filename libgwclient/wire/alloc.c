/* The C library's memory functions behind our allocator type. */
#include <gwclient/types.h>

#include <stdlib.h>

static void *libc_realloc(void *ptr, size_t size, void *user)
{
    (void)user;
    return realloc(ptr, size);
}

static void libc_free(void *ptr, void *user)
{
    (void)user;
    free(ptr);
}

const gw_allocator gw_allocator_libc = {libc_realloc, libc_free, NULL};
