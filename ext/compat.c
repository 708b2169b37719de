#include "gatewayclient.h"

#if PHP_VERSION_ID < 80000
#include <stdarg.h>

void php_gwc_argument_type_error(uint32_t arg_num, const char *format, ...)
{
    const char *space;
    const char *class_name = get_active_class_name(&space);
    va_list args;
    char *text;

    va_start(args, format);
    zend_vspprintf(&text, 0, format, args);
    va_end(args);
    zend_type_error("%s%s%s(): Argument #%u %s", class_name, space,
                    get_active_function_name(), arg_num, text);
    efree(text);
}
#endif
