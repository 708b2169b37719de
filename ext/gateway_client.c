/* Gateway: commands to one client, and to every member of a group. */
#include "gateway.h"

typedef int (*key_command)(gw_client *client, const gw_client_id *id,
                           gw_key key);

/* A command whose ext_data is `text`, over the worker's own connection. */
static void worker_command(zval *worker, uint8_t cmd, const gw_client_id *id,
                           zend_string *text, zval *return_value)
{
    gw_frame frame;

    memset(&frame, 0, sizeof(frame));
    frame.cmd = cmd;
    frame.flag = GW_FLAG_SCALAR;
    frame.connection_id = id->connection;
    if (text != NULL) {
        frame.ext = gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text));
    }
    php_gwc_worker_send(worker, id, &frame, return_value);
}

static void send_key(zend_class_entry *called, uint8_t cmd, key_command command,
                     const gw_client_id *id, zend_string *text,
                     zval *return_value)
{
    gw_slice slice = gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text));
    gw_client *client;
    zval worker;

    if (php_gwc_worker(called, &worker)) {
        zval ignored;

        ZVAL_NULL(&ignored);
        worker_command(&worker, cmd, id, text, &ignored);
        zval_ptr_dtor(&ignored);
        zval_ptr_dtor(&worker);
    } else if ((client = php_gwc_begin_one(called)) != NULL) {
        int rc = command(client, id, gw_key_slice(slice));

        php_gwc_end();
        if (!php_gwc_report(rc, PHP_GWC_COMMAND)) {
            RETVAL_FALSE;
        }
    }
}

/* ($client_id, $uid_or_group), null. */
static void key_method(INTERNAL_FUNCTION_PARAMETERS, uint8_t cmd,
                       key_command command)
{
    zval *client_id, *key;
    gw_client_id id;
    zend_string *text;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(client_id)
        Z_PARAM_ZVAL(key)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_target(client_id, 1, &id)) {
        RETURN_THROWS();
    }
    text = php_gwc_string_or_blank(key, 2);
    if (text == NULL) {
        RETURN_THROWS();
    }
    send_key(php_gwc_called_class(execute_data), cmd, command, &id, text,
             return_value);
    zend_string_release(text);
}

ZEND_METHOD(GatewayClient_Gateway, bindUid)
{
    key_method(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_CMD_BIND_UID, gw_bind_uid);
}

ZEND_METHOD(GatewayClient_Gateway, unbindUid)
{
    key_method(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_CMD_UNBIND_UID,
               gw_unbind_uid);
}

ZEND_METHOD(GatewayClient_Gateway, joinGroup)
{
    key_method(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_CMD_JOIN_GROUP,
               gw_join_group);
}

ZEND_METHOD(GatewayClient_Gateway, leaveGroup)
{
    key_method(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_CMD_LEAVE_GROUP,
               gw_leave_group);
}

static void worker_ungroup(zval *worker, zend_string *text)
{
    gw_frame frame;

    memset(&frame, 0, sizeof(frame));
    frame.cmd = GW_CMD_UNGROUP;
    frame.flag = GW_FLAG_SCALAR;
    frame.ext = gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text));
    php_gwc_worker_send_all(worker, &frame, NULL, 0, NULL, NULL);
}

ZEND_METHOD(GatewayClient_Gateway, ungroup)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    zval *group;
    zend_string *text;
    gw_client *client;
    zval worker;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_group_is_valid(group)) {
        RETURN_FALSE;
    }
    text = php_gwc_string(group, 1);
    if (text == NULL) {
        RETURN_THROWS();
    }
    if (php_gwc_worker(called, &worker)) {
        worker_ungroup(&worker, text);
        zval_ptr_dtor(&worker);
    } else if ((client = php_gwc_begin(called)) != NULL) {
        gw_slice slice = gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text));
        int rc = gw_ungroup(client, gw_key_slice(slice));

        php_gwc_end();
        php_gwc_report(rc, PHP_GWC_COMMAND);
    }
    zend_string_release(text);
}

