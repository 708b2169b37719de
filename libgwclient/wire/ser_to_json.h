/* What a client of the JSON-speaking kind gets for a non-scalar message. */
#ifndef GW_WIRE_SER_TO_JSON_H
#define GW_WIRE_SER_TO_JSON_H

#include "buf.h"

/* Appends json_encode(unserialize(ser), JSON_UNESCAPED_UNICODE), with PHP's
 * default serialize_precision of -1: floats in their shortest form. Objects are
 * written as unserialize() without classes gives them: first
 * "__PHP_Incomplete_Class_Name", then their public properties.
 *
 * GW_EPROTO, GW_EDEPTH: not one serialized value;
 * GW_EUTF8: a string or key that JSON cannot hold;
 * GW_EINVAL: a value that has no JSON here: INF, NAN, an enum, a reference, an
 *            object of the Serializable interface;
 * GW_ENOMEM, GW_ETOOBIG: from the buffer. On failure `out` is as long as it
 * was. */
int gw_json_from_ser(gw_buf *out, gw_slice ser);

/* The same for an array, which becomes an object even when it is a list or
 * empty. GW_EPROTO: not an array. */
int gw_json_object_from_ser(gw_buf *out, gw_slice ser);

#endif
