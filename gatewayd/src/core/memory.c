#include "core/memory.h"

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define LARGE_BLOCK (256 * 1024)
#define MANY ((size_t)1000)

/* By itself malloc raises this limit with the largest block that was freed, and
 * then keeps what an attack took of the heap. */
void gwd_memory_init(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

bool gwd_memory_ebbs(size_t *most, size_t connections)
{
    if (connections > *most)
        *most = connections;
    if (*most < MANY || connections > *most / 2)
        return false;
    *most = connections;
    return true;
}

void gwd_memory_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
