/* The parent: a line of standard input is a measurement, the answer is one
 * JSON object. */
#include "load.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STALL_MS 10000 /* nothing arrives for so long: it is lost */
#define SECOND 1000000000ull
#define STRIDE                                                                 \
    7919 /* a prime: neighbours in time are no neighbours in memory */

int command_fds[PROCESSES_MAX];
static unsigned slow_every;

static uint64_t sum(size_t offset)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < set.processes; i++)
        total += atomic_load_explicit(
            (_Atomic uint64_t *)((char *)&shares[i] + offset),
            memory_order_acquire);
    return total;
}

#define SUM(field) sum(offsetof(load_share, field))

/* False: nobody woke us for so long. */
static bool sleep_until_woken(int milliseconds)
{
    struct pollfd poller = {wake_fd, POLLIN, 0};
    uint64_t value;

    if (poll(&poller, 1, milliseconds) <= 0)
        return false;
    return read(wake_fd, &value, sizeof(value)) == sizeof(value);
}

static double seconds_since(uint64_t start)
{
    return (double)(now_ns() - start) / 1e9;
}

/* ---- orders ------------------------------------------------------------- */

static void order(load_order what, unsigned argument)
{
    load_command command = {(uint32_t)what, argument};
    uint64_t want = SUM(done) + set.processes;

    for (unsigned i = 0; i < set.processes; i++) {
        if (write(command_fds[i], &command, sizeof(command)) !=
            (ssize_t)sizeof(command))
            die("a child is gone");
    }
    while (SUM(done) < want)
        sleep_until_woken(-1);
}

void wait_open(void)
{
    uint64_t start = now_ns();

    while (SUM(done) < set.processes) {
        uint64_t before = SUM(opened) + SUM(failed);

        if (!sleep_until_woken(STALL_MS) && before == SUM(opened) + SUM(failed))
            break;
    }
    printf("{\"opened\": %llu, \"failed\": %llu, \"seconds\": %.6f}\n",
           (unsigned long long)SUM(opened), (unsigned long long)SUM(failed),
           seconds_since(start));
}

/* ---- goals -------------------------------------------------------------- */

static unsigned owner_of(unsigned connection)
{
    return connection % set.processes;
}

/* How many connections of a child take part: in the group, and reading. */
static uint64_t *expected;

static void expect(load_kind kind, unsigned number, uint64_t times)
{
    if (kind == KIND_UID) {
        if (!is_slow(number, slow_every))
            expected[owner_of(number)] += times;
        return;
    }
    for (unsigned i = kind == KIND_ALL ? 0 : number; i < set.count;
         i += kind == KIND_ALL ? 1 : set.groups) {
        if (!is_slow(i, slow_every))
            expected[owner_of(i)] += times;
    }
}

static uint64_t begin(void)
{
    uint64_t before = SUM(arrived);

    memset(expected, 0, set.processes * sizeof(*expected));
    return before;
}

static void set_goals(void)
{
    for (unsigned i = 0; i < set.processes; i++)
        atomic_fetch_add(&shares[i].goal, expected[i]);
}

static bool all_reached(void)
{
    for (unsigned i = 0; i < set.processes; i++) {
        if (atomic_load(&shares[i].arrived) < atomic_load(&shares[i].goal))
            return false;
    }
    return true;
}

/* Returns the time when the last one arrived or was given up. What is lost is
 * waited for no more by later measurements. */
static uint64_t wait_goals(bool *complete)
{
    uint64_t end;

    while (!all_reached()) {
        uint64_t before = SUM(arrived);

        if (!sleep_until_woken(STALL_MS) && before == SUM(arrived))
            break;
    }
    end = now_ns();
    *complete = all_reached();
    for (unsigned i = 0; i < set.processes; i++)
        atomic_store(&shares[i].goal, atomic_load(&shares[i].arrived));
    return end;
}

static uint64_t total_expected(void)
{
    uint64_t total = 0;

    for (unsigned i = 0; i < set.processes; i++)
        total += expected[i];
    return total;
}

