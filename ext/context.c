/* The class Context. */
#include "client.h"
#include "convert.h"

ZEND_METHOD(GatewayClient_Context, sessionEncode)
{
    zval *session = NULL;
    zend_string *text;

    PHP_GWC_PARAMETERS_START(0)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(session)
    ZEND_PARSE_PARAMETERS_END();

    if (session != NULL) {
        ZVAL_DEREF(session);
    }
    if (session == NULL ||
        (Z_TYPE_P(session) == IS_STRING && Z_STRLEN_P(session) == 0)) {
        RETURN_EMPTY_STRING();
    }
    text = php_gwc_serialize(session);
    if (text == NULL) {
        RETURN_THROWS();
    }
    RETURN_STR(text);
}

ZEND_METHOD(GatewayClient_Context, sessionDecode)
{
    zval *buffer;
    zend_string *text;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(buffer)
    ZEND_PARSE_PARAMETERS_END();

    text = php_gwc_string(buffer, 1);
    if (text == NULL) {
        RETURN_THROWS();
    }
    php_gwc_unserialize(return_value, text);
    zend_string_release(text);
}

ZEND_METHOD(GatewayClient_Context, clear)
{
    zend_class_entry *called;
    int i;

    PHP_GWC_NO_PARAMETERS();
    called = zend_get_called_scope(execute_data);
    for (i = PHP_GWC_CONTEXT_FIRST; i < PHP_GWC_PROPERTY_COUNT; i++) {
        zval none;

        ZVAL_NULL(&none);
        php_gwc_property_set(called == NULL ? php_gwc_context_ce : called,
                             (php_gwc_property)i, &none);
    }
}

ZEND_METHOD(GatewayClient_Context, addressToClientId)
{
    zval *ip, *port, *connection;
    gw_client_id id;

    PHP_GWC_PARAMETERS_START(3)
        Z_PARAM_ZVAL(ip)
        Z_PARAM_ZVAL(port)
        Z_PARAM_ZVAL(connection)
    ZEND_PARSE_PARAMETERS_END();

    id.ip = (uint32_t)zval_get_long(ip);
    id.port = (uint16_t)zval_get_long(port);
    id.connection = (uint32_t)zval_get_long(connection);
    RETURN_STR(php_gwc_client_id_text(&id));
}

ZEND_METHOD(GatewayClient_Context, clientIdToAddress)
{
    zval *client_id;
    gw_client_id id;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(client_id)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_client_id(client_id, 1, &id)) {
        RETURN_THROWS();
    }
    array_init_size(return_value, 3);
    add_assoc_long(return_value, "local_ip", (zend_long)id.ip);
    add_assoc_long(return_value, "local_port", id.port);
    add_assoc_long(return_value, "connection_id", (zend_long)id.connection);
}
