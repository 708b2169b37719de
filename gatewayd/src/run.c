#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/log.h"
#include "parts.h"
#include "process/notify.h"
#include "reload.h"

typedef struct process {
    gwd_runtime *runtime;
    gwd_parts *parts;
    gwd_loop *loop;
    struct event signals[5];
    struct event lifeline;
    struct event watchdog;
    unsigned stop_signals;
    bool stopping;
    bool alone; /* the service manager knows us, not a master */
} process;

/* A second one may come before the farewell has begun. */
static bool in_haste(const process *p)
{
    return p->stop_signals > 1;
}

static void stop(process *p)
{
    p->stopping = true;
    gwd_loop_stop(p->loop);
}

/* What follows the lifeline's end is the first one, not a second: whoever
 * signals a whole group means the master, too. */
static void on_stop_signal(evutil_socket_t number, short what, void *arg)
{
    process *p = arg;

    (void)what;
    p->stop_signals++;
    gwd_log(GWD_LOG_INFO, "signal %d: shutting down%s", (int)number,
            in_haste(p) ? " at once" : "");
    if (!p->stopping || in_haste(p))
        stop(p);
}

/* The master says with it that the end has come, or has ended itself. */
static void on_lifeline(evutil_socket_t fd, short what, void *arg)
{
    process *p = arg;

    (void)fd;
    (void)what;
    event_del(&p->lifeline);
    if (p->stopping)
        return;
    gwd_log(GWD_LOG_INFO, "shutting down with the master");
    stop(p);
}

static void on_hangup(evutil_socket_t number, short what, void *arg)
{
    process *p = arg;

    (void)number;
    (void)what;
    if (p->stopping) /* and the service manager knows */
        return;
    if (p->alone)
        gwd_notify_reloading();
    gwd_reload(p->runtime, p->parts);
    if (p->alone)
        gwd_notify("READY=1");
}

/* A master has blocked them before it forked. */
static void unblock_signals(void)
{
    static const int blocked[] = {SIGTERM, SIGINT,  SIGHUP,
                                  SIGUSR1, SIGUSR2, SIGCHLD};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(blocked) / sizeof(blocked[0]); i++)
        sigaddset(&set, blocked[i]);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* SIGUSR1 and SIGUSR2 are Workerman's for it; nginx opens its log by SIGUSR1.
 */
static bool watch_signals(process *p)
{
    static const struct {
        int number;
        event_callback_fn fn;
    } watched[] = {{SIGTERM, on_stop_signal},
                   {SIGINT, on_stop_signal},
                   {SIGHUP, on_hangup},
                   {SIGUSR1, on_hangup},
                   {SIGUSR2, on_hangup}};

    for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
        if (event_assign(&p->signals[i], p->loop->base, watched[i].number,
                         EV_SIGNAL | EV_PERSIST, watched[i].fn, p) < 0 ||
            event_add(&p->signals[i], NULL) < 0)
            return gwd_log_failure("cannot watch signals");
    }
    unblock_signals();
    return true;
}

static bool watch_master(process *p, const gwd_role *role)
{
    if (role->lifeline < 0)
        return true;
    if (event_assign(&p->lifeline, p->loop->base, role->lifeline,
                     EV_READ | EV_PERSIST, on_lifeline, p) < 0 ||
        event_add(&p->lifeline, NULL) < 0)
        return gwd_log_failure("cannot watch the master");
    return true;
}

/* That the loop turns is what the service manager wants to know. */
static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    gwd_notify("WATCHDOG=1");
}

static bool feed_watchdog(process *p)
{
    uint64_t interval = p->alone ? gwd_notify_watchdog() : 0;
    struct timeval every = {(time_t)(interval / 1000000),
                            (suseconds_t)(interval % 1000000)};

    if (interval == 0)
        return true;
    if (event_assign(&p->watchdog, p->loop->base, -1, EV_PERSIST, on_watchdog,
                     p) < 0 ||
        event_add(&p->watchdog, &every) < 0)
        return gwd_log_failure("cannot feed the watchdog");
    return true;
}

/* There is nothing to reload any more, and by default they would kill. */
static void block_reloads(void)
{
    sigset_t reloads;

    sigemptyset(&reloads);
    sigaddset(&reloads, SIGHUP);
    sigaddset(&reloads, SIGUSR1);
    sigaddset(&reloads, SIGUSR2);
    sigprocmask(SIG_BLOCK, &reloads, NULL);
}

static void unwatch(process *p)
{
    block_reloads();
    if (event_initialized(&p->watchdog))
        event_del(&p->watchdog);
    if (event_initialized(&p->lifeline))
        event_del(&p->lifeline);
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

static bool tell_master(int ready)
{
    ssize_t n;

    do {
        n = write(ready, "r", 1);
    } while (n < 0 && errno == EINTR);
    close(ready);
    if (n != 1)
        gwd_log(GWD_LOG_ERROR, "cannot tell the master that all is ready");
    return n == 1;
}

/* False: the master would wait for us for ever. */
static bool tell_ready(process *p, const gwd_role *role,
                       void (*on_ready)(gwd_runtime *runtime))
{
    gwd_parts_refresh(p->parts);
    if (role->ready >= 0)
        return tell_master(role->ready);
    gwd_parts_slot(p->parts)->up = 1;
    on_ready(p->runtime);
    return true;
}

static void tell_end(const process *p)
{
    const gwd_metrics *m = &gwd_parts_slot(p->parts)->metrics;

    gwd_log(GWD_LOG_INFO, "ended; %" PRIu64 " clients were closed for it",
            m->closed[GWD_CLOSE_SHUTDOWN]);
}

static bool begin(process *p, const gwd_role *role)
{
    return watch_signals(p) && watch_master(p, role) && feed_watchdog(p);
}

int gwd_run(gwd_runtime *runtime, const gwd_role *role,
            void (*on_ready)(gwd_runtime *runtime))
{
    gwd_parts_config config = config_of(runtime, role);
    process p = {
        .runtime = runtime,
        .parts = gwd_parts_start(&config),
        .alone = role->ready < 0,
    };
    bool started;

    if (p.parts == NULL)
        return GWD_EXIT_FAILURE;
    p.loop = gwd_parts_loop(p.parts);
    started = begin(&p, role);
    if (started) {
        gwd_parts_await_announcement(p.parts);
        started = tell_ready(&p, role, on_ready);
    }
    if (started)
        gwd_loop_run(p.loop);
    if (p.alone)
        gwd_notify("STOPPING=1");
    gwd_parts_drain(p.parts, in_haste(&p));
    if (started)
        tell_end(&p);
    unwatch(&p);
    gwd_parts_free(p.parts);
    return started ? EXIT_SUCCESS : GWD_EXIT_FAILURE;
}
