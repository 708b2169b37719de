#include "core/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/clock.h"

#define FIRST_NS 500000000u
#define EVERY_NS 100000000u

void gwctl_progress_start(gwctl_progress *progress, const char *what,
                          uint64_t total)
{
    progress->what = what;
    progress->total = total;
    progress->next_ns = gwctl_now_ns() + FIRST_NS;
    progress->wanted = isatty(STDERR_FILENO);
    progress->shown = false;
}

void gwctl_progress_tell(gwctl_progress *progress, uint64_t done)
{
    uint64_t now;

    if (!progress->wanted || (now = gwctl_now_ns()) < progress->next_ns)
        return;
    progress->next_ns = now + EVERY_NS;
    progress->shown = true;
    fprintf(stderr, "\r%" PRIu64, done);
    if (progress->total > 0)
        fprintf(stderr, " of %" PRIu64, progress->total);
    fprintf(stderr, " %s\033[K", progress->what);
    fflush(stderr);
}

void gwctl_progress_end(gwctl_progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
