#include "replace.h"

#include <zend_compile.h>
#include <zend_stream.h>
#if PHP_VERSION_ID >= 80000
#include <zend_system_id.h>
#endif

#include "scanner.h"

static zend_op_array *(*next_compile_file)(zend_file_handle *handle, int type);

static const char *const classes[] = {"Gateway", "Context", "GatewayProtocol"};

/* "dir/NAME.php" ⇒ NAME, when it is one of ours; else NULL. */
static const char *package_class(const char *file, size_t len)
{
    size_t i;

    if (EXPECTED(len < sizeof("Gateway.php") - 1 ||
                 memcmp(file + len - 4, ".php", 4) != 0)) {
        return NULL;
    }
    len -= 4;
    for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        size_t name_len = strlen(classes[i]);

        if (len >= name_len &&
            memcmp(file + len - name_len, classes[i], name_len) == 0 &&
            (len == name_len || IS_SLASH(file[len - name_len - 1]))) {
            return classes[i];
        }
    }
    return NULL;
}

/* A file that is not there is left to the compiler, which says so once. URLs
 * are not resolved by PHP. */
static bool can_open(zend_file_handle *handle)
{
    zend_string *resolved;

    if (handle->type != ZEND_HANDLE_FILENAME ||
        strstr(PHP_GWC_FILE_NAME(handle), "://") != NULL) {
        return true;
    }
#if PHP_VERSION_ID >= 80100
    resolved = zend_resolve_path(handle->filename);
#else
    resolved = zend_resolve_path(handle->filename, strlen(handle->filename));
#endif
    if (resolved == NULL) {
        return false;
    }
    zend_string_release(resolved);
    return true;
}

/* The handle keeps the source that zend_stream_fixup() reads, so the compiler
 * finds there what we leave: an empty script. The zeros are for its scanner,
 * which looks ahead. */
static void empty_if_package(zend_file_handle *handle, const char *name)
{
    char *source;
    size_t len;

    if (!can_open(handle) ||
        zend_stream_fixup(handle, &source, &len) == FAILURE ||
        handle->buf == NULL ||
        !php_gwc_declares_class(source, len, "GatewayClient", name)) {
        return;
    }
    memset(handle->buf, 0, len);
    handle->len = 0;
}

static zend_op_array *compile_or_replace(zend_file_handle *handle, int type)
{
    const char *name =
        package_class(PHP_GWC_FILE_NAME(handle), PHP_GWC_FILE_NAME_LEN(handle));

    if (UNEXPECTED(name != NULL)) {
        empty_if_package(handle, name);
    }
    return next_compile_file(handle, type);
}

/* opcache takes its place above us after all modules have started: it calls us
 * for each file once and keeps what we made of it. Its file cache outlives the
 * process and must not be shared with processes without us. */
void php_gwc_replace_startup(void)
{
    if (!GWC_G(replace_package)) {
        return;
    }
#if PHP_VERSION_ID >= 80000
    zend_add_system_entropy("gatewayclient", "replace_package",
                            PHP_GATEWAYCLIENT_VERSION,
                            sizeof(PHP_GATEWAYCLIENT_VERSION) - 1);
#endif
    next_compile_file = zend_compile_file;
    zend_compile_file = compile_or_replace;
}

void php_gwc_replace_shutdown(void)
{
    if (zend_compile_file == compile_or_replace) {
        zend_compile_file = next_compile_file;
    }
}
