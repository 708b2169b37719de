/* Gateway: questions to one client's gateway, or to all of them. */
#include "gateway.h"

ZEND_METHOD(GatewayClient_Gateway, isOnline)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    zval *client_id;
    gw_client_id id;
    gw_client *client;
    zval worker;
    int online = 0;
    int rc;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(client_id)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_client_id(client_id, 1, &id)) {
        RETURN_THROWS();
    }
    if (php_gwc_worker(called, &worker)) {
        int known = php_gwc_worker_knows(&worker, &id);

        zval_ptr_dtor(&worker);
        if (known != 1) {
            RETURN_LONG(0);
        }
    }
    client = php_gwc_begin_one(called);
    if (client == NULL) {
        RETURN_THROWS();
    }
    rc = gw_is_online(client, &id, &online);
    php_gwc_end();
    if (php_gwc_report_client(rc)) {
        RETVAL_LONG(online);
    }
}

static int collect_client_id(void *arg, const gw_client_id *id)
{
    zval text;

    ZVAL_STR(&text, php_gwc_client_id_text(id));
    zend_hash_next_index_insert(arg, &text);
    return php_gwc_go_on();
}

/* The called class's own method gets our first argument. */
static bool call_own_with_one(INTERNAL_FUNCTION_PARAMETERS, const char *method)
{
    return ZEND_NUM_ARGS() > 0 &&
           php_gwc_call_own(php_gwc_called_class(execute_data), method, 1,
                            ZEND_CALL_ARG(execute_data, 1), return_value);
}

static bool client_ids_by_uid(INTERNAL_FUNCTION_PARAMETERS, zval *list)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    zval *uid;
    zend_string *text;
    gw_client *client;

    ZVAL_UNDEF(list);
    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(uid)
    ZEND_PARSE_PARAMETERS_END_EX(return false);

    text = php_gwc_string(uid, 1);
    if (text == NULL) {
        return false;
    }
    client = php_gwc_begin_all(called);
    if (client != NULL) {
        gw_slice slice = gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text));
        int rc;

        array_init(list);
        rc = gw_get_client_ids_by_uid(client, gw_key_slice(slice),
                                      collect_client_id, Z_ARRVAL_P(list));
        php_gwc_end();
        php_gwc_report(rc, PHP_GWC_QUESTION);
    }
    zend_string_release(text);
    return client != NULL;
}

ZEND_METHOD(GatewayClient_Gateway, getClientIdByUid)
{
    zval list;

    if (client_ids_by_uid(INTERNAL_FUNCTION_PARAM_PASSTHRU, &list)) {
        ZVAL_COPY_VALUE(return_value, &list);
    }
}

ZEND_METHOD(GatewayClient_Gateway, isUidOnline)
{
    zval list;

    if (call_own_with_one(INTERNAL_FUNCTION_PARAM_PASSTHRU,
                          "getclientidbyuid")) {
        convert_to_long(return_value);
    } else if (client_ids_by_uid(INTERNAL_FUNCTION_PARAM_PASSTHRU, &list)) {
        RETVAL_LONG(zend_hash_num_elements(Z_ARRVAL(list)) > 0);
        zval_ptr_dtor(&list);
    }
}

static int collect_uid_client(void *arg, const gw_key *uid,
                              const gw_client_id *id)
{
    zval *list = php_gwc_map_find(arg, uid);

    if (list == NULL) {
        zval empty;

        array_init(&empty);
        php_gwc_map_set(arg, uid, &empty);
        list = php_gwc_map_find(arg, uid);
    }
    return id == NULL ? php_gwc_go_on() : collect_client_id(Z_ARRVAL_P(list), id);
}

/* The package sends the JSON of any value, so an object that is written as a
 * list is one; for gateways all else is an empty one. False: thrown. */
static bool uids_init(php_gwc_keys *keys, zval *uids)
{
    zend_string *json;
    zval list;
    bool ok;

    ZVAL_DEREF(uids);
    if (EXPECTED(Z_TYPE_P(uids) == IS_ARRAY)) {
        return php_gwc_keys_init(keys, uids);
    }
    json = php_gwc_json(uids);
    if (json == NULL) {
        return false;
    }
    php_json_decode_ex(&list, ZSTR_VAL(json), ZSTR_LEN(json),
                       PHP_JSON_OBJECT_AS_ARRAY, PHP_JSON_PARSER_DEFAULT_DEPTH);
    zend_string_release(json);
    if (Z_TYPE(list) != IS_ARRAY) {
        zval_ptr_dtor(&list);
        ZVAL_EMPTY_ARRAY(&list);
    }
    ok = php_gwc_keys_init(keys, &list);
    zval_ptr_dtor(&list);
    return ok;
}

/* ($uids): uid ⇒ list of client ids. */
static bool client_ids_by_uids(INTERNAL_FUNCTION_PARAMETERS)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    php_gwc_keys keys = {0};
    gw_client *client = NULL;
    zval *uids;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(uids)
    ZEND_PARSE_PARAMETERS_END_EX(return false);

    if (uids_init(&keys, uids) &&
        (client = php_gwc_begin_all(called)) != NULL) {
        int rc;

        array_init(return_value);
        rc = gw_batch_get_client_ids_by_uid(client, keys.list, keys.count,
                                            collect_uid_client,
                                            Z_ARRVAL_P(return_value));
        php_gwc_end();
        php_gwc_report(rc, PHP_GWC_QUESTION);
    }
    php_gwc_keys_deinit(&keys);
    return client != NULL;
}

