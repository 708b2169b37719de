/* What a request's Authorization header says (RFC 6750, RFC 7617). */
#ifndef GWD_CLIENT_AUTHORIZATION_H
#define GWD_CLIENT_AUTHORIZATION_H

#include <stdbool.h>

#include "client/http_head.h"

/* Whether a request brings `token`: as "Bearer TOKEN", or as the password of
 * any user in "Basic". Two such headers bring none. How long it takes depends
 * on the lengths only. */
bool gwd_authorization_has(const gwd_http_head *head, gw_slice token);

#endif
