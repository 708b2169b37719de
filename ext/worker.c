#include "worker.h"

#include <zend_exceptions.h>

#include "client.h"
#include "error.h"

/* Takes `method` over; null when there is no such method, or thrown. */
static void call_method(zval *object, zval *method, zval *return_value,
                        uint32_t count, zval *args)
{
    ZVAL_NULL(return_value);
    call_user_function(NULL, object, method, return_value, count, args);
    if (Z_ISUNDEF_P(return_value)) {
        ZVAL_NULL(return_value);
    }
    zval_ptr_dtor(method);
}

bool php_gwc_worker(zend_class_entry *called, zval *worker)
{
    zval *value = php_gwc_property_get(called, PHP_GWC_BUSINESS_WORKER);

    if (EXPECTED(value == NULL || Z_TYPE_P(value) != IS_OBJECT)) {
        return false;
    }
    ZVAL_COPY(worker, value);
    return true;
}

zend_string *php_gwc_address_text(const gw_client_id *id)
{
    return zend_strpprintf(0, "%u.%u.%u.%u:%u", id->ip >> 24,
                           id->ip >> 16 & 255, id->ip >> 8 & 255, id->ip & 255,
                           id->port);
}

zend_string *php_gwc_frame_encode(const gw_frame *frame)
{
    uint8_t head[GW_FRAME_HEAD_LEN];
    zend_string *buffer;
    char *p;
    int rc = gw_frame_encode_head(frame, head);

    if (rc != GW_OK) {
        php_gwc_throw("cannot encode the frame: %s", gw_strerror(rc));
        return NULL;
    }
    buffer = zend_string_safe_alloc(1, frame->ext.len + frame->body.len,
                                    GW_FRAME_HEAD_LEN, 0);
    p = ZSTR_VAL(buffer);
    memcpy(p, head, GW_FRAME_HEAD_LEN);
    p += GW_FRAME_HEAD_LEN;
    if (frame->ext.len > 0) {
        memcpy(p, frame->ext.base, frame->ext.len);
        p += frame->ext.len;
    }
    if (frame->body.len > 0) {
        memcpy(p, frame->body.base, frame->body.len);
        p += frame->body.len;
    }
    *p = '\0';
    return buffer;
}

/* A reference to the array of connections; false: there is none, or thrown. */
static bool connections_of(zval *worker, zval *connections)
{
    zval made; /* by __get() */
    zval *value;
    bool ok;

    ZVAL_UNDEF(&made);
    value = zend_read_property(Z_OBJCE_P(worker), PHP_GWC_OBJ(worker),
                               "gatewayConnections",
                               sizeof("gatewayConnections") - 1, 1, &made);
    ZVAL_DEREF(value);
    ok = EG(exception) == NULL && Z_TYPE_P(value) == IS_ARRAY;
    if (ok) {
        ZVAL_COPY(connections, value);
    }
    zval_ptr_dtor(&made);
    return ok;
}

/* send() may assign to the variable that a member refers to. */
static void connection_send(zval *connection, zend_string *buffer,
                            zval *return_value)
{
    zval method, args[2], kept;

    ZVAL_DEREF(connection);
    ZVAL_FALSE(return_value);
    if (Z_TYPE_P(connection) != IS_OBJECT) {
        return;
    }
    ZVAL_COPY(&kept, connection);
    ZVAL_STRINGL(&method, "send", sizeof("send") - 1);
    ZVAL_STR(&args[0], buffer);
    ZVAL_TRUE(&args[1]);
    call_method(&kept, &method, return_value, 2, args);
    zval_ptr_dtor(&kept);
}

static bool all_addresses(zval *worker, zval *return_value)
{
    zval method;

    ZVAL_NULL(return_value);
    ZVAL_STRINGL(&method, "getAllGatewayAddresses",
                 sizeof("getAllGatewayAddresses") - 1);
    call_method(worker, &method, return_value, 0, NULL);
    return EG(exception) == NULL;
}

static bool have_some(zval *addresses)
{
    if (EG(exception) == NULL && !zend_is_true(addresses)) {
        php_gwc_throw("businessWorker::getAllGatewayAddresses return empty");
    }
    return EG(exception) == NULL;
}

bool php_gwc_worker_addresses(zval *worker, zval *return_value)
{
    return all_addresses(worker, return_value) && have_some(return_value);
}

bool php_gwc_worker_known(zval *worker, zval *return_value)
{
    zval connections;
    zend_string *address;

    if (!all_addresses(worker, return_value)) {
        return false;
    }
    if (Z_TYPE_P(return_value) != IS_ARRAY) {
        zval_ptr_dtor(return_value);
        array_init(return_value);
    }
    if (connections_of(worker, &connections)) {
        ZEND_HASH_FOREACH_STR_KEY(Z_ARRVAL(connections), address)
        {
            if (address != NULL &&
                !zend_hash_exists(Z_ARRVAL_P(return_value), address)) {
                zval text;

                SEPARATE_ARRAY(return_value);
                ZVAL_STR_COPY(&text, address);
                zend_hash_add_new(Z_ARRVAL_P(return_value), address, &text);
            }
        }
        ZEND_HASH_FOREACH_END();
        zval_ptr_dtor(&connections);
    }
    return have_some(return_value);
}

