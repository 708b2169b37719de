/* Gateway: lists of clients, uids and groups, out of SELECT. */
#include "gateway.h"

#include <zend_interfaces.h>

/* Rows become members of the array `map`, or of a map for each group in it. */
static void add_client_id(HashTable *map, const gw_client_id *id)
{
    zval text;

    ZVAL_STR(&text, php_gwc_client_id_text(id));
    zend_hash_update(map, Z_STR(text), &text); /* the key takes its own */
}

static int collect_client(void *arg, const gw_row *row)
{
    add_client_id(arg, &row->id);
    return php_gwc_go_on();
}

static void add_uid(HashTable *map, const gw_key *uid)
{
    zval text;

    php_gwc_key_string(&text, uid);
    if (uid->type == GW_KEY_INT) {
        zend_hash_index_update(map, (zend_ulong)uid->num, &text);
    } else {
        zend_symtable_update(map, Z_STR(text), &text); /* one string for both */
    }
}

static int collect_uid(void *arg, const gw_row *row)
{
    if (!php_gwc_key_is_empty(&row->uid)) {
        add_uid(arg, &row->uid);
    }
    return php_gwc_go_on();
}

static HashTable *map_of_group(HashTable *groups, const gw_key *group)
{
    zval *map = php_gwc_map_find(groups, group);

    if (map == NULL) {
        zval empty;

        array_init(&empty);
        php_gwc_map_set(groups, group, &empty);
        map = php_gwc_map_find(groups, group);
    }
    return Z_ARRVAL_P(map);
}

static int collect_group_client(void *arg, const gw_row *row)
{
    gw_slice rest = row->groups;
    gw_key group;
    int rc = 0;

    while (rc == 0 && gw_row_next_group(&rest, &group)) {
        add_client_id(map_of_group(arg, &group), &row->id);
        rc = php_gwc_go_on();
    }
    return rc;
}

static int collect_group_uid(void *arg, const gw_row *row)
{
    gw_slice rest = row->groups;
    gw_key group;
    int rc = 0;

    if (php_gwc_key_is_empty(&row->uid)) {
        return 0;
    }
    while (rc == 0 && gw_row_next_group(&rest, &group)) {
        add_uid(map_of_group(arg, &group), &row->uid);
        rc = php_gwc_go_on();
    }
    return rc;
}

/* False: thrown, or no client. */
static bool select_rows(zend_class_entry *called, const gw_select *select,
                        gw_row_fn collect, zval *return_value)
{
    gw_client *client = php_gwc_begin_all(called);
    int rc;

    if (client == NULL) {
        return false;
    }
    array_init(return_value);
    rc = gw_select_clients(client, select, collect, Z_ARRVAL_P(return_value));
    php_gwc_end();
    php_gwc_report(rc, PHP_GWC_QUESTION);
    return true;
}

/* (): a question about every client. */
static bool select_all(INTERNAL_FUNCTION_PARAMETERS, unsigned fields,
                       gw_row_fn collect)
{
    gw_select select;

    memset(&select, 0, sizeof(select));
    select.fields = fields;
    return select_rows(php_gwc_called_class(execute_data), &select, collect,
                       return_value);
}

/* A question about the members of a group or of several. */
static bool select_members(zend_class_entry *called, zval *group,
                           gw_row_fn collect, zval *return_value)
{
    php_gwc_keys keys = {0};
    gw_select select;
    bool ok = php_gwc_keys_init(&keys, group);

    if (ok) {
        memset(&select, 0, sizeof(select));
        select.fields = GW_FIELD_UID;
        select.groups = keys.list;
        select.group_count = keys.count;
        ok = select_rows(called, &select, collect, return_value);
    }
    php_gwc_keys_deinit(&keys);
    return ok;
}

/* ($group): the same; an empty list for none. */
static void select_groups(INTERNAL_FUNCTION_PARAMETERS, gw_row_fn collect)
{
    zval *group;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_group_is_valid(group)) {
        RETURN_EMPTY_ARRAY();
    }
    select_members(php_gwc_called_class(execute_data), group, collect,
                   return_value);
}

bool php_gwc_want_array(zval *value)
{
    if (Z_TYPE_P(value) == IS_ARRAY) {
        return true;
    }
    if (EG(exception) == NULL) {
        zend_type_error("a method of a subclass must return an array, not %s",
                        zend_zval_type_name(value));
    }
    return false;
}

static void call_php(const char *name, zval *argument, zval *result)
{
    zval function;

    ZVAL_STRING(&function, name);
    ZVAL_UNDEF(result);
    call_user_function(NULL, NULL, &function, result, 1, argument);
    zval_ptr_dtor(&function);
}

/* A list becomes the number of its members. That of a subclass may be an object,
 * or none, of which PHP's count() tells. */
