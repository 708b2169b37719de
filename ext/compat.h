/* PHP 7.4 to 8.5 look alike below this line. */
#ifndef PHP_GWC_COMPAT_H
#define PHP_GWC_COMPAT_H

#include <php.h>

#include <ext/json/php_json.h>

#if PHP_VERSION_ID < 70400
#error "gatewayclient needs PHP 7.4 or later"
#endif

#if PHP_VERSION_ID < 80000
#define RETURN_THROWS() return
#define ZEND_ARG_INFO_WITH_DEFAULT_VALUE(pass_by_ref, name, default_value)     \
    ZEND_ARG_INFO(pass_by_ref, name)
#define ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(pass_by_ref, name, type_hint,    \
                                              allow_null, default_value)       \
    ZEND_ARG_TYPE_INFO(pass_by_ref, name, type_hint, allow_null)
#define zend_argument_type_error php_gwc_argument_type_error
void php_gwc_argument_type_error(uint32_t arg_num, const char *format, ...);
#endif

/* json is a module of its own in some builds of 7.4, and may be loaded after
 * us: its variables must not be named. */
#if PHP_VERSION_ID < 80000
#define PHP_GWC_JSON_ERROR (*php_gwc_json_error())
php_json_error_code *php_gwc_json_error(void);
#else
#define PHP_GWC_JSON_ERROR JSON_G(error_code)
#endif

#if PHP_VERSION_ID < 80100
#define PHP_GWC_FILE_NAME(handle)                                              \
    ((handle)->filename == NULL ? "" : (handle)->filename)
#define PHP_GWC_FILE_NAME_LEN(handle)                                          \
    ((handle)->filename == NULL ? 0 : strlen((handle)->filename))
#else
#define PHP_GWC_FILE_NAME(handle)                                              \
    ((handle)->filename == NULL ? "" : ZSTR_VAL((handle)->filename))
#define PHP_GWC_FILE_NAME_LEN(handle)                                          \
    ((handle)->filename == NULL ? 0 : ZSTR_LEN((handle)->filename))
#endif

/* Handlers of properties take the object itself since 8.0. */
#if PHP_VERSION_ID < 80000
#define PHP_GWC_OBJ(zv) (zv)
#else
#define PHP_GWC_OBJ(zv) Z_OBJ_P(zv)
#endif

/* PHP functions take surplus arguments, which callbacks get: so do methods.
 * They throw when one is missing, as methods written in PHP do; internal ones
 * only warn before 8.0. */
#if PHP_VERSION_ID < 80000
#define PHP_GWC_PARAMETERS_START(min)                                          \
    ZEND_PARSE_PARAMETERS_START_EX(ZEND_PARSE_PARAMS_THROW, min, -1)
#else
#define PHP_GWC_PARAMETERS_START(min)                                          \
    ZEND_PARSE_PARAMETERS_START(min, (uint32_t)-1)
#endif

#define PHP_GWC_NO_PARAMETERS() (void)execute_data

#endif /* PHP_GWC_COMPAT_H */
