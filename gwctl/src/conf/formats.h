/* What texts have to look like: one predicate per option type. */
#ifndef GWCTL_FORMATS_H
#define GWCTL_FORMATS_H

#include <stdbool.h>

bool gwctl_is_name(const char *text);      /* not empty */
bool gwctl_is_address(const char *text);   /* HOST:PORT, "[V6]:PORT" */
bool gwctl_is_client_id(const char *text); /* 20 hex digits */
bool gwctl_is_header(const char *text);    /* Name: value, one line */
bool gwctl_is_headers(const char *text);   /* the same, or @FILE */
bool gwctl_is_token(const char *text);     /* RFC 9110, 5.6.2 */

#endif
