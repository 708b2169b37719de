/* PHP values as a tree, for what cannot be done with the cursor alone. */
#ifndef GW_WIRE_VALUE_H
#define GW_WIRE_VALUE_H

#include "arena.h"
#include "buf.h"
#include "key_sort.h"

/* An array is a map, as is an object that was entered; anything else is its
 * serialized text, which stays in the input. */
typedef struct gw_value {
    struct gw_map *map; /* NULL: neither */
    gw_slice text;      /* of an object its class; base NULL: an array */
} gw_value;

typedef struct gw_entry {
    gw_key key; /* normalised */
    gw_value value;
    struct gw_entry *next; /* in the array's order */
} gw_entry;

/* Keys are looked up by walking two sorted arrays side by side: no hash that a
 * peer could aim at, and linear at worst. */
typedef struct gw_map {
    gw_entry *first;
    gw_entry *last;
    size_t count;
    gw_keyed *sorted; /* integers, then strings; no key twice */
    size_t ints;
    size_t strings;
} gw_map;

/* Reads the one serialized value that `text` is. As unserialize() does, keys
 * are normalised, and of equal keys the last value stands in the first one's
 * place.
 *
 * The tree lives in `arena`, its slices in `text`. `*references` tells whether
 * it holds R: or r:. GW_EPROTO, GW_EDEPTH, GW_ENOMEM. */
int gw_value_read(gw_arena *arena, gw_slice text, gw_value *value,
                  int *references);

/* The same, objects entered. */
int gw_value_read_deep(gw_arena *arena, gw_slice text, gw_value *value);

/* array_replace_recursive(): moves the entries of `patch` into `base`, after
 * which both are only good for writing `base`. */
void gw_value_merge(gw_map *base, gw_map *patch);

/* Whether the keys are 0, 1, 2… in this order, as array_is_list() says. */
int gw_map_is_list(const gw_map *map);

/* Appends serialize() output, of what gw_value_read() read. */
void gw_value_put_ser(gw_buf *out, const gw_value *value);

#endif
