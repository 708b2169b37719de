/* Gateway: sessions of clients. */
#include "gateway.h"

#include <ext/standard/php_array.h>

#include "plain.h"

typedef int (*session_command)(gw_client *client, const gw_client_id *id,
                               gw_slice session);

/* `sent` becomes false when the gateway cannot be reached, or thrown; else true,
 * or what a worker's send() returned: null when that only queued it. */
static void send_session(zend_class_entry *called, uint8_t cmd,
                         session_command command, const gw_client_id *id,
                         zend_string *session, zval *sent)
{
    gw_slice slice = gw_slice_of(ZSTR_VAL(session), ZSTR_LEN(session));
    gw_client *client;
    zval worker;

    ZVAL_FALSE(sent);
    if (php_gwc_worker(called, &worker)) {
        gw_frame frame;

        memset(&frame, 0, sizeof(frame));
        frame.cmd = cmd;
        frame.flag = GW_FLAG_SCALAR;
        frame.connection_id = id->connection;
        frame.ext = slice;
        php_gwc_worker_send(&worker, id, &frame, sent);
        zval_ptr_dtor(&worker);
    } else if ((client = php_gwc_begin_one(called)) != NULL) {
        int rc = command(client, id, slice);

        php_gwc_end();
        ZVAL_BOOL(sent, php_gwc_report(rc, PHP_GWC_COMMAND));
    }
}

/* True: `value` is the id of the client that a worker handles. */
static bool is_current(zval *value)
{
    zval *current = php_gwc_property_get(php_gwc_context_ce, PHP_GWC_CLIENT_ID);

    ZVAL_DEREF(value);
    return current != NULL && Z_TYPE_P(current) != IS_NULL &&
           zend_is_identical(value, current);
}

static zval *session_global(void)
{
    return zend_hash_str_find_ind(&EG(symbol_table), "_SESSION",
                                  sizeof("_SESSION") - 1);
}

/* (array)$_SESSION; a new reference. */
static void session_copy(zval *out)
{
    zval *session = session_global();

    if (session == NULL) {
        array_init(out);
    } else {
        ZVAL_COPY_DEREF(out, session);
        convert_to_array(out);
    }
}

/* $_SESSION = $session; takes `session` over. Throws where $_SESSION refers to
 * a property that may hold no array. */
static void session_set(zval *session)
{
    zval *slot = session_global();
    zval old;

    if (slot == NULL) {
        zend_hash_str_update(&EG(symbol_table), "_SESSION",
                             sizeof("_SESSION") - 1, session);
    } else if (Z_ISREF_P(slot) && ZEND_REF_HAS_TYPE_SOURCES(Z_REF_P(slot))) {
        zend_try_assign_typed_ref(Z_REF_P(slot), session);
    } else {
        ZVAL_DEREF(slot);
        ZVAL_COPY_VALUE(&old, slot);
        ZVAL_COPY_VALUE(slot, session);
        zval_ptr_dtor(&old);
    }
}

/* $_SESSION = $session, and Context::$old_session, too, unless that throws;
 * takes `session` over. */
static void session_assign(zval *session)
{
    zval copy;

    ZVAL_COPY(&copy, session);
    session_set(&copy);
    if (EG(exception) != NULL) {
        zval_ptr_dtor(session);
        return;
    }
    php_gwc_property_set(php_gwc_context_ce, PHP_GWC_OLD_SESSION, session);
}

static void set_current(zval *session, bool merge)
{
    zval next;

    if (!merge) {
        ZVAL_COPY(&next, session);
    } else {
        session_copy(&next);
        SEPARATE_ARRAY(&next);
        php_array_replace_recursive(Z_ARRVAL(next), Z_ARRVAL_P(session));
        if (EG(exception) != NULL) { /* recursion */
            zval_ptr_dtor(&next);
            return;
        }
    }
    session_assign(&next);
}

#define SET_SOCKET_SESSION "setsocketsession"

/* By a subclass's own setSocketSession(). */
static void set_by_own(zend_class_entry *called, zval *client_id,
                       zend_string *session, zval *sent)
{
    zval args[2];

    ZVAL_COPY_VALUE(&args[0], client_id);
    ZVAL_STR(&args[1], session);
    php_gwc_call_own(called, SET_SOCKET_SESSION, 2, args, sent);
}

