/* The head of an HTTP/1.1 request (RFC 9112), read strictly and in place. */
#ifndef GWD_CLIENT_HTTP_HEAD_H
#define GWD_CLIENT_HTTP_HEAD_H

#include <stdbool.h>
#include <gwclient/error.h>
#include <gwclient/types.h>

#define GWD_HTTP_HEAD_MAX ((size_t)16 * 1024)
#define GWD_HTTP_HEADERS_MAX 100

/* Slices point into the input. */
typedef struct gwd_http_head {
    gw_slice method;
    gw_slice target;
    gw_slice version; /* "HTTP/1.1"; not judged here */
    gw_slice fields;  /* all header lines, for gwd_http_head_next() */
} gwd_http_head;

/* Reads the head at the start of `in`, up to and including the empty line;
 * `*consumed` is its length.
 *
 * After an error `head->method` is what was read of it, and the rest nothing.
 *
 * GW_EAGAIN   it is not whole yet;
 * GW_EPROTO   not HTTP: a bad character, a bare CR or LF, a folded line, a
 *             space before a colon… (answer 400). Where that shows in the
 *             request line, it is told before the head is whole;
 * GW_ETOOBIG  longer than GWD_HTTP_HEAD_MAX, or more than
 *             GWD_HTTP_HEADERS_MAX lines (answer 431). */
int gwd_http_head_read(gw_slice in, gwd_http_head *head, size_t *consumed);

typedef struct gwd_http_header {
    gw_slice name;  /* as written */
    gw_slice value; /* without the blanks around it */
} gwd_http_header;

/* Walks the header lines: start with `*at` = 0, false after the last one. */
bool gwd_http_head_next(const gwd_http_head *head, size_t *at,
                        gwd_http_header *header);

/* Whether the answer has to be without a body. */
bool gwd_http_wants_head(const gwd_http_head *head);

/* Whether a Host may have this value (RFC 9112, 3.2), by its characters: a host
 * and perhaps a port; "" where the target has no host. */
bool gwd_http_is_host(gw_slice value);

/* ASCII case is ignored. */
bool gwd_http_name_is(gw_slice name, const char *lower);

/* Takes the first item off a comma-separated list, without the blanks around
 * it. False when nothing is left. */
bool gwd_http_list_next(gw_slice *list, gw_slice *item);

/* Whether a comma-separated list has `lower` in it; ASCII case is ignored. */
bool gwd_http_list_has(gw_slice list, const char *lower);

#endif
