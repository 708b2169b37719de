/* A growing output buffer with a sticky error: append what you like, ask once
 * at the end. */
#ifndef GW_WIRE_BUF_H
#define GW_WIRE_BUF_H

#include <string.h>
#include <gwclient/error.h>
#include <gwclient/types.h>

typedef struct gw_buf {
    char *base;
    size_t len;
    size_t cap;
    size_t max; /* GW_ETOOBIG above this */
    int error;  /* the first failure; appends do nothing after it */
    const gw_allocator *allocator; /* not owned; must outlive the buffer */
} gw_buf;

/* Owns nothing yet. `max` 0: no limit. `allocator` NULL: the C library's. */
void gw_buf_init(gw_buf *buf, const gw_allocator *allocator, size_t max);
void gw_buf_deinit(gw_buf *buf);

/* Empties it and clears the error; keeps the memory. */
void gw_buf_clear(gw_buf *buf);

/* Room for `len` more bytes: where to write them, or NULL (the error is set).
 * The bytes count only after gw_buf_commit(). */
char *gw_buf_reserve(gw_buf *buf, size_t len);
void gw_buf_commit(gw_buf *buf, size_t len);

void gw_buf_put(gw_buf *buf, const void *base, size_t len);
static inline void gw_buf_put_slice(gw_buf *buf, gw_slice s)
{
    gw_buf_put(buf, s.base, s.len);
}

/* The length of a literal is known when this is compiled. */
static inline void gw_buf_put_str(gw_buf *buf, const char *str)
{
    gw_buf_put(buf, str, strlen(str));
}

void gw_buf_put_char(gw_buf *buf, char c);
void gw_buf_put_int(gw_buf *buf, int64_t num); /* decimal */

/* Marks the buffer as failed; the first error stays. */
void gw_buf_fail(gw_buf *buf, int error);

static inline gw_slice gw_buf_slice(const gw_buf *buf)
{
    return gw_slice_of(buf->base, buf->len);
}

#endif
