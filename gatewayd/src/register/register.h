/* The Register service, and our announcement to Registers. */
#ifndef GWD_REGISTER_H
#define GWD_REGISTER_H

#include <stdint.h>
#include <gwclient/types.h>

struct gwd_loop;

/* ---- the service: who are the gateways of the cluster ------------------- */

typedef struct gwd_register gwd_register;

gwd_register *gwd_register_new(struct gwd_loop *loop, gw_slice secret_key);
void gwd_register_free(gwd_register *reg);

/* Lists are told only after that time. A Register that has just started does
 * not know yet which gateways there are: those of before its start come back
 * within a second or so, and until then a list without them would lose, without
 * a word, what is sent by it. */
void gwd_register_hold(gwd_register *reg, uint32_t seconds);

/* Takes over a freshly accepted non-blocking `fd`. */
void gwd_register_accept(gwd_register *reg, int fd, const char *peer);

/* The gateways that are announced now. */
size_t gwd_register_count(const gwd_register *reg);

/* ---- the announcement: we are at ADDRESS, as long as we are connected --- */

typedef struct gwd_announcer gwd_announcer;

/* Connects to the Register `register_address` ("host:port"), says
 * gateway_connect with `address`, pings every 25 s unless it is at 127.0.0.1,
 * and comes back 1 s after every loss, for ever. */
gwd_announcer *gwd_announcer_new(struct gwd_loop *loop,
                                 gw_slice register_address, gw_slice address,
                                 gw_slice secret_key);
/* `*online` is one more as long as we are connected; it is to be called right
 * after gwd_announcer_new(). */
void gwd_announcer_count(gwd_announcer *announcer, uint64_t *online);
/* `address` is right on this machine only: warns when the Register turns out to
 * be on another one. */
void gwd_announcer_is_loopback(gwd_announcer *announcer);
void gwd_announcer_free(gwd_announcer *announcer);

#endif
