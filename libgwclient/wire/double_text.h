/* Floats as PHP writes them since 7.1. */
#ifndef GW_WIRE_DOUBLE_TEXT_H
#define GW_WIRE_DOUBLE_TEXT_H

#include "buf.h"

/* Longest text that is read; PHP itself writes 24 bytes at most. */
#define GW_DOUBLE_TEXT_MAX 64

/* Appends the number that the decimal `text` ("0.1", "1.0E+25") stands for in
 * the fewest digits that give the same double again, as json_encode() writes
 * it: "0.1", "1.0e+25", "1" for 1.0. The locale does not matter.
 *
 * Sets GW_EINVAL on the buffer for INF, NAN, what is no decimal number, what
 * overflows a double and what is longer than GW_DOUBLE_TEXT_MAX. */
void gw_buf_put_double(gw_buf *out, gw_slice text);

#endif
