#include "protocol.h"

#include "error.h"
#include "worker.h"

/* The numbers of a frame, in the order of GatewayProtocol::$empty. */
static const char *const numbers[] = {
    "cmd",         "local_ip",      "local_port", "client_ip",
    "client_port", "connection_id", "flag",       "gateway_port",
};

#define NUMBER_COUNT (sizeof(numbers) / sizeof(numbers[0]))

/* Shared by all requests and threads, hence immutable; a request that writes
 * to GatewayProtocol::$empty gets its own copy. */
static HashTable *empty_frame;

static void empty_frame_add(const char *name, zval *value)
{
    zend_string *key = zend_string_init_interned(name, strlen(name), 1);

    zend_hash_add_new(empty_frame, key, value);
}

/* zend_declare_property() refuses arrays for internal classes, though an
 * immutable one in the table of defaults is safe and costs requests nothing. */
void php_gwc_protocol_startup(void)
{
    zend_property_info *info;
    zval value;
    size_t i;

    empty_frame = pemalloc(sizeof(*empty_frame), 1);
    zend_hash_init(empty_frame, NUMBER_COUNT + 2, NULL, NULL, 1);
    ZVAL_LONG(&value, 0);
    for (i = 0; i < NUMBER_COUNT; i++) {
        empty_frame_add(numbers[i], &value);
    }
    ZVAL_EMPTY_STRING(&value);
    empty_frame_add("ext_data", &value);
    empty_frame_add("body", &value);
    GC_SET_REFCOUNT(empty_frame, 2);
    GC_ADD_FLAGS(empty_frame, GC_IMMUTABLE);

    info = zend_hash_str_find_ptr(&php_gwc_protocol_ce->properties_info,
                                  "empty", sizeof("empty") - 1);
    ZVAL_ARR(&php_gwc_protocol_ce->default_static_members_table[info->offset],
             empty_frame);
    Z_TYPE_FLAGS(
        php_gwc_protocol_ce->default_static_members_table[info->offset]) = 0;
}

void php_gwc_protocol_shutdown(void)
{
    GC_SET_REFCOUNT(empty_frame, 1); /* debug builds insist */
    zend_hash_destroy(empty_frame);
    pefree(empty_frame, 1);
}

static zend_long number_of(HashTable *data, const char *name)
{
    zval *value = zend_hash_str_find(data, name, strlen(name));

    if (value == NULL) {
        return 0;
    }
    ZVAL_DEREF(value);
    return zval_get_long(value);
}

static void set_numbers(gw_frame *frame, HashTable *data)
{
    frame->cmd = (uint8_t)number_of(data, "cmd");
    frame->local_ip = (uint32_t)number_of(data, "local_ip");
    frame->local_port = (uint16_t)number_of(data, "local_port");
    frame->client_ip = (uint32_t)number_of(data, "client_ip");
    frame->client_port = (uint16_t)number_of(data, "client_port");
    frame->connection_id = (uint32_t)number_of(data, "connection_id");
    frame->flag = (uint8_t)number_of(data, "flag");
    frame->gateway_port = (uint16_t)number_of(data, "gateway_port");
}

static bool set_ext(php_gwc_frame *frame, HashTable *data, uint32_t arg)
{
    zval *ext = zend_hash_str_find(data, "ext_data", sizeof("ext_data") - 1);

    frame->ext = ext == NULL ? ZSTR_EMPTY_ALLOC() : php_gwc_string(ext, arg);
    if (frame->ext == NULL) {
        return false;
    }
    frame->f.ext = gw_slice_of(ZSTR_VAL(frame->ext), ZSTR_LEN(frame->ext));
    return true;
}

static bool set_body(php_gwc_frame *frame, HashTable *data)
{
    zval *body = zend_hash_str_find(data, "body", sizeof("body") - 1);
    zval blank;

    if (body == NULL) {
        ZVAL_EMPTY_STRING(&blank);
        body = &blank;
    }
    if (!php_gwc_message_init(&frame->body, body, false)) {
        return false;
    }
    frame->f.flag |= (uint8_t)frame->body.m.flags;
    frame->f.body = frame->body.m.body;
    return true;
}