int php_gwc_worker_knows(zval *worker, const gw_client_id *id)
{
    zval connections;
    zend_string *address;
    zval *found;

    if (!connections_of(worker, &connections)) {
        return EG(exception) == NULL ? 0 : -1;
    }
    address = php_gwc_address_text(id);
    found = zend_hash_find(Z_ARRVAL(connections), address);
    zend_string_release(address);
    zval_ptr_dtor(&connections);
    return found != NULL;
}

void php_gwc_worker_send_buffer(zval *worker, zend_string *address,
                                zend_string *buffer, zval *return_value)
{
    zval connections;
    zval *found;

    ZVAL_FALSE(return_value);
    if (!connections_of(worker, &connections)) {
        return;
    }
    found = zend_hash_find(Z_ARRVAL(connections), address);
    if (found != NULL) {
        connection_send(found, buffer, return_value);
    }
    zval_ptr_dtor(&connections);
}

void php_gwc_worker_send(zval *worker, const gw_client_id *id,
                         const gw_frame *frame, zval *return_value)
{
    zend_string *buffer = php_gwc_frame_encode(frame);
    zend_string *address;

    if (buffer == NULL) {
        return;
    }
    address = php_gwc_address_text(id);
    php_gwc_worker_send_buffer(worker, address, buffer, return_value);
    zend_string_release(address);
    zend_string_release(buffer);
}

void php_gwc_ids_by_address(zval *map, const gw_client_id *ids, size_t count)
{
    size_t i;

    array_init(map);
    for (i = 0; i < count; i++) {
        zend_string *address = php_gwc_address_text(&ids[i]);
        zval *members = zend_hash_find(Z_ARRVAL_P(map), address);
        zval number;

        if (members == NULL) {
            zval empty;

            array_init(&empty);
            members = zend_hash_add_new(Z_ARRVAL_P(map), address, &empty);
        }
        ZVAL_LONG(&number, (zend_long)ids[i].connection);
        zend_hash_index_update(Z_ARRVAL_P(members), ids[i].connection, &number);
        zend_string_release(address);
    }
}

/* The frame with the ext_data of one gateway. NULL: thrown. */
static zend_string *encode_for(const gw_frame *frame, zval *connections,
                               php_gwc_ext_fn ext, void *arg)
{
    gw_frame own = *frame;
    zend_string *json;
    zend_string *buffer;

    if (ext == NULL) {
        return php_gwc_frame_encode(frame);
    }
    json = ext(arg, connections);
    if (json == NULL) {
        return NULL;
    }
    own.ext = gw_slice_of(ZSTR_VAL(json), ZSTR_LEN(json));
    buffer = php_gwc_frame_encode(&own);
    zend_string_release(json);
    return buffer;
}

static bool send_to(zval *connection, const gw_frame *frame, zval *concerned,
                    php_gwc_ext_fn ext, void *arg)
{
    zend_string *buffer = encode_for(frame, concerned, ext, arg);
    zval ignored;

    if (buffer == NULL) {
        return false;
    }
    connection_send(connection, buffer, &ignored);
    zval_ptr_dtor(&ignored);
    zend_string_release(buffer);
    return EG(exception) == NULL;
}

void php_gwc_worker_send_all(zval *worker, const gw_frame *frame,
                             const gw_client_id *ids, size_t count,
                             php_gwc_ext_fn ext, void *arg)
{
    zval connections, map;
    zend_string *address;
    zval *connection;

    if (!connections_of(worker, &connections)) {
        return;
    }
    php_gwc_ids_by_address(&map, ids, count);
    ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL(connections), address, connection)
    {
        zval *concerned = NULL;

        if (address != NULL) {
            concerned = zend_hash_find(Z_ARRVAL(map), address);
        }
        if (!send_to(connection, frame, concerned, ext, arg)) {
            break;
        }
    }
    ZEND_HASH_FOREACH_END();
    zval_ptr_dtor(&map);
    zval_ptr_dtor(&connections);
}

void php_gwc_worker_send_some(zval *worker, const gw_frame *frame,
                              const gw_client_id *ids, size_t count,
                              php_gwc_ext_fn ext, void *arg)
{
    zval connections, map;
    zend_string *address;
    zval *concerned;

    if (!connections_of(worker, &connections)) {
        return;
    }
    php_gwc_ids_by_address(&map, ids, count);
    ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL(map), address, concerned)
    {
        zval *connection = zend_hash_find(Z_ARRVAL(connections), address);

        if (connection != NULL &&
            !send_to(connection, frame, concerned, ext, arg)) {
            break;
        }
    }
    ZEND_HASH_FOREACH_END();
    zval_ptr_dtor(&map);
    zval_ptr_dtor(&connections);
}
