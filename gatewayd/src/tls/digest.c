#include "tls/digest.h"

#include <openssl/evp.h>
#include <gwclient/error.h>

int gwd_sha1(const void *base, size_t len, uint8_t out[GWD_SHA1_LEN])
{
    unsigned out_len = GWD_SHA1_LEN;

    if (EVP_Digest(base, len, out, &out_len, EVP_sha1(), NULL) != 1)
        return GW_EIO;
    return GW_OK;
}

void gwd_base64_encode(const void *base, size_t len, char *out)
{
    EVP_EncodeBlock((unsigned char *)out, base, (int)len);
}
