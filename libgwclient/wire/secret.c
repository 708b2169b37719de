#include "secret.h"

int gw_secret_equal(gw_slice a, gw_slice b)
{
    const volatile char *x = a.base;
    const volatile char *y = b.base;
    unsigned differ = 0;

    if (a.len != b.len)
        return 0;
    for (size_t i = 0; i < a.len; i++)
        differ |= (unsigned char)(x[i] ^ y[i]);
    return differ == 0;
}

void gw_secret_wipe(void *base, size_t len)
{
    volatile unsigned char *p = base;

    while (len-- > 0)
        *p++ = 0;
}
