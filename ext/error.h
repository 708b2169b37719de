/* From the library's results to what PHP code sees. */
#ifndef PHP_GWC_ERROR_H
#define PHP_GWC_ERROR_H

#include "gatewayclient.h"

/* Throws a GatewayException. */
void php_gwc_throw(const char *format, ...) ZEND_ATTRIBUTE_FORMAT(printf, 1, 2);

typedef enum php_gwc_kind {
    PHP_GWC_COMMAND, /* a gateway that fails is a warning */
    PHP_GWC_QUESTION /* the only gateway asked fails: an exception */
} php_gwc_kind;

/* Tells what a call came to, after php_gwc_end(): one E_WARNING that names the
 * gateways that failed, or an exception when nothing could be done.
 *
 * True: every gateway concerned was served. The warning's handler may throw:
 * look at EG(exception). */
bool php_gwc_report(int rc, php_gwc_kind kind);

/* The same for a question about one client. A gateway that is not listed has no
 * clients: that is an answer. */
bool php_gwc_report_client(int rc);

/* The same for a question to the gateways of several clients. Where one client
 * would have an exception because no list tells which gateways there are, they
 * have it, too; a gateway that fails is a warning. */
bool php_gwc_report_clients(int rc);

#endif /* PHP_GWC_ERROR_H */
