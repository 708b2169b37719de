/* Inside of a gwd_tls: the contexts made from one reading of the files.
 * Counted: a connection keeps those it began with. */
#ifndef GWD_TLS_CERTIFICATES_H
#define GWD_TLS_CERTIFICATES_H

#include <openssl/ssl.h>

#include "tls/context.h"

#define GWD_TLS_TICKET_KEYS_LEN 80 /* name, HMAC key and AES key of tickets */

typedef struct gwd_tls_named {
    char *host; /* also "*.example.com" */
    SSL_CTX *ctx;
} gwd_tls_named;

typedef struct gwd_tls_set {
    unsigned refs;
    SSL_CTX *main;
    size_t count;
    gwd_tls_named named[];
} gwd_tls_set;

struct gwd_tls {
    gwd_tls_set *set;
    unsigned char ticket_keys[GWD_TLS_TICKET_KEYS_LEN];
    bool knows_day;
    uint32_t day; /* of the keys */
};

/* NULL: see `error`. */
gwd_tls_set *gwd_tls_set_new(const gwd_tls_config *config,
                             const unsigned char *ticket_keys,
                             char error[GWD_TLS_ERROR_LEN + 1]);
gwd_tls_set *gwd_tls_set_ref(gwd_tls_set *set);
void gwd_tls_set_unref(gwd_tls_set **set);

/* The context for a host that a client named, or NULL. */
SSL_CTX *gwd_tls_set_find(const gwd_tls_set *set, const char *host);

/* A server's context with this certificate and these settings. NULL: see
 * `error`. */
SSL_CTX *gwd_tls_load(const gwd_tls_config *config, const char *certificate,
                      const char *key, const unsigned char *ticket_keys,
                      char error[GWD_TLS_ERROR_LEN + 1]);

#endif
