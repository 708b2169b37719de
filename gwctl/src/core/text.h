/* Text from strangers (uids, groups, messages) on its way to a person. */
#ifndef GWCTL_TEXT_H
#define GWCTL_TEXT_H

#include <stdbool.h>
#include <stdio.h>
#include <gwclient/types.h>

#include "core/buf.h"

/* The UTF-8 character that `text` begins with: its length, or 0 when it is
 * empty or malformed there (RFC 3629). */
size_t gwctl_utf8_decode(gw_slice text, uint32_t *c);
bool gwctl_is_utf8(gw_slice text);

/* Appends `text` so that it stays on its line and does nothing to a terminal:
 * control characters, and bytes that are no UTF-8, become \n, \t, \r or \x1b; a
 * backslash is doubled, so nothing is ambiguous. */
void gwctl_text_escape(gwctl_buf *out, gw_slice text);
void gwctl_text_print(FILE *out, gw_slice text);

/* The same for what is JSON, and stays it: what would do something to a
 * terminal can only be within its strings, and becomes \u009b and the like. */
void gwctl_text_escape_json(gwctl_buf *out, gw_slice json);

/* Columns that escaped text takes on a terminal, by the locale. */
size_t gwctl_text_width(gw_slice text);

/* How much of escaped text fits into so many columns; `*width` is what that
 * takes. */
size_t gwctl_text_fit(gw_slice text, size_t columns, size_t *width);

#endif
