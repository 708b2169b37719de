/* Bytes that grow at their end and are taken from their beginning. */
#ifndef GWCTL_BUF_H
#define GWCTL_BUF_H

#include <gwclient/types.h>

typedef struct gwctl_buf {
    char *base;
    size_t len;
    size_t cap;
} gwctl_buf; /* all zeros: empty, and nothing to free */

void gwctl_buf_deinit(gwctl_buf *buf);

/* Room for `len` more bytes: where to write them. They count when `buf->len` is
 * raised. */
char *gwctl_buf_reserve(gwctl_buf *buf, size_t len);

void gwctl_buf_put(gwctl_buf *buf, const void *base, size_t len);
void gwctl_buf_put_str(gwctl_buf *buf, const char *text);
void gwctl_buf_take(gwctl_buf *buf, size_t len); /* from the beginning */

static inline gw_slice gwctl_buf_slice(const gwctl_buf *buf)
{
    return gw_slice_of(buf->base, buf->len);
}

#endif
