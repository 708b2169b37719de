/* UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above
 * U+10FFFF. */
#ifndef GW_WIRE_UTF8_H
#define GW_WIRE_UTF8_H

#include <gwclient/types.h>

/* Decodes the character that `s` starts with: its length in bytes, or 0 when
 * `s` is empty, malformed there, or ends inside it. */
size_t gw_utf8_decode(gw_slice s, uint32_t *c);

/* Writes a character (not a surrogate); 1…4 bytes. */
size_t gw_utf8_encode(uint32_t c, char out[4]);

#endif
