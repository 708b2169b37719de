/* A query string as parse_str() reads it. */
#include "php.h"

#include <SAPI.h>
#include <php_variables.h>

#include "convert.h"
#include "inner/query.h"

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1};

static void parse_str(zval *out, gw_slice query)
{
    array_init(out);
    sapi_module.treat_data(PARSE_STRING, estrndup(query.base, query.len), out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size);
    gw_slice query = gw_slice_of(copy, size);
    zend_string *theirs;
    zval value;
    gw_buf ours;

    if (size > 0) /* a request has none */
        query.len = strnlen(copy, size);
    gw_buf_init(&ours, NULL, 0);
    HOLDS(gwd_query_put(&ours, query, seed) == GW_OK);
    parse_str(&value, query);
    theirs = php_gwc_serialize(&value);
    HOLDS(theirs != NULL && fuzz_is(theirs, gw_buf_slice(&ours)));
    zend_string_release(theirs);
    zval_ptr_dtor(&value);
    gw_buf_deinit(&ours);
    free(copy);
    return 0;
}
