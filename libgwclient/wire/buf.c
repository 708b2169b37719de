#include "buf.h"

#include "decimal.h"

enum { FIRST_CAP = 64 };

void gw_buf_init(gw_buf *buf, const gw_allocator *allocator, size_t max)
{
    buf->base = NULL;
    buf->len = 0;
    buf->cap = 0;
    buf->max = max == 0 ? SIZE_MAX : max;
    buf->error = GW_OK;
    buf->allocator = allocator == NULL ? &gw_allocator_libc : allocator;
}

void gw_buf_deinit(gw_buf *buf)
{
    if (buf->base != NULL)
        buf->allocator->free(buf->base, buf->allocator->user);
    buf->base = NULL;
    buf->len = 0;
    buf->cap = 0;
}

void gw_buf_clear(gw_buf *buf)
{
    buf->len = 0;
    buf->error = GW_OK;
}

void gw_buf_fail(gw_buf *buf, int error)
{
    if (buf->error == GW_OK)
        buf->error = error;
}

/* Doubles until `need` fits; `need` is at most `max`. */
static size_t next_cap(const gw_buf *buf, size_t need)
{
    size_t cap = buf->cap < FIRST_CAP ? FIRST_CAP : buf->cap;

    while (cap < need) {
        if (cap > SIZE_MAX / 2)
            return need;
        cap *= 2;
    }
    return cap > buf->max ? buf->max : cap;
}

static int grow(gw_buf *buf, size_t need)
{
    const gw_allocator *allocator = buf->allocator;
    size_t cap = next_cap(buf, need);
    char *base = allocator->realloc(buf->base, cap, allocator->user);

    if (base == NULL)
        return GW_ENOMEM;
    buf->base = base;
    buf->cap = cap;
    return GW_OK;
}

char *gw_buf_reserve(gw_buf *buf, size_t len)
{
    if (buf->error != GW_OK)
        return NULL;
    if (len > buf->max - buf->len) {
        gw_buf_fail(buf, GW_ETOOBIG);
        return NULL;
    }
    if (len > buf->cap - buf->len || buf->base == NULL) {
        int rc = grow(buf, buf->len + len);

        if (rc != GW_OK) {
            gw_buf_fail(buf, rc);
            return NULL;
        }
    }
    return buf->base + buf->len;
}

void gw_buf_commit(gw_buf *buf, size_t len)
{
    buf->len += len;
}

void gw_buf_put(gw_buf *buf, const void *base, size_t len)
{
    char *to;

    if (len == 0)
        return;
    if (buf->error == GW_OK && len <= buf->cap - buf->len) {
        to = buf->base + buf->len;
    } else {
        to = gw_buf_reserve(buf, len);
        if (to == NULL)
            return;
    }
    memcpy(to, base, len);
    buf->len += len;
}

void gw_buf_put_char(gw_buf *buf, char c)
{
    if (buf->error == GW_OK && buf->len < buf->cap)
        buf->base[buf->len++] = c;
    else
        gw_buf_put(buf, &c, 1);
}

void gw_buf_put_int(gw_buf *buf, int64_t num)
{
    size_t len = gw_decimal_len(num);
    char *p = gw_buf_reserve(buf, len);

    if (p == NULL)
        return;
    gw_decimal_put(p, num, len);
    gw_buf_commit(buf, len);
}
