#include "clock.h"

#include <time.h>

#include "support.h"

#ifdef CLOCK_IS_WRAPPED

uint64_t __real_gw_net_now(void);
uint64_t __wrap_gw_net_now(void);
int __real_gw_net_poll(gw_pollfd *fds, size_t count, int timeout_ms);
int __wrap_gw_net_poll(gw_pollfd *fds, size_t count, int timeout_ms);

static uint64_t now = 1000000;
static uint64_t running_since; /* of the real clock; 0: ours stands */
static size_t silent_count, stuck_count;

uint64_t __wrap_gw_net_now(void)
{
    return running_since == 0 ? now
                              : now + (__real_gw_net_now() - running_since);
}

static size_t count_ready(const gw_pollfd *fds, size_t count)
{
    size_t n = 0;

    while (count-- > 0)
        n += fds[count].revents != 0;
    return n;
}

/* How many of them something is to come of, by and by. */
static size_t count_owed(const gw_pollfd *fds, size_t count)
{
    size_t i, in = 0, out;

    for (i = 0; i < count; i++)
        in += (fds[i].events & POLLIN) != 0;
    out = count - in;
    return (in > silent_count ? in - silent_count : 0) +
           (out > stuck_count ? out - stuck_count : 0);
}

/* All who owe something, and not the first of them: the call may be at its end,
 * and takes what is there. */
static void wait_for(gw_pollfd *fds, size_t count, size_t owed)
{
    static const struct timespec nap = {0, 1000000};
    uint64_t start = fake_now();
    size_t i;

    while (count_ready(fds, count) < owed) {
        if (fake_now() - start > FAKE_PATIENCE_MS)
            fail_msg("waited in vain for %u sockets", (unsigned)owed);
        nanosleep(&nap, NULL);
        for (i = 0; i < count; i++) {
            if (fds[i].revents == 0)
                __real_gw_net_poll(&fds[i], 1, 0);
        }
    }
}

int __wrap_gw_net_poll(gw_pollfd *fds, size_t count, int timeout_ms)
{
    size_t owed = count_owed(fds, count);
    int rc;

    if (running_since != 0)
        return __real_gw_net_poll(fds, count, timeout_ms);
    rc = __real_gw_net_poll(fds, count, 0);
    if (rc != 0)
        return rc;
    wait_for(fds, count, owed);
    if (count_ready(fds, count) == 0)
        now += (unsigned)timeout_ms;
    return 0;
}

uint64_t clock_now(void)
{
    return __wrap_gw_net_now();
}

void clock_pass(unsigned ms)
{
    now += ms;
}

void clock_pass_over(size_t silent, size_t stuck)
{
    silent_count = silent;
    stuck_count = stuck;
}

void clock_stand(void)
{
    now = clock_now();
    running_since = 0;
    clock_pass_over(0, 0);
}

void clock_run(void)
{
    running_since = __real_gw_net_now();
}

void assert_passed(uint64_t start, unsigned ms)
{
    assert_int_equal(clock_now() - start, ms);
}

#else

uint64_t clock_now(void)
{
    return fake_now();
}

void clock_pass(unsigned ms)
{
    struct timespec nap = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&nap, NULL);
}

void clock_pass_over(size_t silent, size_t stuck)
{
    (void)silent;
    (void)stuck;
}

void clock_stand(void)
{
}

void clock_run(void)
{
}

void assert_passed(uint64_t start, unsigned ms)
{
    assert_took(start, ms);
}

#endif
