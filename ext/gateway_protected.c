/* Gateway: commands that subclasses may send. */
#include "gateway.h"

#include "protocol.h"

static bool parse_address(zend_string *text, gw_client_id *id)
{
    unsigned a, b, c, d, port;
    int end = 0;

    if (sscanf(ZSTR_VAL(text), "%3u.%3u.%3u.%3u:%5u%n", &a, &b, &c, &d, &port,
               &end) != 5 ||
        (size_t)end != ZSTR_LEN(text) || a > 255 || b > 255 || c > 255 ||
        d > 255 || port > 65535) {
        php_gwc_throw("%s is not ip:port", ZSTR_VAL(text));
        return false;
    }
    id->ip = a << 24 | b << 16 | c << 8 | d;
    id->port = (uint16_t)port;
    id->connection = 0;
    return true;
}

zend_string *php_gwc_address_argument(zval *value, gw_client_id *id)
{
    zend_string *text = php_gwc_string(value, 1);

    if (text != NULL && !parse_address(text, id)) {
        zend_string_release(text);
        return NULL;
    }
    return text;
}

/* To one gateway, as `id` has it, over whatever connection there is. */
static void send_frame(zend_class_entry *called, gw_client_id *id,
                       const gw_frame *frame, zval *return_value)
{
    gw_client *client;
    zval worker;

    id->connection = frame->connection_id;
    if (php_gwc_worker(called, &worker)) {
        php_gwc_worker_send(&worker, id, frame, return_value);
        zval_ptr_dtor(&worker);
    } else if ((client = php_gwc_begin_one(called)) != NULL) {
        int rc = gw_send_frame(client, id, frame);

        php_gwc_end();
        RETVAL_BOOL(php_gwc_report(rc, PHP_GWC_COMMAND));
    }
}

ZEND_METHOD(GatewayClient_Gateway, isValidGroupId)
{
    zval *group;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    RETVAL_BOOL(php_gwc_group_is_valid(group));
}

ZEND_METHOD(GatewayClient_Gateway, sendCmdAndMessageToClient)
{
    zval *client_id, *message, *ext = NULL;
    zend_long cmd;
    php_gwc_message m = {0};
    zend_string *text = NULL;
    gw_client_id id;
    gw_frame frame;

    PHP_GWC_PARAMETERS_START(3)
        Z_PARAM_ZVAL(client_id)
        Z_PARAM_LONG(cmd)
        Z_PARAM_ZVAL(message)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(ext)
    ZEND_PARSE_PARAMETERS_END();

    memset(&frame, 0, sizeof(frame));
    if (php_gwc_target(client_id, 1, &id) &&
        php_gwc_message_init(&m, message, false)) {
        text =
            ext == NULL ? ZSTR_EMPTY_ALLOC() : php_gwc_string_or_blank(ext, 4);
    }
    if (text != NULL) {
        frame.cmd = (uint8_t)cmd;
        frame.flag = (uint8_t)m.m.flags;
        frame.connection_id = id.connection;
        frame.ext = gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text));
        frame.body = m.m.body;
        send_frame(php_gwc_called_class(execute_data), &id, &frame,
                   return_value);
        zend_string_release(text);
    }
    php_gwc_message_deinit(&m);
}

ZEND_METHOD(GatewayClient_Gateway, sendToGateway)
{
    zval *address, *data;
    zend_string *text;
    gw_client_id id;
    php_gwc_frame frame;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(address)
        Z_PARAM_ZVAL(data)
    ZEND_PARSE_PARAMETERS_END();

    text = php_gwc_address_argument(address, &id);
    if (text == NULL) {
        RETURN_THROWS();
    }
    if (php_gwc_frame_init(&frame, data, 2)) {
        send_frame(php_gwc_called_class(execute_data), &id, &frame.f,
                   return_value);
    }
    php_gwc_frame_deinit(&frame);
    zend_string_release(text);
}

/* The frames of a buffer, one after the other. */
static void send_frames(zend_class_entry *called, gw_client_id *id,
                        zend_string *buffer, zval *return_value)
{
    gw_slice rest = gw_slice_of(ZSTR_VAL(buffer), ZSTR_LEN(buffer));

    while (rest.len > 0 && EG(exception) == NULL) {
        gw_frame frame;
        size_t length;

        if (gw_frame_decode(rest, UINT32_MAX, &frame, &length) != GW_OK) {
            php_gwc_throw("the buffer is not a whole frame");
            return;
        }
        send_frame(called, id, &frame, return_value);
        rest = gw_slice_of(rest.base + length, rest.len - length);
    }
}