/* ---- answers ------------------------------------------------------------ */

static void print_latencies(const char *name, load_kind kind)
{
    load_hist *all = calloc(1, sizeof(*all));

    if (all == NULL)
        die("calloc");
    for (unsigned i = 0; i < set.processes; i++)
        hist_merge(all, &shares[i].hist[kind]);
    printf(", \"%s\": {\"count\": %llu, \"p50\": %.1f, \"p99\": %.1f, "
           "\"p999\": %.1f, \"max\": %.1f}",
           name, (unsigned long long)hist_total(all),
           (double)hist_percentile(all, 0.5) / 1e3,
           (double)hist_percentile(all, 0.99) / 1e3,
           (double)hist_percentile(all, 0.999) / 1e3,
           (double)hist_percentile(all, 1.0) / 1e3);
    free(all);
}

static void print_result(uint64_t before, uint64_t start, uint64_t end)
{
    printf("{\"expected\": %llu, \"delivered\": %llu, \"lost\": %llu, "
           "\"seconds\": %.6f",
           (unsigned long long)total_expected(),
           (unsigned long long)(SUM(arrived) - before),
           (unsigned long long)SUM(lost), (double)(end - start) / 1e9);
}

/* ---- measurements ------------------------------------------------------- */

static void do_bind(char *rest)
{
    uint64_t start = now_ns();

    (void)rest;
    order(ORDER_BIND, 0);
    printf("{\"bound\": %llu, \"seconds\": %.6f}\n",
           (unsigned long long)SUM(opened), seconds_since(start));
}

/* each COUNT SIZE: one broadcast at a time, until one is not received by all.
 */
static void do_each(char *rest)
{
    unsigned count = 0, size = 0;
    uint64_t before, start, end;
    bool complete = true;
    unsigned i;

    if (sscanf(rest, "%u %u", &count, &size) != 2)
        die("usage: each COUNT SIZE");
    order(ORDER_RESET, 0);
    before = begin();
    publish_open(1, false);
    start = end = now_ns();
    expect(KIND_ALL, 0, 1);
    for (i = 0; i < count && complete; i++) {
        set_goals();
        publish(KIND_ALL, 0, now_ns(), size);
        publish_flush();
        end = wait_goals(&complete);
    }
    publish_close();
    for (unsigned k = 0; k < set.processes; k++)
        expected[k] *= i;
    print_result(before, start, end);
    print_latencies("latency", KIND_ALL);
    printf("}\n");
}

static load_kind kind_of(const char *word)
{
    if (strcmp(word, "uid") == 0)
        return KIND_UID;
    return strcmp(word, "group") == 0 ? KIND_GROUP : KIND_ALL;
}

static unsigned target(load_kind kind, unsigned i)
{
    if (kind == KIND_UID)
        return (unsigned)((uint64_t)i * STRIDE % set.count);
    return kind == KIND_GROUP ? i % set.groups : 0;
}

/* burst all|uid|group COUNT SIZE PUBLISHERS clients|workers */
static void do_burst(char *rest)
{
    unsigned count = 0, size = 0, from = 0;
    char what[16] = "", who[16] = "clients";
    uint64_t before, start, end;
    load_kind kind;
    bool complete;

    if (sscanf(rest, "%15s %u %u %u %15s", what, &count, &size, &from, who) < 4)
        die("usage: burst WHAT COUNT SIZE PUBLISHERS [WHO]");
    kind = kind_of(what);
    before = begin();
    if (kind == KIND_ALL)
        expect(kind, 0, count);
    else
        for (unsigned i = 0; i < count; i++)
            expect(kind, target(kind, i), 1);
    publish_open(from, strcmp(who, "workers") == 0);
    set_goals();
    start = now_ns();
    for (unsigned i = 0; i < count; i++)
        publish(kind, target(kind, i), 0, size);
    publish_flush();
    end = wait_goals(&complete);
    publish_close();
    print_result(before, start, end);
    printf("}\n");
}

