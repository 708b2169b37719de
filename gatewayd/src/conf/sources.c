/* Where options come from: command line, environment, and the file that one of
 * them names. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "conf/check.h"
#include "core/journal.h"

#define PLACE_LEN 300

/* ---- the command line --------------------------------------------------- */

static int refuse_secret(gwd_options *options, const gwd_option *option)
{
    char name[GWD_OPTION_NAME_LEN + 1];
    char variable[GWD_OPTION_NAME_LEN + 1];

    gwd_option_arg_name(option, name);
    gwd_option_env_name(option, variable);
    return gwd_options_fail(
        options,
        "%s: a secret on the command line can be read by every user of this "
        "machine; use %s-file or the environment variable %s",
        name, name, variable);
}

/* Takes the argument at argv[*at] and, if it has one, its value. */
static int read_arg(gwd_options *options, int argc, char **argv, int *at)
{
    const char *name = argv[*at] + 2;
    const char *equals = strchr(name, '=');
    const char *value = equals == NULL ? NULL : equals + 1;
    size_t len = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const gwd_option *option = gwd_option_find(gw_slice_of(name, len), '-');
    char place[PLACE_LEN];

    if (option == NULL)
        return gwd_options_fail(
            options, "unknown option --%.*s; --help lists all", (int)len, name);
    snprintf(place, sizeof(place), "--%.*s", (int)len, name);
    if (option->flags & GWD_OPTION_SECRET)
        return refuse_secret(options, option);
    if (value == NULL && option->type == GWD_OPTION_FLAG)
        value = "yes";
    if (value == NULL && *at + 1 < argc)
        value = argv[++*at];
    if (value == NULL)
        return gwd_options_fail(options, "%s: %s is missing", place,
                                option->argument);
    return gwd_option_set(options, option, GWD_SOURCE_COMMAND_LINE, place,
                          value);
}

int gwd_options_read_args(gwd_options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int result;

        if (strncmp(argv[i], "--", 2) != 0 || argv[i][2] == '\0')
            return gwd_options_fail(
                options, "unexpected argument \"%.100s\"; --help lists all",
                argv[i]);
        result = read_arg(options, argc, argv, &i);
        if (result < 0)
            return result;
    }
    return GW_OK;
}

/* ---- the environment ---------------------------------------------------- */

/* Compose files pass KEY=${UNSET} on as an empty variable: it must not take,
 * say, the file's key away. */
static bool is_set(const gwd_option *option, const char *value)
{
    return value != NULL &&
           (value[0] != '\0' || (option->flags & GWD_OPTION_MAY_BE_EMPTY));
}

/* The value of `name` in `env`, or NULL. */
static const char *env_value(char **env, const char *name)
{
    size_t len = strlen(name);

    for (; *env != NULL; env++) {
        if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
            return *env + len + 1;
    }
    return NULL;
}

int gwd_options_read_env(gwd_options *options, char **env)
{
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];
        char place[GWD_OPTION_NAME_LEN + 1];
        const char *value;
        int result;

        if (option->flags & GWD_OPTION_ARGS_ONLY)
            continue;
        gwd_option_env_name(option, place);
        value = env_value(env, place);
        if (!is_set(option, value))
            continue;
        result = gwd_option_set(options, option, GWD_SOURCE_ENVIRONMENT, place,
                                value);
        if (result < 0)
            return result;
    }
    return GW_OK;
}

static bool is_known_variable(const char *variable)
{
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        char name[GWD_OPTION_NAME_LEN + 1];

        gwd_option_env_name(&gwd_option_table[i], name);
        if (strncmp(variable, name, strlen(name)) == 0 &&
            variable[strlen(name)] == '=')
            return true;
    }
    return false;
}

/* Only a warning: container managers put variables of their own there, like
 * GATEWAYD_PORT for a service that is called gatewayd. */
static void warn_of_unknown_variables(char **env)
{
    for (; *env != NULL; env++) {
        if (strncmp(*env, GWD_OPTION_ENV_PREFIX,
                    sizeof(GWD_OPTION_ENV_PREFIX) - 1) == 0 &&
            !is_known_variable(*env))
            fprintf(stderr, "%sgatewayd: warning: %.*s is no option\n",
                    gwd_journal_mark(LOG_WARNING), (int)strcspn(*env, "="),
                    *env);
    }
}

/* ---- all of them -------------------------------------------------------- */

/* Command line and environment are read twice: first to learn where the file
 * is, then to win over what is in it. Their values replace themselves. */
static int read_args_and_env(gwd_options *options, int argc, char **argv,
                             char **env)
{
    int result = gwd_options_read_env(options, env);

    return result < 0 ? result : gwd_options_read_args(options, argc, argv);
}

/* Now it would be empty, or hold us up until somebody writes. */
static int refuse_pipe(gwd_options *options)
{
    const char *path = options->config;
    struct stat st;

    if (stat(path, &st) < 0 || !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
        return GW_OK;
    return gwd_options_fail(
        options, "config: %s is a pipe, which was read at the start", path);
}

/* From defaults again: the file, under what is on the command line and in the
 * environment. */
static int read_with_file(gwd_options *options, int argc, char **argv,
                          char **env)
{
    char *path = strdup(options->config);
    int result = path == NULL ? GW_ENOMEM : GW_OK;

    gwd_options_deinit(options);
    if (gwd_options_init(options) < 0 || result < 0)
        result = gwd_options_no_memory(options);
    else
        result = gwd_options_read_file(options, path);
    free(path);
    return result < 0 ? result : read_args_and_env(options, argc, argv, env);
}

int gwd_options_gather(gwd_options *options, int argc, char **argv, char **env,
                       gwd_load_phase phase)
{
    int result = read_args_and_env(options, argc, argv, env);

    if (result < 0 || options->help || options->version)
        return result;
    if (phase == GWD_LOAD_START)
        warn_of_unknown_variables(env);
    if (options->config[0] != '\0' && phase == GWD_LOAD_ANEW)
        result = refuse_pipe(options);
    if (options->config[0] != '\0' && result == GW_OK)
        result = read_with_file(options, argc, argv, env);
    return result < 0 ? result : gwd_options_fit(options, phase);
}

static void warn_of_open_status(const gwd_options *options)
{
    if (options->status_listen[0] != '\0' && options->status_token[0] == '\0' &&
        !gwd_options_is_loopback(options->status_listen))
        fprintf(stderr,
                "%sgatewayd: warning: whoever reaches status_listen %s sees "
                "uids and groups; set status_token_file\n",
                gwd_journal_mark(LOG_WARNING), options->status_listen);
}

int gwd_options_load(gwd_options *options, int argc, char **argv, char **env)
{
    int result = gwd_options_gather(options, argc, argv, env, GWD_LOAD_START);

    if (result < 0 || options->help || options->version)
        return result;
    result = gwd_options_load_secrets(options, NULL);
    if (result == GW_OK)
        warn_of_open_status(options);
    return result;
}
