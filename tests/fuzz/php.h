/* PHP inside a fuzz target: the extension's parsers are held to what PHP itself
 * makes of the same bytes. It starts once, before the first input, without any
 * php.ini. */
#ifndef GW_FUZZ_PHP_H
#define GW_FUZZ_PHP_H

#include "fuzz.h"

#include "gatewayclient.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The bytes in a block of just their size, so that ASan sees who reads on. */
char *fuzz_copy(const uint8_t *data, size_t size);

/* As the extension unserializes, without a word. What PHP loses of a text that
 * it cannot read is its own affair. */
bool fuzz_unserialize(zval *out, gw_slice text);

bool fuzz_is(const zend_string *theirs, gw_slice ours);

#endif
