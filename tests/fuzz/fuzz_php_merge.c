/* Two sessions, a line feed between them: merged as array_replace_recursive()
 * does. */
#include "php.h"

#include <ext/standard/php_array.h>
#include <zend_exceptions.h>

#include "convert.h"
#include "session.h"

static bool read_array(zval *out, gw_slice text)
{
    if (!fuzz_unserialize(out, text))
        return false;
    if (Z_TYPE_P(out) == IS_ARRAY)
        return true;
    zval_ptr_dtor(out);
    return false;
}

/* What PHP itself writes of it. */
static zend_string *normal(gw_slice text)
{
    zend_string *out;
    zval value;

    HOLDS(fuzz_unserialize(&value, text));
    out = php_gwc_serialize(&value);
    HOLDS(out != NULL);
    zval_ptr_dtor(&value);
    return out;
}

/* Floats keep their text, which PHP may write in another way. */
static void check_merged(zval *base, zval *patch, gw_slice ours)
{
    zend_string *theirs, *again = normal(ours);

    SEPARATE_ARRAY(base);
    php_array_replace_recursive(Z_ARRVAL_P(base), Z_ARRVAL_P(patch));
    theirs = php_gwc_serialize(base);
    HOLDS(theirs != NULL && zend_string_equals(again, theirs));
    zend_string_release(theirs);
    zend_string_release(again);
}

/* As serialize() writes it, without references. */
static bool is_written(zval *value, gw_slice text)
{
    zend_string *written = php_gwc_serialize(value);
    bool so = written != NULL && fuzz_is(written, text) &&
              !has(text, gw_slice_str("R:")) && !has(text, gw_slice_str("r:"));

    zend_clear_exception();
    if (written != NULL)
        zend_string_release(written);
    return so;
}

static void check(gw_slice base, gw_slice patch)
{
    zval values[2];
    gw_buf ours;
    int rc;

    gw_buf_init(&ours, NULL, 0);
    rc = gw_session_merge(&ours, base, patch);
    if (read_array(&values[0], base)) {
        if (read_array(&values[1], patch)) {
            if (rc == GW_OK)
                check_merged(&values[0], &values[1], gw_buf_slice(&ours));
            else
                HOLDS(rc == GW_EDEPTH || !is_written(&values[0], base) ||
                      !is_written(&values[1], patch));
            zval_ptr_dtor(&values[1]);
        }
        zval_ptr_dtor(&values[0]);
    }
    gw_buf_deinit(&ours);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size);
    const char *cut = size == 0 ? NULL : memchr(copy, '\n', size);

    if (cut != NULL)
        check(gw_slice_of(copy, (size_t)(cut - copy)),
              gw_slice_of(cut + 1, size - (size_t)(cut - copy) - 1));
    free(copy);
    return 0;
}
