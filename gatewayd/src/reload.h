/* SIGHUP: the options are read anew, and what can change does. */
#ifndef GWD_RELOAD_H
#define GWD_RELOAD_H

#include "parts.h"
#include "runtime.h"

/* Says in the log what has changed and what needs a restart. When something is
 * wrong with the options or a certificate, it says that, and everything stays
 * as it was; but the log's file is opened anew. `parts`: NULL in a process that
 * has none, the master. */
void gwd_reload(gwd_runtime *runtime, gwd_parts *parts);

#endif
