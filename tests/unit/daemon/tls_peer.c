#include "tls_peer.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* ---- files -------------------------------------------------------------- */

const char *path_in(char out[PATH_LEN], const char *folder, const char *name,
                    const char *ending)
{
    snprintf(out, PATH_LEN, "%.100s/%.100s%.20s", folder, name, ending);
    return out;
}

void make_folder(char folder[PATH_LEN])
{
    snprintf(folder, PATH_LEN, "/tmp/gwd-tls.XXXXXX");
    assert_non_null(mkdtemp(folder));
}

void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char path[PATH_LEN];

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        unlink(path_in(path, folder, entry->d_name, ""));
    closedir(dir);
    assert_int_equal(rmdir(folder), 0);
}

static EVP_PKEY *new_key(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    EVP_PKEY *key = NULL;

    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    assert_int_equal(
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static X509 *new_certificate(EVP_PKEY *key, const char *host)
{
    X509 *x509 = X509_new();
    X509_NAME *name = X509_get_subject_name(x509);

    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)host, -1, -1, 0);
    X509_set_issuer_name(x509, name);
    assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
    return x509;
}

void make_certificate(const char *folder, const char *name, const char *host,
                      const char *password)
{
    EVP_PKEY *key = new_key();
    X509 *x509 = new_certificate(key, host);
    char path[PATH_LEN];
    FILE *file = fopen(path_in(path, folder, name, ".crt"), "w");

    assert_int_equal(PEM_write_X509(file, x509), 1);
    fclose(file);
    file = fopen(path_in(path, folder, name, ".key"), "w");
    assert_int_equal(PEM_write_PKCS8PrivateKey(
                         file, key, password == NULL ? NULL : EVP_aes_128_cbc(),
                         password, password == NULL ? 0 : (int)strlen(password),
                         NULL, NULL),
                     1);
    fclose(file);
    X509_free(x509);
    EVP_PKEY_free(key);
}

/* ---- a client ----------------------------------------------------------- */

void peer_begin(tls_peer *peer, int fd, int version)
{
    int flags = fcntl(fd, F_GETFL);

    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    peer->ctx = SSL_CTX_new(TLS_client_method());
    assert_non_null(peer->ctx);
    SSL_CTX_set_min_proto_version(peer->ctx, version);
    SSL_CTX_set_max_proto_version(peer->ctx, version);
    SSL_CTX_set_mode(peer->ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                    SSL_MODE_ENABLE_PARTIAL_WRITE);
    peer->ssl = SSL_new(peer->ctx);
    assert_non_null(peer->ssl);
    SSL_set_fd(peer->ssl, fd);
    SSL_set_connect_state(peer->ssl);
}

void peer_end(tls_peer *peer)
{
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->ctx);
    ERR_clear_error();
}

/* True when the operation is to be tried again, after a turn of the loop. */
static bool again(const tls_peer *peer, gwd_loop *loop, int result,
                  uint32_t end)
{
    int error = SSL_get_error(peer->ssl, result);
    struct pollfd wait = {SSL_get_fd(peer->ssl), POLLIN, 0};

    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return false;
    if ((int32_t)(end - gwd_loop_seconds()) <= 0)
        fail_msg("the TLS client waited %d seconds in vain", WAIT_SECONDS);
    gwd_loop_turn(loop, false);
    poll(&wait, 1, error == SSL_ERROR_WANT_READ ? 1 : 0);
    return true;
}

static int handshake(tls_peer *peer, gwd_loop *loop)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;
    int result;

    do {
        ERR_clear_error();
        result = SSL_do_handshake(peer->ssl);
    } while (result <= 0 && again(peer, loop, result, end));
    return result == 1 ? SSL_ERROR_NONE : SSL_get_error(peer->ssl, result);
}

void peer_handshake(tls_peer *peer, gwd_loop *loop)
{
    assert_int_equal(handshake(peer, loop), SSL_ERROR_NONE);
}

int peer_handshake_error(tls_peer *peer, gwd_loop *loop)
{
    int error = handshake(peer, loop);

    assert_int_not_equal(error, SSL_ERROR_NONE);
    return error;
}

void peer_write(tls_peer *peer, gwd_loop *loop, gw_slice bytes)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;

    while (bytes.len > 0) {
        int n;

        ERR_clear_error();
        n = SSL_write(peer->ssl, bytes.base, (int)bytes.len);
        if (n <= 0) {
            assert_true(again(peer, loop, n, end));
            continue;
        }
        bytes.base += n;
        bytes.len -= (size_t)n;
    }
}

void peer_expect(tls_peer *peer, gwd_loop *loop, gw_slice want)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;
    char *got = malloc(want.len + 1);
    size_t len = 0;

    while (len < want.len) {
        int n;

        ERR_clear_error();
        n = SSL_read(peer->ssl, got + len, (int)(want.len - len));
        if (n > 0)
            len += (size_t)n;
        else if (!again(peer, loop, n, end))
            break;
    }
    if (len != want.len)
        ERR_print_errors_fp(stderr);
    assert_int_equal(len, want.len);
    assert_memory_equal(got, want.base, want.len);
    free(got);
}

int peer_read_error(tls_peer *peer, gwd_loop *loop)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;
    char byte;
    int n;

    do {
        ERR_clear_error();
        n = SSL_read(peer->ssl, &byte, 1);
    } while (n <= 0 && again(peer, loop, n, end));
    assert_true(n <= 0);
    return SSL_get_error(peer->ssl, n);
}

void peer_host(const tls_peer *peer, char out[PATH_LEN])
{
    X509 *x509 = SSL_get_peer_certificate(peer->ssl);

    assert_non_null(x509);
    X509_NAME_get_text_by_NID(X509_get_subject_name(x509), NID_commonName, out,
                              PATH_LEN);
    X509_free(x509);
}
