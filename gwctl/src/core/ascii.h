/* What <ctype.h> tells of letters depends on the locale: in a Turkish one i has
 * no capital in ASCII, and in Latin-1 there are letters beyond it. These are of
 * ASCII alone. */
#ifndef GWCTL_ASCII_H
#define GWCTL_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline char gwctl_ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static inline char gwctl_ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether `len` bytes are those of `lower` but for capitals. */
static inline bool gwctl_ascii_equals(const char *text, const char *lower,
                                      size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (gwctl_ascii_lower(text[i]) != lower[i])
            return false;
    }
    return true;
}

static inline bool gwctl_ascii_is_alnum(char c)
{
    c = gwctl_ascii_lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static inline bool gwctl_ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

#endif
