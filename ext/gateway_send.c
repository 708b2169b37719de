/* Gateway: messages to browsers. */
#include "gateway.h"

#include <ext/standard/php_var.h>
#include <zend_smart_str.h>

static void warn_with_value(const char *before, zval *value, const char *after)
{
    smart_str text = {0};

    smart_str_appends(&text, before);
    php_var_export_ex(value, 1, &text);
    smart_str_appends(&text, after);
    smart_str_0(&text);
    php_error_docref(NULL, E_WARNING, "%s", ZSTR_VAL(text.s));
    smart_str_free(&text);
}

bool php_gwc_group_is_valid(zval *group)
{
    ZVAL_DEREF(group);
    if (zend_is_true(group)) {
        return true;
    }
    warn_with_value("group(", group, ") empty");
    return false;
}

zend_string *php_gwc_json_pair(const char *name, zval *value,
                               const char *second_name, zval *second)
{
    zend_string *json;
    zval pair;

    array_init(&pair);
    Z_TRY_ADDREF_P(value);
    add_assoc_zval(&pair, name, value);
    if (second_name != NULL) {
        Z_TRY_ADDREF_P(second);
        add_assoc_zval(&pair, second_name, second);
    }
    json = php_gwc_json(&pair);
    zval_ptr_dtor(&pair);
    return json;
}

static gw_frame frame_of(uint8_t cmd, const php_gwc_message *message)
{
    gw_frame frame;

    memset(&frame, 0, sizeof(frame));
    frame.cmd = cmd;
    frame.flag = (uint8_t)message->m.flags;
    frame.body = message->m.body;
    return frame;
}

/* ext_data of SEND_TO_ALL: which connections of a gateway, by `arg`'s rule. */
static zend_string *ext_of_list(void *arg, zval *connections)
{
    if (connections == NULL) {
        return ZSTR_EMPTY_ALLOC();
    }
    return php_gwc_json_pair(arg, connections, NULL, NULL);
}

/* The texts that the caller does not want served; a new array. */
static HashTable *texts_to_leave_out(zval *value, zval *held)
{
    zval *member;

    array_init(held);
    ZVAL_DEREF(value);
    if (Z_TYPE_P(value) != IS_ARRAY) {
        zend_string *text = zval_get_string(value);

        zend_hash_add_empty_element(Z_ARRVAL_P(held), text);
        zend_string_release(text);
        return Z_ARRVAL_P(held);
    }
    ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), member)
    {
        zend_string *text = zval_get_string(member);

        zend_hash_add_empty_element(Z_ARRVAL_P(held), text);
        zend_string_release(text);
    }
    ZEND_HASH_FOREACH_END();
    return Z_ARRVAL_P(held);
}

static void deliver_to_some(zend_class_entry *called,
                            const php_gwc_message *message,
                            const php_gwc_ids *ids)
{
    gw_client *client;
    zval worker;
    int rc;

    if (php_gwc_worker(called, &worker)) {
        gw_frame frame = frame_of(GW_CMD_SEND_TO_ALL, message);

        php_gwc_worker_send_some(&worker, &frame, ids->list, ids->count,
                                 ext_of_list, "connections");
        zval_ptr_dtor(&worker);
        return;
    }
    client = php_gwc_begin_one(called);
    if (client == NULL) {
        return;
    }
    rc = gw_send_to_clients(client, ids->list, ids->count, &message->m);
    php_gwc_end();
    php_gwc_report(rc, PHP_GWC_COMMAND);
}

static void deliver_to_all(zend_class_entry *called,
                           const php_gwc_message *message,
                           const php_gwc_ids *exclude)
{
    gw_client *client;
    zval worker;
    int rc;

    if (php_gwc_worker(called, &worker)) {
        gw_frame frame = frame_of(GW_CMD_SEND_TO_ALL, message);

        php_gwc_worker_send_all(&worker, &frame, exclude->list, exclude->count,
                                ext_of_list, "exclude");
        zval_ptr_dtor(&worker);
        return;
    }
    client = php_gwc_begin(called);
    if (client == NULL) {
        return;
    }
    rc = gw_send_to_all(client, &message->m, exclude->list, exclude->count);
    php_gwc_end();
    php_gwc_report(rc, PHP_GWC_COMMAND);
}

