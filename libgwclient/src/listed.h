/* Calls to every gateway: from the Register's list to targets, and from a list
 * that turned out to be old to a newer one within the same call. And calls by
 * client_ids whose gateways no list has so far. */
#ifndef GW_SRC_LISTED_H
#define GW_SRC_LISTED_H

#include <gwclient/client.h>

/* The poll loop's part: takes what gw_lookup_start() or _step() returned. */
void gw_listed_result(gw_client *c, int rc);

/* Asks the Registers again, once per call, when a gateway of a list that was
 * only believed cannot be reached. */
void gw_listed_refresh(gw_client *c);

/* Begins with held targets whose gateways a name of the list stands for, and
 * asks the Registers whether they list the others. Where the caller named the
 * gateways they do not, and those targets fail. */
void gw_listed_start_held(gw_client *c);

#endif
