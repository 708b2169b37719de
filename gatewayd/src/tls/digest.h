/* SHA-1 and base64, as HTTP wants them. */
#ifndef GWD_TLS_DIGEST_H
#define GWD_TLS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GWD_SHA1_LEN 20

/* GW_EIO when the crypto library does not offer SHA-1. */
int gwd_sha1(const void *base, size_t len, uint8_t out[GWD_SHA1_LEN]);

/* The length of `len` bytes in base64, without a NUL. */
#define GWD_BASE64_LEN(len) (((len) + 2) / 3 * 4)

bool gwd_base64_is_digit(char c);

/* Writes GWD_BASE64_LEN(len) digits and a NUL. */
void gwd_base64_encode(const void *base, size_t len, char *out);

/* Strict (RFC 4648 with padding, nothing between). `out` has room for
 * len / 4 * 3 bytes; the number of bytes in it, or GW_EPROTO. */
int gwd_base64_decode(const char *base, size_t len, char *out);

#endif
