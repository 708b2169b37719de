/* The parts of loading that are files of their own. Each: GW_EINVAL and an
 * error text, GW_ENOMEM. */
#ifndef GWD_CONF_CHECK_H
#define GWD_CONF_CHECK_H

#include "conf/options.h"

/* The daemon runs already, perhaps as a user who may not read what was read at
 * the start: see gwd_options_reload(). */
typedef enum gwd_load_phase { GWD_LOAD_START, GWD_LOAD_ANEW } gwd_load_phase;

/* gwd_options_load() without the secrets. */
int gwd_options_gather(gwd_options *options, int argc, char **argv, char **env,
                       gwd_load_phase phase);

/* gwd_options_check(). */
int gwd_options_fit(gwd_options *options, gwd_load_phase phase);

/* No two listeners on one port. */
int gwd_options_check_places(gwd_options *options);

/* Certificates and keys are files that can be read. */
int gwd_options_check_tls(gwd_options *options, gwd_load_phase phase);

/* Takes secret_key from secret_key_file, if that is set, and status_token from
 * status_token_file. `running` is NULL at the start; later its secrets stay
 * when a file cannot be read any more. */
int gwd_options_load_secrets(gwd_options *options, const gwd_options *running);

/* Whether only this machine reaches a HOST:PORT. */
bool gwd_options_is_loopback(const char *address);

/* Writes options->error. Returns GW_ENOMEM. */
int gwd_options_no_memory(gwd_options *options);

#endif