ZEND_METHOD(GatewayClient_Gateway, sendBufferToGateway)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    zval *address;
    zend_string *buffer, *text;
    gw_client_id id;
    zval worker;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(address)
        Z_PARAM_STR(buffer)
    ZEND_PARSE_PARAMETERS_END();

    text = php_gwc_address_argument(address, &id);
    if (text == NULL) {
        RETURN_THROWS();
    }
    if (php_gwc_worker(called, &worker)) {
        php_gwc_worker_send_buffer(&worker, text, buffer, return_value);
        zval_ptr_dtor(&worker);
    } else {
        send_frames(called, &id, buffer, return_value);
    }
    zend_string_release(text);
}

ZEND_METHOD(GatewayClient_Gateway, sendToAllGateway)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    zval *data;
    php_gwc_frame frame;
    gw_client *client;
    zval worker;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(data)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_frame_init(&frame, data, 1)) {
        /* thrown */
    } else if (php_gwc_worker(called, &worker)) {
        php_gwc_worker_send_all(&worker, &frame.f, NULL, 0, NULL, NULL);
        zval_ptr_dtor(&worker);
    } else if ((client = php_gwc_begin(called)) != NULL) {
        int rc = gw_send_frame(client, NULL, &frame.f);

        php_gwc_end();
        php_gwc_report(rc, PHP_GWC_COMMAND);
    }
    php_gwc_frame_deinit(&frame);
}

static void send_to_connection(zend_class_entry *called, uint8_t cmd,
                               zval *address, zend_long connection,
                               const php_gwc_message *message,
                               zval *return_value)
{
    gw_client_id id;
    gw_frame frame;
    zend_string *text = php_gwc_address_argument(address, &id);

    if (text == NULL) {
        return;
    }
    memset(&frame, 0, sizeof(frame));
    frame.cmd = cmd;
    frame.flag = (uint8_t)message->m.flags;
    frame.connection_id = (uint32_t)connection;
    frame.body = message->m.body;
    send_frame(called, &id, &frame, return_value);
    zend_string_release(text);
}

ZEND_METHOD(GatewayClient_Gateway, kickAddress)
{
    zval *address, *message;
    zend_long connection;
    php_gwc_message m = {0};

    PHP_GWC_PARAMETERS_START(3)
        Z_PARAM_ZVAL(address)
        Z_PARAM_LONG(connection)
        Z_PARAM_ZVAL(message)
    ZEND_PARSE_PARAMETERS_END();

    if (php_gwc_message_init(&m, message, false)) {
        send_to_connection(php_gwc_called_class(execute_data), GW_CMD_KICK,
                           address, connection, &m, return_value);
    }
    php_gwc_message_deinit(&m);
}

ZEND_METHOD(GatewayClient_Gateway, destroyAddress)
{
    static const php_gwc_message nothing = {{{NULL, 0}, GW_FLAG_SCALAR}, NULL};
    zval *address;
    zend_long connection;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(address)
        Z_PARAM_LONG(connection)
    ZEND_PARSE_PARAMETERS_END();

    send_to_connection(php_gwc_called_class(execute_data), GW_CMD_DESTROY,
                       address, connection, &nothing, return_value);
}

ZEND_METHOD(GatewayClient_Gateway, clientIdArrayToAddressArray)
{
    zval *list;
    php_gwc_ids ids = {0};

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ARRAY(list)
    ZEND_PARSE_PARAMETERS_END();

    if (php_gwc_ids_init(&ids, list, 1, NULL)) {
        php_gwc_ids_by_address(return_value, ids.list, ids.count);
    }
    php_gwc_ids_deinit(&ids);
}

ZEND_METHOD(GatewayClient_Gateway, generateAuthBuffer)
{
    zval *key;
    zend_string *body, *buffer;
    gw_frame frame;

    PHP_GWC_NO_PARAMETERS();
    key = php_gwc_property_get(php_gwc_called_class(execute_data),
                               PHP_GWC_SECRET_KEY);
    if (key == NULL) {
        RETURN_THROWS();
    }
    body = php_gwc_json_pair("secret_key", key, NULL, NULL);
    if (body == NULL) {
        RETURN_THROWS();
    }
    memset(&frame, 0, sizeof(frame));
    frame.cmd = GW_CMD_GATEWAY_CLIENT_CONNECT;
    frame.flag = GW_FLAG_SCALAR;
    frame.body = gw_slice_of(ZSTR_VAL(body), ZSTR_LEN(body));
    buffer = php_gwc_frame_encode(&frame);
    zend_string_release(body);
    if (buffer != NULL) {
        RETURN_STR(buffer);
    }
}
