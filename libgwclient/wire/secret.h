/* Comparing and dropping keys. */
#ifndef GW_WIRE_SECRET_H
#define GW_WIRE_SECRET_H

#include <gwclient/types.h>

/* Equality whose time depends on the lengths only. */
int gw_secret_equal(gw_slice a, gw_slice b);

/* Overwrites memory in a way that the compiler keeps. */
void gw_secret_wipe(void *base, size_t len);

#endif
