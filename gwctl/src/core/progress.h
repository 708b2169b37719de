/* A line that tells how far long work is: on standard error, when that is a
 * terminal, and not before half a second has passed. */
#ifndef GWCTL_PROGRESS_H
#define GWCTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct gwctl_progress {
    const char *what; /* "messages sent" */
    uint64_t total;   /* 0: not known */
    uint64_t next_ns;
    bool wanted;
    bool shown;
} gwctl_progress;

void gwctl_progress_start(gwctl_progress *progress, const char *what,
                          uint64_t total);
void gwctl_progress_tell(gwctl_progress *progress, uint64_t done);

/* Takes the line away again. */
void gwctl_progress_end(gwctl_progress *progress);

#endif
