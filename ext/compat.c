#include "gatewayclient.h"

#if PHP_VERSION_ID < 80000
#include <stdarg.h>

/* As 8.0 words it. Our methods are internal functions. */
void php_gwc_argument_type_error(uint32_t arg_num, const char *format, ...)
{
    const zend_internal_function *method =
        &EG(current_execute_data)->func->internal_function;
    const char *space;
    const char *class_name = get_active_class_name(&space);
    va_list args;
    char *text;

    va_start(args, format);
    zend_vspprintf(&text, 0, format, args);
    va_end(args);
    zend_type_error("%s%s%s(): Argument #%u ($%s) %s", class_name, space,
                    get_active_function_name(), arg_num,
                    method->arg_info[arg_num - 1].name, text);
    efree(text);
}

php_json_error_code *php_gwc_json_error(void)
{
    const zend_module_entry *json =
        zend_hash_str_find_ptr(&module_registry, "json", sizeof("json") - 1);
#ifdef ZTS
    zend_json_globals *globals = ts_resource(*json->globals_id_ptr);
#else
    zend_json_globals *globals = json->globals_ptr;
#endif

    return &globals->error_code;
}
#endif
