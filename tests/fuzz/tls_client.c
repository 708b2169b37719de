#include "tls_client.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "tls/context.h"

struct tls_client {
    SSL *ssl;
    BIO *in;
    BIO *out;
    int fd;
    bool begun; /* something has come */
    size_t piece;
    void (*turn)(void *arg);
    void *arg;
};

/* ---- the server's certificate ---------------------------------------------
 */

static X509 *new_certificate(EVP_PKEY *key)
{
    X509 *x509 = X509_new();
    X509_NAME *name = X509_get_subject_name(x509);

    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)"a.example", -1, -1, 0);
    X509_set_issuer_name(x509, name);
    HOLDS(X509_sign(x509, key, EVP_sha256()) > 0);
    return x509;
}

static void write_certificate(FILE *file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = new_certificate(key);

    HOLDS(PEM_write_X509(file, x509) == 1);
    HOLDS(PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
    HOLDS(fflush(file) == 0);
    X509_free(x509);
    EVP_PKEY_free(key);
}

struct gwd_tls *tls_server(void)
{
    static gwd_tls *server;
    char error[GWD_TLS_ERROR_LEN + 1], path[32], named[128];
    char *const sni[] = {named};
    FILE *file;

    if (server != NULL)
        return server;
    file = tmpfile();
    HOLDS(file != NULL);
    write_certificate(file);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
    snprintf(named, sizeof(named), "*.example.com %s %s", path, path);
    server = gwd_tls_new(
        &(gwd_tls_config){
            .certificate = path, .key = path, .sni = sni, .sni_count = 1},
        error);
    HOLDS(server != NULL);
    fclose(file);
    return server;
}

/* ---- a client -------------------------------------------------------------
 */

static SSL_CTX *new_context(int version)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    HOLDS(ctx != NULL);
    SSL_CTX_set_min_proto_version(ctx, version);
    SSL_CTX_set_max_proto_version(ctx, version);
    return ctx;
}

static void send_out(tls_client *c)
{
    char bytes[4096];
    int len;

    while ((len = BIO_read(c->out, bytes, (int)c->piece)) > 0) {
        if (send(c->fd, bytes, (size_t)len, MSG_NOSIGNAL) != len)
            return; /* it was closed */
        c->turn(c->arg);
    }
    ERR_clear_error();
}

tls_client *tls_client_new(int fd, bool only_tls12, bool names_host,
                           size_t piece, void (*turn)(void *arg), void *arg)
{
    static SSL_CTX *contexts[2];
    SSL_CTX **ctx = &contexts[only_tls12];
    tls_client *c = calloc(1, sizeof(*c));

    if (*ctx == NULL)
        *ctx = new_context(only_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
    *c = (tls_client){.ssl = SSL_new(*ctx),
                      .in = BIO_new(BIO_s_mem()),
                      .out = BIO_new(BIO_s_mem()),
                      .fd = fd,
                      .piece = piece < 4096 ? piece : 4096,
                      .turn = turn,
                      .arg = arg};
    HOLDS(c->ssl != NULL && c->in != NULL && c->out != NULL);
    SSL_set_bio(c->ssl, c->in, c->out);
    if (names_host) {
        SSL_set_tlsext_host_name(c->ssl, "a.example.com");
        SSL_set_alpn_protos(c->ssl, (const uint8_t *)"\x08http/1.1", 9);
    }
    SSL_set_connect_state(c->ssl);
    SSL_do_handshake(c->ssl);
    send_out(c);
    return c;
}

void tls_client_free(tls_client *c)
{
    if (c == NULL)
        return;
    SSL_free(c->ssl);
    ERR_clear_error();
    free(c);
}

/* Nothing but records ever comes. */
static void take_raw(tls_client *c, const char *bytes, size_t len)
{
    if (!c->begun)
        HOLDS(bytes[0] == 0x16 || bytes[0] == 0x15); /* handshake, alert */
    c->begun = true;
    BIO_write(c->in, bytes, (int)len);
}

bool tls_client_receive(tls_client *c, gw_buf *got)
{
    char bytes[16384];
    ssize_t n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    int len;

    if (n <= 0)
        return false;
    take_raw(c, bytes, (size_t)n);
    while ((len = SSL_read(c->ssl, bytes, sizeof(bytes))) > 0)
        gw_buf_put(got, bytes, (size_t)len);
    ERR_clear_error();
    send_out(c);
    return true;
}

bool tls_client_ready(const tls_client *c)
{
    return SSL_is_init_finished(c->ssl) != 0;
}

bool tls_client_send(tls_client *c, gw_slice bytes)
{
    if (!tls_client_ready(c) ||
        SSL_write(c->ssl, bytes.base, (int)bytes.len) != (int)bytes.len) {
        ERR_clear_error();
        return false;
    }
    send_out(c);
    return true;
}

void tls_client_rekey(tls_client *c)
{
    if (!tls_client_ready(c))
        return;
    if (SSL_version(c->ssl) == TLS1_3_VERSION)
        SSL_key_update(c->ssl, SSL_KEY_UPDATE_REQUESTED);
    else
        SSL_renegotiate(c->ssl);
    SSL_do_handshake(c->ssl);
    ERR_clear_error();
    send_out(c);
}

void tls_client_goodbye(tls_client *c)
{
    if (tls_client_ready(c))
        SSL_shutdown(c->ssl);
    ERR_clear_error();
    send_out(c);
}
