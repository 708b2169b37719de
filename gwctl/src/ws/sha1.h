/* SHA-1 (RFC 3174), for the proof in the answer to a WebSocket handshake alone:
 * so ws:// needs no OpenSSL. It protects nothing. */
#ifndef GWCTL_SHA1_H
#define GWCTL_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define GWCTL_SHA1_LEN 20

void gwctl_sha1(const void *base, size_t len, uint8_t out[GWCTL_SHA1_LEN]);

#endif
