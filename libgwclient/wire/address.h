/* "host:port" and "[v6]:port" without resolving anything. */
#ifndef GW_WIRE_ADDRESS_H
#define GW_WIRE_ADDRESS_H

#include <gwclient/types.h>

/* Splits at the last colon; brackets are taken off. The slices point into
 * `text`. GW_EINVAL: no host, no port, a port outside 0…65535, a bare IPv6
 * address, or a byte that no address has. */
int gw_address_split(gw_slice text, gw_slice *host, uint16_t *port);

/* Whether a host of gw_address_split() is a name, which has to be asked for. */
int gw_host_is_name(gw_slice host);

/* Dotted quad to host byte order, strict (four decimal parts, no leading
 * zeros). GW_EINVAL otherwise. */
int gw_ipv4_parse(gw_slice text, uint32_t *ip);

/* Writes "255.255.255.255" at most, with a NUL. */
#define GW_IPV4_TEXT_LEN 15
void gw_ipv4_format(uint32_t ip, char out[GW_IPV4_TEXT_LEN + 1]);

#endif
