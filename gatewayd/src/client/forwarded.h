/* Where a request came from when proxies stand in between. */
#ifndef GWD_CLIENT_FORWARDED_H
#define GWD_CLIENT_FORWARDED_H

#include "client/http_head.h"
#include "client/ip.h"

/* The client's address for a request that arrived from `peer`. Unless `peer` is
 * a trusted proxy, that is `peer`. Else the last address in X-Forwarded-For
 * that is not a trusted proxy's own: what stands before it, its sender may have
 * made up. When all of them are trusted, the first; without any, X-Real-IP;
 * without that, `peer`. */
gwd_ip gwd_forwarded_ip(const gwd_http_head *head, const gwd_networks *trusted,
                        const gwd_ip *peer);

#endif
