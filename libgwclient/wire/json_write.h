/* JSON as PHP's json_encode() writes it with default flags: "/" and non-ASCII
 * escaped, \u in lower case, surrogate pairs above the BMP. */
#ifndef GW_WIRE_JSON_WRITE_H
#define GW_WIRE_JSON_WRITE_H

#include "buf.h"

/* A quoted string. Malformed UTF-8 sets GW_EUTF8 on the buffer. */
void gw_json_put_string(gw_buf *buf, gw_slice s);

/* The same with JSON_UNESCAPED_UNICODE: non-ASCII stays, except U+2028/2029. */
void gw_json_put_string_unicode(gw_buf *buf, gw_slice s);

/* A string, an integer, or the JSON of GW_KEY_JSON as it is. */
void gw_json_put_key(gw_buf *buf, const gw_key *key);

/* ["a",7,…]; "[]" for none. */
void gw_json_put_keys(gw_buf *buf, const gw_key *keys, size_t count);

/* {"1":1,"2":2}: the protocol's set of connections, in order of first
 * appearance, each once. "[]" for none, as PHP writes an empty array. */
void gw_json_put_connections(gw_buf *buf, const uint32_t *ids, size_t count);

#endif
