/* What PHP makes of a request's query string and cookies, as serialize()
 * output. Works on strings that strangers send: time and memory are linear in
 * their length, whatever is in them; nothing of the input is changed. */
#ifndef GWD_INNER_QUERY_H
#define GWD_INNER_QUERY_H

#include "buf.h"
#include "siphash.h"

/* PHP's max_input_vars and max_input_nesting_level, at their defaults. */
#define GWD_QUERY_VARS_MAX 1000
#define GWD_QUERY_DEPTH_MAX 64

/* Appends the array that parse_str() makes of `query`, as PHP 8.2 and later
 * do it: "a[]=1", "a[x][y]=2", '+' and %XX, blanks and dots in names as
 * underscores, canonical integers as integer keys. `seed` keys the table of
 * names. Returns out->error, GW_ENOMEM included. */
int gwd_query_put(gw_buf *out, gw_slice query,
                  const uint8_t seed[GW_SIPHASH_SEED_LEN]);

/* Appends the array of a Cookie header as Workerman 5 reads it: pieces between
 * semicolons, the name without the blanks around it, the value as it is, of
 * equal names the last value in the first one's place. */
int gwd_cookies_put(gw_buf *out, gw_slice cookies,
                    const uint8_t seed[GW_SIPHASH_SEED_LEN]);

#endif