/* ($client_id, array $session), null. */
static void session_method(INTERNAL_FUNCTION_PARAMETERS, uint8_t cmd,
                           session_command command)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    bool own = cmd == GW_CMD_SET_SESSION &&
               php_gwc_has_own(called, SET_SOCKET_SESSION);
    zval *client_id, *session;
    gw_client_id id;
    zend_string *text;
    zval sent;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(client_id)
        Z_PARAM_ARRAY(session)
    ZEND_PARSE_PARAMETERS_END();

    /* For a method of its own it may be a name of its own. */
    if (!own && !php_gwc_target(client_id, 1, &id)) {
        RETURN_THROWS();
    }
    text = php_gwc_serialize(session);
    if (text == NULL) {
        RETURN_THROWS();
    }
    if (is_current(client_id)) {
        set_current(session, cmd == GW_CMD_UPDATE_SESSION);
    }
    if (EG(exception) == NULL) {
        if (own) {
            set_by_own(called, client_id, text, &sent);
        } else {
            send_session(called, cmd, command, &id, text, &sent);
        }
        if (Z_TYPE(sent) == IS_FALSE) {
            RETVAL_FALSE;
        }
        zval_ptr_dtor(&sent);
    }
    zend_string_release(text);
}

ZEND_METHOD(GatewayClient_Gateway, setSession)
{
    session_method(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_CMD_SET_SESSION,
                   gw_set_session);
}

ZEND_METHOD(GatewayClient_Gateway, updateSession)
{
    session_method(INTERNAL_FUNCTION_PARAM_PASSTHRU, GW_CMD_UPDATE_SESSION,
                   gw_update_session);
}

ZEND_METHOD(GatewayClient_Gateway, setSocketSession)
{
    zval *client_id, *session;
    gw_client_id id;
    zend_string *text;

    PHP_GWC_PARAMETERS_START(2)
        Z_PARAM_ZVAL(client_id)
        Z_PARAM_ZVAL(session)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_target(client_id, 1, &id)) {
        RETURN_THROWS();
    }
    text = php_gwc_string_or_blank(session, 2);
    if (text == NULL) {
        RETURN_THROWS();
    }
    send_session(php_gwc_called_class(execute_data), GW_CMD_SET_SESSION,
                 gw_set_session, &id, text, return_value);
    zend_string_release(text);
}

/* What the gateway holds; false: thrown. `*text` NULL: offline. */
static bool fetch_session(zend_class_entry *called, const gw_client_id *id,
                          zend_string **text)
{
    gw_client *client = php_gwc_begin_one(called);
    gw_slice session;
    int rc;

    *text = NULL;
    if (client == NULL) {
        return false;
    }
    rc = gw_get_session(client, id, &session);
    if (rc == GW_OK && session.base != NULL) {
        *text = php_gwc_copy(session);
        if (*text == NULL) {
            rc = PHP_GWC_NO_MEMORY;
        }
    }
    php_gwc_end();
    if (session.base != NULL) {
        php_gwc_release();
    }
    return php_gwc_report_client(rc);
}

ZEND_METHOD(GatewayClient_Gateway, getSession)
{
    zend_class_entry *called = php_gwc_called_class(execute_data);
    zval *client_id;
    gw_client_id id;
    zend_string *text;
    zval worker;

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
            return;
        }
    }
    if (!fetch_session(called, &id, &text) || text == NULL) {
        return;
    }
    php_gwc_unserialize(return_value, text);
    zend_string_release(text);
}

typedef struct session_list {
    HashTable *map;
    php_gwc_plain plain;
    bool undecoded; /* some are still strings */
} session_list;

/* The callback only collects: unserialize() may run user code. */
static bool take_session(session_list *list, zval *value, gw_slice session)
{
    zend_string *copy;

    if (session.len == 0) {
        ZVAL_EMPTY_ARRAY(value);
        return true;
    }
    if (php_gwc_plain_array(&list->plain, value, session)) {
        return true;
    }
    copy = php_gwc_copy(session);
    if (copy == NULL) {
        return false;
    }
    ZVAL_STR(value, copy);
    list->undecoded = true;
    return true;
}

static int collect_session(void *arg, const gw_client_id *id, gw_slice session)
{
    session_list *list = arg;
    zend_string *text;
    zval value;

    if (!take_session(list, &value, session)) {
        return PHP_GWC_NO_MEMORY;
    }
    text = php_gwc_client_id_text(id);
    zend_hash_update(list->map, text, &value);
    zend_string_release(text);
    return php_gwc_go_on();
}

