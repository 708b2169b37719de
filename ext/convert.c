#include "convert.h"

#include <zend_smart_str.h>

#include "client.h"
#include "error.h"

zend_string *php_gwc_string(zval *value, uint32_t arg)
{
    ZVAL_DEREF(value);
    switch (Z_TYPE_P(value)) {
    case IS_ARRAY:
    case IS_RESOURCE:
        zend_argument_type_error(arg, "must be of type string, %s given",
                                 zend_zval_type_name(value));
        return NULL;
    default:
        return zval_try_get_string(value);
    }
}

zend_string *php_gwc_string_or_blank(zval *value, uint32_t arg)
{
    ZVAL_DEREF(value);
    if (!zend_is_true(value)) {
        return ZSTR_EMPTY_ALLOC();
    }
    return php_gwc_string(value, arg);
}

static bool parse_id(zend_string *text, gw_client_id *id)
{
    gw_slice slice = gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text));

    if (gw_client_id_parse(slice, id) == GW_OK) {
        return true;
    }
    php_gwc_throw("client_id %s is invalid", ZSTR_VAL(text));
    return false;
}

bool php_gwc_client_id(zval *value, uint32_t arg, gw_client_id *id)
{
    zend_string *text = php_gwc_string(value, arg);
    bool ok;

    if (text == NULL) {
        return false;
    }
    ok = parse_id(text, id);
    zend_string_release(text);
    return ok;
}

/* Read when it is converted: the conversion of another may replace it. */
static bool context_number(php_gwc_property property, zend_long *number)
{
    zval *value = php_gwc_property_get(php_gwc_context_ce, property);

    if (value == NULL) {
        return false;
    }
    *number = zval_get_long(value);
    return EG(exception) == NULL;
}

static bool current_client(gw_client_id *id)
{
    zval *current =
        php_gwc_property_get(php_gwc_context_ce, PHP_GWC_CONNECTION_ID);
    zend_long ip, port, connection;

    if (current == NULL) {
        return false;
    }
    if (!zend_is_true(current)) {
        php_gwc_throw("client_id NULL is invalid: there is no current client");
        return false;
    }
    if (!context_number(PHP_GWC_LOCAL_IP, &ip) ||
        !context_number(PHP_GWC_LOCAL_PORT, &port) ||
        !context_number(PHP_GWC_CONNECTION_ID, &connection)) {
        return false;
    }
    id->ip = (uint32_t)ip;
    id->port = (uint16_t)port;
    id->connection = (uint32_t)connection;
    return true;
}

bool php_gwc_target(zval *value, uint32_t arg, gw_client_id *id)
{
    zval *current;

    ZVAL_DEREF(value);
    if (Z_TYPE_P(value) == IS_NULL) {
        return current_client(id);
    }
    current = php_gwc_property_get(php_gwc_context_ce, PHP_GWC_CLIENT_ID);
    if (current == NULL) {
        return false;
    }
    if (UNEXPECTED(zend_is_identical(value, current))) {
        return current_client(id);
    }
    return php_gwc_client_id(value, arg, id);
}

zend_string *php_gwc_client_id_text(const gw_client_id *id)
{
    zend_string *text = zend_string_alloc(GW_CLIENT_ID_LEN, 0);

    gw_client_id_format(id, ZSTR_VAL(text));
    return text;
}

bool php_gwc_message_init(php_gwc_message *message, zval *value, bool raw)
{
    unsigned flags = raw ? GW_FLAG_RAW : 0;

    ZVAL_DEREF(value);
    switch (Z_TYPE_P(value)) {
    case IS_STRING:
    case IS_LONG:
    case IS_DOUBLE:
    case IS_FALSE:
    case IS_TRUE:
        flags |= GW_FLAG_SCALAR;
        message->held = zval_get_string(value);
        break;
    default:
        message->held = php_gwc_serialize(value);
        if (message->held == NULL) {
            return false;
        }
    }
    message->m.flags = flags;
    message->m.body =
        gw_slice_of(ZSTR_VAL(message->held), ZSTR_LEN(message->held));
    return true;
}

void php_gwc_message_deinit(php_gwc_message *message)
{
    if (message->held != NULL) {
        zend_string_release(message->held);
    }
}

/* json_last_error() stays what it was; a NAN inside an array is told there
 * only. */
zend_string *php_gwc_json(zval *value)
{
    php_json_error_code before = PHP_GWC_JSON_ERROR;
    php_json_error_code error;
    smart_str json = {0};
    int rc;

    rc = php_json_encode_ex(&json, value, 0, PHP_JSON_PARSER_DEFAULT_DEPTH);
    error = PHP_GWC_JSON_ERROR;
    PHP_GWC_JSON_ERROR = before;
    if (rc != SUCCESS || error != PHP_JSON_ERROR_NONE || json.s == NULL ||
        EG(exception) != NULL) {
        smart_str_free(&json);
        php_gwc_throw("a uid or group cannot be written as JSON");
        return NULL;
    }
    smart_str_0(&json);
    return json.s;
}

/* jsonSerialize() may assign to the variable that a member refers to. */
static zend_string *json_of_member(zval *value)
{
    zend_string *json;
    zval kept;

    ZVAL_COPY(&kept, value);
    json = php_gwc_json(&kept);
    zval_ptr_dtor(&kept);
    return json;
}

