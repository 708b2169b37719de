/* The other end of TLS: certificates made on the spot, and a client. */
#ifndef GWD_TEST_TLS_PEER_H
#define GWD_TEST_TLS_PEER_H

#include <openssl/ssl.h>

#include "support.h"

#define PATH_LEN 256

/* A folder for one test's files; removed with all that lies in it. */
void make_folder(char folder[PATH_LEN]);
void remove_folder(const char *folder);

/* Writes FOLDER/NAME.crt and FOLDER/NAME.key: an own P-256 key, signed by
 * itself, for `host`. With `password`: the key is encrypted. */
void make_certificate(const char *folder, const char *name, const char *host,
                      const char *password);

/* "FOLDER/NAMEending" */
const char *path_in(char out[PATH_LEN], const char *folder, const char *name,
                    const char *ending);

typedef struct tls_peer {
    SSL_CTX *ctx;
    SSL *ssl;
} tls_peer;

/* A client on `fd`, which becomes non-blocking. It trusts everybody. `version`:
 * TLS1_2_VERSION or TLS1_3_VERSION and nothing else. */
void peer_begin(tls_peer *peer, int fd, int version);
void peer_end(tls_peer *peer);

/* These run turns of the loop meanwhile, and fail after WAIT_SECONDS. */
void peer_handshake(tls_peer *peer, gwd_loop *loop);
void peer_write(tls_peer *peer, gwd_loop *loop, gw_slice bytes);
void peer_expect(tls_peer *peer, gwd_loop *loop, gw_slice want);

/* Until an operation ends with an error: which, as SSL_get_error() has it. */
int peer_handshake_error(tls_peer *peer, gwd_loop *loop);
int peer_read_error(tls_peer *peer, gwd_loop *loop);

/* Whose certificate the peer was shown: its host. */
void peer_host(const tls_peer *peer, char out[PATH_LEN]);

#endif
