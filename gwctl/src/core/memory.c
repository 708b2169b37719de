#include "core/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"

void *gwctl_realloc(void *ptr, size_t count, size_t size)
{
    void *grown = NULL;

    if (count <= SIZE_MAX / size)
        grown = realloc(ptr, count * size == 0 ? 1 : count * size);
    if (grown == NULL) {
        fputs("gwctl: out of memory\n", stderr);
        exit(GWCTL_SYSTEM);
    }
    return grown;
}

char *gwctl_copy(const void *base, size_t len)
{
    char *copy = gwctl_realloc(NULL, len + 1, 1);

    if (len > 0)
        memcpy(copy, base, len);
    copy[len] = '\0';
    return copy;
}

void gwctl_wipe(void *base, size_t len)
{
    volatile unsigned char *p = base;

    while (len-- > 0)
        *p++ = 0;
}
