/* The monotonic clock, in the two units that are wanted. */
#ifndef GWCTL_CLOCK_H
#define GWCTL_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t gwctl_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t gwctl_now_ms(void)
{
    return gwctl_now_ns() / 1000000u;
}

/* Seconds since 1970, as people know them. */
static inline double gwctl_wall_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