static void count_members(zval *list)
{
    zval *counted = list;
    zval count;

    ZVAL_DEREF(counted);
    if (EXPECTED(Z_TYPE_P(counted) == IS_ARRAY)) {
        ZVAL_LONG(&count, zend_hash_num_elements(Z_ARRVAL_P(counted)));
    } else {
        call_php("count", counted, &count);
    }
    zval_ptr_dtor(list);
    if (EG(exception) != NULL) {
        ZVAL_NULL(list);
    } else {
        ZVAL_COPY_VALUE(list, &count);
    }
}

static void to_array(zval *lists)
{
    zval array;

    if (Z_TYPE_P(lists) == IS_OBJECT &&
        instanceof_function(Z_OBJCE_P(lists), zend_ce_traversable)) {
        call_php("iterator_to_array", lists, &array);
        zval_ptr_dtor(lists);
        ZVAL_COPY_VALUE(lists, &array);
    }
}

static void count_each(zval *lists)
{
    zval *list;

    to_array(lists);
    if (!php_gwc_want_array(lists)) {
        return;
    }
    SEPARATE_ARRAY(lists);
    ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(lists), list)
    {
        count_members(list);
        if (EG(exception) != NULL) {
            break;
        }
    }
    ZEND_HASH_FOREACH_END();
}

/* (): what the called class's own method says. */
static bool call_own(INTERNAL_FUNCTION_PARAMETERS, const char *method)
{
    return php_gwc_call_own(php_gwc_called_class(execute_data), method, 0, NULL,
                            return_value);
}

ZEND_METHOD(GatewayClient_Gateway, getAllClientIdList)
{
    select_all(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_FIELD_UID, collect_client);
}

ZEND_METHOD(GatewayClient_Gateway, getClientIdListByGroup)
{
    select_groups(INTERNAL_FUNCTION_PARAM_PASSTHRU, collect_client);
}

ZEND_METHOD(GatewayClient_Gateway, getAllUidList)
{
    select_all(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_FIELD_UID, collect_uid);
}

ZEND_METHOD(GatewayClient_Gateway, getUidListByGroup)
{
    select_groups(INTERNAL_FUNCTION_PARAM_PASSTHRU, collect_uid);
}

ZEND_METHOD(GatewayClient_Gateway, getAllUidCount)
{
    if (call_own(INTERNAL_FUNCTION_PARAM_PASSTHRU, "getalluidlist") ||
        select_all(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_FIELD_UID,
                   collect_uid)) {
        count_members(return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getUidCountByGroup)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    zval *group;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_group_is_valid(group)) {
        RETURN_LONG(0);
    }
    if (php_gwc_call_own(called, "getuidlistbygroup", 1, group, return_value) ||
        select_members(called, group, collect_uid, return_value)) {
        count_members(return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getAllGroupUidList)
{
    select_all(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_FIELD_UID | GW_FIELD_GROUPS,
               collect_group_uid);
}

ZEND_METHOD(GatewayClient_Gateway, getAllGroupUidCount)
{
    if (call_own(INTERNAL_FUNCTION_PARAM_PASSTHRU, "getallgroupuidlist") ||
        select_all(INTERNAL_FUNCTION_PARAM_PASSTHRU,
                   GW_FIELD_UID | GW_FIELD_GROUPS, collect_group_uid)) {
        count_each(return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getAllGroupClientIdList)
{
    select_all(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_FIELD_GROUPS,
               collect_group_client);
}

ZEND_METHOD(GatewayClient_Gateway, getAllGroupClientIdCount)
{
    if (call_own(INTERNAL_FUNCTION_PARAM_PASSTHRU, "getallgroupclientidlist") ||
        select_all(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_FIELD_GROUPS,
                   collect_group_client)) {
        count_each(return_value);
    }
}

/* Only the first row counts, as in the reference. */
static int collect_uid_of_client(void *arg, const gw_row *row)
{
    zval *uid = arg;

    if (Z_TYPE_P(uid) == IS_UNDEF) {
        if (row->uid.type == GW_KEY_NONE) {
            ZVAL_NULL(uid);
        } else {
            php_gwc_key_string(uid, &row->uid);
        }
    }
    return 0;
}

ZEND_METHOD(GatewayClient_Gateway, getUidByClientId)
{
    zval *client_id;
    gw_client_id id;
    gw_select select;
    gw_client *client;
    zval uid;
    int rc;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(client_id)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_client_id(client_id, 1, &id)) {
        RETURN_THROWS();
    }
    memset(&select, 0, sizeof(select));
    select.fields = GW_FIELD_UID;
    select.ids = &id;
    select.id_count = 1;
    client = php_gwc_begin_one(php_gwc_called_class(execute_data));
    if (client == NULL) {
        RETURN_THROWS();
    }
    ZVAL_UNDEF(&uid);
    rc = gw_select_clients(client, &select, collect_uid_of_client, &uid);
    php_gwc_end();
    if (php_gwc_report_client(rc) && Z_TYPE(uid) != IS_UNDEF) {
        ZVAL_COPY_VALUE(return_value, &uid);
        return;
    }
    zval_ptr_dtor(&uid);
}
