/* uids and groups are PHP array keys. */
#ifndef GW_WIRE_KEY_H
#define GW_WIRE_KEY_H

#include <gwclient/types.h>

/* A string in canonical decimal form ("7", "-3"; not "07", "-0", "1.0" or
 * beyond 64 bits) becomes an integer key, as in a PHP array. */
gw_key gw_key_normalize(gw_slice s);

/* Equality after both were normalised. */
int gw_key_equal(const gw_key *a, const gw_key *b);

/* PHP's empty(): "" and "0". */
int gw_slice_is_empty_php(gw_slice s);

#endif
