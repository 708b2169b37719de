#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <gwclient/version.h>

#include "app.h"
#include "core/signals.h"

extern char **environ;

/* listen talks to gateways only to bind. */
static bool needs_key(const gwctl_command *command,
                      const gwctl_options *options)
{
    if (command->uses & GWCTL_USES_LISTEN)
        return options->uids.count + options->groups.count > 0;
    return (command->uses & GWCTL_USES_CLUSTER) != 0;
}

/* A file for everybody may name one that not everybody may read: only those
 * that the command has a use for are opened. */
static int load_files(const gwctl_command *command, gwctl_options *options)
{
    if (needs_key(command, options) && gwctl_options_load_key(options) < 0)
        return GW_EINVAL;
    return command->uses & GWCTL_USES_LISTEN
               ? gwctl_options_load_headers(options)
               : GW_OK;
}

static int run_command(gwctl_app *app, gwctl_options *options, int argc,
                       char **argv)
{
    int words;
    int status;

    app->command = gwctl_command_find(argv, argc, &words);
    if (app->command == NULL && options->help && argc == 1 &&
        gwctl_help_of_first(stdout, argv[0]))
        return GWCTL_OK;
    if (app->command == NULL)
        return gwctl_misuse("there is no command %.100s%s%.100s; gwctl help "
                            "lists all",
                            argv[0], argc > 1 ? " " : "",
                            argc > 1 ? argv[1] : "");
    app->argc = argc - words;
    app->argv = argv + words;
    if (options->help) {
        gwctl_help_of(stdout, app->command);
        return GWCTL_OK;
    }
    if (gwctl_command_check(app->command, options, app->argc) < 0 ||
        load_files(app->command, options) < 0)
        return gwctl_misuse("%s", options->error);
    status = app->command->uses & GWCTL_USES_CLUSTER ? gwctl_app_open(app)
                                                     : GWCTL_OK;
    if (status == GWCTL_OK)
        status = app->command->run(app);
    gw_client_free(app->client);
    return status;
}

static int run(gwctl_app *app, gwctl_options *options, int argc, char **argv)
{
    if (gwctl_options_load(options, &argc, argv, environ) < 0)
        return gwctl_misuse("%s", options->error);
    if (options->version) {
        puts("gwctl " GW_VERSION);
        return GWCTL_OK;
    }
    if (argc > 0)
        return run_command(app, options, argc, argv);
    gwctl_help(options->help ? stdout : stderr);
    return options->help ? GWCTL_OK : GWCTL_USAGE;
}

/* A socket must not become what we print on. What was closed stays an error,
 * but for standard error: there is nobody to tell. */
static void keep_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            exit(GWCTL_SYSTEM);
    }
}

int main(int argc, char **argv)
{
    gwctl_options options;
    gwctl_app app = {.options = &options, .json = {stdout, false}};
    int status;

    keep_descriptors();
    setlocale(LC_CTYPE, ""); /* how wide characters are; not how numbers look */
    gwctl_signals_init();
    gwctl_options_init(&options);
    status = run(&app, &options, argc, argv);
    status = gwctl_worse(status, gwctl_flush_output());
    gwctl_options_deinit(&options);
    return status;
}
