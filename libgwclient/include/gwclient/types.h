/* Plain types that the library, its codec and their users share. */
#ifndef GWCLIENT_TYPES_H
#define GWCLIENT_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A run of bytes that somebody else owns. Not terminated by a NUL. `base` may
 * be NULL when `len` is 0. */
typedef struct gw_slice {
    const char *base;
    size_t len;
} gw_slice;

/* The `len` bytes at `base`. */
static inline gw_slice gw_slice_of(const void *base, size_t len)
{
    gw_slice s;
    s.base = (const char *)base;
    s.len = len;
    return s;
}

/* A string, without its NUL; NULL is an empty one. */
static inline gw_slice gw_slice_str(const char *str)
{
    return gw_slice_of(str, str == NULL ? 0 : strlen(str));
}

/* Where a client is: the inner address of its gateway (IPv4, host byte order)
 * and the connection's number in that process (never 0). Written as the 20
 * lower-case hex digits that applications know as the client_id. */
typedef struct gw_client_id {
    uint32_t ip;
    uint32_t connection;
    uint16_t port;
} gw_client_id;

/* Digits of a client_id. */
#define GW_CLIENT_ID_LEN 20

/* Reads 20 hex digits, either case. GW_EINVAL for anything else, and then
 * `*out` is untouched. */
int gw_client_id_parse(gw_slice text, gw_client_id *out);

/* Writes the 20 digits and a NUL. */
void gw_client_id_format(const gw_client_id *id,
                         char out[GW_CLIENT_ID_LEN + 1]);

/* What a gw_key holds. */
typedef enum gw_key_type {
    GW_KEY_NONE = 0,   /* no key: a connection without uid */
    GW_KEY_STRING = 1, /* bytes in `str` */
    GW_KEY_INT = 2,    /* `num` */
    GW_KEY_JSON = 3    /* in lists of a request only: `str` is one JSON value,
                          sent as is */
} gw_key_type;

/* A uid or a group. Both are PHP array keys in the protocol: a string that is
 * the canonical decimal form of a 64-bit integer names the same uid as that
 * integer. */
typedef struct gw_key {
    gw_key_type type;
    int64_t num;
    gw_slice str;
} gw_key;

/* A name; `str` must live as long as the key. */
static inline gw_key gw_key_str(const char *str)
{
    gw_key k;
    k.type = GW_KEY_STRING;
    k.num = 0;
    k.str = gw_slice_str(str);
    return k;
}

/* A name that is not terminated by a NUL. */
static inline gw_key gw_key_slice(gw_slice str)
{
    gw_key k;
    k.type = GW_KEY_STRING;
    k.num = 0;
    k.str = str;
    return k;
}

/* A number. */
static inline gw_key gw_key_int(int64_t num)
{
    gw_key k;
    k.type = GW_KEY_INT;
    k.num = num;
    k.str = gw_slice_of(NULL, 0);
    return k;
}

/* Memory functions with the meaning of realloc() and free(); `realloc(NULL, n)`
 * allocates. A failing realloc returns NULL and leaves the block as it was. */
typedef struct gw_allocator {
    void *(*realloc)(void *ptr, size_t size, void *user);
    void (*free)(void *ptr, void *user);
    void *user;
} gw_allocator;

/* On Windows, who builds against the DLL defines it as __declspec(dllimport);
 * CMake's target does. Elsewhere, and with the static library, it is empty. */
#ifndef GWCLIENT_DATA
#define GWCLIENT_DATA
#endif

/* The allocator of the C library. */
extern GWCLIENT_DATA const gw_allocator gw_allocator_libc;

#ifdef __cplusplus
}
#endif

#endif /* GWCLIENT_TYPES_H */
