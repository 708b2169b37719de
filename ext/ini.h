/* php.ini settings, and how they become the properties' defaults. */
#ifndef PHP_GWC_INI_H
#define PHP_GWC_INI_H

#include "gatewayclient.h"

void php_gwc_ini_register(int module_number);
void php_gwc_ini_unregister(int module_number);

/* Gives Gateway's static properties the settings of this request, where they
 * differ from what the class was declared with. */
void php_gwc_ini_apply(void);

#endif /* PHP_GWC_INI_H */
