#include <gwclient/error.h>
#include <gwclient/types.h>

#include "bytes.h"

enum { RAW_LEN = GW_CLIENT_ID_LEN / 2 };

/* The digit's value plus one; 0 for what is none. */
static const uint8_t hex_digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
    ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
    ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
    ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

int gw_client_id_parse(gw_slice text, gw_client_id *out)
{
    const uint8_t *p = (const uint8_t *)text.base;
    uint8_t raw[RAW_LEN];

    if (text.len != GW_CLIENT_ID_LEN)
        return GW_EINVAL;
    for (size_t i = 0; i < RAW_LEN; i++, p += 2) {
        unsigned high = hex_digits[p[0]];
        unsigned low = hex_digits[p[1]];

        if (high == 0 || low == 0)
            return GW_EINVAL;
        raw[i] = (uint8_t)((high - 1) << 4 | (low - 1));
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
