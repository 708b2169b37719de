#include "siphash.h"

typedef struct sip {
    uint64_t v0, v1, v2, v3;
} sip;

static inline uint64_t rotl(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

/* Compilers make one load of it. */
static inline uint64_t load_le(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
           (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
           (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline uint64_t load_rest(const uint8_t *p, size_t len)
{
    uint64_t word = 0;

    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)p[i] << (8 * i);
    return word;
}

/* By value: the state stays in registers. */
static inline sip sip_round(sip s)
{
    s.v0 += s.v1;
    s.v1 = rotl(s.v1, 13) ^ s.v0;
    s.v0 = rotl(s.v0, 32);
    s.v2 += s.v3;
    s.v3 = rotl(s.v3, 16) ^ s.v2;
    s.v0 += s.v3;
    s.v3 = rotl(s.v3, 21) ^ s.v0;
    s.v2 += s.v1;
    s.v1 = rotl(s.v1, 17) ^ s.v2;
    s.v2 = rotl(s.v2, 32);
    return s;
}

static inline sip absorb(sip s, uint64_t word)
{
    s.v3 ^= word;
    s = sip_round(sip_round(s));
    s.v0 ^= word;
    return s;
}

uint64_t gw_siphash(const void *data, size_t len,
                    const uint8_t seed[GW_SIPHASH_SEED_LEN])
{
    const uint8_t *p = data;
    uint64_t k0 = load_le(seed);
    uint64_t k1 = load_le(seed + 8);
    sip s = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
             k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u};
    size_t left = len;

    for (; left >= 8; left -= 8, p += 8)
        s = absorb(s, load_le(p));
    s = absorb(s, (uint64_t)(len & 0xff) << 56 | load_rest(p, left));

    s.v2 ^= 0xff;
    for (int i = 0; i < 4; i++)
        s = sip_round(s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
