/* Sessions as JSON. A session is a PHP array, and travels as serialize()
 * output; these turn it into what other programs read, and back. They need no
 * client. */
#ifndef GWCLIENT_SESSION_H
#define GWCLIENT_SESSION_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Both make a text that ends with a NUL, which `*len` does not count. It
 * belongs to the caller. Free it with free(), or with
 * allocator->free(json, allocator->user) when `allocator` is not NULL. On
 * failure `*json` or `*out` is NULL and `*len` is 0. */

/* A session, as gw_get_session() and the callbacks of gw_get_sessions() and
 * gw_select_clients() give it. The JSON is always an object, also for a session
 * that PHP would call a list; one that was never set ("") is {}. What is within
 * is as json_encode(…, JSON_UNESCAPED_UNICODE) writes it: an array whose keys
 * are 0, 1, 2… is a list; an object begins with "__PHP_Incomplete_Class_Name".
 *
 * GW_EPROTO, GW_EDEPTH  not one serialized array;
 * GW_EUTF8              a string or key is not UTF-8: JSON cannot hold it;
 * GW_EINVAL             INF, NAN, an enum, a reference, an object of the
 *                       Serializable interface: they have no JSON;
 * GW_ENOMEM. */
int gw_session_to_json(const gw_allocator *allocator, gw_slice session,
                       char **json, size_t *len);

/* What gw_set_session() and gw_update_session() take: serialize() of
 * json_decode($json, true). Keys such as "7" become integers, the last of equal
 * keys holds, and integers beyond 64 bits become floats, as in PHP.
 *
 * GW_EPROTO  not JSON (RFC 8259), or neither an object nor an array;
 * GW_EDEPTH  more than 64 of them within each other;
 * GW_EUTF8   a string is not UTF-8, or has half of a surrogate pair;
 * GW_EINVAL  a number that no double holds, or of more than 64 characters
 *            that is no 64-bit integer;
 * GW_ENOMEM. */
int gw_session_from_json(const gw_allocator *allocator, gw_slice json,
                         char **out, size_t *len);

#ifdef __cplusplus
}
#endif

#endif /* GWCLIENT_SESSION_H */
