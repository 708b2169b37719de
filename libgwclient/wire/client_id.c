#include <gwclient/error.h>
#include <gwclient/types.h>

#include "bytes.h"

enum { RAW_LEN = GW_CLIENT_ID_LEN / 2 };

/* The digit's value, or -1. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int gw_client_id_parse(gw_slice text, gw_client_id *out)
{
    uint8_t raw[RAW_LEN];

    if (text.len != GW_CLIENT_ID_LEN)
        return GW_EINVAL;
    for (size_t i = 0; i < RAW_LEN; i++) {
        int high = hex_digit(text.base[2 * i]);
        int low = hex_digit(text.base[2 * i + 1]);

        if (high < 0 || low < 0)
            return GW_EINVAL;
        raw[i] = (uint8_t)(high << 4 | low);
    }
    out->ip = gw_get_u32(raw);
    out->port = gw_get_u16(raw + 4);
    out->connection = gw_get_u32(raw + 6);
    return GW_OK;
}

void gw_client_id_format(const gw_client_id *id, char out[GW_CLIENT_ID_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[RAW_LEN];

    gw_put_u32(raw, id->ip);
    gw_put_u16(raw + 4, id->port);
    gw_put_u32(raw + 6, id->connection);
    for (size_t i = 0; i < RAW_LEN; i++) {
        out[2 * i] = digits[raw[i] >> 4];
        out[2 * i + 1] = digits[raw[i] & 15];
    }
    out[GW_CLIENT_ID_LEN] = '\0';
}
