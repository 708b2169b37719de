#include "core/hist.h"

#include <stddef.h>

/* Values below GWCTL_HIST_STEPS have a bucket each; above, each doubling has
 * that many. */
static size_t bucket_of(uint64_t value)
{
    unsigned shift = 0;

    while (value >> shift >= 2 * GWCTL_HIST_STEPS)
        shift++;
    if (value < GWCTL_HIST_STEPS)
        return (size_t)value;
    return (size_t)shift * GWCTL_HIST_STEPS + (size_t)(value >> shift);
}

static uint64_t top_of(size_t bucket)
{
    size_t shift;
    uint64_t base;

    if (bucket < 2 * GWCTL_HIST_STEPS)
        return bucket;
    shift = bucket / GWCTL_HIST_STEPS - 1;
    base = bucket - shift * GWCTL_HIST_STEPS;
    return ((base + 1) << shift) - 1;
}

void gwctl_hist_add(gwctl_hist *hist, uint64_t value)
{
    hist->count++;
    hist->max = value > hist->max ? value : hist->max;
    hist->buckets[bucket_of(value)]++;
}

uint64_t gwctl_hist_at(const gwctl_hist *hist, double percent)
{
    uint64_t wanted = (uint64_t)((double)hist->count * percent / 100);
    uint64_t seen = 0;

    if ((double)wanted < (double)hist->count * percent / 100)
        wanted++;
    wanted = wanted == 0 ? 1 : wanted;
    for (size_t i = 0; i < GWCTL_HIST_BUCKETS; i++) {
        seen += hist->buckets[i];
        if (seen >= wanted)
            return top_of(i) < hist->max ? top_of(i) : hist->max;
    }
    return hist->max;
}
