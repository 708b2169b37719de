/* Letters and digits of ASCII: those of <ctype.h> depend on the locale. */
#ifndef GW_WIRE_ASCII_H
#define GW_WIRE_ASCII_H

#include <gwclient/types.h>

static inline char gw_ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline char gw_ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static inline int gw_ascii_is_alnum(char c)
{
    c = gw_ascii_lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Whether they differ in capitals at most. */
static inline int gw_ascii_same(gw_slice a, gw_slice b)
{
    size_t i;

    if (a.len != b.len)
        return 0;
    for (i = 0; i < a.len; i++) {
        if (gw_ascii_lower(a.base[i]) != gw_ascii_lower(b.base[i]))
            return 0;
    }
    return 1;
}

#endif