bool php_gwc_frame_init(php_gwc_frame *frame, zval *data, uint32_t arg)
{
    memset(frame, 0, sizeof(*frame));
    ZVAL_DEREF(data);
    if (Z_TYPE_P(data) != IS_ARRAY) {
        zend_argument_type_error(arg, "must be of type array, %s given",
                                 zend_zval_type_name(data));
        return false;
    }
    set_numbers(&frame->f, Z_ARRVAL_P(data));
    return set_ext(frame, Z_ARRVAL_P(data), arg) &&
           set_body(frame, Z_ARRVAL_P(data));
}

void php_gwc_frame_deinit(php_gwc_frame *frame)
{
    if (frame->ext != NULL) {
        zend_string_release(frame->ext);
    }
    php_gwc_message_deinit(&frame->body);
}

static uint32_t first_number(zend_string *buffer)
{
    const unsigned char *p = (const unsigned char *)ZSTR_VAL(buffer);

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

ZEND_METHOD(GatewayClient_GatewayProtocol, input)
{
    zval *value;
    zend_string *buffer;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(value)
    ZEND_PARSE_PARAMETERS_END();

    buffer = php_gwc_string(value, 1);
    if (buffer == NULL) {
        RETURN_THROWS();
    }
    RETVAL_LONG(ZSTR_LEN(buffer) < GW_FRAME_HEAD_LEN
                    ? 0
                    : (zend_long)first_number(buffer));
    zend_string_release(buffer);
}

ZEND_METHOD(GatewayClient_GatewayProtocol, encode)
{
    zval *data;
    php_gwc_frame frame;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(data)
    ZEND_PARSE_PARAMETERS_END();

    if (php_gwc_frame_init(&frame, data, 1)) {
        zend_string *buffer = php_gwc_frame_encode(&frame.f);

        if (buffer != NULL) {
            RETVAL_STR(buffer);
        }
    }
    php_gwc_frame_deinit(&frame);
}

static void add_numbers(zval *out, const gw_frame *frame, size_t length)
{
    add_assoc_long(out, "pack_len", (zend_long)length);
    add_assoc_long(out, "cmd", frame->cmd);
    add_assoc_long(out, "local_ip", (zend_long)frame->local_ip);
    add_assoc_long(out, "local_port", frame->local_port);
    add_assoc_long(out, "client_ip", (zend_long)frame->client_ip);
    add_assoc_long(out, "client_port", frame->client_port);
    add_assoc_long(out, "connection_id", (zend_long)frame->connection_id);
    add_assoc_long(out, "flag", frame->flag);
    add_assoc_long(out, "gateway_port", frame->gateway_port);
    add_assoc_long(out, "ext_len", (zend_long)frame->ext.len);
}

static void add_body(zval *out, gw_slice body, unsigned flag)
{
    zend_string *text = zend_string_init(body.base, body.len, 0);
    zval value;

    if (flag & GW_FLAG_SCALAR) {
        add_assoc_str(out, "body", text);
        return;
    }
    php_gwc_unserialize(&value, text);
    zend_string_release(text);
    add_assoc_zval(out, "body", &value);
}

ZEND_METHOD(GatewayClient_GatewayProtocol, decode)
{
    zval *value;
    zend_string *buffer;
    gw_frame frame;
    size_t length;
    int rc;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(value)
    ZEND_PARSE_PARAMETERS_END();

    buffer = php_gwc_string(value, 1);
    if (buffer == NULL) {
        RETURN_THROWS();
    }
    rc = gw_frame_decode(gw_slice_of(ZSTR_VAL(buffer), ZSTR_LEN(buffer)),
                         UINT32_MAX, &frame, &length);
    if (rc != GW_OK) {
        php_error_docref(NULL, E_WARNING, "not a whole frame: %s",
                         gw_strerror(rc));
        RETVAL_FALSE;
    } else {
        array_init_size(return_value, 12);
        add_numbers(return_value, &frame, length);
        add_assoc_stringl(return_value, "ext_data", frame.ext.base,
                          frame.ext.len);
        add_body(return_value, frame.body, frame.flag);
    }
    zend_string_release(buffer);
}
