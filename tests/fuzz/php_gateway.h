/* PHP with the extension in it, and the calls of php_gateway.php. */
#ifndef GW_FUZZ_PHP_GATEWAY_H
#define GW_FUZZ_PHP_GATEWAY_H

#include "php.h"

extern zval php_gateway_calls; /* closures for run(), see there */

#endif
