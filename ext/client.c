/* From the called class's properties to a client that is ready for a call. */
#include "client.h"

#include <zend_exceptions.h>
#include <zend_gc.h>

#include "error.h"
#include "worker.h"

/* Longer timeouts are taken as this one. */
#define SECONDS_MAX 86400.0
/* As the library has it. */
#define REGISTERS_MAX 64

/* What a call asks for gateways. */
typedef enum call_scope { CLIENTS, REGISTERS, WORKER_OR_REGISTERS } call_scope;

typedef struct strings {
    zend_string **held;
    gw_slice *list;
    size_t count;
    zend_string *one_held; /* the usual list has one member and no heap */
    gw_slice one;
} strings;

typedef struct config {
    strings registers; /* none: the call does not need them */
    strings gateways;  /* of the worker; none: the Register tells */
    zend_string *secret_key;
    unsigned connect_timeout_ms;
    unsigned register_ttl_ms;
    bool persistent;
} config;

static unsigned milliseconds(double seconds)
{
    if (seconds >= SECONDS_MAX) {
        seconds = SECONDS_MAX;
    }
    return (unsigned)(seconds * 1000.0 + 0.5);
}

static void strings_none(strings *list)
{
    list->held = &list->one_held;
    list->list = &list->one;
    list->count = 0;
}

/* Behind the port PHP takes blanks, too, such as a file's end of line. */
static gw_slice address_of(const zend_string *str)
{
    size_t len = ZSTR_LEN(str);

    while (len > 0 && memchr(" \t\r\n", ZSTR_VAL(str)[len - 1], 4) != NULL) {
        len--;
    }
    return gw_slice_of(ZSTR_VAL(str), len);
}

static bool strings_add(strings *list, zval *value)
{
    zend_string *str = zval_try_get_string(value);

    if (str == NULL) {
        return false;
    }
    list->held[list->count] = str;
    list->list[list->count] = address_of(str);
    list->count++;
    return true;
}

static void strings_deinit(strings *list)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        zend_string_release(list->held[i]);
    }
    if (list->held != &list->one_held) {
        efree(list->held);
        efree(list->list);
    }
}

/* Every member as a string. Conversions may run user code, so the array is
 * held. */
static bool strings_init(strings *list, zval *value)
{
    zval held;
    zend_array *array;
    zval *member;
    bool ok = true;

    strings_none(list);
    if (Z_TYPE_P(value) != IS_ARRAY) {
        return strings_add(list, value);
    }
    ZVAL_COPY(&held, value);
    array = Z_ARRVAL(held);
    if (zend_hash_num_elements(array) > 1) {
        list->held =
            safe_emalloc(zend_hash_num_elements(array), sizeof(*list->held), 0);
        list->list =
            safe_emalloc(zend_hash_num_elements(array), sizeof(*list->list), 0);
    }
    ZEND_HASH_FOREACH_VAL(array, member)
    {
        ZVAL_DEREF(member);
        if (!strings_add(list, member)) {
            ok = false;
            break;
        }
    }
    ZEND_HASH_FOREACH_END();
    zval_ptr_dtor(&held);
    return ok;
}

static void config_init(config *c)
{
    memset(c, 0, sizeof(*c));
    strings_none(&c->registers);
    strings_none(&c->gateways);
}

static void config_deinit(config *c)
{
    strings_deinit(&c->registers);
    strings_deinit(&c->gateways);
    if (c->secret_key != NULL) {
        zend_string_release(c->secret_key);
    }
}

static bool read_registers(config *c, zend_class_entry *called)
{
    zval *value = php_gwc_property_get(called, PHP_GWC_REGISTER_ADDRESS);

    if (value == NULL || !strings_init(&c->registers, value)) {
        return false;
    }
    if (c->registers.count == 0) {
        php_gwc_throw("registerAddress is empty");
        return false;
    }
    return true;
}

static bool read_secret_key(config *c, zend_class_entry *called)
{
    zval *value = php_gwc_property_get(called, PHP_GWC_SECRET_KEY);

    if (value == NULL) {
        return false;
    }
    c->secret_key = zval_try_get_string(value);
    return c->secret_key != NULL;
}

static bool read_connect_timeout(config *c, zend_class_entry *called)
{
    zval *value = php_gwc_property_get(called, PHP_GWC_CONNECT_TIMEOUT);
    double seconds;

    if (value == NULL) {
        return false;
    }
    seconds = zval_get_double(value);
    if (!(seconds > 0)) {
        php_gwc_throw("connectTimeout must be greater than 0");
        return false;
    }
    c->connect_timeout_ms = milliseconds(seconds);
    if (c->connect_timeout_ms == 0) {
        c->connect_timeout_ms = 1;
    }
    return EG(exception) == NULL;
}

static bool read_switches(config *c, zend_class_entry *called)
{
    zval *value = php_gwc_property_get(called, PHP_GWC_PERSISTENT);

    if (value == NULL) {
        return false;
    }
    c->persistent = zend_is_true(value);
    value = php_gwc_property_get(called, PHP_GWC_CACHE_DISABLE);
    if (value == NULL) {
        return false;
    }
    c->register_ttl_ms =
        zend_is_true(value) ? 0 : milliseconds(GWC_G(addresses_cache_ttl));
    return EG(exception) == NULL;
}

typedef bool (*worker_gateways_fn)(zval *worker, zval *return_value);

