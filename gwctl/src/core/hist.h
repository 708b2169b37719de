/* A histogram of times: any number of samples in a fixed space. A time is kept
 * to 1/64 of itself, and percentiles are that exact. */
#ifndef GWCTL_HIST_H
#define GWCTL_HIST_H

#include <stdint.h>

#define GWCTL_HIST_STEPS 64 /* per doubling */
#define GWCTL_HIST_BUCKETS (GWCTL_HIST_STEPS * 60)

typedef struct gwctl_hist {
    uint64_t count;
    uint64_t max;
    uint64_t buckets[GWCTL_HIST_BUCKETS];
} gwctl_hist; /* all zeros: no samples */

void gwctl_hist_add(gwctl_hist *hist, uint64_t value);

/* The value that `percent` of the samples do not exceed: the top of its bucket,
 * and never more than the largest sample. 0: no samples. */
uint64_t gwctl_hist_at(const gwctl_hist *hist, double percent);

#endif
