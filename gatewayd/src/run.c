#include "run.h"

#include <signal.h>
#include <stdlib.h>

#include "core/log.h"
#include "parts.h"

typedef struct process {
    gwd_runtime *runtime;
    gwd_parts *parts;
    gwd_loop *loop;
    struct event signals[3];
} process;

static void on_stop_signal(evutil_socket_t number, short what, void *arg)
{
    process *p = arg;

    (void)what;
    gwd_log(GWD_LOG_INFO, "signal %d: shutting down", (int)number);
    gwd_loop_stop(p->loop);
}

static void on_hangup(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    (void)arg;
    gwd_log(GWD_LOG_INFO, "SIGHUP ignored: there is nothing to reload");
}

static bool watch_signals(process *p)
{
    static const struct {
        int number;
        event_callback_fn fn;
    } watched[] = {{SIGTERM, on_stop_signal},
                   {SIGINT, on_stop_signal},
                   {SIGHUP, on_hangup}};

    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
        if (event_assign(&p->signals[i], p->loop->base, watched[i].number,
                         EV_SIGNAL | EV_PERSIST, watched[i].fn, p) < 0 ||
            event_add(&p->signals[i], NULL) < 0)
            return gwd_log_failure("cannot watch signals");
    }
    return true;
}

static void unwatch_signals(process *p)
{
    for (size_t i = 0; i < sizeof(p->signals) / sizeof(p->signals[0]); i++) {
        if (event_initialized(&p->signals[i]))
            event_del(&p->signals[i]);
    }
}

static gwd_parts_config config_of(gwd_runtime *runtime, const gwd_role *role)
{
    return (gwd_parts_config){
        .options = runtime->options,
        .sockets = &runtime->sockets,
        .slots = &runtime->slots,
        .tls = runtime->tls,
        .services = role->services,
        .gateway = role->gateway,
        .number = role->number,
    };
}

int gwd_run(gwd_runtime *runtime, const gwd_role *role, gwd_ready_fn on_ready)
{
    gwd_parts_config config = config_of(runtime, role);
    process p = {.runtime = runtime, .parts = gwd_parts_start(&config)};
    bool started;

    if (p.parts == NULL)
        return GWD_EXIT_FAILURE;
    p.loop = gwd_parts_loop(p.parts);
    started = watch_signals(&p);
    if (started) {
        gwd_parts_await_announcement(p.parts);
        gwd_parts_slot(p.parts)->up = 1;
        on_ready(runtime);
        gwd_loop_run(p.loop);
    }
    gwd_parts_drain(p.parts);
    unwatch_signals(&p);
    gwd_parts_free(p.parts);
    return started ? EXIT_SUCCESS : GWD_EXIT_FAILURE;
}
