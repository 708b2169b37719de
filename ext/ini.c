#include "ini.h"

#include <math.h>

#include <php_ini.h>

#include "client.h"
#include "convert.h"

#define ADDRESS_DEFAULT "127.0.0.1:1236"
#define CONNECT_TIMEOUT_DEFAULT "3"

/* A day. */
#define SECONDS_MAX 86400.0
#define COUNT_MAX 1000000

#ifdef ZTS
#define INI_BASE() ((char *)ts_resource(*((int *)mh_arg2)))
#else
#define INI_BASE() ((char *)mh_arg2)
#endif
#define INI_TARGET(type) ((type *)(void *)(INI_BASE() + (size_t)mh_arg1))

static void refuse(const zend_ini_entry *entry, const char *rule)
{
    php_error_docref(NULL, E_WARNING, "%s must be %s", ZSTR_VAL(entry->name),
                     rule);
}

/* ---- from a setting to a property ---------------------------------------- */

static zend_string *trimmed(const char *from, const char *to)
{
    while (from < to && strchr(" \t", *from) != NULL) {
        from++;
    }
    while (to > from && strchr(" \t", to[-1]) != NULL) {
        to--;
    }
    return zend_string_init(from, (size_t)(to - from), 0);
}

/* One address: a string; several: an array. */
static void registers_value(zval *out, const char *list)
{
    const char *comma = strchr(list, ',');

    if (comma == NULL) {
        ZVAL_STR(out, trimmed(list, list + strlen(list)));
        return;
    }
    array_init(out);
    for (; comma != NULL; list = comma + 1, comma = strchr(list, ',')) {
        add_next_index_str(out, trimmed(list, comma));
    }
    add_next_index_str(out, trimmed(list, list + strlen(list)));
}

static void seconds_value(zval *out, double seconds)
{
    if (seconds == floor(seconds)) {
        ZVAL_LONG(out, (zend_long)seconds);
    } else {
        ZVAL_DOUBLE(out, seconds);
    }
}

static void set_property(php_gwc_property property)
{
    zval value;

    if (!php_gwc_properties_exist()) {
        return;
    }
    switch (property) {
    case PHP_GWC_REGISTER_ADDRESS:
        registers_value(&value, GWC_G(register_address));
        break;
    case PHP_GWC_SECRET_KEY:
        ZVAL_STRING(&value, GWC_G(secret_key));
        break;
    case PHP_GWC_CONNECT_TIMEOUT:
        seconds_value(&value, GWC_G(connect_timeout));
        break;
    default:
        ZVAL_BOOL(&value, GWC_G(persistent));
    }
    php_gwc_property_set(php_gwc_gateway_ce, property, &value);
}

void php_gwc_ini_apply(void)
{
    if (strcmp(GWC_G(register_address), ADDRESS_DEFAULT) != 0) {
        set_property(PHP_GWC_REGISTER_ADDRESS);
    }
    if (*GWC_G(secret_key) != '\0') {
        set_property(PHP_GWC_SECRET_KEY);
    }
    if (GWC_G(connect_timeout) != atof(CONNECT_TIMEOUT_DEFAULT)) {
        set_property(PHP_GWC_CONNECT_TIMEOUT);
    }
    if (!GWC_G(persistent)) {
        set_property(PHP_GWC_PERSISTENT);
    }
}

/* ini_set() and ini_restore() reach the property at once; at the other stages
 * the request's start does it. */
static void follow(int stage, php_gwc_property property)
{
    if (stage == ZEND_INI_STAGE_RUNTIME) {
        set_property(property);
    }
}

/* ---- validation ------------------------------------------------------------
 */

/* What is kept would end there. */
static bool holds_zero(const zend_string *value)
{
    return strlen(ZSTR_VAL(value)) != ZSTR_LEN(value);
}

/* host:port; the library judges the host. */
static bool is_address(const char *p, size_t len)
{
    const char *colon = zend_memrchr(p, ':', len);
    const char *digit;
    unsigned long port = 0;

    if (colon == NULL || colon == p || colon + 1 == p + len ||
        p + len - colon > 6) {
        return false;
    }
    for (digit = colon + 1; digit < p + len; digit++) {
        if (*digit < '0' || *digit > '9') {
            return false;
        }
        port = port * 10 + (unsigned long)(*digit - '0');
    }
    return port > 0 && port <= 65535;
}

static bool is_address_list(const char *list)
{
    const char *end;

    for (;; list = end + 1) {
        zend_string *address;
        bool ok;

        end = list + strcspn(list, ",");
        address = trimmed(list, end);
        ok = is_address(ZSTR_VAL(address), ZSTR_LEN(address));
        zend_string_release(address);
        if (!ok || *end == '\0') {
            return ok;
        }
    }
}

/* A decimal number of seconds, at least `min`. */
static bool parse_seconds(zend_string *text, double min, double *seconds)
{
    char *end;

    *seconds = zend_strtod(ZSTR_VAL(text), (const char **)&end);
    return ZSTR_LEN(text) > 0 && end == ZSTR_VAL(text) + ZSTR_LEN(text) &&
           *seconds >= min && *seconds <= SECONDS_MAX;
}

static ZEND_INI_MH(on_register_address)
{
    if (holds_zero(new_value) || !is_address_list(ZSTR_VAL(new_value))) {
        refuse(entry, "a list of host:port, separated by commas");
        return FAILURE;
    }
    *INI_TARGET(char *) = ZSTR_VAL(new_value);
    follow(stage, PHP_GWC_REGISTER_ADDRESS);
    return SUCCESS;
}

