/* Static properties, read as cheaply as the called class allows. */
#include "client.h"

static const char *const names[PHP_GWC_PROPERTY_COUNT] = {
    "businessWorker",
    "registerAddress",
    "secretKey",
    "connectTimeout",
    "persistentConnection",
    "addressesCacheDisable",
    "local_ip",
    "local_port",
    "client_ip",
    "client_port",
    "client_id",
    "connection_id",
    "old_session",
};

/* Interned for the life of the process. */
static zend_string *keys[PHP_GWC_PROPERTY_COUNT];
/* Places in the base classes' tables of statics. */
static uint32_t places[PHP_GWC_PROPERTY_COUNT];

static zend_class_entry *base_class(php_gwc_property property)
{
    return property < PHP_GWC_CONTEXT_FIRST ? php_gwc_gateway_ce
                                            : php_gwc_context_ce;
}

void php_gwc_properties_startup(void)
{
    int i;

    for (i = 0; i < PHP_GWC_PROPERTY_COUNT; i++) {
        zend_property_info *info;

        keys[i] = zend_string_init_interned(names[i], strlen(names[i]), 1);
        info = zend_hash_find_ptr(
            &base_class((php_gwc_property)i)->properties_info, keys[i]);
        places[i] = info->offset;
    }
}

bool php_gwc_properties_exist(void)
{
    return zend_hash_num_elements(&php_gwc_gateway_ce->properties_info) > 0;
}

zval *php_gwc_property_get(zend_class_entry *ce, php_gwc_property property)
{
    zval *value;

    if (EXPECTED(ce == base_class(property) && CE_STATIC_MEMBERS(ce) != NULL)) {
        value = CE_STATIC_MEMBERS(ce) + places[property];
    } else {
        value = zend_read_static_property_ex(ce, keys[property], false);
    }
    if (value != NULL) {
        ZVAL_DEREF(value);
    }
    return value;
}

void php_gwc_property_set(zend_class_entry *ce, php_gwc_property property,
                          zval *value)
{
    zend_update_static_property_ex(ce, keys[property], value);
    zval_ptr_dtor(value);
}

zend_class_entry *php_gwc_called_class(zend_execute_data *execute_data)
{
    zend_class_entry *called = zend_get_called_scope(execute_data);

    return called == NULL ? php_gwc_gateway_ce : called;
}

#define ARGUMENTS_MAX 2 /* of the methods that others call */

/* A callable would be called on an object of the caller, whose class may extend
 * `called`. The method has copies: PHP 7 lets it take them by reference. */
static void call_static(zend_class_entry *called, zend_function *function,
                        uint32_t count, zval *args, zval *result)
{
    zend_fcall_info_cache cache = empty_fcall_info_cache;
    zend_fcall_info info = empty_fcall_info;
    zval own[ARGUMENTS_MAX];
    uint32_t i;

    ZEND_ASSERT(count <= ARGUMENTS_MAX);
    for (i = 0; i < count; i++) {
        ZVAL_COPY(&own[i], &args[i]);
    }
    info.size = sizeof(info);
    ZVAL_UNDEF(&info.function_name);
    info.retval = result;
    info.params = own;
    info.param_count = count;
    cache.function_handler = function;
    cache.called_scope = called;
    zend_call_function(&info, &cache);
    for (i = 0; i < count; i++) {
        zval_ptr_dtor(&own[i]);
    }
    if (Z_ISUNDEF_P(result)) {
        ZVAL_NULL(result);
    } else if (Z_ISREF_P(result)) {
        zend_unwrap_reference(result);
    }
}

/* NULL: it has none of its own. */
static zend_function *own_method(zend_class_entry *called, const char *method)
{
    zend_function *function;

    if (EXPECTED(called == php_gwc_gateway_ce)) {
        return NULL;
    }
    function =
        zend_hash_str_find_ptr(&called->function_table, method, strlen(method));
    return function == NULL || function->type == ZEND_INTERNAL_FUNCTION
               ? NULL
               : function;
}

bool php_gwc_has_own(zend_class_entry *called, const char *method)
{
    return own_method(called, method) != NULL;
}

bool php_gwc_call_own(zend_class_entry *called, const char *method,
                      uint32_t count, zval *args, zval *result)
{
    zend_function *function = own_method(called, method);

    if (function == NULL) {
        return false;
    }
    ZVAL_UNDEF(result);
    call_static(called, function, count, args, result);
    return true;
}
