#include "core/base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void gwctl_base64(const void *base, size_t len, char *out)
{
    const unsigned char *in = base;

    for (size_t at = 0; at < len; at += 3) {
        size_t n = len - at < 3 ? len - at : 3;
        unsigned long bits = (unsigned long)in[at] << 16;

        if (n > 1)
            bits |= (unsigned long)in[at + 1] << 8;
        if (n > 2)
            bits |= in[at + 2];
        *out++ = alphabet[bits >> 18 & 63];
        *out++ = alphabet[bits >> 12 & 63];
        *out++ = n > 1 ? alphabet[bits >> 6 & 63] : '=';
        *out++ = n > 2 ? alphabet[bits & 63] : '=';
    }
    *out = '\0';
}
