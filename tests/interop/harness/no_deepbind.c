/* Preloaded before the sanitizers into PHP, which loads its extensions with
 * RTLD_DEEPBIND: the sanitizers refuse that flag, since it goes past them. */
#define _GNU_SOURCE
#include <dlfcn.h>

void *dlopen(const char *name, int flags);

void *dlopen(const char *name, int flags)
{
    static void *(*next)(const char *, int);

    if (next == 0)
        next = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
    return next(name, flags & ~RTLD_DEEPBIND);
}
