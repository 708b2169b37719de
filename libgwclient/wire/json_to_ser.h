/* JSON as PHP's arrays. */
#ifndef GW_WIRE_JSON_TO_SER_H
#define GW_WIRE_JSON_TO_SER_H

#include "buf.h"

/* Appends serialize(json_decode(json, true)), for an object or array.
 *
 * GW_EPROTO: not JSON, or a value of another kind; GW_EDEPTH; GW_EUTF8;
 * GW_EINVAL: a number that overflows a double, or is longer than
 * GW_DOUBLE_TEXT_MAX; GW_ENOMEM, GW_ETOOBIG from the buffer. On failure `out`
 * is as long as it was. */
int gw_ser_from_json(gw_buf *out, gw_slice json);

#endif
