#include "core/buf.h"

#include <stdlib.h>

#include "core/memory.h"

#define FIRST_CAP 256

void gwctl_buf_deinit(gwctl_buf *buf)
{
    free(buf->base);
    memset(buf, 0, sizeof(*buf));
}

char *gwctl_buf_reserve(gwctl_buf *buf, size_t len)
{
    if (buf->cap - buf->len < len) {
        size_t cap = buf->cap == 0 ? FIRST_CAP : buf->cap;

        while (cap - buf->len < len)
            cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
        buf->base = gwctl_realloc(buf->base, cap, 1);
        buf->cap = cap;
    }
    return buf->base + buf->len;
}

void gwctl_buf_put(gwctl_buf *buf, const void *base, size_t len)
{
    if (len == 0) /* there may be no memory yet */
        return;
    memcpy(gwctl_buf_reserve(buf, len), base, len);
    buf->len += len;
}

void gwctl_buf_put_str(gwctl_buf *buf, const char *text)
{
    gwctl_buf_put(buf, text, strlen(text));
}

void gwctl_buf_take(gwctl_buf *buf, size_t len)
{
    buf->len -= len;
    if (buf->len > 0)
        memmove(buf->base, buf->base + len, buf->len);
}
