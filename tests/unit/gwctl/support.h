/* What gwctl's tests share. */
#ifndef GWCTL_TEST_SUPPORT_H
#define GWCTL_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gwclient/error.h>
#include <gwclient/types.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A slice of a literal, which may hold NUL bytes. */
#define LIT(literal) gw_slice_of(literal, sizeof(literal) - 1)

/* A literal where arguments of main() are wanted; nobody writes to it. */
#define WORD(literal) ((char *)(uintptr_t)(literal))

/* Compares bytes; the message shows both when they differ. */
#define assert_slice_equal(a, b) check_slice_equal(a, b, __FILE__, __LINE__)
void check_slice_equal(gw_slice a, gw_slice b, const char *file, int line);

/* A copy that ends where its malloc block ends: sanitizers and valgrind see the
 * first byte read past it. free() it. */
char *exact_copy(gw_slice s);

/* What `print` writes to its file; free() it. */
typedef void (*print_fn)(FILE *out, void *arg);
char *printed(print_fn print, void *arg);

#endif