static bool read_gateways(config *c, zend_class_entry *called,
                          worker_gateways_fn gateways_of)
{
    zval worker, addresses;
    bool ok;

    if (!php_gwc_worker(called, &worker)) {
        return EG(exception) == NULL;
    }
    ok = gateways_of(&worker, &addresses) &&
         strings_init(&c->gateways, &addresses);
    zval_ptr_dtor(&addresses);
    zval_ptr_dtor(&worker);
    return ok;
}

/* A client's gateway is among those of the worker or of the Registers. */
static bool read_known(config *c, zend_class_entry *called)
{
    return GWC_G(trust_client_ids) ||
           (read_gateways(c, called, php_gwc_worker_known) &&
            (c->gateways.count > 0 || read_registers(c, called)));
}

static bool read_config(config *c, zend_class_entry *called, call_scope scope)
{
    return (scope == CLIENTS ? read_known(c, called)
                             : read_registers(c, called)) &&
           read_secret_key(c, called) && read_connect_timeout(c, called) &&
           read_switches(c, called);
}

/* The pool outlives requests, so nothing of it may come from Zend's heap. */
static gw_client *client_of_process(void)
{
    gw_options options;
    int rc;

    if (EXPECTED(GWC_G(client) != NULL)) {
        return GWC_G(client);
    }
    gw_options_init(&options);
    options.allocator = &gw_allocator_libc;
    rc = gw_client_new(&GWC_G(client), &options);
    if (rc != GW_OK) {
        php_gwc_throw("cannot make a client: %s", gw_strerror(rc));
    }
    return GWC_G(client);
}

static void throw_bad_registers(const config *c)
{
    size_t i;

    if (c->registers.count > REGISTERS_MAX) {
        php_gwc_throw("registerAddress has too many addresses");
        return;
    }

    for (i = 0; i + 1 < c->registers.count; i++) {
        gw_client *probe = GWC_G(client);

        if (gw_client_set_registers(probe, &c->registers.list[i], 1) != GW_OK) {
            break;
        }
    }
    php_gwc_throw("Can not connect to tcp://%.*s: not a host:port",
                  (int)c->registers.list[i].len, c->registers.list[i].base);
}

static int apply_registers(gw_client *client, const config *c)
{
    int rc = GW_OK;

    if (c->registers.count > 0) {
        rc = gw_client_set_registers(client, c->registers.list,
                                     c->registers.count);
    }
    if (rc == GW_EINVAL) {
        throw_bad_registers(c);
    }
    return rc;
}

static int apply_secret_key(gw_client *client, const config *c)
{
    int rc = gw_client_set_secret_key(
        client, gw_slice_of(ZSTR_VAL(c->secret_key), ZSTR_LEN(c->secret_key)));

    if (rc == GW_EINVAL) {
        php_gwc_throw("secretKey must be UTF-8 and at most 65536 bytes");
    }
    return rc;
}

static bool apply(gw_client *client, const config *c)
{
    int rc = apply_registers(client, c);

    if (rc == GW_OK) {
        rc = apply_secret_key(client, c);
    }
    if (rc == GW_OK) {
        rc = gw_client_set_timeouts(client, c->connect_timeout_ms,
                                    milliseconds(GWC_G(timeout)));
    }
    if (rc == GW_OK) {
        rc = gw_client_set_persistent(client, c->persistent);
    }
    if (rc == GW_OK) {
        rc = gw_client_set_register_ttl(client, c->register_ttl_ms);
    }
    if (rc == GW_OK) {
        rc = gw_client_set_pool(client, (unsigned)GWC_G(pool_max_idle),
                                (unsigned)GWC_G(pool_idle_timeout));
    }
    if (rc == GW_OK) {
        rc = gw_client_set_trust_client_ids(client, GWC_G(trust_client_ids));
    }
    if (rc == GW_OK) {
        rc =
            gw_client_set_gateways(client, c->gateways.list, c->gateways.count);
    }
    if (rc != GW_OK && EG(exception) == NULL) {
        php_gwc_throw("bad configuration: %s", gw_strerror(rc));
    }
    return rc == GW_OK;
}

/* After a call that was left by longjmp(). */
static void recover(void)
{
    if (UNEXPECTED(GWC_G(in_call))) {
        gw_client_reset(GWC_G(client));
        GWC_G(in_call) = false;
    }
}

/* Every call begins with it, and one for no client does nothing more. */
void php_gwc_release(void)
{
    static const gw_message nothing;

    recover();
    gw_send_to_clients(GWC_G(client), NULL, 0, &nothing);
}

static gw_client *begin(zend_class_entry *called, call_scope scope)
{
    config c;
    gw_client *client = NULL;

    config_init(&c);
    recover();
    if (EG(exception) == NULL && read_config(&c, called, scope) &&
        (scope != WORKER_OR_REGISTERS ||
         read_gateways(&c, called, php_gwc_worker_addresses))) {
        client = client_of_process();
        if (client != NULL && !apply(client, &c)) {
            client = NULL;
        }
    }
    config_deinit(&c);
    if (client != NULL) {
        GWC_G(in_call) = true;
        GWC_G(gc_was_protected) = gc_protect(true);
    }
    return client;
}

gw_client *php_gwc_begin(zend_class_entry *called)
{
    return begin(called, REGISTERS);
}

gw_client *php_gwc_begin_one(zend_class_entry *called)
{
    return begin(called, CLIENTS);
}

gw_client *php_gwc_begin_all(zend_class_entry *called)
{
    return begin(called, WORKER_OR_REGISTERS);
}

void php_gwc_end(void)
{
    gc_protect(GWC_G(gc_was_protected));
    GWC_G(in_call) = false;
}
