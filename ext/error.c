#include "error.h"

#include <stdarg.h>

#include <zend_exceptions.h>
#include <zend_smart_str.h>

#include "convert.h"

void php_gwc_throw(const char *format, ...)
{
    va_list args;
    zend_string *text;

    if (EG(exception) != NULL) {
        return; /* the first cause is the one to tell */
    }
    va_start(args, format);
    text = zend_vstrpprintf(0, format, args);
    va_end(args);
    zend_throw_exception(php_gwc_exception_ce, ZSTR_VAL(text), 0);
    zend_string_release(text);
}

/* Names every gateway: most causes do so by themselves. */
static void append_failure(smart_str *text, const gw_failure *failure)
{
    if (strstr(failure->cause, failure->address) == NULL) {
        smart_str_appends(text, failure->address);
        smart_str_appends(text, ": ");
    }
    smart_str_appends(text, failure->cause);
}

/* "2 gateways failed: can not connect to tcp://127.0.0.1:2900 …; …" */
static zend_string *failures_text(const gw_failure *failures, size_t count)
{
    smart_str text = {0};
    size_t i;

    smart_str_append_unsigned(&text, count);
    smart_str_appends(&text,
                      count == 1 ? " gateway failed: " : " gateways failed: ");
    for (i = 0; i < count; i++) {
        if (i > 0) {
            smart_str_appends(&text, "; ");
        }
        append_failure(&text, &failures[i]);
    }
    smart_str_0(&text);
    return text.s;
}

/* The text is whole before the handler runs: it may use the client. */
static void warn(const gw_failure *failures, size_t count)
{
    zend_string *text = failures_text(failures, count);

    php_error_docref(NULL, E_WARNING, "%s", ZSTR_VAL(text));
    zend_string_release(text);
}

/* True: the engine is about to tell something by itself, such as the memory
 * limit; an exception would only be in its way. */
static bool interrupted(void)
{
#if PHP_VERSION_ID >= 80200
    return zend_atomic_bool_load_ex(&EG(vm_interrupt));
#else
    return EG(vm_interrupt);
#endif
}

bool php_gwc_report_client(int rc)
{
    return php_gwc_report(rc == GW_EUNLISTED ? GW_OK : rc, PHP_GWC_QUESTION);
}

bool php_gwc_report(int rc, php_gwc_kind kind)
{
    const gw_failure *failures;
    size_t count;

    if (rc == GW_OK) {
        return true;
    }
    if (rc == PHP_GWC_NO_MEMORY) {
        if (!interrupted()) {
            php_gwc_throw("the reply does not fit into the memory limit");
        }
        return false;
    }
    count = gw_client_failures(GWC_G(client), &failures);
    if (count > 0 && (kind == PHP_GWC_COMMAND || rc == GW_EPARTIAL)) {
        warn(failures, count);
    } else {
        const char *text = gw_client_error(GWC_G(client));

        php_gwc_throw("%s", *text == '\0' ? gw_strerror(rc) : text);
    }
    return false;
}

/* Of a client_id's gateway: nothing tells whether it is one. */
static bool is_unknown(int code)
{
    return code == GW_EREGISTER || code == GW_EREGISTERREPLY ||
           code == GW_ENOGATEWAY || code == GW_ERESOLVE;
}

bool php_gwc_report_clients(int rc)
{
    const gw_failure *failures;
    gw_failure *listed;
    size_t i, count, told = 0;

    if (rc != GW_EPARTIAL) {
        return php_gwc_report(rc, PHP_GWC_QUESTION);
    }
    count = gw_client_failures(GWC_G(client), &failures);
    for (i = 0; i < count; i++) {
        if (is_unknown(failures[i].code)) {
            php_gwc_throw("%s", failures[i].cause);
            return false;
        }
    }
    listed = safe_emalloc(count, sizeof(*listed), 0);
    for (i = 0; i < count; i++) {
        if (failures[i].code != GW_EUNLISTED) {
            listed[told++] = failures[i];
        }
    }
    if (told > 0) {
        warn(listed, told);
    }
    efree(listed);
    return told == 0;
}
