/* Standard error when it is systemd's journal, which takes the level of a line
 * from a mark in front and shows the mark to nobody (sd-daemon(3)). */
#ifndef GWD_JOURNAL_H
#define GWD_JOURNAL_H

/* What a line of this priority, LOG_ERR to LOG_DEBUG of <syslog.h>, begins with
 * on standard error: "<4>"; "" where that is not the journal. */
const char *gwd_journal_mark(int priority);

#endif
