/* What the files of the class Gateway share. */
#ifndef PHP_GWC_GATEWAY_H
#define PHP_GWC_GATEWAY_H

#include "client.h"
#include "convert.h"
#include "error.h"
#include "worker.h"

/* False for what PHP's empty() calls empty, with an E_WARNING that says so in
 * the reference's words. */
bool php_gwc_group_is_valid(zval *group);

/* False: it is no array, which is thrown. */
bool php_gwc_want_array(zval *value);

/* json_encode(['NAME' => value, …]) of up to two members. NULL: thrown. */
zend_string *php_gwc_json_pair(const char *name, zval *value,
                               const char *second_name, zval *second);

/* A method's first argument, "ip:port", as the place of a gateway, connection 0,
 * and its text, which the caller releases. NULL: thrown. */
zend_string *php_gwc_address_argument(zval *value, gw_client_id *id);

#endif /* PHP_GWC_GATEWAY_H */
