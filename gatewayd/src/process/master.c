#include "process/master.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "core/loop.h"
#include "process/backoff.h"
#include "process/notify.h"

#define STOP_SECONDS 10 /* then the children are killed */
/* A beat each second, which may be late, and whole seconds. */
#define BEAT_SECONDS 2
#define PATIENCE_MIN 3
/* More, for one that writes its core before it ends. */
#define CORE_SECONDS 60

typedef struct child {
    gwd_role role;
    char name[GWD_ROLE_NAME_LEN + 1];
    gwd_slot *slot;
    pid_t pid;      /* 0: not running */
    int ready;      /* our end of its pipe; -1: it has spoken, or is gone */
    uint32_t since; /* when it was started */
    uint32_t due;   /* when it is to be started, while not running */
    uint64_t beat;  /* the last one that was seen, and when that was */
    uint32_t beaten;
    uint32_t overdue; /* when that was found too long ago, while it is */
    bool suspect;
    bool aborted; /* it hung, and was told to end */
    gwd_backoff backoff;
} child;

typedef struct master {
    const gwd_master_config *config;
    child *children;
    size_t count;
    int lifeline[2];   /* children read; it ends with us */
    sigset_t before;   /* the signals that others blocked before us */
    uint64_t watchdog; /* microseconds; 0: nobody watches us */
    uint32_t patience; /* seconds for which a child may stand still */
    uint32_t end;      /* while stopping: when patience is over */
    bool announced;    /* all were ready once */
    bool stopping;
    bool killed; /* they were given no more time */
    bool failed;
} master;

/* ---- signals ------------------------------------------------------------ */

static volatile sig_atomic_t stop_signals;
static volatile sig_atomic_t last_stop_signal;
static volatile sig_atomic_t hangups;

static void on_signal(int number)
{
    if (number == SIGTERM || number == SIGINT) {
        stop_signals++;
        last_stop_signal = number;
    } else if (number != SIGCHLD) {
        hangups = 1;
    }
}

static const int watched[] = {SIGTERM, SIGINT,  SIGHUP,
                              SIGUSR1, SIGUSR2, SIGCHLD};
#define WATCHED (sizeof(watched) / sizeof(watched[0]))

/* They come through only while the master waits, so none is missed between a
 * look at the flags and the wait. */
static void watch_signals(master *m)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t set;

    sigemptyset(&set);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < WATCHED; i++) {
        sigaddset(&set, watched[i]);
        sigaction(watched[i], &action, NULL);
    }
    sigprocmask(SIG_BLOCK, &set, &m->before);
    /* Whoever started us may have blocked them, too. */
    for (size_t i = 0; i < WATCHED; i++)
        sigdelset(&m->before, watched[i]);
}

static void forget_signals(void)
{
    for (size_t i = 0; i < WATCHED; i++)
        signal(watched[i], SIG_DFL);
}

/* ---- starting a child --------------------------------------------------- */

/* Does not return. */
static void be_child(master *m, child *c, int ready)
{
    const unsigned *gateway = c->role.gateway ? &c->role.number : NULL;

    c->role.lifeline = m->lifeline[0];
    c->role.ready = ready;
    close(m->lifeline[1]);
    for (size_t i = 0; i < m->count; i++) {
        if (m->children[i].ready >= 0)
            close(m->children[i].ready);
    }
    forget_signals();
    gwd_sockets_keep(m->config->sockets, gateway);
    gwd_log_set_process(c->name);
    exit(m->config->child(m->config->arg, &c->role));
}

static bool fork_child(master *m, child *c)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    c->since = gwd_loop_seconds();
    c->suspect = false;
    c->aborted = false;
    c->pid = fork();
    if (c->pid == 0)
        be_child(m, c, fds[1]);
    close(fds[1]);
    c->ready = fds[0];
    if (c->pid > 0)
        return true;
    c->pid = 0;
    c->ready = -1;
    close(fds[0]);
    return false;
}

static void start_child(master *m, child *c)
{
    if (fork_child(m, c))
        return;
    gwd_log(GWD_LOG_ERROR, "cannot start %s: %s", c->name, strerror(errno));
    if (!m->announced)
        m->failed = true;
    c->due = gwd_loop_seconds() + gwd_backoff_next(&c->backoff, 0);
}

static bool is_due(const master *m, const child *c)
{
    return !m->stopping && c->pid == 0 &&
           (int32_t)(c->due - gwd_loop_seconds()) <= 0;
}

static void start_due(master *m)
{
    for (size_t i = 0; i < m->count && !m->failed; i++) {
        child *c = &m->children[i];

        if (!is_due(m, c))
            continue;
        if (m->announced)
            c->slot->restarts++;
        start_child(m, c);
    }
}

/* ---- the end of a child ------------------------------------------------- */

