/* A shorter way than PHP's unserialize() for what most sessions are: arrays of
 * null, booleans, integers, strings and arrays.
 *
 * It runs no user code and raises nothing, so the library's callbacks may use
 * it. What it does not know (floats, objects, references, anything malformed)
 * it leaves to php_gwc_unserialize(). */
#ifndef PHP_GWC_PLAIN_H
#define PHP_GWC_PLAIN_H

#include "gatewayclient.h"

#define PHP_GWC_PLAIN_KEYS 32 /* a power of two */

/* What the sessions of one call have in common is made once. */
typedef struct php_gwc_plain {
    zend_string *keys[PHP_GWC_PLAIN_KEYS];
    gw_slice last; /* serialized; must stay until the end of the call */
    zval last_value;
} php_gwc_plain;

void php_gwc_plain_init(php_gwc_plain *plain);
void php_gwc_plain_deinit(php_gwc_plain *plain);

/* An array as unserialize() gives it. False: `out` is untouched. */
bool php_gwc_plain_array(php_gwc_plain *plain, zval *out, gw_slice text);

#endif /* PHP_GWC_PLAIN_H */
