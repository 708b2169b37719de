/* One process, from its start to its end. */
#ifndef GWD_RUN_H
#define GWD_RUN_H

#include "process/role.h"
#include "runtime.h"

/* Starts what the role asks for, tells so (`on_ready`, or to the master through
 * role->ready), and returns after SIGTERM or SIGINT, or when the master is gone
 * or says so. A second signal cuts the farewell short. The exit status of the
 * process. */
int gwd_run(gwd_runtime *runtime, const gwd_role *role,
            void (*on_ready)(gwd_runtime *runtime));

#endif
