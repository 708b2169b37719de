#include "tls/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <gwclient/error.h>

#include "ascii.h"

/* Looking the algorithm up costs OpenSSL 3 ten times what the digest of a key
 * does: one context, which has found it, for the whole process. */
static EVP_MD_CTX *sha1_context(void)
{
    static EVP_MD_CTX *found;
    EVP_MD_CTX *ctx;

    if (found != NULL)
        return found;
    ctx = EVP_MD_CTX_new();
    if (ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1)
        found = ctx;
    else
        EVP_MD_CTX_free(ctx);
    return found;
}

int gwd_sha1(const void *base, size_t len, uint8_t out[GWD_SHA1_LEN])
{
    EVP_MD_CTX *ctx = sha1_context();

    if (ctx == NULL || EVP_DigestInit_ex(ctx, NULL, NULL) != 1 ||
        EVP_DigestUpdate(ctx, base, len) != 1 ||
        EVP_DigestFinal_ex(ctx, out, NULL) != 1)
        return GW_EIO;
    return GW_OK;
}

void gwd_base64_encode(const void *base, size_t len, char *out)
{
    EVP_EncodeBlock((unsigned char *)out, base, (int)len);
}

bool gwd_base64_is_digit(char c)
{
    return gw_ascii_is_alnum(c) || c == '+' || c == '/';
}

int gwd_base64_decode(const char *base, size_t len, char *out)
{
    size_t digits = len;
    int got;

    /* OpenSSL passes over blanks, and what it says of padding depends on its
     * version. */
    while (digits > 0 && len - digits < 2 && base[digits - 1] == '=')
        digits--;
    for (size_t i = 0; i < digits; i++) {
        if (!gwd_base64_is_digit(base[i]))
            return GW_EPROTO;
    }
    if (len % 4 != 0 || len > INT_MAX)
        return GW_EPROTO;
    if (len == 0)
        return 0;
    got = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)base,
                          (int)len);
    return got < 0 ? GW_EPROTO : got - (int)(len - digits);
}
