/* What the requests' ext_data holds: small JSON objects and lists of keys. */
#ifndef GWD_INNER_JSON_H
#define GWD_INNER_JSON_H

#include <stdbool.h>

#include "buf.h"
#include "json_read.h"

/* 0 when `text` is one whole JSON document. Check once, then read with the
 * functions below, which trust it. */
int gwd_json_check(gw_slice text);

/* Puts `json` at the value of the object's member `name` and reads its first
 * token. False: `text` is no object, or has no such member. */
bool gwd_json_member(gw_json *json, gw_json_token *token, gw_slice text,
                     const char *name);

/* Walks the elements of the list, or the values of the object, whose first
 * token is `token`: reads the next one's first token. False at the end. Values
 * that are arrays or objects themselves are skipped by the next step. */
typedef struct gwd_json_items {
    gw_json *json;
    bool object;
    bool open;          /* the last item is a container, still to be skipped */
    gw_json_token name; /* the item's name, in an object */
    gw_json_token value;
} gwd_json_items;

/* False when `token` starts neither. */
bool gwd_json_items_init(gwd_json_items *items, gw_json *json,
                         const gw_json_token *token);
bool gwd_json_items_next(gwd_json_items *items);

/* The same for a document that is such a list or object itself. */
bool gwd_json_items_of(gwd_json_items *items, gw_json *json, gw_slice text);

/* The array key that PHP makes of a JSON scalar: strings normalised, floats
 * truncated, booleans as 0 and 1, null as "". False for lists and objects.
 * Escaped strings are put into `text`, which must have room for them: see
 * gwd_json_reserve(). */
bool gwd_json_key(const gw_json_token *token, gw_buf *text, gw_key *key);

/* Empties `text` and makes room for every string of `document` at once, so
 * that keys taken from it stay where they are. 0 or GW_ENOMEM. */
int gwd_json_reserve(gw_buf *text, gw_slice document);

/* A scalar that stands for a connection number: an integer or a numeric
 * string. 0: it does not. */
uint32_t gwd_json_connection(const gw_json_token *token, gw_buf *text);

#endif
