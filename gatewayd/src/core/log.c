#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define LINE_MAX_LEN 1024

static gwd_log_level threshold = GWD_LOG_INFO;

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void gwd_log_set_level(gwd_log_level level)
{
    threshold = level;
}

/* "2026-01-31T12:00:00.123Z " */
static size_t put_time(char *out, size_t size)
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t len = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &utc);
    len += (size_t)snprintf(out + len, size - len, ".%03dZ ",
                            (int)(now.tv_nsec / 1000000));
    return len;
}

/* Peers and files have their say in some texts: no control bytes get out. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
    }
}

void gwd_log(gwd_log_level level, const char *format, ...)
{
    char line[LINE_MAX_LEN];
    va_list args;

    if (level > threshold)
        return;
    size_t len = put_time(line, sizeof(line));
    len += (size_t)snprintf(line + len, sizeof(line) - len,
                            "%s: ", level_names[level]);
    va_start(args, format);
    vsnprintf(line + len, sizeof(line) - len, format, args);
    va_end(args);
    make_printable(line);
    fprintf(stderr, "%s\n", line);
}

bool gwd_log_failure(const char *format, ...)
{
    char text[LINE_MAX_LEN];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    make_printable(text);
    fprintf(stderr, "gatewayd: %s\n", text);
    return false;
}
