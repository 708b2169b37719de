/* What the options mean to the parts: their configurations. */
#ifndef GWD_SETTINGS_H
#define GWD_SETTINGS_H

#include "conf/options.h"
#include "core/clients.h"
#include "inner/inner.h"

/* Texts point into the options. What is not an option is left 0. */
gwd_inner_config gwd_settings_inner(const gwd_options *options);
gwd_clients_config gwd_settings_clients(const gwd_options *options);

/* Listener number `i`; `tls` is for those that want it. */
gwd_client_port_config gwd_settings_port(const gwd_options *options, size_t i,
                                         struct gwd_tls *tls);

#endif
