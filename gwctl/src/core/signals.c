#include "core/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "exit.h"

#define LONGEST_POLL_MS 60000

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t resized;
static int wake[2] = {-1, -1};
static bool pipe_ignored; /* when we were started */

void gwctl_signals_init(void)
{
    struct sigaction old;

    pipe_ignored =
        sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
    signal(SIGPIPE, SIG_IGN);
}

void gwctl_signals_broken_pipe(void)
{
    if (pipe_ignored)
        return;
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}

static void on_signal(int number)
{
    int saved = errno;
    ssize_t ignored;

    if (number == SIGWINCH) {
        resized = 1;
    } else {
        if (stopped) {
            signal(number, SIG_DFL);
            raise(number);
        }
        stopped = 1;
    }
    ignored =
        write(wake[1], "", 1); /* when the pipe is full it wakes already */
    (void)ignored;
    errno = saved;
}

static void catch_signal(int number)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    /* poll() ends all the same; a write that waits for the terminal goes on */
    action.sa_flags = number == SIGWINCH ? SA_RESTART : 0;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void set_flags(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
}

void gwctl_signals_catch(void)
{
    if (pipe(wake) < 0)
        exit(GWCTL_SYSTEM);
    set_flags(wake[0]);
    set_flags(wake[1]);
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
}

void gwctl_signals_catch_resize(void)
{
    catch_signal(SIGWINCH);
}

bool gwctl_stopped(void)
{
    return stopped;
}

int gwctl_stop_fd(void)
{
    return wake[0];
}

static void drain(void)
{
    char bytes[64];

    while (read(wake[0], bytes, sizeof(bytes)) > 0)
        continue;
}

bool gwctl_sleep_until(uint64_t deadline)
{
    struct pollfd fd = {.fd = wake[0], .events = POLLIN};

    while (!stopped && !resized) {
        uint64_t now = gwctl_now_ms();
        uint64_t left = deadline > now ? deadline - now : 0;

        if (left == 0)
            return true;
        poll(&fd, 1, left > LONGEST_POLL_MS ? LONGEST_POLL_MS : (int)left);
    }
    if (!stopped) {
        resized = 0; /* before the pipe: a signal between is not lost */
        drain();
    }
    return false;
}
