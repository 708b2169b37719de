#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>
#include <gwclient/version.h>

#include "core/journal.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/random.h"
#include "daemon_tls.h"
#include "process/master.h"
#include "process/notify.h"
#include "reload.h"
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
    if (places.error == GW_OK) {
        fprintf(stderr, "%sgatewayd " GW_VERSION " ready: %.*s\n",
                gwd_journal_mark(LOG_INFO), (int)places.len, places.base);
        gwd_notify("READY=1\nSTATUS=%.*s", (int)places.len, places.base);
    } else { /* a part of the list would be taken for the whole */
        fprintf(stderr, "%sgatewayd " GW_VERSION " ready, but out of memory\n",
                gwd_journal_mark(LOG_WARNING));
        gwd_notify("READY=1");
    }
    gw_buf_deinit(&places);
}

/* ---- what is set up first, in this order -------------------------------- */

static bool find_user(gwd_runtime *r)
{
    char error[GWD_PRIVILEGES_ERROR_LEN + 1];

    return gwd_privileges_find(&r->who, r->options->user, r->options->group,
                               error) ||
           gwd_log_failure("%s", error);
}

/* In a folder of the user there may be a link of the user, to a file that only
 * root may write. So root opens for it what is the user's own, or new. */
static bool open_log(gwd_runtime *r)
{
    const char *target = r->options->log_target;
    char error[GWD_PRIVILEGES_ERROR_LEN + 1];
    bool opened;
    int cause;

    gwd_log_set_level((gwd_log_level)r->options->log_level);
    gwd_log_set_format((gwd_log_format)r->options->log_format);
    if (!gwd_privileges_borrow(&r->who, error))
        return gwd_log_failure("%s", error);
    opened = gwd_log_open(target);
    cause = errno;
    if (!gwd_privileges_return(&r->who, error))
        return gwd_log_failure("%s", error);
    if (!opened && r->who.change && cause == EACCES && target[0] == '/')
        opened = gwd_log_open_for(target, r->who.uid, r->who.gid);
    return opened ||
           gwd_log_failure("log_target: %s: %s", target, strerror(cause));
}

static bool load_tls(gwd_runtime *r)
{
    char error[GWD_TLS_ERROR_LEN + 1];

    if (r->options->register_only || !gwd_daemon_wants_tls(r->options))
        return true;
    r->tls = gwd_daemon_tls_new(r->options, error);
    return r->tls != NULL || gwd_log_failure("%s", error);
}

static bool open_sockets(gwd_runtime *r)
{
    char error[GWD_SOCKETS_ERROR_LEN + 1];

    return gwd_sockets_open(&r->sockets, r->options, error) ||
           gwd_log_failure("%s", error);
}

/* After the sockets: whose ports are taken leaves no file behind. */
static bool write_pid(gwd_runtime *r)
{
    char error[GWD_PID_FILE_ERROR_LEN + 1];

    return gwd_pid_file_take(&r->pid_file, r->options->pid_file, error) ||
           gwd_log_failure("%s", error);
}

static bool drop_privileges(gwd_runtime *r)
{
    char error[GWD_PRIVILEGES_ERROR_LEN + 1];

    return gwd_privileges_drop(&r->who, error) || gwd_log_failure("%s", error);
}

static bool set_up(gwd_runtime *r)
{
    return find_user(r) && open_log(r) && load_tls(r) && open_sockets(r) &&
           write_pid(r) && drop_privileges(r);
}

int gwd_daemon_test(gwd_options *options)
{
    gwd_runtime runtime = {.options = options};

    if (!load_tls(&runtime))
        return GWD_EXIT_OPTIONS;
    gwd_tls_free(runtime.tls);
    puts("configuration ok");
    return EXIT_SUCCESS;
}

/* ---- one process or several --------------------------------------------- */

static int run_alone(gwd_runtime *r)
{
    const gwd_role all = {
        .services = true,
        .gateway = !r->options->register_only,
        .lifeline = -1,
        .ready = -1,
    };

    return gwd_run(r, &all, say_ready);
}

static int run_child(void *arg, const gwd_role *role)
{
    gwd_runtime *r = arg;

    gwd_pid_file_forget(&r->pid_file);
    return gwd_run(r, role, NULL);
}

static void on_all_ready(void *arg)
{
    say_ready(arg);
}

static void on_reload(void *arg)
{
    gwd_notify_reloading();
    gwd_reload(arg, NULL);
    gwd_notify("READY=1");
}

static void on_stop(void *arg)
{
    (void)arg;
    gwd_notify("STOPPING=1");
}

/* A process that is started later is to have the day's keys. */
static void on_turn(void *arg)
{
    gwd_runtime *r = arg;

    if (r->tls != NULL)
        gwd_tls_advance(r->tls, gwd_loop_seconds());
}

static int run_several(gwd_runtime *r)
{
    const gwd_master_config config = {
        .sockets = &r->sockets,
        .slots = &r->slots,
        .child = run_child,
        .on_ready = on_all_ready,
        .on_reload = on_reload,
        .on_stop = on_stop,
        .on_turn = on_turn,
        .arg = r,
    };

    return gwd_master_run(&config);
}

static int run(gwd_runtime *r)
{
    const gwd_options *o = r->options;
    bool several = r->sockets.gateways > 1;
    bool services = several ? !o->no_register || o->status_listen[0] != '\0'
                            : r->sockets.gateways == 0;

    if (gwd_slots_init(&r->slots, r->sockets.gateways, services) < 0) {
        gwd_log_failure("out of memory");
        return GWD_EXIT_FAILURE;
    }
    if (gwd_random_bytes(r->slots.seed, sizeof(r->slots.seed)) < 0) {
        gwd_log_failure("the system gives no random bytes");
        return GWD_EXIT_FAILURE;
    }
    return several ? run_several(r) : run_alone(r);
}

int gwd_daemon_run(gwd_options *options, const gwd_invocation *invocation)
{
    gwd_runtime runtime = {
        .options = options,
        .invocation = invocation,
        .pid_file = {.fd = -1},
    };
    int status = GWD_EXIT_OPTIONS;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a log that may not grow is as on a full disk */
    /* Until somebody reloads. */
    signal(SIGHUP, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, SIG_IGN);
    raise_file_limit();
    gwd_memory_init();
    if (set_up(&runtime))
        status = run(&runtime);
    gwd_pid_file_remove(&runtime.pid_file);
    gwd_sockets_close(&runtime.sockets);
    gwd_slots_deinit(&runtime.slots);
    gwd_tls_free(runtime.tls);
    return status;
}
