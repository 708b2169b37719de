/* Letters and digits of ASCII: those of <ctype.h> depend on the locale. */
#ifndef GW_WIRE_ASCII_H
#define GW_WIRE_ASCII_H

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

#endif
