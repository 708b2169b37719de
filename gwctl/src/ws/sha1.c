#include "ws/sha1.h"

#include <string.h>

#define BLOCK 64

static uint32_t turn(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static uint32_t mix(size_t t, const uint32_t h[5])
{
    if (t < 20)
        return ((h[1] & h[2]) | (~h[1] & h[3])) + 0x5a827999u;
    if (t < 40)
        return (h[1] ^ h[2] ^ h[3]) + 0x6ed9eba1u;
    if (t < 60)
        return ((h[1] & h[2]) | (h[1] & h[3]) | (h[2] & h[3])) + 0x8f1bbcdcu;
    return (h[1] ^ h[2] ^ h[3]) + 0xca62c1d6u;
}

static void add_block(uint32_t state[5], const uint8_t block[BLOCK])
{
    uint32_t w[80];
    uint32_t h[5];

    for (size_t t = 0; t < 16; t++)
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
               (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    for (size_t t = 16; t < 80; t++)
        w[t] = turn(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    memcpy(h, state, sizeof(h));
    for (size_t t = 0; t < 80; t++) {
        uint32_t next = turn(h[0], 5) + mix(t, h) + h[4] + w[t];

        h[4] = h[3];
        h[3] = h[2];
        h[2] = turn(h[1], 30);
        h[1] = h[0];
        h[0] = next;
    }
    for (size_t i = 0; i < 5; i++)
        state[i] += h[i];
}

/* What is left, a one, zeros, and the length in bits: one block or two. */
static void add_end(uint32_t state[5], const uint8_t *rest, size_t len,
                    uint64_t bits)
{
    uint8_t end[2 * BLOCK] = {0};
    size_t size = len + 9 <= BLOCK ? BLOCK : 2 * BLOCK;

    if (len > 0)
        memcpy(end, rest, len);
    end[len] = 0x80;
    for (size_t i = 0; i < 8; i++)
        end[size - 1 - i] = (uint8_t)(bits >> (8 * i));
    for (size_t at = 0; at < size; at += BLOCK)
        add_block(state, end + at);
}

void gwctl_sha1(const void *base, size_t len, uint8_t out[GWCTL_SHA1_LEN])
{
    uint32_t state[5] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u,
                         0xc3d2e1f0u};
    const uint8_t *in = base;
    size_t at = 0;

    for (; len - at >= BLOCK; at += BLOCK)
        add_block(state, in + at);
    add_end(state, in == NULL ? NULL : in + at, len - at, (uint64_t)len * 8);
    for (size_t i = 0; i < GWCTL_SHA1_LEN; i++)
        out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}