static void decode_session(zval *value, bool is_current_client)
{
    zval decoded;

    if (is_current_client) {
        session_copy(&decoded);
    } else if (Z_TYPE_P(value) == IS_STRING) {
        php_gwc_unserialize(&decoded, Z_STR_P(value));
    } else {
        return;
    }
    zval_ptr_dtor(value);
    ZVAL_COPY_VALUE(value, &decoded);
}

/* What is still a session's string becomes the session, and the current
 * client's is what $_SESSION has, in place. */
static void decode_sessions(const session_list *list)
{
    zval *current = php_gwc_property_get(php_gwc_context_ce, PHP_GWC_CLIENT_ID);
    zend_string *client_id;
    zval *value;

    if (!list->undecoded && current != NULL && Z_TYPE_P(current) == IS_NULL) {
        return;
    }
    ZEND_HASH_FOREACH_STR_KEY_VAL(list->map, client_id, value)
    {
        zval id;

        ZVAL_STR(&id, client_id);
        decode_session(value, is_current(&id));
        if (EG(exception) != NULL) {
            break;
        }
    }
    ZEND_HASH_FOREACH_END();
}

/* Of a group; NULL or an empty value: of every client. */
static void fetch_sessions(zend_class_entry *called, zval *group,
                         zval *return_value)
{
    zend_string *text = NULL;
    session_list list = {0};
    gw_key key;
    gw_client *client;
    int rc;

    array_init(return_value);
    if (group != NULL) {
        text = php_gwc_string_or_blank(group, 1);
        if (text == NULL) {
            return;
        }
        key = gw_key_slice(gw_slice_of(ZSTR_VAL(text), ZSTR_LEN(text)));
    }
    client = php_gwc_begin_all(called);
    if (client != NULL) {
        list.map = Z_ARRVAL_P(return_value);
        php_gwc_plain_init(&list.plain);
        rc = gw_get_sessions(client,
                             text == NULL || ZSTR_LEN(text) == 0 ? NULL : &key,
                             collect_session, &list);
        php_gwc_plain_deinit(&list.plain);
        php_gwc_end();
        php_gwc_report(rc, PHP_GWC_QUESTION);
        decode_sessions(&list);
    }
    if (text != NULL) {
        zend_string_release(text);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getAllClientSessions)
{
    zval *group = NULL;

    PHP_GWC_PARAMETERS_START(0)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    fetch_sessions(php_gwc_called_class(execute_data), group, return_value);
}

/* What getAllClientSessions() says, be it a subclass's own. */
static void get_sessions(zend_class_entry *called, zval *group,
                         zval *return_value)
{
    zval none;

    ZVAL_EMPTY_STRING(&none);
    if (!php_gwc_call_own(called, "getallclientsessions", 1,
                          group == NULL ? &none : group, return_value)) {
        fetch_sessions(called, group, return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getClientSessionsByGroup)
{
    zval *group;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    if (!php_gwc_group_is_valid(group)) {
        RETURN_EMPTY_ARRAY();
    }
    get_sessions(php_gwc_called_class(execute_data), group, return_value);
}

static bool deprecate(const char *method, const char *instead)
{
    php_error_docref(NULL, E_DEPRECATED,
                     "Gateway::%s is deprecated and will be removed in a "
                     "future, please use Gateway::%s instead.",
                     method, instead);
    return EG(exception) == NULL;
}

ZEND_METHOD(GatewayClient_Gateway, getAllClientInfo)
{
    zval *group = NULL;

    PHP_GWC_PARAMETERS_START(0)
        Z_PARAM_OPTIONAL
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    if (deprecate("getAllClientInfo", "getAllClientSessions")) {
        get_sessions(php_gwc_called_class(execute_data), group, return_value);
    }
}

ZEND_METHOD(GatewayClient_Gateway, getClientInfoByGroup)
{
    zval *group;

    PHP_GWC_PARAMETERS_START(1)
        Z_PARAM_ZVAL(group)
    ZEND_PARSE_PARAMETERS_END();

    if (deprecate("getClientInfoByGroup", "getClientSessionsByGroup")) {
        get_sessions(php_gwc_called_class(execute_data), group, return_value);
    }
}
