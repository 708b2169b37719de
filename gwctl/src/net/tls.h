/* TLS under a stream. tls.c, with OpenSSL, or tls_none.c, without, implements
 * it; no other file includes OpenSSL. */
#ifndef GWCTL_TLS_H
#define GWCTL_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define GWCTL_NET_ERROR_LEN 511

typedef struct gwctl_tls gwctl_tls;

/* What a step came to, besides a number of bytes. */
#define GWCTL_NET_WANTS_READ (-1)  /* poll for POLLIN and try again */
#define GWCTL_NET_WANTS_WRITE (-2) /* poll for POLLOUT and try again */
#define GWCTL_NET_FAILED (-3)      /* `error` says why */

/* Makes the client's side over a connected, non-blocking socket, which stays
 * the caller's. `host`: what the certificate has to be for. `ca_file`: "" for
 * the system's certificates. NULL: `error` says why. */
gwctl_tls *gwctl_tls_new(int fd, const char *host, const char *ca_file,
                         bool insecure, char error[GWCTL_NET_ERROR_LEN + 1]);
/* Ends TLS, too, as far as the socket takes that at once. */
void gwctl_tls_free(gwctl_tls *tls);

/* 0: done, or GWCTL_NET_…. */
int gwctl_tls_handshake(gwctl_tls *tls, char error[GWCTL_NET_ERROR_LEN + 1]);

/* Bytes, 0 at the end, or GWCTL_NET_…. After GWCTL_NET_WANTS_… write is called
 * again with the same bytes. */
ssize_t gwctl_tls_read(gwctl_tls *tls, void *out, size_t len,
                       char error[GWCTL_NET_ERROR_LEN + 1]);
ssize_t gwctl_tls_write(gwctl_tls *tls, const void *base, size_t len,
                        char error[GWCTL_NET_ERROR_LEN + 1]);

#endif