static void send_to_some(zend_class_entry *called, zval *message, zval *list,
                         zval *exclude, bool raw)
{
    php_gwc_message m = {0};
    php_gwc_ids ids = {0};
    HashTable *except = NULL;
    zval held;

    ZVAL_UNDEF(&held);
    if (exclude != NULL && zend_is_true(exclude)) {
        except = texts_to_leave_out(exclude, &held);
    }
    if (EG(exception) == NULL && php_gwc_ids_init(&ids, list, 2, except) &&
        ids.count > 0 && php_gwc_message_init(&m, message, raw)) {
        deliver_to_some(called, &m, &ids);
    }
    php_gwc_message_deinit(&m);
    php_gwc_ids_deinit(&ids);
    zval_ptr_dtor(&held);
}

static void send_to_all(zend_class_entry *called, zval *message, zval *exclude,
                        bool raw)
{
    php_gwc_message m = {0};
    php_gwc_ids ids = {0};

    if ((exclude == NULL || php_gwc_ids_init(&ids, exclude, 3, NULL)) &&
        php_gwc_message_init(&m, message, raw)) {
        deliver_to_all(called, &m, &ids);
    }
    php_gwc_message_deinit(&m);
    php_gwc_ids_deinit(&ids);
}

ZEND_METHOD(GatewayClient_Gateway, sendToAll)
{
    zval *message, *list = NULL, *exclude = NULL, *raw = NULL;
    zend_class_entry *called = php_gwc_called_class(execute_data);
    bool is_raw;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(message)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(list)
        Z_PARAM_ZVAL(exclude)
        Z_PARAM_ZVAL(raw)
    ZEND_PARSE_PARAMETERS_END();

    is_raw = raw != NULL && zend_is_true(raw);
    if (list != NULL) {
        ZVAL_DEREF(list);
    }
    if (list == NULL || (Z_TYPE_P(list) != IS_ARRAY && !zend_is_true(list))) {
        send_to_all(called, message, exclude, is_raw);
    } else if (Z_TYPE_P(list) == IS_ARRAY) {
        send_to_some(called, message, list, exclude, is_raw);
    } else {
        warn_with_value("bad $client_id_array:", list, "");
    }
}

ZEND_METHOD(GatewayClient_Gateway, sendToClient)
{
    zval *client_id, *message, *raw = NULL;
    zend_class_entry *called = php_gwc_called_class(execute_data);
    php_gwc_message m = {0};
    gw_client_id id;
    gw_client *client;
    zval worker;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(client_id)
        Z_PARAM_ZVAL(message)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(raw)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_target(client_id, 1, &id) ||
        !php_gwc_message_init(&m, message, raw != NULL && zend_is_true(raw))) {
        php_gwc_message_deinit(&m);
        RETURN_THROWS();
    }
    if (php_gwc_worker(called, &worker)) {
        gw_frame frame = frame_of(GW_CMD_SEND_TO_ONE, &m);

        frame.connection_id = id.connection;
        php_gwc_worker_send(&worker, &id, &frame, return_value);
        zval_ptr_dtor(&worker);
    } else if ((client = php_gwc_begin_one(called)) != NULL) {
        int rc = gw_send_to_client(client, &id, &m.m);

        php_gwc_end();
        RETVAL_BOOL(php_gwc_report(rc, PHP_GWC_COMMAND));
    }
    php_gwc_message_deinit(&m);
}

/* The array, or an array of the one value. */
static void as_list(zval *list, zval *value)
{
    ZVAL_DEREF(value);
    if (Z_TYPE_P(value) == IS_ARRAY) {
        ZVAL_COPY(list, value);
        return;
    }
    array_init(list);
    Z_TRY_ADDREF_P(value);
    add_next_index_zval(list, value);
}

