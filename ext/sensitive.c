#include "sensitive.h"

#include "gatewayclient.h"

#if PHP_VERSION_ID >= 80200

#include <zend_attributes.h>

/* Parameters of these names, in whatever method. */
static const char *const names[] = {
    "message",      "session",        "session_str", "session_data",
    "gateway_data", "session_buffer", "data",        "gateway_buffer",
    "buffer",       "ext_data",
};

static bool is_sensitive(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void mark_method(zend_function *method)
{
    const zend_internal_arg_info *info = method->internal_function.arg_info;
    uint32_t i;

    for (i = 0; i < method->common.num_args; i++) {
        if (is_sensitive(info[i].name)) {
            zend_add_parameter_attribute(
                method, i, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
        }
    }
}

static void mark_class(zend_class_entry *ce)
{
    zend_function *method;

    ZEND_HASH_FOREACH_PTR(&ce->function_table, method)
    {
        mark_method(method);
    }
    ZEND_HASH_FOREACH_END();
}

void php_gwc_sensitive_startup(void)
{
    mark_class(php_gwc_gateway_ce);
    mark_class(php_gwc_context_ce);
    mark_class(php_gwc_protocol_ce);
}

#else

void php_gwc_sensitive_startup(void)
{
}

#endif
