#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "core/journal.h"
#include "core/log_line.h"
#include "core/system_log.h"

#define MESSAGE_MAX_LEN 1024
#define PROCESS_MAX_LEN 31
/* Strangers cause warnings, as many as they like. */
#define WARNINGS_PER_SECOND 100

static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

/* One log per process: there is nobody to hand a context through. */
static struct {
    gwd_log_level threshold;
    gwd_log_format format;
    int fd;
    bool to_syslog;     /* `fd` is for gwd_system_log_send() */
    unsigned long lost; /* lines, since the last one that got through */
    bool torn;          /* the last line was written in part */
    time_t second;      /* of which `warnings` were logged */
    unsigned warnings;
    unsigned long left_out; /* warnings, since the last report */
    char process[PROCESS_MAX_LEN + 1];
} state = {.threshold = GWD_LOG_INFO, .fd = STDERR_FILENO};

/* ---- settings ----------------------------------------------------------- */

void gwd_log_set_level(gwd_log_level level)
{
    state.threshold = level;
}

void gwd_log_set_format(gwd_log_format format)
{
    state.format = format;
}

void gwd_log_set_process(const char *name)
{
    snprintf(state.process, sizeof(state.process), "%s", name);
}

static void replace_fd(int fd, bool to_syslog)
{
    int old = state.fd;

    state.fd = fd;
    state.to_syslog = to_syslog;
    state.torn = false;
    if (old > STDERR_FILENO)
        close(old);
}

static int open_file(const char *path, int how)
{
    return open(path,
                O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | how,
                0640);
}

bool gwd_log_open(const char *target)
{
    bool to_syslog = strcmp(target, "syslog") == 0;
    int fd = STDERR_FILENO;

    if (to_syslog)
        fd = gwd_system_log_open();
    else if (strcmp(target, "stderr") != 0)
        fd = open_file(target, O_CREAT);
    if (fd < 0)
        return false;
    replace_fd(fd, to_syslog);
    return true;
}

/* -1: it is not the user's. */
static int open_own(const char *path, uid_t uid)
{
    int fd = open_file(path, O_NOFOLLOW);
    struct stat st;

    if (fd < 0 ||
        (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == uid))
        return fd;
    close(fd);
    return -1;
}

bool gwd_log_open_for(const char *path, uid_t uid, gid_t gid)
{
    int made = open_file(path, O_CREAT | O_EXCL);
    int fd = made >= 0 ? made : open_own(path, uid);

    if (fd < 0)
        return false;
    replace_fd(fd, false);
    if (made >= 0 && fchown(fd, uid, gid) < 0)
        gwd_log(GWD_LOG_WARNING, "the log file cannot be given to its user: %s",
                strerror(errno));
    return true;
}

/* ---- writing ------------------------------------------------------------ */

/* Standard error may be a pipe that nobody reads, and it is not ours to make it
 * non-blocking. A pipe that is ready takes GWD_LOG_LINE_MAX bytes at once. */
static bool is_ready(void)
{
    struct pollfd ready = {state.fd, POLLOUT, 0};
    int n;

    do {
        n = poll(&ready, 1, 0);
    } while (n < 0 && errno == EINTR);
    return n > 0 && (ready.revents & POLLOUT);
}

static ssize_t write_some(const char *base, size_t len)
{
    ssize_t n;

    do {
        n = write(state.fd, base, len);
    } while (n < 0 && errno == EINTR);
    return n;
}

static bool write_line(const char *line, size_t len)
{
    ssize_t n;

    if (!is_ready() || (state.torn && write_some("\n", 1) != 1))
        return false;
    n = write_some(line, len);
    state.torn = n > 0 && (size_t)n < len;
    return n == (ssize_t)len;
}

/* "2026-01-31T12:00:00.123Z" */
static void format_time(char out[GWD_LOG_TIME_LEN + 1])
{
    struct timespec now;
    struct tm utc;
    size_t len;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    len = strftime(out, GWD_LOG_TIME_LEN + 1, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out + len, GWD_LOG_TIME_LEN + 1 - len, ".%03uZ",
             (unsigned)(now.tv_nsec / 1000000) % 1000);
}

static bool to_file(gwd_log_level level, gw_slice message)
{
    char line[GWD_LOG_LINE_MAX];
    char time[GWD_LOG_TIME_LEN + 1];
    const char *mark =
        state.fd == STDERR_FILENO ? gwd_journal_mark(priorities[level]) : "";
    size_t len;

    format_time(time);
    len = gwd_log_line(line, mark, state.format, time, level, state.process,
                       message);
    return write_line(line, len);
}

static bool to_syslog(gwd_log_level level, gw_slice message)
{
    char line[GWD_LOG_LINE_MAX];
    size_t len = gwd_log_line(line, "", state.format, NULL, level,
                              state.process, message);

    return gwd_system_log_send(state.fd, _PATH_LOG, priorities[level],
                               gw_slice_of(line, len - 1));
}

static bool put_message(gwd_log_level level, gw_slice message)
{
    return state.to_syslog ? to_syslog(level, message)
                           : to_file(level, message);
}

static void put(gwd_log_level level, gw_slice message)
{
    char text[64];

    if (state.lost > 0) {
        snprintf(text, sizeof(text), "%lu log lines were lost", state.lost);
        if (put_message(GWD_LOG_WARNING, gw_slice_str(text)))
            state.lost = 0;
    }
    if (!put_message(level, message))
        state.lost++;
}

void gwd_log_report(void)
{
    char text[128];

    if (state.left_out == 0)
        return;
    snprintf(text, sizeof(text),
             "%lu warnings were left out, there were more "
             "than %d in a second",
             state.left_out, WARNINGS_PER_SECOND);
    state.left_out = 0;
    put(GWD_LOG_WARNING, gw_slice_str(text));
}

static bool is_one_too_many(gwd_log_level level)
{
    struct timespec now;

    if (level != GWD_LOG_WARNING)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec != state.second) {
        gwd_log_report();
        state.second = now.tv_sec;
        state.warnings = 0;
    }
    if (state.warnings < WARNINGS_PER_SECOND) {
        state.warnings++;
        return false;
    }
    state.left_out++;
    return true;
}

void gwd_log(gwd_log_level level, const char *format, ...)
{
    char text[MESSAGE_MAX_LEN];
    int saved = errno;
    va_list args;

    if (level > state.threshold || is_one_too_many(level))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    put(level, gw_slice_str(text));
    errno = saved;
}

bool gwd_log_failure(const char *format, ...)
{
    char text[MESSAGE_MAX_LEN];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    gwd_log_make_printable(text, strlen(text));
    fprintf(stderr, "%sgatewayd: %s\n", gwd_journal_mark(LOG_ERR), text);
    if (state.fd != STDERR_FILENO)
        put(GWD_LOG_ERROR, gw_slice_str(text));
    return false;
}
