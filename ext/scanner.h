/* A look at PHP source without compiling it. */
#ifndef PHP_GWC_SCANNER_H
#define PHP_GWC_SCANNER_H

#include <stdbool.h>
#include <stddef.h>

/* True: the source declares class `name` in the namespace `namespace`, both
 * compared without case. Comments, strings (with the code in them), heredocs
 * and text outside PHP tags do not count; nor does code after short tags (<?).
 * Reads `source[0 … len-1]` once, allocates nothing. */
bool php_gwc_declares_class(const char *source, size_t len,
                            const char *namespace, const char *name);

#endif /* PHP_GWC_SCANNER_H */
