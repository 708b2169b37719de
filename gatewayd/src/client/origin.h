/* Which web pages may open a WebSocket (RFC 6454, RFC 6455 section 10.2). */
#ifndef GWD_CLIENT_ORIGIN_H
#define GWD_CLIENT_ORIGIN_H

#include "client/http_head.h"

/* Whether a page from `origin` is one of those that `allowed` means:
 *   https://example.com      scheme, host and port; 80 is the port of http, 443
 *                            that of https
 *   *.example.com as host    every host below it, at any depth, not itself
 *   file://, app://.         what Chromium sends for pages from files, and for
 *                            those of apps; compared as it is
 *   null                     pages without an origin: in sandboxed frames, in
 *                            some browsers those from files, too
 *   *                        every page
 * Scheme and host are compared without regard to ASCII case. */
bool gwd_origin_matches(gw_slice allowed, gw_slice origin);

/* Whether a request may be served: its Origin matches one of `allowed`, or
 * there is none, since only browsers send one. Two are one too many. An empty
 * list allows everything. */
bool gwd_origin_allowed(const gw_slice *allowed, size_t count,
                        const gwd_http_head *head);

#endif
