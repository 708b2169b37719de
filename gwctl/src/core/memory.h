/* Memory of a program that ends soon: what there is none for ends it, with exit
 * status GWCTL_SYSTEM. */
#ifndef GWCTL_MEMORY_H
#define GWCTL_MEMORY_H

#include <stddef.h>

/* Never NULL. The result is for free(). `count` times `size` may be anything:
 * an overflow is a lack of memory. */
void *gwctl_realloc(void *ptr, size_t count, size_t size);
char *gwctl_copy(const void *base, size_t len); /* ends with a NUL */

/* Overwrites memory in a way that the compiler keeps. */
void gwctl_wipe(void *base, size_t len);

#endif
