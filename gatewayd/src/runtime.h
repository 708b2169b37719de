/* What is set up before the first fork and before privileges are given up. */
#ifndef GWD_RUNTIME_H
#define GWD_RUNTIME_H

#include "conf/options.h"
#include "core/slots.h"
#include "daemon.h"
#include "process/pid_file.h"
#include "process/privileges.h"
#include "process/sockets.h"

struct gwd_tls;

typedef struct gwd_runtime {
    gwd_options *options; /* those in force: a reload changes them in place */
    const gwd_invocation *invocation;
    gwd_sockets sockets;
    gwd_slots slots;
    gwd_pid_file pid_file;
    gwd_privileges who;
    struct gwd_tls *tls; /* NULL: no listener wants it */
} gwd_runtime;

#endif