static void describe_end(int status, char *out, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(out, size, "was killed by signal %d (%s)%s", WTERMSIG(status),
                 strsignal(WTERMSIG(status)),
                 WCOREDUMP(status) ? ", core dumped" : "");
    else
        snprintf(out, size, "ended with status %d", WEXITSTATUS(status));
}

/* Clients and applications go to the others, or are refused, rather than wait
 * for somebody who is not there. */
static void shut_sockets(const master *m, const child *c)
{
    if (c->role.gateway)
        gwd_sockets_shut_gateway(m->config->sockets, c->role.number);
    else
        gwd_sockets_shut_services(m->config->sockets);
}

static void plan_restart(master *m, child *c, pid_t pid, const char *how)
{
    uint32_t now = gwd_loop_seconds();
    unsigned delay = gwd_backoff_next(&c->backoff, now - c->since);

    shut_sockets(m, c);
    c->due = now + delay;
    if (delay == 0)
        gwd_log(GWD_LOG_ERROR, "%s (pid %ld) %s; starting another", c->name,
                (long)pid, how);
    else
        gwd_log(GWD_LOG_ERROR, "%s (pid %ld) %s; starting another in %u s",
                c->name, (long)pid, how, delay);
}

static void on_child_end(master *m, child *c, int status)
{
    pid_t pid = c->pid;
    char how[96];

    c->pid = 0;
    if (c->ready >= 0)
        close(c->ready);
    c->ready = -1;
    gwd_slot_end(c->slot);
    describe_end(status, how, sizeof(how));
    if (!m->stopping && m->announced) {
        plan_restart(m, c, pid, how);
    } else if (!m->stopping || (status != 0 && !m->killed)) {
        gwd_log(GWD_LOG_ERROR, "%s (pid %ld) %s", c->name, (long)pid, how);
        m->failed = true;
    }
}

static pid_t next_ended(int *status)
{
    pid_t pid;

    do {
        pid = waitpid(-1, status, WNOHANG);
    } while (pid < 0 && errno == EINTR);
    return pid;
}

static void reap(master *m)
{
    int status;
    pid_t pid;

    while ((pid = next_ended(&status)) > 0) {
        for (size_t i = 0; i < m->count; i++) {
            if (m->children[i].pid == pid)
                on_child_end(m, &m->children[i], status);
        }
    }
}

/* ---- the master's loop -------------------------------------------------- */

static void announce(master *m)
{
    for (size_t i = 0; i < m->count; i++) {
        if (!m->children[i].slot->up)
            return;
    }
    m->announced = true;
    m->config->on_ready(m->config->arg);
}

static void on_ready_pipe(master *m, child *c)
{
    char byte;
    ssize_t n = read(c->ready, &byte, 1);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    close(c->ready);
    c->ready = -1;
    if (n > 0)
        c->slot->up = 1;
    if (!m->announced && !m->stopping)
        announce(m);
}

static void kill_all(const master *m, int number)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->children[i].pid > 0)
            kill(m->children[i].pid, number);
    }
}

static void end_hanging(child *c, uint32_t now)
{
    gwd_log(GWD_LOG_ERROR, "%s (pid %ld) hangs: %s", c->name, (long)c->pid,
            c->aborted ? "killed" : "told to end");
    kill(c->pid, c->aborted ? SIGKILL : SIGABRT);
    c->aborted = true;
    c->suspect = false;
    c->beaten = now;
}

/* The service manager sees only us, and we see the children. */
static void judge(const master *m, child *c, uint32_t now)
{
    uint32_t patience = m->patience + (c->aborted ? CORE_SECONDS : 0);

    if (c->slot->beat != c->beat) {
        c->beat = c->slot->beat;
        c->beaten = now;
        c->suspect = false;
    } else if (now - c->beaten < patience) {
        return;
    } else if (!c->suspect) { /* perhaps the whole machine stood still */
        c->suspect = true;
        c->overdue = now;
    } else if (now - c->overdue >= BEAT_SECONDS) {
        end_hanging(c, now);
    }
}

static void watch_children(master *m)
{
    uint32_t now = gwd_loop_seconds();

    for (size_t i = 0; i < m->count && !m->stopping; i++) {
        child *c = &m->children[i];

        if (c->pid > 0 && c->slot->up)
            judge(m, c, now);
    }
}

/* The end of the lifeline says it, not a signal: a terminal or a service
 * manager may have sent the children one already, and two mean "at once". */
static void stop_children(master *m)
{
    m->stopping = true;
    m->end = gwd_loop_seconds() + STOP_SECONDS;
    gwd_sockets_close(m->config->sockets);
    close(m->lifeline[1]);
    m->lifeline[1] = -1;
}

static void on_stop_signal(master *m)
{
    gwd_log(GWD_LOG_INFO, "signal %d: shutting down", (int)last_stop_signal);
    if (m->config->on_stop != NULL)
        m->config->on_stop(m->config->arg);
    stop_children(m);
}

