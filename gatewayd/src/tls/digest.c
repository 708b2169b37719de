#include "tls/digest.h"

#include <openssl/evp.h>
#include <gwclient/error.h>

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
