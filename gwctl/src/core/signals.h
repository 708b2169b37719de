/* SIGINT and SIGTERM end what would go on for ever, in order; the second one
 * ends it at once. */
#ifndef GWCTL_SIGNALS_H
#define GWCTL_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

/* Notes how SIGPIPE was, and ignores it: what cannot be written is an error
 * that the writer sees. */
void gwctl_signals_init(void);

/* Whoever read our output is gone: ends as a filter does, by SIGPIPE, unless we
 * were started with that ignored. Returns only then. */
void gwctl_signals_broken_pipe(void);

/* From now on a signal to stop is a request. */
void gwctl_signals_catch(void);

/* Whether one came. */
bool gwctl_stopped(void);

/* Readable from then on; for poll(). */
int gwctl_stop_fd(void);

/* From now on a terminal that changes its size ends gwctl_sleep_until(). It
 * also makes gwctl_stop_fd() readable, so it is not for those who poll that. */
void gwctl_signals_catch_resize(void);

/* Waits until then. False: a signal came before. */
bool gwctl_sleep_until(uint64_t deadline_ms);

#endif
