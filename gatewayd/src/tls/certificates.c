#include "tls/certificates.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* Always false. The line may quote file names and OpenSSL's reasons only. */
static bool fail(char error[GWD_TLS_ERROR_LEN + 1], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(char error[GWD_TLS_ERROR_LEN + 1], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error, GWD_TLS_ERROR_LEN + 1, format, args);
    va_end(args);
    ERR_clear_error();
    return false;
}

/* What OpenSSL says that was wrong, in its own words: the first error is the
 * cause of the others. */
static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_error());

    return text != NULL ? text : "unknown error";
}

static bool is_readable(const char *path, const char *what,
                        char error[GWD_TLS_ERROR_LEN + 1])
{
    FILE *file;

    if (path == NULL || path[0] == '\0')
        return fail(error, "no file is named for the %s", what);
    file = fopen(path, "re");
    if (file == NULL)
        return fail(error, "cannot read the %s %s: %s", what, path,
                    strerror(errno));
    fclose(file);
    return true;
}

static bool is_no_pem(unsigned long error)
{
    return ERR_GET_LIB(error) == ERR_LIB_PEM &&
           ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

static bool use_certificate(SSL_CTX *ctx, const char *path,
                            char error[GWD_TLS_ERROR_LEN + 1])
{
    if (!is_readable(path, "TLS certificate", error))
        return false;
    if (SSL_CTX_use_certificate_chain_file(ctx, path) == 1)
        return true;
    if (is_no_pem(ERR_peek_error()))
        return fail(error, "there is no PEM certificate in %s", path);
    return fail(error, "cannot use the TLS certificate %s: %s", path, reason());
}

/* Nobody can be asked: the daemon has no terminal. */
static int refuse_password(char *out, int size, int for_writing, void *asked)
{
    (void)out;
    (void)size;
    (void)for_writing;
    *(bool *)asked = true;
    return -1;
}

/* NULL after a failure. */
static EVP_PKEY *read_key(const char *path, char error[GWD_TLS_ERROR_LEN + 1])
{
    bool asked = false;
    EVP_PKEY *key;
    BIO *file;

    if (!is_readable(path, "TLS key", error))
        return NULL;
    file = BIO_new_file(path, "r");
    key = file == NULL
              ? NULL
              : PEM_read_bio_PrivateKey(file, NULL, refuse_password, &asked);
    BIO_free(file);
    if (key == NULL && asked)
        fail(error,
             "the TLS key %s is encrypted: it must be stored without "
             "a pass phrase",
             path);
    else if (key == NULL)
        fail(error, "there is no usable PEM private key in %s", path);
    return key;
}

static bool use_key(SSL_CTX *ctx, const char *path, const char *certificate,
                    char error[GWD_TLS_ERROR_LEN + 1])
{
    EVP_PKEY *key = read_key(path, error);
    bool done = false;

    if (key == NULL)
        return false;
    if (X509_check_private_key(SSL_CTX_get0_certificate(ctx), key) != 1)
        fail(error, "the TLS key %s does not belong to the certificate %s",
             path, certificate);
    else if (SSL_CTX_use_PrivateKey(ctx, key) != 1)
        fail(error, "cannot use the TLS key %s: %s", path, reason());
    else
        done = true;
    EVP_PKEY_free(key);
    return done;
}

/* ---- settings ----------------------------------------------------------- */

/* Who wants other protocols only is refused (RFC 7301, 3.2). */
static int choose_protocol(SSL *ssl, const unsigned char **out,
                           unsigned char *out_len, const unsigned char *in,
                           unsigned in_len, void *arg)
{
    static const unsigned char known[] = "\x08http/1.1";
    unsigned char *chosen;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, known, sizeof(known) - 1, in,
                              in_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* Sessions live in the clients' tickets only, so they cost no memory here and
 * every process can resume them. */
static bool set_resumption(SSL_CTX *ctx, const unsigned char *ticket_keys)
{
    static const unsigned char id_context[] = "gatewayd";

    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    /* A page has one connection to us, and gets a new ticket whenever it comes
     * back: a second one would be made for nothing. */
    SSL_CTX_set_num_tickets(ctx, 1);
    return SSL_CTX_set_session_id_context(ctx, id_context,
                                          sizeof(id_context) - 1) == 1 &&
           SSL_CTX_set_tlsext_ticket_keys(ctx, (void *)ticket_keys,
                                          GWD_TLS_TICKET_KEYS_LEN) == 1;
}

static bool set_up(SSL_CTX *ctx, const gwd_tls_config *config,
                   const unsigned char *ticket_keys,
                   char error[GWD_TLS_ERROR_LEN + 1])
{
    const char *ciphers = config->ciphers;

    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
                              SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    if (SSL_CTX_set_min_proto_version(
            ctx, config->only_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION) != 1 ||
        !set_resumption(ctx, ticket_keys))
        return fail(error, "cannot set TLS up: %s", reason());
    if (ciphers != NULL && ciphers[0] != '\0' &&
        SSL_CTX_set_cipher_list(ctx, ciphers) != 1)
        return fail(error, "no TLS 1.2 cipher is meant by \"%s\": %s", ciphers,
                    reason());
    return true;
}

SSL_CTX *gwd_tls_load(const gwd_tls_config *config, const char *certificate,
                      const char *key, const unsigned char *ticket_keys,
                      char error[GWD_TLS_ERROR_LEN + 1])
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    if (ctx == NULL) {
        fail(error, "cannot set TLS up: %s", reason());
        return NULL;
    }
    if (!set_up(ctx, config, ticket_keys, error) ||
        !use_certificate(ctx, certificate, error) ||
        !use_key(ctx, key, certificate, error)) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}
