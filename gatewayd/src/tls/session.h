/* One TLS connection, the server's side, on a non-blocking socket. Its first
 * read or write begins the handshake, which every later one carries on. */
#ifndef GWD_TLS_SESSION_H
#define GWD_TLS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tls/context.h"

typedef struct gwd_tls_conn gwd_tls_conn;

/* What a direction waits for. */
typedef enum gwd_tls_want {
    GWD_TLS_WANT_READ,
    GWD_TLS_WANT_WRITE
} gwd_tls_want;

/* `fd` stays the caller's. NULL: out of memory. */
gwd_tls_conn *gwd_tls_conn_new(gwd_tls *tls, int fd);
void gwd_tls_conn_free(gwd_tls_conn **conn); /* NULLs the caller's pointer */

/* Bytes that were read from the socket before TLS began. Copied. GW_ENOMEM. */
int gwd_tls_conn_feed(gwd_tls_conn *conn, const void *base, size_t len);

/* Decrypted bytes. 0: the peer said that nothing follows (close_notify).
 * GW_EAGAIN: none now, see gwd_tls_conn_read_want(). GW_ECLOSED: the connection
 * is lost. GW_EPROTO: TLS failed, see gwd_tls_conn_reason(); the peer was told.
 * After one of the last two nothing can be read or written. What TLS itself
 * has to answer is kept, to leave with the next write or flush. */
ssize_t gwd_tls_conn_read(gwd_tls_conn *conn, char *base, size_t room);

/* True once: the first time after the handshake is finished. */
bool gwd_tls_conn_is_new(gwd_tls_conn *conn);

/* The handshake is finished, and gwd_tls_conn_is_new() has said so. */
bool gwd_tls_conn_is_known(const gwd_tls_conn *conn);

/* The peer's hello was read, and something said to it. */
bool gwd_tls_conn_has_answered(const gwd_tls_conn *conn);

/* For those whose handshakes wait in a list: a connection's place in it, and
 * whose it is. All NULL at first. */
typedef struct gwd_tls_place {
    struct gwd_tls_place *next;
    struct gwd_tls_place **link; /* what points here; NULL: in no list */
    void *owner;
} gwd_tls_place;

gwd_tls_place *gwd_tls_conn_place(gwd_tls_conn *conn);

/* There may be more to read though the socket does not say so. */
bool gwd_tls_conn_has_more(const gwd_tls_conn *conn);

/* Encrypts a record at most: how many of the bytes are in it. What the kernel
 * does not take of it is kept, and nothing more is encrypted until that is
 * gone. Errors as above. */
ssize_t gwd_tls_conn_write(gwd_tls_conn *conn, const void *base, size_t len);

/* Sends what is kept. GW_EAGAIN: there is still some; GW_ECLOSED. */
int gwd_tls_conn_flush(gwd_tls_conn *conn);
bool gwd_tls_conn_has_output(const gwd_tls_conn *conn);

/* What the last GW_EAGAIN of that direction waits for: reading waits while too
 * many answers to a peer are kept, writing until the handshake's input came. */
gwd_tls_want gwd_tls_conn_read_want(const gwd_tls_conn *conn);
gwd_tls_want gwd_tls_conn_write_want(const gwd_tls_conn *conn);

/* Sends close_notify, unless other output is kept. */
void gwd_tls_conn_goodbye(gwd_tls_conn *conn);

/* Why TLS failed: static text. */
const char *gwd_tls_conn_reason(const gwd_tls_conn *conn);

#endif