static void close_client(zend_class_entry *called, const gw_client_id *id,
                         const php_gwc_message *last, bool just_close,
                         zval *return_value)
{
    gw_client *client;
    zval worker;

    if (php_gwc_worker(called, &worker)) {
        gw_frame frame;

        memset(&frame, 0, sizeof(frame));
        frame.cmd = GW_CMD_KICK;
        frame.flag = (uint8_t)last->m.flags;
        frame.connection_id = id->connection;
        frame.body = last->m.body;
        php_gwc_worker_send(&worker, id, &frame, return_value);
        zval_ptr_dtor(&worker);
    } else if ((client = php_gwc_begin_one(called)) != NULL) {
        int rc = gw_close_client(client, id, just_close ? NULL : &last->m);

        php_gwc_end();
        RETVAL_BOOL(php_gwc_report(rc, PHP_GWC_COMMAND));
    }
}

ZEND_METHOD(GatewayClient_Gateway, closeClient)
{
    zval *client_id, *message = NULL;
    zval none;
    php_gwc_message last = {0};
    gw_client_id id;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(client_id)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(message)
    ZEND_PARSE_PARAMETERS_END();

    if (message == NULL) {
        ZVAL_NULL(&none);
        message = &none;
    }
    ZVAL_DEREF(message);
    if (php_gwc_client_id(client_id, 1, &id) &&
        php_gwc_message_init(&last, message, false)) {
        close_client(php_gwc_called_class(execute_data), &id, &last,
                     Z_TYPE_P(message) == IS_NULL, return_value);
    }
    php_gwc_message_deinit(&last);
}

static void destroy_client(zend_class_entry *called, const gw_client_id *id,
                           zval *return_value)
{
    gw_client *client;
    zval worker;

    if (php_gwc_worker(called, &worker)) {
        worker_command(&worker, GW_CMD_DESTROY, id, NULL, return_value);
        zval_ptr_dtor(&worker);
    } else if ((client = php_gwc_begin_one(called)) != NULL) {
        int rc = gw_destroy_client(client, id);

        php_gwc_end();
        RETVAL_BOOL(php_gwc_report(rc, PHP_GWC_COMMAND));
    }
}

static void destroy_current_client(zend_class_entry *called, zval *return_value)
{
    zval *connection =
        php_gwc_property_get(php_gwc_context_ce, PHP_GWC_CONNECTION_ID);
    gw_client_id id;
    zval current;

    if (connection == NULL) {
        return;
    }
    if (!zend_is_true(connection)) {
        php_gwc_throw("destoryCurrentClient can not be called in async "
                      "context");
        return;
    }
    ZVAL_NULL(&current);
    if (php_gwc_target(&current, 1, &id)) {
        destroy_client(called, &id, return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, destoryClient)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    zval *client_id, *current;
    gw_client_id id;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(client_id)
    ZEND_PARSE_PARAMETERS_END();

    ZVAL_DEREF(client_id);
    current = php_gwc_property_get(php_gwc_context_ce, PHP_GWC_CLIENT_ID);
    if (current == NULL) {
        RETURN_THROWS();
    }
    if (zend_is_identical(client_id, current)) {
        if (!php_gwc_call_own(called, "destorycurrentclient", 0, NULL,
                              return_value)) {
            destroy_current_client(called, return_value);
        }
    } else if (php_gwc_client_id(client_id, 1, &id)) {
        destroy_client(called, &id, return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, destoryCurrentClient)
{
    PHP_GWC_NO_PARAMETERS();
    destroy_current_client(php_gwc_called_class(execute_data), return_value);
}

ZEND_METHOD(GatewayClient_Gateway, setBusinessWorker)
{
    zval *worker;
    zval copy;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(worker)
    ZEND_PARSE_PARAMETERS_END();

    ZVAL_COPY_DEREF(&copy, worker);
    php_gwc_property_set(php_gwc_called_class(execute_data),
                         PHP_GWC_BUSINESS_WORKER, &copy);
}

ZEND_METHOD(GatewayClient_Gateway, flush)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    gw_client *client;
    int rc;

    PHP_GWC_NO_PARAMETERS();
    client = php_gwc_begin_one(called);
    if (client == NULL) {
        RETURN_THROWS();
    }
    rc = gw_flush(client);
    php_gwc_end();
    RETVAL_BOOL(php_gwc_report(rc, PHP_GWC_COMMAND));
}
