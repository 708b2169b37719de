/* SipHash-2-4 (Aumasson, Bernstein): a keyed hash for tables whose keys come
 * from strangers. */
#ifndef GW_WIRE_SIPHASH_H
#define GW_WIRE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define GW_SIPHASH_SEED_LEN 16

uint64_t gw_siphash(const void *data, size_t len,
                    const uint8_t seed[GW_SIPHASH_SEED_LEN]);

#endif
