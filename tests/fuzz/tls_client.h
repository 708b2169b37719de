/* OpenSSL's client on a socket, whose other end gatewayd has. */
#ifndef GW_FUZZ_TLS_CLIENT_H
#define GW_FUZZ_TLS_CLIENT_H

#include <stdbool.h>

#include "fuzz.h"

struct gwd_tls;

/* A certificate of its own, made at the first call; also for every host below
 * example.com. */
struct gwd_tls *tls_server(void);

typedef struct tls_client tls_client;

/* It may name such a host, and HTTP/1.1 as what it speaks.
 *
 * What it has to send leaves in such pieces, with `turn` behind each. `fd`
 * stays the caller's. */
tls_client *tls_client_new(int fd, bool only_tls12, bool names_host,
                           size_t piece, void (*turn)(void *arg), void *arg);
void tls_client_free(tls_client *client);

/* Takes what has come, and answers it; decrypted bytes go to `got`. False:
 * nothing has come. */
bool tls_client_receive(tls_client *client, gw_buf *got);

/* One record. False: the connection or its handshake has ended. */
bool tls_client_send(tls_client *client, gw_slice bytes);

bool tls_client_ready(const tls_client *client);

/* Asks for new keys (before TLS 1.3: for a new handshake), or says good-bye. */
void tls_client_rekey(tls_client *client);
void tls_client_goodbye(tls_client *client);

#endif
