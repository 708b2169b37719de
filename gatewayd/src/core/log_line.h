/* How a line of the log looks. No clock and no files in here. */
#ifndef GWD_LOG_LINE_H
#define GWD_LOG_LINE_H

#include <stddef.h>
#include <gwclient/types.h>

#include "core/log.h"

#define GWD_LOG_TIME_LEN 24 /* "2026-01-31T12:00:00.123Z" */

#define GWD_LOG_LINE_MAX 4096 /* what a pipe takes as a whole */

/* One line with its newline; the length. `mark` stands in front as it is. What
 * does not fit is cut off, and a JSON line is whole all the same. `time` NULL:
 * text leaves time and level out, as syslog has its own. Any bytes may be in
 * `message`: text shows control characters as '?', JSON escapes them and has
 * U+FFFD for what is not UTF-8. */
size_t gwd_log_line(char out[GWD_LOG_LINE_MAX], const char *mark,
                    gwd_log_format format, const char *time,
                    gwd_log_level level, const char *process, gw_slice message);

/* Peers and files have their say in some texts: no control bytes get out. */
void gwd_log_make_printable(char *text, size_t len);

#endif
