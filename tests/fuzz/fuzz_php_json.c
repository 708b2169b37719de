/* JSON to a session, held to serialize(json_decode($json, true)). */
#include "php.h"

#include <ext/json/php_json_parser.h>

#include "convert.h"
#include "json_to_ser.h"

#define DEPTH_MAX 512 /* of json_decode() */

static bool decode(zval *out, gw_slice json)
{
    zend_string *copy = zend_string_init(json.base, json.len, 0);
    bool ok;

    ZVAL_UNDEF(out);
    ok = php_json_decode_ex(out, ZSTR_VAL(copy), ZSTR_LEN(copy),
                            PHP_JSON_OBJECT_AS_ARRAY, DEPTH_MAX) == SUCCESS;
    zend_string_release(copy);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size);
    gw_slice json = gw_slice_of(copy, size);
    zval value;
    bool decoded = decode(&value, json);
    gw_buf ours;
    int rc;

    gw_buf_init(&ours, NULL, 0);
    rc = gw_ser_from_json(&ours, json);
    if (!decoded || Z_TYPE(value) != IS_ARRAY) {
        HOLDS(rc != GW_OK);
    } else if (rc == GW_OK) {
        zend_string *theirs = php_gwc_serialize(&value);

        HOLDS(fuzz_is(theirs, gw_buf_slice(&ours)));
        zend_string_release(theirs);
    } else {
        HOLDS(rc == GW_EDEPTH || rc == GW_EINVAL);
    }
    zval_ptr_dtor(&value);
    gw_buf_deinit(&ours);
    free(copy);
    return 0;
}