ZEND_METHOD(GatewayClient_Gateway, batchGetClientIdByUid)
{
    client_ids_by_uids(INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

ZEND_METHOD(GatewayClient_Gateway, isUidsOnline)
{
    zval *value;

    if ((!call_own_with_one(INTERNAL_FUNCTION_PARAM_PASSTHRU,
                            "batchgetclientidbyuid") &&
         !client_ids_by_uids(INTERNAL_FUNCTION_PARAM_PASSTHRU)) ||
        !php_gwc_want_array(return_value)) {
        RETURN_THROWS();
    }
    SEPARATE_ARRAY(return_value);
    ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(return_value), value)
    {
        zend_long online = zval_get_long(value);

        zval_ptr_dtor(value);
        ZVAL_LONG(value, online);
    }
    ZEND_HASH_FOREACH_END();
}

/* Of a group; NULL or '': every client. */
static void count_clients(zend_class_entry *called, zval *group,
                          zval *return_value)
{
    zend_string *text = NULL;
    gw_key key;
    gw_client *client;
    int64_t count = 0;
    int rc;

    if (group != NULL) {
        text = php_gwc_string(group, 1);
        if (text == NULL) {
            return;
        }
        key = gw_key_slice(gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text)));
    }
    client = php_gwc_begin_all(called);
    if (client != NULL) {
        rc = gw_get_client_count(
            client, text == NULL || ZSTR_LEN(text) == 0 ? NULL : &key, &count);
        php_gwc_end();
        RETVAL_LONG((zend_long)count);
        php_gwc_report(rc, PHP_GWC_QUESTION);
    }
    if (text != NULL) {
        zend_string_release(text);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getClientIdCountByGroup)
{
    zval *group = NULL;

    PHP_GWC_PARAMETERS_START(0)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    count_clients(php_gwc_called_class(execute_data), group, return_value);
}

/* What getClientIdCountByGroup() says, be it a subclass's own. */
static void count_group(zend_class_entry *called, zval *group,
                        zval *return_value)
{
    zval none;

    ZVAL_EMPTY_STRING(&none);
    if (!php_gwc_call_own(called, "getclientidcountbygroup", 1,
                          group == NULL ? &none : group, return_value)) {
        count_clients(called, group, return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getClientCountByGroup)
{
    zval *group = NULL;

    PHP_GWC_PARAMETERS_START(0)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    count_group(php_gwc_called_class(execute_data), group, return_value);
}

static void count_all(zend_class_entry *called, zval *return_value)
{
    if (!php_gwc_call_own(called, "getclientcountbygroup", 0, NULL,
                          return_value)) {
        count_group(called, NULL, return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getAllClientIdCount)
{
    PHP_GWC_NO_PARAMETERS();
    count_all(php_gwc_called_class(execute_data), return_value);
}

ZEND_METHOD(GatewayClient_Gateway, getAllClientCount)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);

    if (!php_gwc_call_own(called, "getallclientidcount", 0, NULL,
                          return_value)) {
        count_all(called, return_value);
    }
}

static int collect_count(void *arg, const gw_key *group, int64_t count)
{
    zval *sum = php_gwc_map_find(arg, group);

    if (sum == NULL) {
        zval first;

        ZVAL_LONG(&first, (zend_long)count);
        php_gwc_map_set(arg, group, &first);
    } else {
        Z_LVAL_P(sum) =
            (zend_long)((zend_ulong)Z_LVAL_P(sum) + (zend_ulong)count);
    }
    return php_gwc_go_on();
}

ZEND_METHOD(GatewayClient_Gateway, batchGetClientIdCountByGroup)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    php_gwc_keys keys = {0};
    gw_client *client;
    zval *groups;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ARRAY(groups)
    ZEND_PARSE_PARAMETERS_END();

    if (php_gwc_keys_init(&keys, groups) &&
        (client = php_gwc_begin_all(called)) != NULL) {
        int rc;

        array_init(return_value);
        rc = gw_batch_get_client_count(client, keys.list, keys.count,
                                       collect_count, Z_ARRVAL_P(return_value));
        php_gwc_end();
        php_gwc_report(rc, PHP_GWC_QUESTION);
    }
    php_gwc_keys_deinit(&keys);
}

static int collect_group(void *arg, const gw_key *group)
{
    zval value;

    if (php_gwc_map_find(arg, group) == NULL) {
        php_gwc_key_normal(&value, group);
        php_gwc_map_set(arg, group, &value);
    }
    return php_gwc_go_on();
}

ZEND_METHOD(GatewayClient_Gateway, getAllGroupIdList)
{
    gw_client *client;
    int rc;

    PHP_GWC_NO_PARAMETERS();
    client = php_gwc_begin_all(php_gwc_called_class(execute_data));
    if (client == NULL) {
        RETURN_THROWS();
    }
    array_init(return_value);
    rc = gw_get_groups(client, collect_group, Z_ARRVAL_P(return_value));
    php_gwc_end();
    php_gwc_report(rc, PHP_GWC_QUESTION);
}
