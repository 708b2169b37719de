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
#define GW_DECIMAL_LEN_MAX 20 /* "-9223372036854775808" */
size_t gw_decimal_len(int64_t num);
void gw_decimal_put(char *out, int64_t num, size_t len);

/* The length of the run of digits at the start of `s`. */
size_t gw_decimal_run(gw_slice s);

#endif
