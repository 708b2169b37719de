/* One process, from its start to its end. */
#ifndef GWD_RUN_H
#define GWD_RUN_H

#include <stdbool.h>

#include "runtime.h"

typedef struct gwd_role {
    bool services; /* the Register */
    bool gateway;  /* number `number` */
    unsigned number;
} gwd_role;

/* Called once all is there. */
typedef void (*gwd_ready_fn)(gwd_runtime *runtime);

/* The exit status of the process. */
int gwd_run(gwd_runtime *runtime, const gwd_role *role, gwd_ready_fn on_ready);

#endif
