/* TLS as the options want it: one gwd_tls for all listeners that ask for it. */
#ifndef GWD_DAEMON_TLS_H
#define GWD_DAEMON_TLS_H

#include "conf/options.h"
#include "tls/context.h"

/* Some listener speaks TLS. */
bool gwd_daemon_wants_tls(const gwd_options *options);

/* See gwd_tls_new() and gwd_tls_reload(), which these are with the options'
 * files and settings. Several processes that are forked afterwards, and
 * reloads, share the keys of the tickets. */
gwd_tls *gwd_daemon_tls_new(const gwd_options *options,
                            char error[GWD_TLS_ERROR_LEN + 1]);
int gwd_daemon_tls_reload(gwd_tls *tls, const gwd_options *options,
                          char error[GWD_TLS_ERROR_LEN + 1]);

#endif
