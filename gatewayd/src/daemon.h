/* The daemon: puts the parts together as the options say, and runs them. */
#ifndef GWD_DAEMON_H
#define GWD_DAEMON_H

#include "conf/options.h"

/* Exit statuses of the program. */
#define GWD_EXIT_FAILURE 1 /* could not start: a port is taken, no memory */
#define GWD_EXIT_OPTIONS 2

/* Starts everything, says "ready" on standard error, and returns after SIGTERM
 * or SIGINT: 0, or GWD_EXIT_FAILURE when it could not start. */
int gwd_daemon_run(const gwd_options *options);

#endif
