/* What texts have to look like: one predicate per option type, and the parts of
 * those that have some. */
#ifndef GWD_CONF_FORMATS_H
#define GWD_CONF_FORMATS_H

#include <stdbool.h>
#include <gwclient/types.h>

/* A host is an IPv4 address, an IPv6 address in brackets, or a name: letters,
 * digits, "-", "_" and dots between them. What ends in a number is an IPv4
 * address or nothing. */
bool gwd_is_host(const char *text);
bool gwd_is_address(const char *text); /* HOST:PORT */
bool gwd_is_listen(const char *text);  /* see gwd_listen_parse() */

/* SCHEME://HOST[:PORT], where HOST may have "*." in front; "null"; "*". */
bool gwd_is_origin(const char *text);

/* An IPv4 or IPv6 address, without brackets; /BITS may follow. */
bool gwd_is_network(const char *text);
bool gwd_is_token(const char *text); /* RFC 7230, section 3.2.6 */

/* Without the U+FEFF that some editors begin a file with, and that would hide a
 * comment there. */
gw_slice gwd_without_mark(gw_slice text);

/* "HOST CERTIFICATE KEY", HOST being a name, perhaps with "*." in front. */
#define GWD_SNI_WORDS 3
int gwd_sni_parse(const char *text, gw_slice words[GWD_SNI_WORDS]);
bool gwd_is_sni(const char *text);

#endif
