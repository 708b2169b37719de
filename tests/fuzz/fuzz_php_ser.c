/* Sessions to JSON, held to json_encode(unserialize($session),
 * JSON_UNESCAPED_UNICODE). */
#include "php.h"

#include <ext/json/php_json.h>
#include <zend_smart_str.h>

#include "convert.h"
#include "ser_to_json.h"

#define DEPTH_MAX 512

/* NULL: it has no JSON. */
static zend_string *encode(zval *value)
{
    smart_str json = {0};

    if (php_json_encode_ex(&json, value, PHP_JSON_UNESCAPED_UNICODE,
                           DEPTH_MAX) != SUCCESS ||
        PHP_GWC_JSON_ERROR != PHP_JSON_ERROR_NONE) { /* of a key, say */
        smart_str_free(&json);
        return NULL;
    }
    smart_str_0(&json);
    return json.s;
}

/* Objects may be such as PHP refuses, with names that no class has; and a
 * reference to nothing may be the value of a key that comes again. */
static bool is_checked(gw_slice text)
{
    return !has(text, gw_slice_str("O:")) && !has(text, gw_slice_str("R:")) &&
           !has(text, gw_slice_str("r:"));
}

/* We need not read what serialize() would not write, and have no JSON for
 * references. */
static void check_refusal(zval *value, gw_slice text, int rc)
{
    zend_string *written = php_gwc_serialize(value);

    HOLDS(rc == GW_EDEPTH || rc == GW_EINVAL || !fuzz_is(written, text));
    zend_string_release(written);
}

static void compare(gw_slice text, gw_slice ours, int rc)
{
    zend_string *theirs;
    zval value;

    if (text.len == 0 || !fuzz_unserialize(&value, text)) {
        HOLDS(rc != GW_OK || !is_checked(text));
        return;
    }
    theirs = encode(&value);
    if (rc == GW_OK)
        HOLDS(theirs != NULL && fuzz_is(theirs, ours));
    else if (theirs != NULL)
        check_refusal(&value, text, rc);
    if (theirs != NULL)
        zend_string_release(theirs);
    zval_ptr_dtor(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size);
    gw_slice text = gw_slice_of(copy, size);
    gw_buf ours;
    int rc;

    gw_buf_init(&ours, NULL, 0);
    rc = gw_json_from_ser(&ours, text);
    compare(text, gw_buf_slice(&ours), rc);
    gw_buf_deinit(&ours);
    free(copy);
    return 0;
}
