/* Applications that still require the pure PHP package's files. */
#ifndef PHP_GWC_REPLACE_H
#define PHP_GWC_REPLACE_H

#include "gatewayclient.h"

/* While installed, a file that is named like one of the package and declares
 * the class that we define compiles to nothing: PHP would refuse to declare it
 * twice. Any other file costs a comparison of the end of its name. */
void php_gwc_replace_startup(void);
void php_gwc_replace_shutdown(void);

#endif /* PHP_GWC_REPLACE_H */
