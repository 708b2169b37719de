/* Gateway: what subclasses may call. */
#include "gateway.h"

#include "protocol.h"

/* "ip:port"; false: thrown. */
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

/* The argument's text too, which the caller releases; NULL: thrown. */
static zend_string *address_argument(zval *value, gw_client_id *id)
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
    } else if ((client = php_gwc_begin(called)) != NULL) {
        int rc = gw_send_frame(client, id, frame);

        php_gwc_end();
        RETVAL_BOOL(php_gwc_report(rc, PHP_GWC_COMMAND));
    }
}

ZEND_METHOD(GatewayClient_Gateway, isValidGroupId)
{
    zval *group;

    ZEND_PARSE_PARAMETERS_START(1, 1)
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

    ZEND_PARSE_PARAMETERS_START(3, 4)
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

    ZEND_PARSE_PARAMETERS_START(2, 2)
        Z_PARAM_ZVAL(address)
        Z_PARAM_ZVAL(data)
    ZEND_PARSE_PARAMETERS_END();

    text = address_argument(address, &id);
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

    ZEND_PARSE_PARAMETERS_START(2, 2)
        Z_PARAM_ZVAL(address)
        Z_PARAM_STR(buffer)
    ZEND_PARSE_PARAMETERS_END();

    text = address_argument(address, &id);
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

    ZEND_PARSE_PARAMETERS_START(1, 1)
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

/* Replies as strings: address ⇒ serialize() output. */
static int collect_reply(void *arg, gw_slice address, gw_slice reply)
{
    zend_string *copy = php_gwc_copy(reply);
    zval text;

    if (copy == NULL) {
        return PHP_GWC_NO_MEMORY;
    }
    ZVAL_STR(&text, copy);
    zend_hash_str_update(arg, address.base, address.len, &text);
    return php_gwc_go_on();
}

/* Asks; the replies are added to `replies`. False: thrown. */
static bool ask(zend_class_entry *called, gw_client_id *id,
                const gw_frame *frame, HashTable *replies)
{
    gw_client *client =
        id == NULL ? php_gwc_begin_all(called) : php_gwc_begin(called);
    int rc;

    if (client == NULL) {
        return false;
    }
    if (id != NULL) {
        id->connection = frame->connection_id;
    }
    rc = gw_query_frame(client, id, frame, collect_reply, replies);
    php_gwc_end();
    php_gwc_report(rc, PHP_GWC_QUESTION);
    return EG(exception) == NULL;
}

/* One reply, as ip ⇒ (port ⇒ reply). */
static void add_by_ip(zval *out, zend_string *address, zval *reply)
{
    const char *colon = strrchr(ZSTR_VAL(address), ':');
    unsigned a, b, c, d;
    zend_ulong ip = 0;
    zval *ports;

    if (sscanf(ZSTR_VAL(address), "%3u.%3u.%3u.%3u:", &a, &b, &c, &d) == 4) {
        ip = (zend_ulong)a << 24 | b << 16 | c << 8 | d;
    }
    ports = zend_hash_index_find(Z_ARRVAL_P(out), ip);
    if (ports == NULL) {
        zval empty;

        array_init(&empty);
        ports = zend_hash_index_add_new(Z_ARRVAL_P(out), ip, &empty);
    }
    zend_hash_index_update(Z_ARRVAL_P(ports),
                           colon == NULL ? 0 : strtoul(colon + 1, NULL, 10),
                           reply);
}

/* May run user code (__wakeup of allowed classes). */
static void decode_replies(zval *out, HashTable *replies)
{
    zend_string *address;
    zval *text;

    array_init(out);
    ZEND_HASH_FOREACH_STR_KEY_VAL(replies, address, text)
    {
        zval reply;

        if (EG(exception) != NULL) {
            break;
        }
        php_gwc_unserialize(&reply, Z_STRVAL_P(text), Z_STRLEN_P(text));
        add_by_ip(out, address, &reply);
    }
    ZEND_HASH_FOREACH_END();
}

ZEND_METHOD(GatewayClient_Gateway, sendAndRecv)
{
    zval *address, *data, *reply;
    zend_string *text;
    gw_client_id id;
    php_gwc_frame frame;
    zval replies;

    ZEND_PARSE_PARAMETERS_START(2, 2)
        Z_PARAM_ZVAL(address)
        Z_PARAM_ZVAL(data)
    ZEND_PARSE_PARAMETERS_END();

    text = address_argument(address, &id);
    if (text == NULL) {
        RETURN_THROWS();
    }
    array_init(&replies);
    if (php_gwc_frame_init(&frame, data, 2) &&
        ask(php_gwc_called_class(execute_data), &id, &frame.f,
            Z_ARRVAL(replies))) {
        ZEND_HASH_FOREACH_VAL(Z_ARRVAL(replies), reply)
        {
            php_gwc_unserialize(return_value, Z_STRVAL_P(reply),
                                Z_STRLEN_P(reply));
        }
        ZEND_HASH_FOREACH_END();
    }
    php_gwc_frame_deinit(&frame);
    zval_ptr_dtor(&replies);
    zend_string_release(text);
}

ZEND_METHOD(GatewayClient_Gateway, getBufferFromAllGateway)
{
    zval *data;
    php_gwc_frame frame;
    zval replies;

    ZEND_PARSE_PARAMETERS_START(1, 1)
        Z_PARAM_ZVAL(data)
    ZEND_PARSE_PARAMETERS_END();

    array_init(&replies);
    if (php_gwc_frame_init(&frame, data, 1) &&
        ask(php_gwc_called_class(execute_data), NULL, &frame.f,
            Z_ARRVAL(replies))) {
        decode_replies(return_value, Z_ARRVAL(replies));
    }
    php_gwc_frame_deinit(&frame);
    zval_ptr_dtor(&replies);
}

static gw_frame select_frame(zend_string *ext)
{
    gw_frame frame;

    memset(&frame, 0, sizeof(frame));
    frame.cmd = GW_CMD_SELECT;
    frame.flag = GW_FLAG_SCALAR;
    frame.ext = gw_slice_of(ZSTR_VAL(ext), ZSTR_LEN(ext));
    return frame;
}

static void select_from_all(zend_class_entry *called, zval *fields, zval *where,
                            HashTable *replies)
{
    zend_string *ext = php_gwc_json_pair("fields", fields, "where", where);

    if (ext != NULL) {
        gw_frame frame = select_frame(ext);

        ask(called, NULL, &frame, replies);
        zend_string_release(ext);
    }
}

/* `where` with the connections of one gateway instead of client ids. */
static void select_from_one(zend_class_entry *called, zval *fields, zval *where,
                            zend_string *address, zval *connections,
                            HashTable *replies)
{
    gw_client_id id;
    zend_string *ext;
    zval own;

    if (!parse_address(address, &id)) {
        return;
    }
    ZVAL_ARR(&own, zend_array_dup(Z_ARRVAL_P(where)));
    zend_hash_str_del(Z_ARRVAL(own), "client_id", sizeof("client_id") - 1);
    Z_TRY_ADDREF_P(connections);
    add_assoc_zval(&own, "connection_id", connections);
    ext = php_gwc_json_pair("fields", fields, "where", &own);
    if (ext != NULL) {
        gw_frame frame = select_frame(ext);

        ask(called, &id, &frame, replies);
        zend_string_release(ext);
    }
    zval_ptr_dtor(&own);
}

static int collect_address(void *arg, gw_slice address)
{
    zval text;

    ZVAL_STRINGL(&text, address.base, address.len);
    zend_hash_next_index_insert(arg, &text);
    return 0;
}

/* ["ip:port", …] of every gateway; false: thrown. */
static bool list_gateways(gw_client *client, zval *out)
{
    int rc;

    array_init(out);
    if (client == NULL) {
        return false;
    }
    rc = gw_gateways(client, collect_address, Z_ARRVAL_P(out));
    php_gwc_end();
    return php_gwc_report(rc, PHP_GWC_QUESTION);
}

/* With other conditions beside client ids every gateway has to be asked. */
static bool add_other_gateways(zend_class_entry *called, HashTable *by_address)
{
    zval addresses, *address;
    bool ok = list_gateways(php_gwc_begin_all(called), &addresses);

    ZEND_HASH_FOREACH_VAL(Z_ARRVAL(addresses), address)
    {
        if (!zend_hash_exists(by_address, Z_STR_P(address))) {
            zval none;

            array_init(&none);
            zend_hash_add_new(by_address, Z_STR_P(address), &none);
        }
    }
    ZEND_HASH_FOREACH_END();
    zval_ptr_dtor(&addresses);
    return ok;
}

static void select_by_client_id(zend_class_entry *called, zval *fields,
                                zval *where, zval *client_ids,
                                HashTable *replies)
{
    php_gwc_ids ids = {0};
    zval by_address;
    zend_string *address;
    zval *connections;

    if (!php_gwc_ids_init(&ids, client_ids, 2, NULL)) {
        php_gwc_ids_deinit(&ids);
        return;
    }
    php_gwc_ids_by_address(&by_address, ids.list, ids.count);
    if (zend_hash_num_elements(Z_ARRVAL_P(where)) == 1 ||
        add_other_gateways(called, Z_ARRVAL(by_address))) {
        ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL(by_address), address,
                                      connections)
        {
            if (EG(exception) != NULL) {
                break;
            }
            select_from_one(called, fields, where, address, connections,
                            replies);
        }
        ZEND_HASH_FOREACH_END();
    }
    zval_ptr_dtor(&by_address);
    php_gwc_ids_deinit(&ids);
}

