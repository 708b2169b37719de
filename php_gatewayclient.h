/* What a static build of PHP looks for in the extension's folder: the module's
 * entry. Everything else is in ext/. */
#ifndef PHP_GATEWAYCLIENT_H
#define PHP_GATEWAYCLIENT_H

#include <php.h>

extern zend_module_entry gatewayclient_module_entry;
#define phpext_gatewayclient_ptr &gatewayclient_module_entry

#endif
