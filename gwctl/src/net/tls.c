#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "core/memory.h"

struct gwctl_tls {
    SSL_CTX *context;
    SSL *ssl;
    bool broken; /* nothing more may be said */
};

/* ---- errors -------------------------------------------------------------- */

/* Since version 3 OpenSSL has no texts for errors of the system. */
static const char *reason_of(unsigned long code)
{
    if (code != 0 && ERR_GET_LIB(code) == ERR_LIB_SYS)
        return strerror((int)ERR_GET_REASON(code));
    return code == 0 ? NULL : ERR_reason_error_string(code);
}

static void say(char *error, const char *what)
{
    const char *reason = reason_of(ERR_get_error());

    snprintf(error, GWCTL_NET_ERROR_LEN + 1, "TLS: %s%s%s", what,
             reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
    ERR_clear_error();
}

/* A certificate that is not trusted is the usual cause, and has a text of its
 * own. */
static void say_handshake(const gwctl_tls *tls, char *error)
{
    long verified = SSL_get_verify_result(tls->ssl);

    if (verified == X509_V_OK ||
        SSL_get_verify_mode(tls->ssl) == SSL_VERIFY_NONE) {
        say(error, "the handshake failed");
        return;
    }
    snprintf(error, GWCTL_NET_ERROR_LEN + 1,
             "TLS: the certificate is not trusted: %s",
             X509_verify_cert_error_string(verified));
    ERR_clear_error();
}

/* What OpenSSL's result means. 0: the end. */
static int outcome(gwctl_tls *tls, int result, const char *what, char *error)
{
    int saved = errno;

    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return GWCTL_NET_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return GWCTL_NET_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_SYSCALL:
        tls->broken = true;
        if (saved == 0 || saved == ECONNRESET)
            return 0;
        snprintf(error, GWCTL_NET_ERROR_LEN + 1, "TLS: %s: %s", what,
                 strerror(saved));
        return GWCTL_NET_FAILED;
    default:
        tls->broken = true;
        say(error, what);
        return GWCTL_NET_FAILED;
    }
}

/* ---- making -------------------------------------------------------------- */

static bool is_address(const char *host)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, host, bytes) == 1 ||
           inet_pton(AF_INET6, host, bytes) == 1;
}

static bool load_trust(SSL_CTX *context, const char *ca_file, char *error)
{
    if (ca_file[0] == '\0')
        return SSL_CTX_set_default_verify_paths(context) == 1;
    if (SSL_CTX_load_verify_locations(context, ca_file, NULL) == 1)
        return true;
    say(error, ca_file);
    return false;
}

/* Some servers end without the close of TLS, which WebSocket's own makes
 * needless; OpenSSL 3 would call that an error. */
static void allow_bare_end(SSL_CTX *context)
{
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#else
    (void)context;
#endif
}

static bool set_host(SSL *ssl, const char *host, bool insecure)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

    if (!is_address(host) && SSL_set_tlsext_host_name(ssl, host) != 1)
        return false;
    if (insecure)
        return true;
    return is_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1
                            : X509_VERIFY_PARAM_set1_host(param, host, 0) == 1;
}

static bool set_up(gwctl_tls *tls, int fd, const char *host,
                   const char *ca_file, bool insecure, char *error)
{
    tls->context = SSL_CTX_new(TLS_client_method());
    if (tls->context == NULL ||
        SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1)
        return false;
    if (!insecure && !load_trust(tls->context, ca_file, error))
        return false;
    allow_bare_end(tls->context);
    SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(tls->context,
                       insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    tls->ssl = SSL_new(tls->context);
    if (tls->ssl == NULL || SSL_set_fd(tls->ssl, fd) != 1 ||
        !set_host(tls->ssl, host, insecure))
        return false;
    SSL_set_connect_state(tls->ssl);
    return true;
}

gwctl_tls *gwctl_tls_new(int fd, const char *host, const char *ca_file,
                         bool insecure, char error[GWCTL_NET_ERROR_LEN + 1])
{
    gwctl_tls *tls = gwctl_realloc(NULL, 1, sizeof(*tls));

    memset(tls, 0, sizeof(*tls));
    error[0] = '\0';
    if (set_up(tls, fd, host, ca_file, insecure, error))
        return tls;
    if (error[0] == '\0')
        say(error, "OpenSSL cannot be set up");
    gwctl_tls_free(tls);
    return NULL;
}

/* Without it the server cannot tell our end from a cut (RFC 8446, 6.1). Its own
 * is not waited for. */
static void say_goodbye(gwctl_tls *tls)
{
    if (tls->ssl == NULL || tls->broken || !SSL_is_init_finished(tls->ssl))
        return;
    ERR_clear_error();
    SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

void gwctl_tls_free(gwctl_tls *tls)
{
    if (tls == NULL)
        return;
    say_goodbye(tls);
    SSL_free(tls->ssl);
    SSL_CTX_free(tls->context);
    free(tls);
}

/* ---- using --------------------------------------------------------------- */

int gwctl_tls_handshake(gwctl_tls *tls, char error[GWCTL_NET_ERROR_LEN + 1])
{
    int result;
    int found;

    ERR_clear_error();
    errno = 0;
    result = SSL_do_handshake(tls->ssl);
    if (result == 1)
        return 0;
    found = SSL_get_error(tls->ssl, result);
    if (found == SSL_ERROR_WANT_READ)
        return GWCTL_NET_WANTS_READ;
    if (found == SSL_ERROR_WANT_WRITE)
        return GWCTL_NET_WANTS_WRITE;
    say_handshake(tls, error);
    return GWCTL_NET_FAILED;
}

static int at_most_int(size_t len)
{
    return len > 1 << 30 ? 1 << 30 : (int)len;
}

ssize_t gwctl_tls_read(gwctl_tls *tls, void *out, size_t len,
                       char error[GWCTL_NET_ERROR_LEN + 1])
{
    int result;

    ERR_clear_error();
    errno = 0;
    result = SSL_read(tls->ssl, out, at_most_int(len));
    return result > 0 ? result : outcome(tls, result, "receiving", error);
}

ssize_t gwctl_tls_write(gwctl_tls *tls, const void *base, size_t len,
                        char error[GWCTL_NET_ERROR_LEN + 1])
{
    int result;

    ERR_clear_error();
    errno = 0;
    result = SSL_write(tls->ssl, base, at_most_int(len));
    if (result > 0)
        return result;
    result = outcome(tls, result, "sending", error);
    if (result != 0)
        return result;
    snprintf(error, GWCTL_NET_ERROR_LEN + 1,
             "the server closed the connection");
    return GWCTL_NET_FAILED;
}
