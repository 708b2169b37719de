/* Random bytes from the system. */
#ifndef GWD_RANDOM_H
#define GWD_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* At most 256 bytes. GW_EIO when the system has none: do not go on then. */
int gwd_random_bytes(void *out, size_t len);

/* Numbers from a small stock: one system call for many of them. */
typedef struct gwd_random_stock {
    uint32_t numbers[64];
    unsigned left; /* 0: empty, as after zeroing */
} gwd_random_stock;

int gwd_random_u32(gwd_random_stock *stock, uint32_t *out);

#endif
