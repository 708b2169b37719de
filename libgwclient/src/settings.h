/* What the next calls use: Registers, key, times. */
#ifndef GW_SRC_SETTINGS_H
#define GW_SRC_SETTINGS_H

#include "pool.h"

#include "buf.h"
#include <gwclient/client.h>

/* The Registers, in the order in which they are asked. One block of memory. */
typedef struct gw_registers {
    gw_print print;
    size_t count;
    gw_slice items[1]; /* NUL-terminated */
} gw_registers;

typedef struct gw_secret_key {
    gw_slice text; /* owned; wiped before it is freed */
    gw_slice
        frame; /* owned, wiped: GATEWAY_CLIENT_CONNECT, empty without key */
    gw_print print; /* of the empty key as well */
    int is_set;
} gw_secret_key;

/* Both replace the old value only when they succeed: GW_OK, GW_ENOMEM,
 * GW_EINVAL. */
int gw_settings_registers(gw_client *c, const gw_slice *addresses,
                          size_t count);
int gw_settings_key(gw_client *c, gw_slice key);

void gw_settings_deinit(gw_client *c);

/* A buffer that cannot reallocate below `size`, so that no copy of a secret
 * stays behind in freed memory. */
int gw_secret_buf_init(gw_client *c, gw_buf *buf, size_t size);
void gw_secret_buf_deinit(gw_buf *buf);

#endif
