/* Where options come from: command line, environment, and files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/options.h"
#include "core/memory.h"
#include "core/text.h"

#define PLACE_LEN 300
#define SYSTEM_FILE "/etc/gwctl.conf"
#define USER_FILE "gwctl.conf"

/* ---- the command line --------------------------------------------------- */

static int refuse_secret(gwctl_options *options)
{
    return gwctl_options_fail(
        options,
        "--secret-key: a key on the command line can be read by every user of "
        "this machine; use --secret-key-file or the environment "
        "variable " GWCTL_ENV_PREFIX "SECRET_KEY");
}

/* Takes the argument at argv[*at] and, if it has one, its value. */
static int read_arg(gwctl_options *options, int argc, char **argv, int *at)
{
    const char *name = argv[*at] + 2;
    const char *equals = strchr(name, '=');
    const char *value = equals == NULL ? NULL : equals + 1;
    size_t len = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const gwctl_option *option = gwctl_option_find(gw_slice_of(name, len), '-');
    char place[PLACE_LEN];

    if (option == NULL)
        return gwctl_options_fail(options,
                                  "unknown option --%.*s; gwctl --help lists "
                                  "all",
                                  (int)len, name);
    snprintf(place, sizeof(place), "--%.*s", (int)len, name);
    if (option->flags & GWCTL_OPTION_SECRET)
        return refuse_secret(options);
    if (value == NULL && option->type == GWCTL_OPTION_FLAG)
        value = "yes";
    if (value == NULL && *at + 1 < argc)
        value = argv[++*at];
    if (value == NULL)
        return gwctl_options_fail(options, "%s: %s is missing", place,
                                  option->argument);
    return gwctl_option_set(options, option, GWCTL_SOURCE_COMMAND_LINE, place,
                            value);
}

/* -h is what many try first; "-" alone is standard input. */
static bool is_option(const char *arg)
{
    return arg[0] == '-' && arg[1] != '\0';
}

static int read_word(gwctl_options *options, int argc, char **argv, int *at)
{
    if (strcmp(argv[*at], "-h") == 0) {
        options->help = true;
        return GW_OK;
    }
    if (strncmp(argv[*at], "--", 2) != 0)
        return gwctl_options_fail(options,
                                  "unknown option %.100s; options begin with "
                                  "--, and gwctl --help lists them",
                                  argv[*at]);
    return read_arg(options, argc, argv, at);
}

int gwctl_options_read_args(gwctl_options *options, int *argc, char **argv)
{
    int count = *argc;
    int kept = 0;
    bool only_words = false;

    for (int i = 1; i < count; i++) {
        int result;

        if (only_words || !is_option(argv[i])) {
            argv[kept++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            only_words = true;
            continue;
        }
        result = read_word(options, count, argv, &i);
        if (result < 0)
            return result;
    }
    *argc = kept;
    return GW_OK;
}

/* ---- the environment ---------------------------------------------------- */

static const char *env_value(char **env, const char *name)
{
    size_t len = strlen(name);

    for (; *env != NULL; env++) {
        if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
            return *env + len + 1;
    }
    return NULL;
}

int gwctl_options_read_env(gwctl_options *options, char **env)
{
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];
        char place[GWCTL_OPTION_NAME_LEN + 1];
        const char *value;
        int result;

        if (option->flags & GWCTL_OPTION_ARGS_ONLY)
            continue;
        gwctl_option_env_name(option, place);
        value = env_value(env, place);
        if (value == NULL || value[0] == '\0')
            continue;
        result = gwctl_option_set(options, option, GWCTL_SOURCE_ENVIRONMENT,
                                  place, value);
        if (result < 0)
            return result;
    }
    return GW_OK;
}

/* ---- files -------------------------------------------------------------- */

static void warn_of(const char *path, int error)
{
    fputs("gwctl: warning: ", stderr);
    gwctl_text_print(stderr, gw_slice_str(path));
    fprintf(stderr, ": %s\n", strerror(error));
}

/* Nobody asked for these: they may be missing, or not be for us to read. */
static int read_if_there(gwctl_options *options, gwctl_source source,
                         const char *path)
{
    FILE *file = fopen(path, "r");

    if (file == NULL && (errno == ENOENT || errno == ENOTDIR))
        return GW_OK;
    if (file == NULL && errno == EACCES) {
        if (!options->quiet)
            warn_of(path, errno);
        return GW_OK;
    }
    if (file != NULL)
        fclose(file);
    return gwctl_options_read_file(options, source, path);
}

static int read_user_file(gwctl_options *options, char **env)
{
    const char *folder = env_value(env, "XDG_CONFIG_HOME");
    const char *between = "/";
    char *path;
    size_t len;
    int result;

    if (folder == NULL || folder[0] != '/') {
        folder = env_value(env, "HOME");
        between = "/.config/";
    }
    if (folder == NULL || folder[0] == '\0')
        return GW_OK;
    len = strlen(folder) + strlen(between) + sizeof(USER_FILE);
    path = gwctl_realloc(NULL, len, 1);
    snprintf(path, len, "%s%s%s", folder, between, USER_FILE);
    result = read_if_there(options, GWCTL_SOURCE_USER_FILE, path);
    free(path);
    return result;
}

static int read_files(gwctl_options *options, char **env)
{
    int result;

    if (options->config[0] != '\0')
        return gwctl_options_read_file(options, GWCTL_SOURCE_USER_FILE,
                                       options->config);
    result = read_user_file(options, env);
    return result < 0
               ? result
               : read_if_there(options, GWCTL_SOURCE_SYSTEM_FILE, SYSTEM_FILE);
}

/* ---- all of them -------------------------------------------------------- */

/* The highest source comes first: it may name the file, or ask for help, which
 * no mistake in a file keeps back. */
int gwctl_options_load(gwctl_options *options, int *argc, char **argv,
                       char **env)
{
    int result = gwctl_options_read_args(options, argc, argv);

    if (result < 0 || options->help || options->version)
        return result;
    result = gwctl_options_read_env(options, env);
    return result < 0 ? result : read_files(options, env);
}
