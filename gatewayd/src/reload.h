/* SIGHUP: the options are read anew, and what can change does. */
#ifndef GWD_RELOAD_H
#define GWD_RELOAD_H

#include <stdbool.h>

#include "parts.h"
#include "runtime.h"

/* Says in the log what has changed and what needs a restart. False: something
 * is wrong with the options or a certificate, which the log tells; everything
 * stays as it was. `parts`: NULL in a process that has none, the master. */
bool gwd_reload(gwd_runtime *runtime, gwd_parts *parts);

#endif