static void select_where(zend_class_entry *called, zval *fields, zval *where,
                         zval *return_value)
{
    zval *client_ids = zend_hash_str_find(Z_ARRVAL_P(where), "client_id",
                                          sizeof("client_id") - 1);
    zval replies;

    array_init(&replies);
    if (client_ids == NULL) {
        select_from_all(called, fields, where, Z_ARRVAL(replies));
    } else {
        select_by_client_id(called, fields, where, client_ids,
                            Z_ARRVAL(replies));
    }
    if (EG(exception) == NULL) {
        decode_replies(return_value, Z_ARRVAL(replies));
    }
    zval_ptr_dtor(&replies);
}

ZEND_METHOD(GatewayClient_Gateway, select)
{
    static const char *const all_fields[] = {"session", "uid", "groups"};
    zval *fields = NULL, *where = NULL;
    zval fields_copy, where_copy;
    size_t i;

    ZEND_PARSE_PARAMETERS_START(0, 2)
        Z_PARAM_OPTIONAL
        Z_PARAM_ARRAY(fields)
        Z_PARAM_ARRAY(where)
    ZEND_PARSE_PARAMETERS_END();

    if (fields != NULL) {
        ZVAL_COPY(&fields_copy, fields);
    } else {
        array_init(&fields_copy);
        for (i = 0; i < sizeof(all_fields) / sizeof(all_fields[0]); i++) {
            add_next_index_string(&fields_copy, all_fields[i]);
        }
    }
    if (where != NULL) {
        ZVAL_COPY(&where_copy, where);
    } else {
        array_init(&where_copy);
    }
    select_where(php_gwc_called_class(execute_data), &fields_copy, &where_copy,
                 return_value);
    zval_ptr_dtor(&fields_copy);
    zval_ptr_dtor(&where_copy);
}

static void send_to_connection(zend_class_entry *called, uint8_t cmd,
                               zval *address, zend_long connection,
                               const php_gwc_message *message,
                               zval *return_value)
{
    gw_client_id id;
    gw_frame frame;
    zend_string *text = address_argument(address, &id);

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

    ZEND_PARSE_PARAMETERS_START(3, 3)
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

    ZEND_PARSE_PARAMETERS_START(2, 2)
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

    ZEND_PARSE_PARAMETERS_START(1, 1)
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

ZEND_METHOD(GatewayClient_Gateway, getAllGatewayAddressesFromRegister)
{
    PHP_GWC_NO_PARAMETERS();
    list_gateways(php_gwc_begin(php_gwc_called_class(execute_data)),
                  return_value);
}

ZEND_METHOD(GatewayClient_Gateway, getAllGatewayAddress)
{
    PHP_GWC_NO_PARAMETERS();
    list_gateways(php_gwc_begin_all(php_gwc_called_class(execute_data)),
                  return_value);
}
