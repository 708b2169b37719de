/* The module: its start, its end, and what phpinfo() shows. */
#include "gatewayclient.h"

#include <ext/standard/info.h>
#include <zend_exceptions.h>

#include "../php_gatewayclient.h"
#include "client.h"
#include "convert.h"
#include "gatewayclient_arginfo.h"
#include "ini.h"
#include "protocol.h"
#include "replace.h"
#include "sensitive.h"

zend_class_entry *php_gwc_gateway_ce;
zend_class_entry *php_gwc_context_ce;
zend_class_entry *php_gwc_protocol_ce;
zend_class_entry *php_gwc_exception_ce;

ZEND_DECLARE_MODULE_GLOBALS(gatewayclient)

static PHP_GINIT_FUNCTION(gatewayclient)
{
#if defined(COMPILE_DL_GATEWAYCLIENT) && defined(ZTS)
    ZEND_TSRMLS_CACHE_UPDATE();
#endif
    memset(gatewayclient_globals, 0, sizeof(*gatewayclient_globals));
}

static PHP_GSHUTDOWN_FUNCTION(gatewayclient)
{
    gw_client_free(gatewayclient_globals->client);
    gatewayclient_globals->client = NULL;
}

static void register_classes(void)
{
    php_gwc_exception_ce =
        register_class_GatewayClient_GatewayException(zend_ce_exception);
    php_gwc_gateway_ce = register_class_GatewayClient_Gateway();
    php_gwc_context_ce = register_class_GatewayClient_Context();
    php_gwc_protocol_ce = register_class_GatewayClient_GatewayProtocol();
    php_gwc_properties_startup();
    php_gwc_protocol_startup();
    php_gwc_sensitive_startup();
}

static PHP_MINIT_FUNCTION(gatewayclient)
{
    (void)type;
    php_gwc_ini_register(module_number);
    register_classes();
    if (GWC_G(global_class)) {
        zend_register_class_alias("Gateway", php_gwc_gateway_ce);
    }
    php_gwc_replace_startup();
    return SUCCESS;
}

static PHP_MSHUTDOWN_FUNCTION(gatewayclient)
{
    (void)type;
    php_gwc_replace_shutdown();
    php_gwc_protocol_shutdown();
    php_gwc_ini_unregister(module_number);
    return SUCCESS;
}

static PHP_RINIT_FUNCTION(gatewayclient)
{
    (void)type;
    (void)module_number;
#if defined(COMPILE_DL_GATEWAYCLIENT) && defined(ZTS)
    ZEND_TSRMLS_CACHE_UPDATE();
#endif
    php_gwc_ini_apply();
    return SUCCESS;
}

/* Not at RSHUTDOWN: session handlers, which may call us, run at that of the
 * session module, and it may come after ours. */
static ZEND_MODULE_POST_ZEND_DEACTIVATE_D(gatewayclient)
{
    if (GWC_G(in_call)) {
        php_gwc_release();
    }
    php_gwc_forget_allowed_classes();
    return SUCCESS;
}

static void row_of_number(const char *name, uint64_t number)
{
    char text[MAX_LENGTH_OF_LONG + 1];

    snprintf(text, sizeof(text), ZEND_ULONG_FMT, (zend_ulong)number);
    php_info_print_table_row(2, name, text);
}

static void show_pool(void)
{
    gw_client_stats stats;

    memset(&stats, 0, sizeof(stats));
    stats.size = sizeof(stats);
    if (GWC_G(client) != NULL) {
        gw_client_get_stats(GWC_G(client), &stats);
    }
    php_info_print_table_start();
    php_info_print_table_colspan_header(2, "This process so far");
    row_of_number("Idle connections", stats.idle);
    row_of_number("Connections opened", stats.connects);
    row_of_number("Calls served by a pooled connection", stats.reuses);
    row_of_number("Pooled connections found closed", stats.stale);
    row_of_number("Questions to a Register", stats.register_lookups);
    row_of_number("Commands sent", stats.frames_sent);
    row_of_number("Bytes sent", stats.bytes_sent);
    row_of_number("Bytes received", stats.bytes_received);
    row_of_number("Gateways that a call could not serve", stats.failures);
    php_info_print_table_end();
}

static PHP_MINFO_FUNCTION(gatewayclient)
{
    php_info_print_table_start();
    php_info_print_table_row(2, "GatewayClient, native", "enabled");
    php_info_print_table_row(2, "Version", PHP_GATEWAYCLIENT_VERSION);
    php_info_print_table_row(2, "Library version (headers)", GW_VERSION);
    php_info_print_table_row(2, "Package files compile to nothing",
                             GWC_G(replace_package) ? "yes" : "no");
    php_info_print_table_row(2, "Global class \\Gateway",
                             GWC_G(global_class) ? "yes" : "no");
    php_info_print_table_end();
    show_pool();
    display_ini_entries(zend_module);
}

static const zend_module_dep dependencies[] = {
    ZEND_MOD_REQUIRED("json") ZEND_MOD_REQUIRED("standard") ZEND_MOD_END};

zend_module_entry gatewayclient_module_entry = {
    STANDARD_MODULE_HEADER_EX,
    NULL,
    dependencies,
    "gatewayclient",
    NULL,
    PHP_MINIT(gatewayclient),
    PHP_MSHUTDOWN(gatewayclient),
    PHP_RINIT(gatewayclient),
    NULL,
    PHP_MINFO(gatewayclient),
    PHP_GATEWAYCLIENT_VERSION,
    PHP_MODULE_GLOBALS(gatewayclient),
    PHP_GINIT(gatewayclient),
    PHP_GSHUTDOWN(gatewayclient),
    ZEND_MODULE_POST_ZEND_DEACTIVATE_N(gatewayclient),
    STANDARD_MODULE_PROPERTIES_EX};

#ifdef COMPILE_DL_GATEWAYCLIENT
#ifdef ZTS
ZEND_TSRMLS_CACHE_DEFINE()
#endif
ZEND_GET_MODULE(gatewayclient)
#endif
