/* RFC 4648, 4. */
#ifndef GWCTL_BASE64_H
#define GWCTL_BASE64_H

#include <stddef.h>

/* Characters for `len` bytes, without a NUL. */
#define GWCTL_BASE64_LEN(len) (((len) + 2) / 3 * 4)

/* Writes them and a NUL. */
void gwctl_base64(const void *base, size_t len, char *out);

#endif
