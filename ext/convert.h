/* From PHP values to the library's types and back.
 *
 * Each …_init() returns false after throwing; …_deinit() is then harmless and
 * due all the same. Conversions may run user code. */
#ifndef PHP_GWC_CONVERT_H
#define PHP_GWC_CONVERT_H

#include "gatewayclient.h"

/* A scalar as PHP's strlen() takes it. A new reference; NULL: TypeError. */
zend_string *php_gwc_string(zval *value, uint32_t arg);

/* The same, and "" for what PHP's empty() calls empty. */
zend_string *php_gwc_string_or_blank(zval *value, uint32_t arg);

/* 20 hex digits. */
bool php_gwc_client_id(zval *value, uint32_t arg, gw_client_id *id);

/* The same; null or the current client's id: the current client. */
bool php_gwc_target(zval *value, uint32_t arg, gw_client_id *id);

zend_string *php_gwc_client_id_text(const gw_client_id *id);

typedef struct php_gwc_message {
    gw_message m;
    zend_string *held;
} php_gwc_message;

/* Scalars as strings; all else serialized. */
bool php_gwc_message_init(php_gwc_message *message, zval *value, bool raw);
void php_gwc_message_deinit(php_gwc_message *message);

typedef struct php_gwc_keys {
    gw_key *list;
    zend_string **held;
    size_t count;
    gw_key one; /* a single value needs no heap */
    zend_string *one_held;
} php_gwc_keys;

/* The members of an array, or the one value. */
bool php_gwc_keys_init(php_gwc_keys *keys, zval *value);
void php_gwc_keys_deinit(php_gwc_keys *keys);

typedef struct php_gwc_ids {
    gw_client_id *list;
    size_t count;
} php_gwc_ids;

/* Nothing for an empty value, the members of an array, or the one value. Those
 * whose text is a key of `except` (NULL: none) are left out unread. */
bool php_gwc_ids_init(php_gwc_ids *ids, zval *value, uint32_t arg,
                      HashTable *except);
void php_gwc_ids_deinit(php_gwc_ids *ids);

/* What a callback that collects returns: 0, or the end of the call when memory
 * is short. PHP from late 8.2 on lets emalloc() in internal functions pass the
 * memory limit and tells at the next opcode; at twice the limit it ends the
 * process. So whoever collects a reply has to look. */
#define PHP_GWC_NO_MEMORY 1
int php_gwc_go_on(void);

/* A copy; NULL: too large for what is left of the memory limit. */
zend_string *php_gwc_copy(gw_slice slice);

/* A key of the wire as an array key. */
void php_gwc_map_set(HashTable *map, const gw_key *key, zval *value);
zval *php_gwc_map_find(HashTable *map, const gw_key *key);

/* A key as PHP code sees it: as a string, or integer-like ones as ints. */
void php_gwc_key_string(zval *out, const gw_key *key);
void php_gwc_key_normal(zval *out, const gw_key *key);

/* "" and "0" are no uid. */
bool php_gwc_key_is_empty(const gw_key *key);

/* What json_encode() gives. NULL: thrown. */
zend_string *php_gwc_json(zval *value);

/* PHP's own. NULL: an exception is pending. */
zend_string *php_gwc_serialize(zval *value);

/* With only the allowed classes. A string, for PHP's parser needs the zero that
 * follows it: without, it reads on. False: malformed, `out` is false and an
 * E_WARNING was raised, or an exception is pending. */
bool php_gwc_unserialize(zval *out, const zend_string *text);

/* After a change of gatewayclient.allowed_classes, and at a request's end. */
void php_gwc_forget_allowed_classes(void);

#endif /* PHP_GWC_CONVERT_H */
