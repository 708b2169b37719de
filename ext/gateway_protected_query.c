/* Gateway: questions that subclasses may ask. */
#include "gateway.h"

#include "protocol.h"

#define CONNECTION_ID "connection_id"

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
        id == NULL ? php_gwc_begin_all(called) : php_gwc_begin_one(called);
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

        if (Z_TYPE_P(text) == IS_NULL) { /* its gateway failed */
            continue;
        }
        if (EG(exception) != NULL) {
            break;
        }
        php_gwc_unserialize(&reply, Z_STR_P(text));
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

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(address)
        Z_PARAM_ZVAL(data)
    ZEND_PARSE_PARAMETERS_END();

    text = php_gwc_address_argument(address, &id);
    if (text == NULL) {
        RETURN_THROWS();
    }
    array_init(&replies);
    if (php_gwc_frame_init(&frame, data, 2) &&
        ask(php_gwc_called_class(execute_data), &id, &frame.f,
            Z_ARRVAL(replies))) {
        ZEND_HASH_FOREACH_VAL(Z_ARRVAL(replies), reply)
        {
            php_gwc_unserialize(return_value, Z_STR_P(reply));
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

    PHP_GWC_PARAMETERS_START(1)
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

/* `where` with no connections instead of client ids. NULL: thrown. */
static zend_string *select_nobody(zval *fields, zval *where)
{
    zend_string *ext;
    zval own, none;

    ZVAL_ARR(&own, zend_array_dup(Z_ARRVAL_P(where)));
    zend_hash_str_del(Z_ARRVAL(own), "client_id", sizeof("client_id") - 1);
    zend_hash_str_del(Z_ARRVAL(own), CONNECTION_ID, sizeof(CONNECTION_ID) - 1);
    array_init(&none);
    add_assoc_zval(&own, CONNECTION_ID, &none);
    ext = php_gwc_json_pair("fields", fields, "where", &own);
    zval_ptr_dtor(&own);
    return ext;
}

/* The gateways of clients come first, in the order of their clients. */
static void keep_places(HashTable *replies, const php_gwc_ids *ids)
{
    zval none;
    size_t i;

    ZVAL_NULL(&none);
    for (i = 0; i < ids->count; i++) {
        zend_string *address = php_gwc_address_text(&ids->list[i]);

        zend_hash_add(replies, address, &none); /* the first time */
        zend_string_release(address);
    }
}

/* With other conditions beside client ids every gateway has to be asked. */
static void select_from_some(zend_class_entry *called, zend_string *ext,
                             const php_gwc_ids *ids, int others,
                             HashTable *replies)
{
    static const char tail[] = "[]}}";
    gw_frame frame = select_frame(ext);
    gw_frame_clients clients = {
        ids->list, ids->count,
        gw_slice_of(ZSTR_VAL(ext), ZSTR_LEN(ext) - strlen(tail)),
        gw_slice_str("}}"), others};
    gw_client *client =
        others ? php_gwc_begin_all(called) : php_gwc_begin_one(called);
    int rc;

    if (client == NULL) {
        return;
    }
    rc = gw_query_frame_clients(client, &frame, &clients, collect_reply,
                                replies);
    php_gwc_end();
    if (others) {
        php_gwc_report(rc, PHP_GWC_QUESTION);
    } else {
        php_gwc_report_clients(rc);
    }
}

static void select_by_client_id(zend_class_entry *called, zval *fields,
                                zval *where, zval *client_ids,
                                HashTable *replies)
{
    php_gwc_ids ids = {0};
    zend_string *ext;

    if (php_gwc_ids_init(&ids, client_ids, 2, NULL) &&
        (ext = select_nobody(fields, where)) != NULL) {
        keep_places(replies, &ids);
        select_from_some(called, ext, &ids,
                         zend_hash_num_elements(Z_ARRVAL_P(where)) != 1,
                         replies);
        zend_string_release(ext);
    }
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

    PHP_GWC_PARAMETERS_START(0)
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

static int collect_address(void *arg, gw_slice address)
{
    zval text;

    ZVAL_STRINGL(&text, address.base, address.len);
    zend_hash_next_index_insert(arg, &text);
    return 0;
}

/* ["ip:port", …] of every gateway. */
static void list_gateways(gw_client *client, zval *out)
{
    int rc;

    array_init(out);
    if (client == NULL) {
        return; /* thrown */
    }
    rc = gw_gateways(client, collect_address, Z_ARRVAL_P(out));
    php_gwc_end();
    php_gwc_report(rc, PHP_GWC_QUESTION);
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
