#include "core/random.h"

#include <unistd.h>
#include <gwclient/error.h>

int gwd_random_bytes(void *out, size_t len)
{
    return getentropy(out, len) == 0 ? GW_OK : GW_EIO;
}

int gwd_random_u32(gwd_random_stock *stock, uint32_t *out)
{
    if (stock->left == 0) {
        if (gwd_random_bytes(stock->numbers, sizeof(stock->numbers)) < 0)
            return GW_EIO;
        stock->left = sizeof(stock->numbers) / sizeof(stock->numbers[0]);
    }
    *out = stock->numbers[--stock->left];
    return GW_OK;
}
