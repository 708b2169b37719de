/* The process's client, set up as the called class wants it. */
#ifndef PHP_GWC_CLIENT_H
#define PHP_GWC_CLIENT_H

#include "gatewayclient.h"

/* Static properties of Gateway, then of Context. */
typedef enum php_gwc_property {
    PHP_GWC_BUSINESS_WORKER,
    PHP_GWC_REGISTER_ADDRESS,
    PHP_GWC_SECRET_KEY,
    PHP_GWC_CONNECT_TIMEOUT,
    PHP_GWC_PERSISTENT,
    PHP_GWC_CACHE_DISABLE,
    PHP_GWC_LOCAL_IP,
    PHP_GWC_LOCAL_PORT,
    PHP_GWC_CLIENT_IP,
    PHP_GWC_CLIENT_PORT,
    PHP_GWC_CLIENT_ID,
    PHP_GWC_CONNECTION_ID,
    PHP_GWC_OLD_SESSION,
    PHP_GWC_PROPERTY_COUNT
} php_gwc_property;

#define PHP_GWC_CONTEXT_FIRST PHP_GWC_LOCAL_IP

void php_gwc_properties_startup(void);

/* False: disable_classes names Gateway, and PHP has taken them away. */
bool php_gwc_properties_exist(void);

/* The property's value as `ce` has it, dereferenced; NULL: an exception was
 * thrown. */
zval *php_gwc_property_get(zend_class_entry *ce, php_gwc_property property);

/* Takes `value` over. */
void php_gwc_property_set(zend_class_entry *ce, php_gwc_property property,
                          zval *value);

/* The class that a static method was called through. */
zend_class_entry *php_gwc_called_class(zend_execute_data *execute_data);

/* Where the package's method asks another one, a subclass may have that one of
 * its own. True: `called` has, which was called, and `result` is what it
 * returned, or null and thrown. `method` is in lower case. */
bool php_gwc_call_own(zend_class_entry *called, const char *method,
                      uint32_t count, zval *args, zval *result);

/* Whether it would be. */
bool php_gwc_has_own(zend_class_entry *called, const char *method);

/* Reads the configuration of `called` and starts a call of the library. NULL:
 * an exception was thrown. Else php_gwc_end() must follow, with no user code
 * in between. */
gw_client *php_gwc_begin(zend_class_entry *called);

/* The same for calls that name their clients, and with them their gateways.
 * These must be listed by a Register, or known to the BusinessWorker; where
 * client_ids are trusted neither is read. */
gw_client *php_gwc_begin_one(zend_class_entry *called);

/* The same for a question to every gateway, which inside a BusinessWorker are
 * those that the worker knows. */
gw_client *php_gwc_begin_all(zend_class_entry *called);

/* Arrays that were made in the call are released before it: afterwards that
 * may run destructors, and these the next call, whose failures would be what
 * is reported. */
void php_gwc_end(void);

/* Lets go of what a call left behind: a session, or the reply that it was to
 * deliver when it was left by longjmp(). Not in a callback, nor before
 * php_gwc_report() of what failed. */
void php_gwc_release(void);

#endif /* PHP_GWC_CLIENT_H */
