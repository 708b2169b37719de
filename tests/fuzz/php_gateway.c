#include "php_gateway.h"

#include <sanitizer/lsan_interface.h>
#include <sapi/embed/php_embed.h>

#include "php_gatewayclient.h"

zval php_gateway_calls;

static int startup(sapi_module_struct *sapi)
{
    return php_module_startup(sapi, &gatewayclient_module_entry);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char code[] = "require '" PHP_GATEWAY_CALLS "'";

    (void)argc;
    (void)argv;
    setenv("USE_ZEND_ALLOC", "0", 1); /* ASan is to see each allocation */
    php_embed_module.php_ini_ignore = 1;
    php_embed_module.startup = startup;
    __lsan_disable(); /* PHP keeps pointers behind the start of a block */
    HOLDS(php_embed_init(0, NULL) == SUCCESS);
    HOLDS(zend_eval_string_ex(code, &php_gateway_calls, "calls", true) ==
          SUCCESS);
    HOLDS(Z_TYPE(php_gateway_calls) == IS_ARRAY);
    EG(error_reporting) = 0;
    __lsan_enable();
    return 0;
}
