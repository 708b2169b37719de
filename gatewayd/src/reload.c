#include "reload.h"

#include <errno.h>
#include <string.h>

#include "core/log.h"
#include "daemon_tls.h"

/* "a, b, c" */
static void put_names(gw_buf *out, const gwd_option *const *options,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        gw_buf_put_str(out, i == 0 ? "" : ", ");
        gw_buf_put_str(out, options[i]->key);
    }
}

static void tell(gwd_log_level level, const char *what,
                 const gwd_option *const *options, size_t count)
{
    gw_buf names;

    if (count == 0)
        return;
    gw_buf_init(&names, NULL, 0);
    put_names(&names, options, count);
    gwd_log(level, "reload: %s: %.*s", what, (int)names.len,
            names.len > 0 ? names.base : "");
    gw_buf_deinit(&names);
}

/* The file is opened anew whether or not its name has changed: it may have been
 * moved away. Where that fails, lines go on to where they went. */
static void reopen_log(const gwd_options *options)
{
    gwd_log_set_level((gwd_log_level)options->log_level);
    gwd_log_set_format((gwd_log_format)options->log_format);
    if (!gwd_log_open(options->log_target))
        gwd_log(GWD_LOG_ERROR, "reload: log_target: %s: %s, the log stays",
                options->log_target, strerror(errno));
}

static void refuse(const gwd_runtime *runtime, const char *why)
{
    reopen_log(runtime->options);
    gwd_log(GWD_LOG_ERROR, "reload: %s; everything stays as it was", why);
}

/* The files may have new contents under the old names. */
static bool reload_tls(gwd_runtime *runtime, const gwd_options *fresh)
{
    char error[GWD_TLS_ERROR_LEN + 1];

    if (runtime->tls == NULL ||
        gwd_daemon_tls_reload(runtime->tls, fresh, error) == GW_OK)
        return true;
    refuse(runtime, error);
    return false;
}

/* In place: the parts hold on to the options. */
static void take_over(gwd_options *running, gwd_options *fresh)
{
    gwd_options old = *running;

    *running = *fresh;
    *fresh = old;
}

void gwd_reload(gwd_runtime *runtime, gwd_parts *parts)
{
    const gwd_invocation *by = runtime->invocation;
    gwd_options_changes changes;
    gwd_options fresh;

    if (gwd_options_reload(runtime->options, &fresh, by->argc, by->argv,
                           by->env, &changes) < 0) {
        refuse(runtime, fresh.error);
    } else if (reload_tls(runtime, &fresh)) {
        take_over(runtime->options, &fresh);
        reopen_log(runtime->options);
        if (parts != NULL)
            gwd_parts_reload(parts);
        gwd_log(GWD_LOG_INFO, "reloaded");
        tell(GWD_LOG_INFO, "changed", changes.reloaded, changes.reloaded_count);
        tell(GWD_LOG_WARNING, "needs a restart", changes.restart,
             changes.restart_count);
    }
    gwd_options_deinit(&fresh);
}