static void sleep_until(uint64_t when)
{
    struct timespec until = {(time_t)(when / SECOND), (long)(when % SECOND)};

    while (now_ns() < when)
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Messages on schedule: stamped with the time when they were due, so a
 * publisher that is kept waiting hides nothing. */
static void publish_paced(unsigned seconds, unsigned uids, unsigned broadcasts,
                          size_t size)
{
    uint64_t start = now_ns() + SECOND / 100;
    uint64_t sent[2] = {0, 0};
    const uint64_t rate[2] = {uids, broadcasts};

    for (;;) {
        uint64_t due[2] = {UINT64_MAX, UINT64_MAX};
        unsigned which;

        for (int i = 0; i < 2; i++) {
            if (rate[i] > 0 && sent[i] < rate[i] * seconds)
                due[i] = start + (sent[i] * 2 + 1) * SECOND / (rate[i] * 2);
        }
        which = due[1] < due[0];
        if (due[which] == UINT64_MAX)
            return;
        sleep_until(due[which]);
        if (which == 0)
            publish(KIND_UID, target(KIND_UID, (unsigned)sent[0]), due[0],
                    size);
        else
            publish(KIND_ALL, 0, due[1], size);
        publish_flush();
        sent[which]++;
    }
}

/* rate SECONDS UIDS BROADCASTS SIZE: so many a second, with latencies */
static void do_rate(char *rest)
{
    unsigned seconds = 0, uids = 0, broadcasts = 0, size = 0;
    uint64_t before, start, end;
    bool complete;

    if (sscanf(rest, "%u %u %u %u", &seconds, &uids, &broadcasts, &size) != 4)
        die("usage: rate SECONDS UIDS BROADCASTS SIZE");
    order(ORDER_RESET, 0);
    before = begin();
    expect(KIND_ALL, 0, (uint64_t)broadcasts * seconds);
    for (unsigned i = 0; i < uids * seconds; i++)
        expect(KIND_UID, target(KIND_UID, i), 1);
    publish_open(set.publishers, false);
    set_goals();
    start = now_ns();
    publish_paced(seconds, uids, broadcasts, size);
    end = wait_goals(&complete);
    publish_close();
    print_result(before, start, end);
    print_latencies("uid", KIND_UID);
    print_latencies("all", KIND_ALL);
    printf("}\n");
}

/* slow EVERY COUNT SIZE: every so-manieth connection stops reading, and gets so
 * many messages that none of them arrive. 0: all read again. */
static void do_slow(char *rest)
{
    unsigned every = 0, count = 0, size = MESSAGE_HEAD;
    unsigned slow = 0;

    if (sscanf(rest, "%u %u %u", &every, &count, &size) < 1)
        die("usage: slow EVERY [COUNT SIZE]");
    order(ORDER_SLOW, every);
    slow_every = every;
    publish_open(set.publishers, false);
    for (unsigned i = 0; every > 0 && i < set.count; i += every, slow++) {
        for (unsigned k = 0; k < count; k++)
            publish_filler(i, size);
    }
    publish_close();
    printf("{\"slow\": %u}\n", slow);
}

static void do_status(char *rest)
{
    (void)rest;
    printf("{\"opened\": %llu, \"failed\": %llu, \"lost\": %llu}\n",
           (unsigned long long)SUM(opened), (unsigned long long)SUM(failed),
           (unsigned long long)SUM(lost));
}

bool measure_line(char *line)
{
    static const struct {
        const char *name;
        void (*run)(char *rest);
    } table[] = {{"bind", do_bind}, {"each", do_each}, {"burst", do_burst},
                 {"rate", do_rate}, {"slow", do_slow}, {"status", do_status}};
    char *rest = line + strcspn(line, " \n");

    if (*rest != '\0')
        *rest++ = '\0';
    if (expected == NULL)
        expected = calloc(set.processes, sizeof(*expected));
    if (expected == NULL)
        die("calloc");
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(line, table[i].name) == 0) {
            table[i].run(rest);
            return true;
        }
    }
    fprintf(stderr, "ws_load: no such measurement: %s\n", line);
    return false;
}
