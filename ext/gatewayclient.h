/* The extension `gatewayclient`: what its files share.
 *
 * Three rules hold everywhere.
 *
 * 1. Between php_gwc_begin() and php_gwc_end() no user code runs: arguments are
 *    converted before, warnings, exceptions and unserialize() come after. The
 *    garbage collector, which calls destructors, rests meanwhile.
 * 2. The library's callbacks only collect into PHP values. They may bail out
 *    (memory limit): `in_call` then stays set, and the client is reset before
 *    its next use or at the request's end.
 * 3. User code may do anything, also call Gateway again with other settings or
 *    throw. What is needed after it is held, not borrowed. */
#ifndef PHP_GWC_GATEWAYCLIENT_H
#define PHP_GWC_GATEWAYCLIENT_H

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdbool.h>

#include <php.h>

#include <gwclient/gwclient.h>

#include "compat.h"

#define PHP_GATEWAYCLIENT_VERSION GW_VERSION

extern zend_class_entry *php_gwc_gateway_ce;
extern zend_class_entry *php_gwc_context_ce;
extern zend_class_entry *php_gwc_protocol_ce;
extern zend_class_entry *php_gwc_exception_ce;

ZEND_BEGIN_MODULE_GLOBALS(gatewayclient)
    gw_client *client;     /* of this process or thread; made at first use */
    bool in_call;          /* the library has not returned yet */
    bool gc_was_protected; /* before the call */

    HashTable *allowed_classes; /* of this request, lower-case names */
    bool allowed_classes_known;

    /* php.ini; times in seconds */
    char *register_address;
    char *secret_key;
    double connect_timeout;
    double timeout;
    double addresses_cache_ttl;
    bool persistent;
    zend_long pool_max_idle;
    zend_long pool_idle_timeout;
    bool trust_client_ids;
    char *allowed_classes_list;
    bool replace_package;
    bool global_class;
ZEND_END_MODULE_GLOBALS(gatewayclient)

ZEND_EXTERN_MODULE_GLOBALS(gatewayclient)
#define GWC_G(v) ZEND_MODULE_GLOBALS_ACCESSOR(gatewayclient, v)

#if defined(ZTS) && defined(COMPILE_DL_GATEWAYCLIENT)
ZEND_TSRMLS_CACHE_EXTERN()
#endif

#endif /* PHP_GWC_GATEWAYCLIENT_H */
