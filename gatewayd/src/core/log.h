/* Log lines to standard error: time, level, text. Never pass keys, messages or
 * sessions. */
#ifndef GWD_LOG_H
#define GWD_LOG_H

#include <stdbool.h>

typedef enum gwd_log_level {
    GWD_LOG_ERROR,
    GWD_LOG_WARNING,
    GWD_LOG_INFO,
    GWD_LOG_DEBUG
} gwd_log_level;

void gwd_log_set_level(gwd_log_level level);
void gwd_log(gwd_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Why the daemon cannot start, for who started it: "gatewayd: " and the text on
 * standard error. Always false. */
bool gwd_log_failure(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
