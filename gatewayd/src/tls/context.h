/* Certificates and settings of TLS, for all listeners of a process together.
 *
 * Whoever connects names a host (SNI) and gets its certificate: an exact name
 * wins over "*.example.com", which stands for one label; names are compared
 * without case. Everybody else gets the main certificate. A session may be
 * resumed by a ticket, in every process that was forked after gwd_tls_new() and
 * after a reload: the keys of tickets are random at first, and others each day
 * (RFC 9325, 3.4). */
#ifndef GWD_TLS_CONTEXT_H
#define GWD_TLS_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gwd_tls gwd_tls;

/* File names and texts are read while a call lasts. NULL counts as "". */
typedef struct gwd_tls_config {
    const char *certificate; /* PEM: the certificate, then its chain */
    const char *key;         /* PEM, not encrypted */
    const char *ciphers;     /* for TLS 1.2; "": what OpenSSL says */
    bool only_tls13;         /* else TLS 1.2, too */
    char *const *sni;        /* "HOST CERTIFICATE KEY" each */
    size_t sni_count;
} gwd_tls_config;

#define GWD_TLS_ERROR_LEN 511

/* NULL: `error` is one line that names the file and the cause, and never holds
 * anything of a key. */
gwd_tls *gwd_tls_new(const gwd_tls_config *config,
                     char error[GWD_TLS_ERROR_LEN + 1]);

/* Reads everything anew, for connections from now on; those that are there keep
 * what they have. GW_EINVAL: nothing has changed, see `error`. */
int gwd_tls_reload(gwd_tls *tls, const gwd_tls_config *config,
                   char error[GWD_TLS_ERROR_LEN + 1]);

/* It is `now`, in seconds of a clock that all processes share. When its day is
 * another one than at the last call, tickets get the keys of that day, which
 * each process makes of those that it has; tickets from before are not resumed
 * any more. The first call, before a fork, only says which day it is. */
void gwd_tls_advance(gwd_tls *tls, uint32_t now);

/* Connections may outlive it. NULL is fine. */
void gwd_tls_free(gwd_tls *tls);

#endif