static void worker_send_to_uids(zval *worker, zval *uid,
                                const php_gwc_message *message)
{
    gw_frame frame = frame_of(GW_CMD_SEND_TO_UID, message);
    zend_string *json;
    zval list;

    as_list(&list, uid);
    json = php_gwc_json(&list);
    zval_ptr_dtor(&list);
    if (json != NULL) {
        frame.ext = gw_slice_of(ZSTR_VAL(json), ZSTR_LEN(json));
        php_gwc_worker_send_all(worker, &frame, NULL, 0, NULL, NULL);
        zend_string_release(json);
    }
}

static void deliver_to_uids(zend_class_entry *called,
                            const php_gwc_message *message, zval *uid)
{
    php_gwc_keys keys = {0};
    gw_client *client;

    if (php_gwc_keys_init(&keys, uid) &&
        (client = php_gwc_begin(called)) != NULL) {
        int rc = gw_send_to_uids(client, keys.list, keys.count, &message->m);

        php_gwc_end();
        php_gwc_report(rc, PHP_GWC_COMMAND);
    }
    php_gwc_keys_deinit(&keys);
}

ZEND_METHOD(GatewayClient_Gateway, sendToUid)
{
    zval *uid, *message, *raw = NULL;
    zend_class_entry *called = php_gwc_called_class(execute_data);
    php_gwc_message m = {0};
    zval worker;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(uid)
        Z_PARAM_ZVAL(message)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(raw)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_message_init(&m, message, raw != NULL && zend_is_true(raw))) {
        RETURN_THROWS();
    }
    if (php_gwc_worker(called, &worker)) {
        worker_send_to_uids(&worker, uid, &m);
        zval_ptr_dtor(&worker);
    } else if (EG(exception) == NULL) {
        deliver_to_uids(called, &m, uid);
    }
    php_gwc_message_deinit(&m);
}

static zend_string *ext_of_groups(void *arg, zval *connections)
{
    zval *groups = arg;
    zval none;

    ZVAL_NULL(&none);
    return php_gwc_json_pair("group", groups, "exclude",
                             connections == NULL ? &none : connections);
}

static void worker_send_to_groups(zval *worker, zval *group,
                                  const php_gwc_message *message,
                                  const php_gwc_ids *exclude)
{
    gw_frame frame = frame_of(GW_CMD_SEND_TO_GROUP, message);
    zval list;

    as_list(&list, group);
    php_gwc_worker_send_all(worker, &frame, exclude->list, exclude->count,
                            ext_of_groups, &list);
    zval_ptr_dtor(&list);
}

static void deliver_to_groups(zend_class_entry *called,
                              const php_gwc_message *message, zval *group,
                              const php_gwc_ids *exclude)
{
    php_gwc_keys keys = {0};
    gw_client *client;

    if (php_gwc_keys_init(&keys, group) &&
        (client = php_gwc_begin(called)) != NULL) {
        int rc = gw_send_to_groups(client, keys.list, keys.count, &message->m,
                                   exclude->list, exclude->count);

        php_gwc_end();
        php_gwc_report(rc, PHP_GWC_COMMAND);
    }
    php_gwc_keys_deinit(&keys);
}

static void send_to_group(zend_class_entry *called, zval *group, zval *message,
                          zval *exclude, bool raw)
{
    php_gwc_message m = {0};
    php_gwc_ids ids = {0};
    zval worker;

    if ((exclude == NULL || php_gwc_ids_init(&ids, exclude, 3, NULL)) &&
        php_gwc_message_init(&m, message, raw)) {
        if (php_gwc_worker(called, &worker)) {
            worker_send_to_groups(&worker, group, &m, &ids);
            zval_ptr_dtor(&worker);
        } else if (EG(exception) == NULL) {
            deliver_to_groups(called, &m, group, &ids);
        }
    }
    php_gwc_message_deinit(&m);
    php_gwc_ids_deinit(&ids);
}

ZEND_METHOD(GatewayClient_Gateway, sendToGroup)
{
    zval *group, *message, *exclude = NULL, *raw = NULL;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(group)
        Z_PARAM_ZVAL(message)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(exclude)
        Z_PARAM_ZVAL(raw)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_group_is_valid(group)) {
        RETURN_FALSE;
    }
    send_to_group(php_gwc_called_class(execute_data), group, message, exclude,
                  raw != NULL && zend_is_true(raw));
}
