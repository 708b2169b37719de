/* Lines for the system's log. What syslog(3) sends, but whoever reads there is
 * never waited for, as syslog(3) does; and he may come and go. */
#ifndef GWD_SYSTEM_LOG_H
#define GWD_SYSTEM_LOG_H

#include <stdbool.h>
#include <gwclient/types.h>

/* What lines are sent through; -1 with errno. */
int gwd_system_log_open(void);

/* Sends a line to who listens at `path`; `priority` is of syslog(3), without a
 * facility. False: nobody listens there, or he does not keep up. */
bool gwd_system_log_send(int fd, const char *path, int priority, gw_slice line);

#endif
