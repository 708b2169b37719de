/* IP addresses of either kind, and networks of them. */
#ifndef GWD_CLIENT_IP_H
#define GWD_CLIENT_IP_H

#include <stdbool.h>
#include <gwclient/error.h>
#include <gwclient/types.h>

/* An IPv6 address; an IPv4 one as ::ffff:a.b.c.d, so the two ways to write it
 * are one address. All zero: unknown. */
typedef struct gwd_ip {
    uint8_t bytes[16];
} gwd_ip;

gwd_ip gwd_ip_of_v4(uint32_t ip); /* host byte order */

/* 0 when it is none. */
uint32_t gwd_ip_v4(const gwd_ip *ip);

static inline bool gwd_ip_known(const gwd_ip *ip)
{
    static const gwd_ip unknown;

    return memcmp(ip, &unknown, sizeof(*ip)) != 0;
}

/* "1.2.3.4" or "::1", strictly. GW_EINVAL: anything else. */
int gwd_ip_parse(gw_slice text, gwd_ip *ip);

/* The same with a port, which is skipped: "1.2.3.4:5", "[::1]:5", "[::1]". */
int gwd_ip_parse_host(gw_slice text, gwd_ip *ip);

/* With a NUL; "" when unknown. */
#define GWD_IP_TEXT_LEN 45
void gwd_ip_format(const gwd_ip *ip, char out[GWD_IP_TEXT_LEN + 1]);

typedef struct gwd_network {
    gwd_ip ip;
    unsigned bits; /* of all 128 */
} gwd_network;

typedef struct gwd_networks {
    gwd_network *items;
    size_t count;
} gwd_networks;

/* "10.0.0.0/8", "fd00::/8", or one address. GW_EINVAL. */
int gwd_network_parse(gw_slice text, gwd_network *network);

/* An IPv4 address is in networks of IPv4 alone: ::/0 is all of IPv6. */
bool gwd_network_has(const gwd_network *network, const gwd_ip *ip);
bool gwd_networks_have(const gwd_networks *networks, const gwd_ip *ip);

/* The address with all but its first bits set to zero. */
gwd_ip gwd_ip_masked(const gwd_ip *ip, unsigned bits);

#endif
