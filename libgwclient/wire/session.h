/* Sessions as they travel: merging two, and telling what is one. */
#ifndef GW_WIRE_SESSION_H
#define GW_WIRE_SESSION_H

#include "buf.h"

/* Appends serialize(array_replace_recursive(unserialize(base),
 * unserialize(patch))) to `out`. Objects and enums travel as they are; values
 * that are scalars keep their text (a float is not rewritten).
 *
 * GW_EPROTO: one of them is not a serialized array, or holds references (R:,
 * r:), whose numbers a merge would break; GW_EDEPTH; GW_ENOMEM; GW_ETOOBIG from
 * the buffer's limit. On failure `out` is as long as it was. */
int gw_session_merge(gw_buf *out, gw_slice base, gw_slice patch);

/* 0 when `s` is one whole serialized array, else GW_EPROTO or GW_EDEPTH. */
int gw_session_check(gw_slice s);

#endif
