/* What one process runs: the Register, a gateway, or both. */
#ifndef GWD_PARTS_H
#define GWD_PARTS_H

#include "conf/options.h"
#include "core/loop.h"
#include "core/slots.h"
#include "process/sockets.h"

typedef struct gwd_parts gwd_parts;

typedef struct gwd_parts_config {
    const gwd_options *options; /* all of them outlive the parts */
    gwd_sockets *sockets;       /* the process's own are taken over */
    gwd_slots *slots;
    struct gwd_tls *tls; /* NULL: no listener wants it */
    bool services;       /* the Register */
    bool gateway;        /* number `number` */
    unsigned number;
} gwd_parts_config;

/* Starts all of it; clients get in last. NULL after an error line. */
gwd_parts *gwd_parts_start(const gwd_parts_config *config);

gwd_loop *gwd_parts_loop(gwd_parts *parts);
gwd_slot *gwd_parts_slot(gwd_parts *parts);

/* The options have changed in place: hands on those that may change. */
void gwd_parts_reload(gwd_parts *parts);

/* Brings the figures that others read up to date, and says that the loop turns,
 * as each second does. */
void gwd_parts_refresh(gwd_parts *parts);

/* Runs turns until our gateways are in our Register, if that is where they go:
 * who asks it afterwards finds them. Bounded. */
void gwd_parts_await_announcement(gwd_parts *parts);

/* Nobody new; out of the Registers; good-bye to all; then waits until they have
 * taken what is queued for them, at most a few seconds (in haste: to the next
 * tick), and no longer once the loop is stopped again. */
void gwd_parts_drain(gwd_parts *parts, bool in_haste);

/* After draining. The loop goes with it. */
void gwd_parts_free(gwd_parts *parts);

#endif
