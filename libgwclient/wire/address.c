#include "address.h"

#include <gwclient/error.h>

#include "ascii.h"
#include "decimal.h"

/* Whether `s` is made of letters, digits and the bytes of `others`. */
static int made_of(gw_slice s, const char *others)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!gw_ascii_is_alnum(s.base[i]) &&
            (s.base[i] == '\0' || strchr(others, s.base[i]) == NULL))
            return 0;
    }
    return s.len > 0;
}

static int parse_port(gw_slice text, uint16_t *port)
{
    int64_t num;

    if (text.len > 5 || gw_decimal_run(text) != text.len ||
        gw_decimal_int(text, &num) != GW_OK || num > UINT16_MAX)
        return GW_EINVAL;
    *port = (uint16_t)num;
    return GW_OK;
}

/* The position of the last colon, or text.len. */
static size_t last_colon(gw_slice text)
{
    for (size_t i = text.len; i > 0; i--) {
        if (text.base[i - 1] == ':')
            return i - 1;
    }
    return text.len;
}

static int is_host(gw_slice *host)
{
    if (host->len < 2 || host->base[0] != '[')
        return made_of(*host, ".-_");
    if (host->base[host->len - 1] != ']')
        return 0;
    *host = gw_slice_of(host->base + 1, host->len - 2);
    return made_of(*host, ":.%-_");
}

int gw_address_split(gw_slice text, gw_slice *host, uint16_t *port)
{
    size_t colon = last_colon(text);

    if (colon == text.len)
        return GW_EINVAL;

    gw_slice name = gw_slice_of(text.base, colon);
    gw_slice tail = gw_slice_of(text.base + colon + 1, text.len - colon - 1);
    uint16_t num;
    if (!is_host(&name) || parse_port(tail, &num) != GW_OK)
        return GW_EINVAL;
    *host = name;
    *port = num;
    return GW_OK;
}

int gw_host_is_name(gw_slice host)
{
    uint32_t ip;

    return gw_ipv4_parse(host, &ip) != GW_OK &&
           (host.len == 0 || memchr(host.base, ':', host.len) == NULL);
}

int gw_ipv4_parse(gw_slice text, uint32_t *ip)
{
    uint32_t value = 0;
    size_t at = 0;

    for (int part = 0; part < 4; part++) {
        if (part > 0 && (at == text.len || text.base[at++] != '.'))
            return GW_EINVAL;

        gw_slice rest = gw_slice_of(text.base + at, text.len - at);
        gw_slice digits = gw_slice_of(rest.base, gw_decimal_run(rest));
        int64_t num;
        if (digits.len > 3 || !gw_decimal_canonical(digits) ||
            gw_decimal_int(digits, &num) != GW_OK || num > 255)
            return GW_EINVAL;
        value = value << 8 | (uint32_t)num;
        at += digits.len;
    }
    if (at != text.len)
        return GW_EINVAL;
    *ip = value;
    return GW_OK;
}

void gw_ipv4_format(uint32_t ip, char out[GW_IPV4_TEXT_LEN + 1])
{
    char *p = out;

    for (int shift = 24; shift >= 0; shift -= 8) {
        unsigned part = ip >> shift & 255;

        if (part >= 100)
            *p++ = (char)('0' + part / 100);
        if (part >= 10)
            *p++ = (char)('0' + part / 10 % 10);
        *p++ = (char)('0' + part % 10);
        *p++ = shift > 0 ? '.' : '\0';
    }
}
