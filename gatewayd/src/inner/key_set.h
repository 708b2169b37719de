/* The distinct keys of a JSON list, in order of first appearance: what PHP gets
 * when it builds an array with them. */
#ifndef GWD_INNER_KEY_SET_H
#define GWD_INNER_KEY_SET_H

#include "hub/hub.h"
#include "inner/json.h"

typedef struct gwd_key_entry {
    gwd_node node;
    gw_key key;
} gwd_key_entry;

typedef struct gwd_key_set {
    gwd_key_entry *entries;
    size_t count;
    gwd_table table;
} gwd_key_set;

/* Reads `ext`, checked JSON. The keys point into `ext` and `text`. An empty set
 * when it is no list or object. GW_ENOMEM. */
int gwd_key_set_init(gwd_key_set *set, const gwd_hub *hub, gw_slice ext,
                     gw_buf *text);
void gwd_key_set_deinit(gwd_key_set *set);

#endif
