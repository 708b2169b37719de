/* The daemon: from its options to its end, in one process or several. */
#ifndef GWD_DAEMON_H
#define GWD_DAEMON_H

#include "conf/options.h"

/* Exit statuses of the program. */
#define GWD_EXIT_FAILURE 1 /* the system would not do it: no memory… */
#define GWD_EXIT_OPTIONS                                                       \
    2 /* options are wrong, or ask for what is not to be                       \
         had: a taken port, an unreadable certificate */

/* Where the options came from: SIGHUP reads them again. */
typedef struct gwd_invocation {
    int argc;
    char **argv;
    char **env;
} gwd_invocation;

/* What --test-config does with options that were loaded: reads certificates as
 * the start would, by the rights of who asks, and takes no port. The program's
 * exit status. */
int gwd_daemon_test(gwd_options *options);

/* Starts everything, says "ready" on standard error, and returns after SIGTERM
 * or SIGINT. The program's exit status. */
int gwd_daemon_run(gwd_options *options, const gwd_invocation *invocation);

#endif
