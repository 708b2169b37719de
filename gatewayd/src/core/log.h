/* The log of a process: one line per message, to standard error, a file or
 * syslog. Never pass keys, messages or sessions. A line that cannot be written
 * at once is lost and counted: a full disk or a reader that stands still stops
 * nobody. Of warnings, which strangers can cause, only 100 a second are logged,
 * and the others counted. */
#ifndef GWD_LOG_H
#define GWD_LOG_H

#include <stdbool.h>
#include <sys/types.h>

typedef enum gwd_log_level {
    GWD_LOG_ERROR,
    GWD_LOG_WARNING,
    GWD_LOG_INFO,
    GWD_LOG_DEBUG
} gwd_log_level;

/* text: "2026-01-31T12:00:00.123Z info: [gateway 1] it happened"; json: an
 * object with the members time, level, process and message. On a standard error
 * that is the journal gwd_journal_mark() stands in front of either. */
typedef enum gwd_log_format { GWD_LOG_TEXT, GWD_LOG_JSON } gwd_log_format;

void gwd_log_set_level(gwd_log_level level);
void gwd_log_set_format(gwd_log_format format);

/* Where lines go from now on: "stderr", "syslog", or a file's name; a file is
 * opened anew, and made if it is missing. False: errno, and all is as before.
 */
bool gwd_log_open(const char *target);

/* The same for another user, who has no way to the file: one that is missing is
 * made and given away; one that is there must be that user's, and no link. */
bool gwd_log_open_for(const char *path, uid_t uid, gid_t gid);

/* Tells processes of one daemon apart; "": there is only one. */
void gwd_log_set_process(const char *name);

/* Tells how many warnings were left out, if any; once a second is enough. */
void gwd_log_report(void);

void gwd_log(gwd_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Why the daemon cannot start, for who started it: "gatewayd: " and the text on
 * standard error; in the log, too, when that is elsewhere. Always false. */
bool gwd_log_failure(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
