/* Loading anew while the daemon runs. */
#include <string.h>

#include "conf/check.h"

static void note(const gwd_option *option, gwd_options_changes *changes)
{
    if (option->flags & GWD_OPTION_RELOAD)
        changes->reloaded[changes->reloaded_count++] = option;
    else
        changes->restart[changes->restart_count++] = option;
}

/* Notes what differs; what needs a restart stays as it runs. */
static int merge(const gwd_options *running, gwd_options *fresh,
                 gwd_options_changes *changes)
{
    int result = GW_OK;

    for (size_t i = 0; result == GW_OK && i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];

        if (gwd_option_same(option, running, fresh))
            continue;
        note(option, changes);
        if (!(option->flags & GWD_OPTION_RELOAD))
            result = gwd_option_copy(option, fresh, running);
    }
    return result;
}

/* The new file fits in itself; but what takes effect at once may not fit to
 * what waits for the restart. */
static int check_merged(gwd_options *fresh)
{
    char why[GWD_OPTIONS_ERROR_LEN + 1];
    int result = gwd_options_fit(fresh, GWD_LOAD_ANEW);

    if (result != GW_EINVAL)
        return result;
    memcpy(why, fresh->error, sizeof(why));
    return gwd_options_fail(fresh, "this change needs a restart: %.470s", why);
}

int gwd_options_reload(const gwd_options *running, gwd_options *fresh, int argc,
                       char **argv, char **env, gwd_options_changes *changes)
{
    int result = gwd_options_init(fresh);

    memset(changes, 0, sizeof(*changes));
    if (result == GW_OK)
        result = gwd_options_gather(fresh, argc, argv, env, GWD_LOAD_ANEW);
    if (result == GW_OK)
        result = gwd_options_load_secrets(fresh, running);
    if (result == GW_OK)
        result = merge(running, fresh, changes);
    if (result == GW_OK && changes->restart_count > 0)
        result = check_merged(fresh);
    if (result < 0)
        memset(changes, 0, sizeof(*changes));
    return result;
}
