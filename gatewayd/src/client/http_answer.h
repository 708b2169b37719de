/* How every answer of ours to an HTTP request begins, but 101. */
#ifndef GWD_CLIENT_HTTP_ANSWER_H
#define GWD_CLIENT_HTTP_ANSWER_H

#include <time.h>

#include "buf.h"

/* Appends the status line and the Date (RFC 9110, 6.6.1) of `now`, seconds
 * since 1970; `status` is its code and reason. */
void gwd_http_answer_begin(gw_buf *out, const char *status, time_t now);

#endif
