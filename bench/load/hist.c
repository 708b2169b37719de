/* Log-linear: 64 steps in each power of two. */
#include "load.h"

static unsigned index_of(uint64_t value)
{
    unsigned power;

    if (value < HIST_FINE)
        return (unsigned)value;
    power = 63u - (unsigned)__builtin_clzll(value); /* at least 6 */
    power -= 6;
    if (power >= HIST_SIZE / HIST_FINE - 1)
        return HIST_SIZE - 1;
    return (power + 1) * HIST_FINE + (unsigned)((value >> power) - HIST_FINE);
}

static uint64_t value_of(unsigned index)
{
    unsigned power = index / HIST_FINE;

    if (power == 0)
        return index;
    return ((uint64_t)HIST_FINE + index % HIST_FINE) << (power - 1);
}

void hist_add(load_hist *hist, uint64_t value)
{
    hist->count[index_of(value)]++;
}

void hist_merge(load_hist *into, const load_hist *from)
{
    for (unsigned i = 0; i < HIST_SIZE; i++)
        into->count[i] += from->count[i];
}

uint64_t hist_total(const load_hist *hist)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < HIST_SIZE; i++)
        total += hist->count[i];
    return total;
}

uint64_t hist_percentile(const load_hist *hist, double share)
{
    uint64_t total = hist_total(hist);
    uint64_t rank = (uint64_t)((double)total * share);
    uint64_t seen = 0;

    for (unsigned i = 0; i < HIST_SIZE; i++) {
        seen += hist->count[i];
        if (seen > rank || (seen == total && total > 0))
            return value_of(i);
    }
    return 0;
}
