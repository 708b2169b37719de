/* A process that holds WebSockets. */
#include "load.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 512

static unsigned own_number;
static load_share *own;
static conn *conns;
static unsigned conn_count;
static unsigned started;

static unsigned finished(void)
{
    return (unsigned)(atomic_load(&own->opened) + atomic_load(&own->failed));
}

static void start_some(void)
{
    while (started < conn_count && started - finished() < set.parallel) {
        conn_start(&conns[started], own_number + started * set.processes);
        started++;
    }
}

static void go_slow(unsigned every)
{
    for (unsigned i = 0; i < conn_count; i++)
        conn_watch(&conns[i], !is_slow(own_number + i * set.processes, every));
}

static void obey(const load_command *command)
{
    uint64_t start = now_ns();

    switch (command->order) {
    case ORDER_BIND:
        bind_all(conns, conn_count, own_number, set.processes);
        break;
    case ORDER_SLOW:
        go_slow(command->argument);
        break;
    default:
        memset(own->hist, 0, sizeof(own->hist));
        break;
    }
    atomic_store(&own->busy, now_ns() - start);
    atomic_fetch_add(&own->done, 1);
    wake_parent();
}

static void read_command(int commands)
{
    load_command command;
    ssize_t got = read(commands, &command, sizeof(command));

    if (got == 0)
        _exit(0); /* with all sockets: the parent is through */
    if (got == (ssize_t)sizeof(command))
        obey(&command);
}

static void turn(int epoll, int commands)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll, events, EVENTS, -1);

    if (count < 0 && errno != EINTR)
        die("epoll_wait");
    for (int i = 0; i < count; i++) {
        receive_tick(now_ns());
        if (events[i].data.ptr == NULL)
            read_command(commands);
        else
            conn_event(events[i].data.ptr);
    }
    receive_check(own);
}

_Noreturn void run_child(unsigned number, int commands)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    bool told = false;

    own_number = number;
    own = &shares[number];
    conn_count = (set.count + set.processes - 1 - number) / set.processes;
    conns = calloc(conn_count + 1, sizeof(*conns));
    if (epoll < 0 || conns == NULL ||
        epoll_ctl(epoll, EPOLL_CTL_ADD, commands, &event) < 0)
        die("start");
    conn_setup(epoll, number);
    for (;;) {
        start_some();
        if (!told && finished() == conn_count) {
            told = true;
            atomic_fetch_add(&own->done, 1);
            wake_parent();
        }
        turn(epoll, commands);
    }
}