static ZEND_INI_MH(on_secret_key)
{
    if (holds_zero(new_value)) {
        refuse(entry, "a text without zero bytes");
        return FAILURE;
    }
    *INI_TARGET(char *) = ZSTR_VAL(new_value);
    follow(stage, PHP_GWC_SECRET_KEY);
    return SUCCESS;
}

static ZEND_INI_MH(on_timeout)
{
    double seconds;

    if (!parse_seconds(new_value, 0.001, &seconds)) {
        refuse(entry, "a number of seconds from 0.001 to 86400");
        return FAILURE;
    }
    *INI_TARGET(double) = seconds;
    if (INI_TARGET(double) == &GWC_G(connect_timeout)) {
        follow(stage, PHP_GWC_CONNECT_TIMEOUT);
    }
    return SUCCESS;
}

static ZEND_INI_MH(on_ttl)
{
    double seconds;

    if (!parse_seconds(new_value, 0, &seconds)) {
        refuse(entry, "a number of seconds from 0 to 86400");
        return FAILURE;
    }
    *INI_TARGET(double) = seconds;
    return SUCCESS;
}

static ZEND_INI_MH(on_count)
{
    char *end;
    zend_long count = ZEND_STRTOL(ZSTR_VAL(new_value), &end, 10);

    if (ZSTR_LEN(new_value) == 0 ||
        end != ZSTR_VAL(new_value) + ZSTR_LEN(new_value) || count < 0 ||
        count > COUNT_MAX) {
        refuse(entry, "an integer from 0 to 1000000");
        return FAILURE;
    }
    *INI_TARGET(zend_long) = count;
    return SUCCESS;
}

/* Typed out, or as PHP's ini parser writes them. */
static int parse_switch(const zend_string *value)
{
    const char *text = ZSTR_VAL(value);
    static const char *const on[] = {"1", "on", "yes", "true"};
    static const char *const off[] = {"0", "", "off", "no", "false", "none"};
    size_t i;

    if (holds_zero(value)) {
        return -1;
    }
    for (i = 0; i < sizeof(on) / sizeof(on[0]); i++) {
        if (strcasecmp(text, on[i]) == 0) {
            return 1;
        }
    }
    for (i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
        if (strcasecmp(text, off[i]) == 0) {
            return 0;
        }
    }
    return -1;
}

static ZEND_INI_MH(on_switch)
{
    int value = parse_switch(new_value);

    if (value < 0) {
        refuse(entry, "a boolean");
        return FAILURE;
    }
    *INI_TARGET(bool) = value == 1;
    if (INI_TARGET(bool) == &GWC_G(persistent)) {
        follow(stage, PHP_GWC_PERSISTENT);
    }
    return SUCCESS;
}

static bool is_class_list(const char *list)
{
    const unsigned char *p = (const unsigned char *)list;

    if (strcmp(list, "*") == 0) {
        return true;
    }
    for (; *p != '\0'; p++) {
        if (!isalnum(*p) && *p < 0x80 && strchr("_\\, ", *p) == NULL) {
            return false;
        }
    }
    return true;
}

static ZEND_INI_MH(on_allowed_classes)
{
    if (holds_zero(new_value) || !is_class_list(ZSTR_VAL(new_value))) {
        refuse(entry, "\"*\" or a list of class names, separated by commas");
        return FAILURE;
    }
    *INI_TARGET(char *) = ZSTR_VAL(new_value);
    php_gwc_forget_allowed_classes();
    return SUCCESS;
}

/* ---- display
 * ----------------------------------------------------------------- */

static ZEND_INI_DISP(display_secret)
{
    const zend_string *value = ini_entry->value;

    if (type == ZEND_INI_DISPLAY_ORIG && ini_entry->modified) {
        value = ini_entry->orig_value;
    }
    PUTS(value == NULL || ZSTR_LEN(value) == 0 ? "not set" : "set");
}

#define GWC_INI(name, value, access, handler, member)                          \
    STD_PHP_INI_ENTRY("gatewayclient." name, value, access, handler, member,   \
                      zend_gatewayclient_globals, gatewayclient_globals)

PHP_INI_BEGIN()
    GWC_INI("register_address", ADDRESS_DEFAULT, PHP_INI_ALL,
            on_register_address, register_address)
    STD_PHP_INI_ENTRY_EX("gatewayclient.secret_key", "", PHP_INI_ALL,
                         on_secret_key, secret_key, zend_gatewayclient_globals,
                         gatewayclient_globals, display_secret)
    GWC_INI("connect_timeout", CONNECT_TIMEOUT_DEFAULT, PHP_INI_ALL, on_timeout,
            connect_timeout)
    GWC_INI("timeout", "5", PHP_INI_ALL, on_timeout, timeout)
    GWC_INI("persistent", "1", PHP_INI_ALL, on_switch, persistent)
    GWC_INI("addresses_cache_ttl", "1", PHP_INI_ALL, on_ttl,
            addresses_cache_ttl)
    GWC_INI("pool_max_idle", "4", PHP_INI_ALL, on_count, pool_max_idle)
    GWC_INI("pool_idle_timeout", "60", PHP_INI_ALL, on_count, pool_idle_timeout)
    GWC_INI("trust_client_ids", "0", PHP_INI_SYSTEM, on_switch,
            trust_client_ids)
    GWC_INI("allowed_classes", "", PHP_INI_ALL, on_allowed_classes,
            allowed_classes_list)
    GWC_INI("replace_package", "1", PHP_INI_SYSTEM, on_switch, replace_package)
    GWC_INI("global_class", "0", PHP_INI_SYSTEM, on_switch, global_class)
PHP_INI_END()

void php_gwc_ini_register(int module_number)
{
    zend_register_ini_entries(ini_entries, module_number);
}

void php_gwc_ini_unregister(int module_number)
{
    zend_unregister_ini_entries(module_number);
}
