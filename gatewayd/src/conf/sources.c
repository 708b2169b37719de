/* Where options come from: command line, environment, file. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <ini.h>

#include "conf/options.h"

#define PLACE_LEN 300
#define ENV_PREFIX "GATEWAYD_"

/* ---- the command line --------------------------------------------------- */

static int refuse_secret(gwd_options *options, const char *name)
{
    return gwd_options_fail(
        options,
        "--%s: a key on the command line can be read by every user of this "
        "machine; use --%s-file or the environment variable " ENV_PREFIX
        "SECRET_KEY",
        name, name);
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
        return refuse_secret(options, "secret-key");
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

static void env_name(const gwd_option *option, char *out, size_t size)
{
    size_t len = (size_t)snprintf(out, size, ENV_PREFIX "%s", option->key);

    for (size_t i = 0; i < len && i < size; i++)
        out[i] = (char)toupper((unsigned char)out[i]);
}

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
        char place[PLACE_LEN];
        const char *value;
        int result;

        if (option->flags & GWD_OPTION_ARGS_ONLY)
            continue;
        env_name(option, place, sizeof(place));
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
        char name[PLACE_LEN];

        env_name(&gwd_option_table[i], name, sizeof(name));
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
        if (strncmp(*env, ENV_PREFIX, sizeof(ENV_PREFIX) - 1) == 0 &&
            !is_known_variable(*env))
            fprintf(stderr, "gatewayd: warning: %.*s is no option\n",
                    (int)strcspn(*env, "="), *env);
    }
}

/* ---- the file ----------------------------------------------------------- */

/* inih reads lines through next_line(), which also counts them: its handler is
 * not told where it is. */
typedef struct ini_source {
    gwd_options *options;
    const char *name;
    FILE *file; /* or, when NULL: */
    gw_slice text;
    unsigned line;
    int result;
} ini_source;

static int fail_at(ini_source *source, const char *text)
{
    return gwd_options_fail(source->options, "%s:%u: %s", source->name,
                            source->line, text);
}

/* fgets() on a text. */
static char *take_line(gw_slice *text, char *out, int size)
{
    const char *newline;
    size_t len;

    if (text->len == 0)
        return NULL;
    newline = memchr(text->base, '\n', text->len);
    len = newline == NULL ? text->len : (size_t)(newline - text->base) + 1;
    if (len > (size_t)size - 1)
        len = (size_t)size - 1;
    memcpy(out, text->base, len);
    out[len] = '\0';
    text->base += len;
    text->len -= len;
    return out;
}

/* inih would take what follows for a comment, and cut the value silently. */
static bool would_be_cut(const char *line)
{
    const char *start = line + strspn(line, " \t\r\n\v\f");

    if (*start == ';' || *start == '#' || *line == '[')
        return false;
    for (; *start != '\0'; start++) {
        if (*start == ';' && start > line && isspace((unsigned char)start[-1]))
            return true;
    }
    return false;
}

static int check_line(ini_source *source, const char *line, int size)
{
    char text[64];

    if (strlen(line) == (size_t)size - 1 && line[size - 2] != '\n') {
        snprintf(text, sizeof(text), "longer than %d bytes", size - 2);
        return fail_at(source, text);
    }
    if (would_be_cut(line))
        return fail_at(source, "\" ;\" is not allowed in a value; comments "
                               "have lines of their own");
    return GW_OK;
}

static char *next_line(char *out, int size, void *arg)
{
    ini_source *source = arg;
    char *line;

    if (source->result < 0)
        return NULL;
    line = source->file != NULL ? fgets(out, size, source->file)
                                : take_line(&source->text, out, size);
    if (line == NULL)
        return NULL;
    source->line++;
    source->result = check_line(source, line, size);
    return source->result < 0 ? NULL : line;
}

static int set_from_file(ini_source *source, const char *key, const char *value)
{
    const gwd_option *option = gwd_option_find(gw_slice_str(key), '_');
    gwd_options *options = source->options;
    char place[PLACE_LEN];

    snprintf(place, sizeof(place), "%s:%u: %s", source->name, source->line,
             key);
    if (option == NULL)
        return gwd_options_fail(options,
                                "%s: unknown option; gatewayd --help "
                                "lists all",
                                place);
    if (option->flags & (GWD_OPTION_NO_FILE | GWD_OPTION_ARGS_ONLY))
        return gwd_options_fail(options, "%s: not allowed in a file", place);
    if (options->source[option - gwd_option_table] == GWD_SOURCE_FILE &&
        !(option->flags & GWD_OPTION_REPEAT))
        return gwd_options_fail(options, "%s: given twice", place);
    return gwd_option_set(options, option, GWD_SOURCE_FILE, place, value);
}

/* 1 to go on: inih's way. */
static int on_pair(void *arg, const char *section, const char *key,
                   const char *value)
{
    ini_source *source = arg;

    if (source->result < 0)
        return 0;
    if (section[0] != '\0' && strcmp(section, "gatewayd") != 0)
        source->result = fail_at(source, "unknown section; [gatewayd] or none");
    else
        source->result = set_from_file(source, key, value);
    return source->result == GW_OK;
}

/* inih goes on after a line that it cannot read, but tells the first one: it
 * may lie before the line that we did not like. */
static int parse(ini_source *source)
{
    int line = ini_parse_stream(next_line, source, on_pair, source);

    if (line > 0 &&
        (source->result == GW_OK || (unsigned)line < source->line)) {
        source->line = (unsigned)line;
        return fail_at(source, "not \"key = value\"");
    }
    if (line < 0)
        return gwd_options_fail(source->options, "%s: out of memory",
                                source->name);
    return source->result;
}

int gwd_options_read_text(gwd_options *options, gw_slice text, const char *name)
{
    ini_source source = {options, name, NULL, text, 0, GW_OK};

    return parse(&source);
}

int gwd_options_read_file(gwd_options *options, const char *path)
{
    ini_source source = {options, path, NULL, {NULL, 0}, 0, GW_OK};
    int result;

    source.file = fopen(path, "re");
    if (source.file == NULL)
        return gwd_options_fail(options, "%s: %s", path, strerror(errno));
    result = parse(&source);
    if (result == GW_OK && ferror(source.file))
        result = gwd_options_fail(options, "%s: cannot be read", path);
    fclose(source.file);
    return result;
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

int gwd_options_load(gwd_options *options, int argc, char **argv, char **env)
{
    char *path;
    int result = read_args_and_env(options, argc, argv, env);

    if (result < 0 || options->help || options->version)
        return result;
    warn_of_unknown_variables(env);
    if (options->config[0] != '\0') {
        path = strdup(options->config);
        gwd_options_deinit(options);
        if (path == NULL || (result = gwd_options_init(options)) < 0)
            result = GW_ENOMEM;
        else
            result = gwd_options_read_file(options, path);
        free(path);
        if (result == GW_OK)
            result = read_args_and_env(options, argc, argv, env);
    }
    return result < 0 ? result : gwd_options_check(options);
}
