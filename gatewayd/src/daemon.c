#include "daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <gwclient/version.h>

#include "core/log.h"
#include "daemon_tls.h"
#include "run.h"
#include "runtime.h"

/* Each client is a file descriptor: take all that we may have. */
static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        gwd_log(GWD_LOG_WARNING, "cannot raise the limit of open files");
}

static void say_ready(gwd_runtime *runtime)
{
    gw_buf places;

    gw_buf_init(&places, NULL, 0);
    gwd_sockets_describe(&runtime->sockets, &places);
    fprintf(stderr, "gatewayd " GW_VERSION " ready: %.*s\n", (int)places.len,
            places.base);
    gw_buf_deinit(&places);
}

static bool load_tls(gwd_runtime *runtime)
{
    char error[GWD_TLS_ERROR_LEN + 1];

    if (runtime->options->register_only ||
        !gwd_daemon_wants_tls(runtime->options))
        return true;
    runtime->tls = gwd_daemon_tls_new(runtime->options, error);
    return runtime->tls != NULL || gwd_log_failure("%s", error);
}

static bool open_sockets(gwd_runtime *runtime)
{
    char error[GWD_SOCKETS_ERROR_LEN + 1];

    return gwd_sockets_open(&runtime->sockets, runtime->options, error) ||
           gwd_log_failure("%s", error);
}

static int run(gwd_runtime *runtime)
{
    const gwd_role all = {
        .services = true,
        .gateway = !runtime->options->register_only,
    };

    if (gwd_slots_init(&runtime->slots, runtime->sockets.gateways,
                       runtime->sockets.gateways != 1) < 0) {
        gwd_log_failure("out of memory");
        return GWD_EXIT_FAILURE;
    }
    return gwd_run(runtime, &all, say_ready);
}

int gwd_daemon_run(gwd_options *options, const gwd_invocation *invocation)
{
    gwd_runtime runtime = {.options = options, .invocation = invocation};
    int status = GWD_EXIT_OPTIONS;

    gwd_log_set_level((gwd_log_level)options->log_level);
    raise_file_limit();
    if (load_tls(&runtime) && open_sockets(&runtime)) {
        status = run(&runtime);
        gwd_sockets_close(&runtime.sockets);
    }
    gwd_slots_deinit(&runtime.slots);
    gwd_tls_free(runtime.tls);
    return status;
}
