/* One gateway in a call: connect, send, receive. Each state is a function that
 * the call's poll loop drives. */
#ifndef GW_SRC_TARGET_H
#define GW_SRC_TARGET_H

#include "dial.h"
#include "pool.h"

#include "buf.h"
#include <gwclient/client.h>

/* What is asked of every gateway of a call. Nothing is copied: it lives as long
 * as the call runs. */
typedef struct gw_request {
    gw_frame frame; /* `ext` is what a gateway without listed clients gets */

    /* Whether a reply has the command's shape. NULL: there is no reply. */
    int (*check)(gw_slice reply);

    /* Clients of which each gateway is told its own: its ext_data is then
     * `before` + {"1":1,…} + `after`. */
    const gw_client_id *ids;
    size_t id_count;
    gw_slice before;
    gw_slice after;
} gw_request;

typedef enum gw_target_state {
    GW_TARGET_CONNECT,
    GW_TARGET_SEND,
    GW_TARGET_RECV,
    GW_TARGET_HELD, /* not begun: is its gateway in the list to come? */
    GW_TARGET_DONE,
    GW_TARGET_FAILED
} gw_target_state;

typedef struct gw_target {
    struct gw_target *next_spare;
    gw_target_state state;
    gw_peer *peer;
    gw_peer *home; /* whose pool its connections are in, see gw_known_home() */
    gw_conn *conn; /* out of the pool while we have it */
    gw_dial dial;
    int pooled;   /* `conn` was idle before: it may turn out to be dead */
    int must_be;  /* only this very connection will do (gw_flush) */
    int probing;  /* a cheap question follows the command, to prove the key */
    int unlisted; /* a newer list does not have it */

    uint8_t head[GW_FRAME_HEAD_LEN];
    gw_slice ext;
    gw_buf own_ext; /* when `ext` is for this gateway alone */
    size_t total;   /* bytes to send, authorisation and probe included */
    size_t sent;

    gw_buf reply; /* without its length */
    uint8_t prefix[4];
    size_t prefix_len;
    size_t reply_len;

    int delivered; /* its reply was walked over */

    int code;  /* GW_TARGET_FAILED: why */
    int error; /* the system error behind it, or 0 */
} gw_target;

void gw_target_init(gw_client *c, gw_target *t);
void gw_target_deinit(gw_client *c, gw_target *t);

/* Begins, as far as it goes without waiting. With `conn` (taken out of the
 * pool) on that connection and no other. */
void gw_target_start(gw_client *c, gw_target *t, gw_peer *peer, gw_conn *conn);

/* The target is the peer's, but begins only later, or fails. */
void gw_target_hold(gw_target *t, gw_peer *peer);

/* Whether the poll loop drives it. */
static inline int gw_target_is_running(const gw_target *t)
{
    return t->state < GW_TARGET_HELD;
}

/* The socket is ready, or time has passed. */
void gw_target_step(gw_client *c, gw_target *t, int ready);

/* What the poll loop waits for. 0: nothing. */
int gw_target_wants(const gw_target *t, uint64_t deadline, gw_pollfd *fd,
                    uint64_t *limit);

/* Ends it: the connection, if any, is closed. */
void gw_target_fail(gw_client *c, gw_target *t, int code, int error);

/* Whether the gateway could not be reached at all. */
int gw_target_is_unreached(const gw_target *t);

/* Whether it failed and the cluster still has it. */
int gw_target_is_failure(const gw_target *t);

/* Adds it to the client's failures. GW_OK or GW_ENOMEM. */
int gw_target_report(gw_client *c, const gw_target *t);

#endif
