/* What a worker is told of a WebSocket upgrade request: Events::
 * onWebSocketConnect($client_id, ['get' => …, 'server' => …, 'cookie' => …]).
 */
#ifndef GWD_INNER_UPGRADE_H
#define GWD_INNER_UPGRADE_H

#include "buf.h"
#include "client/http_head.h"
#include "siphash.h"

typedef struct gwd_upgrade {
    const gwd_http_head *head;
    gw_slice remote_address;
    uint16_t remote_port;
    uint16_t server_port;
    const uint8_t *seed; /* GW_SIPHASH_SEED_LEN bytes */
} gwd_upgrade;

/* Appends the array, serialized, with the reference's keys in its order.
 * Returns out->error.
 *
 * The query is what stands between the target's first '?' and its '#'. (The
 * reference asks parse_url(), which gives up on a path like "/a:80/b" and then
 * tells no query; here it is told.) */
int gwd_upgrade_put(gw_buf *out, const gwd_upgrade *upgrade);

#endif
