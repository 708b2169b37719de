#include "client/ip.h"

#include <arpa/inet.h>

#include "address.h"

#define V4_PREFIX_BITS 96

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_v4(const gwd_ip *ip)
{
    return memcmp(ip->bytes, v4_prefix, sizeof(v4_prefix)) == 0;
}

gwd_ip gwd_ip_of_v4(uint32_t v4)
{
    gwd_ip ip;

    memcpy(ip.bytes, v4_prefix, sizeof(v4_prefix));
    for (int i = 15; i >= 12; i--, v4 >>= 8)
        ip.bytes[i] = (uint8_t)v4;
    return ip;
}

uint32_t gwd_ip_v4(const gwd_ip *ip)
{
    uint32_t v4 = 0;

    if (!is_v4(ip))
        return 0;
    for (int i = 12; i < 16; i++)
        v4 = v4 << 8 | ip->bytes[i];
    return v4;
}

int gwd_ip_parse(gw_slice text, gwd_ip *ip)
{
    char copy[GWD_IP_TEXT_LEN + 1];
    uint32_t v4;

    if (gw_ipv4_parse(text, &v4) == GW_OK) {
        *ip = gwd_ip_of_v4(v4);
        return GW_OK;
    }
    if (text.len == 0 || text.len > GWD_IP_TEXT_LEN ||
        memchr(text.base, '\0', text.len) != NULL)
        return GW_EINVAL;
    memcpy(copy, text.base, text.len);
    copy[text.len] = '\0';
    return inet_pton(AF_INET6, copy, ip->bytes) == 1 ? GW_OK : GW_EINVAL;
}

int gwd_ip_parse_host(gw_slice text, gwd_ip *ip)
{
    gw_slice host;
    uint16_t port;

    if (gwd_ip_parse(text, ip) == GW_OK)
        return GW_OK;
    if (text.len > 2 && text.base[0] == '[' && text.base[text.len - 1] == ']')
        return gwd_ip_parse(gw_slice_of(text.base + 1, text.len - 2), ip);
    return gw_address_split(text, &host, &port) == GW_OK
               ? gwd_ip_parse(host, ip)
               : GW_EINVAL;
}

void gwd_ip_format(const gwd_ip *ip, char out[GWD_IP_TEXT_LEN + 1])
{
    out[0] = '\0';
    if (is_v4(ip))
        gw_ipv4_format(gwd_ip_v4(ip), out);
    else if (gwd_ip_known(ip))
        inet_ntop(AF_INET6, ip->bytes, out, GWD_IP_TEXT_LEN + 1);
}

/* A decimal number up to `most`. */
static int read_bits(gw_slice text, unsigned most, unsigned *bits)
{
    *bits = 0;
    if (text.len == 0 || text.len > 3)
        return GW_EINVAL;
    for (size_t i = 0; i < text.len; i++) {
        if (text.base[i] < '0' || text.base[i] > '9')
            return GW_EINVAL;
        *bits = *bits * 10 + (unsigned)(text.base[i] - '0');
    }
    return *bits <= most ? GW_OK : GW_EINVAL;
}

int gwd_network_parse(gw_slice text, gwd_network *network)
{
    const char *slash = text.len == 0 ? NULL : memchr(text.base, '/', text.len);
    size_t len = slash == NULL ? text.len : (size_t)(slash - text.base);
    bool v4 = text.len > 0 && memchr(text.base, ':', len) == NULL;
    unsigned before = v4 ? V4_PREFIX_BITS : 0;
    int result = gwd_ip_parse(gw_slice_of(text.base, len), &network->ip);

    network->bits = 128 - before;
    if (result == GW_OK && slash != NULL)
        result = read_bits(gw_slice_of(slash + 1, text.len - len - 1),
                           128 - before, &network->bits);
    network->bits += before;
    return result;
}

gwd_ip gwd_ip_masked(const gwd_ip *ip, unsigned bits)
{
    gwd_ip masked = *ip;

    for (unsigned i = 0; i < sizeof(masked.bytes); i++) {
        if (bits < 8)
            masked.bytes[i] &= (uint8_t)(0xff00u >> bits);
        bits = bits < 8 ? 0 : bits - 8;
    }
    return masked;
}

bool gwd_network_has(const gwd_network *network, const gwd_ip *ip)
{
    gwd_ip ours = gwd_ip_masked(&network->ip, network->bits);
    gwd_ip theirs = gwd_ip_masked(ip, network->bits);

    if (network->bits < V4_PREFIX_BITS && is_v4(ip))
        return false;
    return memcmp(&ours, &theirs, sizeof(ours)) == 0;
}

bool gwd_networks_have(const gwd_networks *networks, const gwd_ip *ip)
{
    for (size_t i = 0; i < networks->count; i++) {
        if (gwd_network_has(&networks->items[i], ip))
            return true;
    }
    return false;
}
