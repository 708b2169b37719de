/* A library to be preloaded: counts the bytes that a program has from malloc()
 * and has not given back, in the file of 8 bytes that GW_HEAP names. What can
 * be seen from outside is what malloc() has from the system. Linux with glibc,
 * whose own functions it calls. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static int64_t before_main;
static int64_t *in_use = &before_main;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("GW_HEAP");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    int64_t *at;

    if (fd < 0)
        return;
    at = mmap(NULL, sizeof(*in_use), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED) {
        *at += before_main;
        in_use = at;
    }
}

static void add(int64_t bytes)
{
    __atomic_fetch_add(in_use, bytes, __ATOMIC_RELAXED);
}

static int64_t size_of(void *block)
{
    return (int64_t)malloc_usable_size(block);
}

static void *taken(void *block)
{
    add(size_of(block));
    return block;
}

EXPORT void *malloc(size_t size)
{
    return taken(__libc_malloc(size));
}

EXPORT void *calloc(size_t count, size_t size)
{
    return taken(__libc_calloc(count, size));
}

EXPORT void *realloc(void *old, size_t size)
{
    int64_t before = size_of(old);
    void *block = __libc_realloc(old, size);

    if (block != NULL || size == 0)
        add(size_of(block) - before);
    return block;
}

EXPORT void *memalign(size_t alignment, size_t size)
{
    return taken(__libc_memalign(alignment, size));
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *given = memalign(alignment, size);

    if (given == NULL)
        return ENOMEM;
    *block = given;
    return 0;
}

EXPORT void free(void *block)
{
    add(-size_of(block));
    __libc_free(block);
}
