/* Decimal integers in text. */
#ifndef GW_WIRE_DECIMAL_H
#define GW_WIRE_DECIMAL_H

#include <gwclient/types.h>

/* Reads the whole of `s`: an optional "-", then digits. 0, GW_EPROTO when it is
 * anything else, GW_ETOOBIG when it does not fit. */
int gw_decimal_int(gw_slice s, int64_t *num);

/* Whether `s` is spelt as an integer is printed: no leading zeros, no "-0".
 * Says nothing about its size. */
int gw_decimal_canonical(gw_slice s);

/* How many characters `num` has in decimal, and those characters, which is all
 * that is written: `len` must be that number. */
size_t gw_decimal_len(int64_t num);
void gw_decimal_put(char *out, int64_t num, size_t len);

/* Above 9: no digit. */
static inline unsigned gw_decimal_digit(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

/* The usual case in one go: the value of the digits at the start of `s`, and
 * how many they are. 0: there are none, or more than fit into 64 bits whatever
 * they are. */
#define GW_DECIMAL_SHORT_LEN 18
static inline size_t gw_decimal_short(gw_slice s, int64_t *num)
{
    size_t stop = s.len < GW_DECIMAL_SHORT_LEN ? s.len : GW_DECIMAL_SHORT_LEN;
    int64_t value = 0;
    size_t i = 0;

    for (; i < stop && gw_decimal_digit(s.base[i]) <= 9; i++)
        value = value * 10 + gw_decimal_digit(s.base[i]);
    if (i < s.len && gw_decimal_digit(s.base[i]) <= 9)
        return 0;
    *num = value;
    return i;
}

/* The length of the run of digits at the start of `s`. */
size_t gw_decimal_run(gw_slice s);

#endif
