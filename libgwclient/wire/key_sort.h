/* Sorting what has keys, in time linear in the size of the keys: no order of
 * the input and no choice of keys makes it slower. */
#ifndef GW_WIRE_KEY_SORT_H
#define GW_WIRE_KEY_SORT_H

#include <gwclient/types.h>

/* An item is sorted without a look at its key, as long as `order` decides. */
typedef struct gw_keyed {
    uint64_t order;
    const gw_key *key; /* normalised */
} gw_keyed;

/* Sets `order` from the key. */
void gw_keyed_init(gw_keyed *item, const gw_key *key);

/* Below, at or above 0. Both keys are integers, or both are strings; the order
 * of strings is that of memcmp(), a prefix first. */
int gw_keyed_compare(const gw_keyed *a, const gw_keyed *b);

/* Items whose keys are all integers, or all strings. Stable: equal keys stay as
 * they came. `scratch` has room for as many items. */
void gw_keyed_sort(gw_keyed *items, gw_keyed *scratch, size_t count);

#endif
