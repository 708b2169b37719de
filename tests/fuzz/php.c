#include "php.h"

#include <sanitizer/lsan_interface.h>
#include <sapi/embed/php_embed.h>
#include <zend_exceptions.h>

#include "convert.h"

ZEND_DECLARE_MODULE_GLOBALS(gatewayclient)

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    setenv("USE_ZEND_ALLOC", "0", 1); /* ASan is to see each allocation */
    php_embed_module.php_ini_ignore = 1;
    __lsan_disable(); /* PHP keeps pointers behind the start of a block */
    HOLDS(php_embed_init(0, NULL) == SUCCESS);
    __lsan_enable();
    EG(error_reporting) = 0;
    CG(short_tags) = 0; /* as every php.ini that PHP comes with has it */
    gatewayclient_globals.allowed_classes_list = (char *)(uintptr_t) "";
    return 0;
}

char *fuzz_copy(const uint8_t *data, size_t size)
{
    char *copy = malloc(size); /* bounds are those of the block */

    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

bool fuzz_unserialize(zval *out, gw_slice text)
{
    zend_string *copy = zend_string_init(text.base, text.len, 0);
    bool ok;

    __lsan_disable();
    ok = php_gwc_unserialize(out, copy);
    __lsan_enable();
    zend_clear_exception();
    zend_string_release(copy);
    return ok;
}

bool fuzz_is(const zend_string *theirs, gw_slice ours)
{
    return same(gw_slice_of(ZSTR_VAL(theirs), ZSTR_LEN(theirs)), ours);
}
