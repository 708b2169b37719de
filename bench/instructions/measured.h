/* What callgrind counts: the work of measured(), and nothing around it. The
 * programs print how many operations that was. */
#ifndef BENCH_MEASURED_H
#define BENCH_MEASURED_H

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Each program has its own; bench/instructions/run names it to callgrind. */
__attribute__((noinline)) void measured(void *arg);

static inline void need(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

/* The kernel has brought it: at most a moment on the loopback. */
static inline void await_input(int fd)
{
    struct pollfd wait = {fd, POLLIN, 0};

    need(poll(&wait, 1, 10000) == 1, "input within ten seconds");
}

#endif
