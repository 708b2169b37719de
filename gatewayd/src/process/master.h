/* The process that only starts the others, and starts them again. */
#ifndef GWD_MASTER_H
#define GWD_MASTER_H

#include "core/slots.h"
#include "process/role.h"
#include "process/sockets.h"

typedef struct gwd_master_config {
    gwd_sockets *sockets;
    gwd_slots *slots; /* also says which processes there are to be */
    /* What a child does; its exit status. SIGTERM, SIGINT, SIGHUP, SIGUSR1,
     * SIGUSR2 and SIGCHLD are blocked when it begins. */
    int (*child)(void *arg, const gwd_role *role);
    void (*on_ready)(void *arg);  /* all have started, once */
    void (*on_reload)(void *arg); /* before the children do it */
    void (*on_stop)(void *arg);   /* the end begins */
    void (*on_turn)(void *arg);   /* now and then, each hour at least */
    void *arg;
} gwd_master_config;

/* Returns after SIGTERM or SIGINT, when all children are gone; a second one
 * makes it short. The exit status: 0, or 1 when the first start failed or a
 * child did not end well. */
int gwd_master_run(const gwd_master_config *config);

#endif
