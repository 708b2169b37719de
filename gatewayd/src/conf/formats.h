/* What texts have to look like: one predicate per option type. */
#ifndef GWD_CONF_FORMATS_H
#define GWD_CONF_FORMATS_H

#include <stdbool.h>

bool gwd_is_ipv4(const char *text);
bool gwd_is_address(const char *text); /* HOST:PORT */
bool gwd_is_host(const char *text);
bool gwd_is_listen(const char *text); /* see gwd_listen_parse() */
bool gwd_is_origin(const char *text);
bool gwd_is_network(const char *text);
bool gwd_is_token(const char *text);
bool gwd_is_sni(const char *text);

#endif
