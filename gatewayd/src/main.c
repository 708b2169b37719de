#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>
#include <gwclient/version.h>

#include "conf/options.h"
#include "core/journal.h"
#include "daemon.h"

extern char **environ;

/* What only asks something: true when it was answered. */
static bool answer(gwd_options *options, int *status)
{
    if (options->help)
        gwd_options_help(stdout);
    else if (options->version)
        puts("gatewayd " GW_VERSION);
    else if (options->test_config)
        *status = gwd_daemon_test(options);
    else
        return false;
    return true;
}

/* Started with standard error closed, a socket would take its number, and be
 * sent what is said there. */
static void hold_standard_numbers(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    gwd_options options;
    int status = EXIT_SUCCESS;

    hold_standard_numbers();
    if (gwd_options_init(&options) < 0 ||
        gwd_options_load(&options, argc, argv, environ) < 0) {
        fprintf(stderr, "%sgatewayd: %s\n", gwd_journal_mark(LOG_ERR),
                options.error);
        status = GWD_EXIT_OPTIONS;
    } else if (!answer(&options, &status)) {
        const gwd_invocation invocation = {argc, argv, environ};

        status = gwd_daemon_run(&options, &invocation);
    }
    gwd_options_deinit(&options);
    return status;
}
