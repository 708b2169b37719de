/* A client_id comes from a browser, and names a host: whether that is a gateway
 * to which the key may be sent. */
#ifndef GW_SRC_KNOWN_H
#define GW_SRC_KNOWN_H

#include "pool.h"

#include <gwclient/client.h>

/* GW_OK: the caller named the peer of a client_id as a gateway, or the list
 * kept for the current Registers and key has it, however old the list is: as a
 * number, or as an IPv4 address of a host name. Names are resolved only when no
 * number is the peer's, only those with its port, none after the call's
 * deadline, and none again for some seconds, after which one that stood for
 * other addresses may have moved. Free of charge once it was found.
 *
 * GW_EUNLISTED   the list does not have it;
 * GW_ERESOLVE    it may be a listed name that cannot be resolved;
 * GW_ENOGATEWAY  there is no list, or the last one was empty;
 * GW_ENOMEM. */
int gw_known_check(gw_client *c, gw_peer *peer);

/* The same without resolving a name. GW_EUNLISTED: one may still be it. */
int gw_known_at_once(gw_client *c, gw_peer *peer);

/* Whose pool has the connections of such a peer: that of the name which it was
 * found by, or else its own. On two connections, commands by client_id and
 * those to all gateways could overtake each other. NULL: out of memory. */
gw_peer *gw_known_home(gw_client *c, gw_peer *peer);

#endif