/* Nobody else can tell: they do not get that far. */
static void tell_of_kill(const master *m)
{
    for (size_t i = 0; i < m->count; i++) {
        const child *c = &m->children[i];

        if (c->pid > 0)
            gwd_log(GWD_LOG_WARNING, "%s (pid %ld) has not ended: killed",
                    c->name, (long)c->pid);
    }
}

static void handle_signals(master *m)
{
    if (stop_signals > 0 && !m->stopping)
        on_stop_signal(m);
    if (hangups && !m->stopping) {
        m->config->on_reload(m->config->arg);
        kill_all(m, SIGHUP); /* each has the log's file open */
    }
    hangups = 0;
    reap(m);
    if (m->failed && !m->stopping)
        stop_children(m);
    if (m->stopping &&
        (stop_signals > 1 || (int32_t)(m->end - gwd_loop_seconds()) <= 0)) {
        if (!m->killed)
            tell_of_kill(m);
        m->killed = true;
        kill_all(m, SIGKILL);
    }
}

/* Until the next thing that has a time; nothing needs more than a second's
 * accuracy. */
static struct timespec next_wait(const master *m)
{
    struct timespec wait = {3600, 0};

    if (m->watchdog > 0 && m->watchdog < 3600ull * 1000000) {
        wait.tv_sec = (time_t)(m->watchdog / 1000000);
        wait.tv_nsec = (long)(m->watchdog % 1000000) * 1000;
    }
    for (size_t i = 0; i < m->count; i++) {
        const child *c = &m->children[i];

        if ((m->stopping || c->pid == 0 || c->suspect) && wait.tv_sec >= 1)
            wait = (struct timespec){1, 0};
    }
    return wait;
}

static void wait_and_read(master *m, struct pollfd *fds)
{
    struct timespec wait = next_wait(m);

    for (size_t i = 0; i < m->count; i++)
        fds[i] = (struct pollfd){m->children[i].ready, POLLIN, 0};
    if (ppoll(fds, (nfds_t)m->count, &wait, &m->before) <= 0)
        return;
    for (size_t i = 0; i < m->count; i++) {
        if (fds[i].revents != 0)
            on_ready_pipe(m, &m->children[i]);
    }
}

static bool any_alive(const master *m)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->children[i].pid > 0)
            return true;
    }
    return false;
}

static void supervise(master *m, struct pollfd *fds)
{
    while (!m->stopping || any_alive(m)) {
        start_due(m);
        if (!m->failed || m->stopping)
            wait_and_read(m, fds);
        if (m->watchdog > 0) {
            gwd_notify("WATCHDOG=1");
            watch_children(m);
        }
        if (m->config->on_turn != NULL)
            m->config->on_turn(m->config->arg);
        handle_signals(m);
    }
}

/* ---- the master --------------------------------------------------------- */

void gwd_role_name(const gwd_role *role, char out[GWD_ROLE_NAME_LEN + 1])
{
    if (role->gateway)
        snprintf(out, GWD_ROLE_NAME_LEN + 1, "gateway %u", role->number);
    else
        snprintf(out, GWD_ROLE_NAME_LEN + 1, "services");
}

static void plan(master *m)
{
    gwd_slots *slots = m->config->slots;

    for (size_t i = 0; i < m->count; i++) {
        child *c = &m->children[i];

        c->role.gateway = i < slots->gateways;
        c->role.services = !c->role.gateway;
        c->role.number = (unsigned)i;
        c->slot = &slots->items[i];
        c->ready = -1;
        c->due = gwd_loop_seconds();
        gwd_role_name(&c->role, c->name);
    }
}

static void watch_for_the_manager(master *m)
{
    uint64_t seconds;

    m->watchdog = gwd_notify_watchdog();
    seconds = m->watchdog / 500000; /* it has half the time */
    m->patience = seconds < PATIENCE_MIN ? PATIENCE_MIN
                  : seconds > INT32_MAX  ? INT32_MAX
                                         : (uint32_t)seconds;
}

int gwd_master_run(const gwd_master_config *config)
{
    master m = {.config = config, .count = gwd_slots_count(config->slots)};
    struct pollfd *fds = calloc(m.count, sizeof(*fds));

    m.children = calloc(m.count, sizeof(*m.children));
    if (fds == NULL || m.children == NULL || pipe2(m.lifeline, O_CLOEXEC) < 0) {
        gwd_log_failure("cannot start processes: %s", strerror(errno));
        m.failed = true;
    } else {
        gwd_log_set_process("master");
        watch_for_the_manager(&m);
        plan(&m);
        watch_signals(&m);
        supervise(&m, fds);
        close(m.lifeline[0]);
    }
    free(m.children);
    free(fds);
    return m.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