static bool keys_add(php_gwc_keys *keys, zval *value)
{
    gw_key *key = &keys->list[keys->count];
    zend_string *held = NULL;

    ZVAL_DEREF(value);
    if (Z_TYPE_P(value) == IS_LONG) {
        *key = gw_key_int(Z_LVAL_P(value));
    } else if (Z_TYPE_P(value) == IS_STRING) {
        held = zend_string_copy(Z_STR_P(value));
        *key = gw_key_slice(gw_slice_of(ZSTR_VAL(held), ZSTR_LEN(held)));
    } else {
        held = json_of_member(value);
        if (held == NULL) {
            return false;
        }
        *key = gw_key_slice(gw_slice_of(ZSTR_VAL(held), ZSTR_LEN(held)));
        key->type = GW_KEY_JSON;
    }
    keys->held[keys->count++] = held;
    return true;
}

bool php_gwc_keys_init(php_gwc_keys *keys, zval *value)
{
    uint32_t capacity;
    zval *member;

    ZVAL_DEREF(value);
    keys->count = 0;
    if (Z_TYPE_P(value) != IS_ARRAY) {
        keys->list = &keys->one;
        keys->held = &keys->one_held;
        return keys_add(keys, value);
    }
    capacity = zend_hash_num_elements(Z_ARRVAL_P(value));
    keys->list = safe_emalloc(capacity, sizeof(*keys->list), 1);
    keys->held = safe_emalloc(capacity, sizeof(*keys->held), 1);
    ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), member)
    {
        if (!keys_add(keys, member)) {
            return false;
        }
    }
    ZEND_HASH_FOREACH_END();
    return true;
}

void php_gwc_keys_deinit(php_gwc_keys *keys)
{
    size_t i;

    for (i = 0; i < keys->count; i++) {
        if (keys->held[i] != NULL) {
            zend_string_release(keys->held[i]);
        }
    }
    if (keys->list != NULL && keys->list != &keys->one) {
        efree(keys->list);
        efree(keys->held);
    }
}

static bool ids_add(php_gwc_ids *ids, zval *value, uint32_t arg,
                    HashTable *except)
{
    zend_string *text = php_gwc_string(value, arg);
    bool ok = true;

    if (text == NULL) {
        return false;
    }
    if (except == NULL || zend_hash_find(except, text) == NULL) {
        ok = parse_id(text, &ids->list[ids->count]);
        ids->count += ok;
    }
    zend_string_release(text);
    return ok;
}

bool php_gwc_ids_init(php_gwc_ids *ids, zval *value, uint32_t arg,
                      HashTable *except)
{
    zval *member;

    ZVAL_DEREF(value);
    ids->count = 0;
    ids->list = NULL;
    if (!zend_is_true(value)) {
        return true;
    }
    if (Z_TYPE_P(value) != IS_ARRAY) {
        ids->list = emalloc(sizeof(*ids->list));
        return ids_add(ids, value, arg, except);
    }
    ids->list = safe_emalloc(zend_hash_num_elements(Z_ARRVAL_P(value)),
                             sizeof(*ids->list), 0);
    ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), member)
    {
        if (!ids_add(ids, member, arg, except)) {
            return false;
        }
    }
    ZEND_HASH_FOREACH_END();
    return true;
}

void php_gwc_ids_deinit(php_gwc_ids *ids)
{
    if (ids->list != NULL) {
        efree(ids->list);
    }
}

int php_gwc_go_on(void)
{
    return zend_memory_usage(1) <= (size_t)PG(memory_limit) ? 0
                                                            : PHP_GWC_NO_MEMORY;
}

zend_string *php_gwc_copy(gw_slice slice)
{
    const char *base = slice.base == NULL ? "" : slice.base;

#ifdef HASH_FALLIBLE
    return zend_string_finit(base, slice.len, false, true);
#else
    return zend_string_init(base, slice.len, 0);
#endif
}

/* Never NULL, which the engine's functions would read. */
static const char *base_of(const gw_key *key)
{
    return key->str.base == NULL ? "" : key->str.base;
}

void php_gwc_map_set(HashTable *map, const gw_key *key, zval *value)
{
    if (key->type == GW_KEY_INT) {
        zend_hash_index_update(map, (zend_ulong)key->num, value);
    } else {
        zend_symtable_str_update(map, base_of(key), key->str.len, value);
    }
}

zval *php_gwc_map_find(HashTable *map, const gw_key *key)
{
    if (key->type == GW_KEY_INT) {
        return zend_hash_index_find(map, (zend_ulong)key->num);
    }
    return zend_symtable_str_find(map, base_of(key), key->str.len);
}

void php_gwc_key_string(zval *out, const gw_key *key)
{
    if (key->type == GW_KEY_INT) {
        ZVAL_STR(out, zend_long_to_str((zend_long)key->num));
    } else {
        ZVAL_STRINGL(out, base_of(key), key->str.len);
    }
}

void php_gwc_key_normal(zval *out, const gw_key *key)
{
    zend_ulong number;

    if (key->type == GW_KEY_INT) {
        ZVAL_LONG(out, (zend_long)key->num);
    } else if (ZEND_HANDLE_NUMERIC_STR(base_of(key), key->str.len, number)) {
        ZVAL_LONG(out, (zend_long)number);
    } else {
        ZVAL_STRINGL(out, base_of(key), key->str.len);
    }
}

bool php_gwc_key_is_empty(const gw_key *key)
{
    switch (key->type) {
    case GW_KEY_INT:
        return key->num == 0;
    case GW_KEY_STRING:
        return key->str.len == 0 ||
               (key->str.len == 1 && key->str.base[0] == '0');
    default:
        return true;
    }
}
