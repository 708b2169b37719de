/* Query strings, cookies and whole upgrade requests: what comes out is always
 * one serialized array. */
#include "fuzz.h"

#include "inner/query.h"
#include "inner/upgrade.h"
#include "ser_read.h"

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1};

static void check(gw_buf *out, int result)
{
    gw_ser ser;
    gw_ser_token token;

    HOLDS(result == GW_OK);
    gw_ser_init(&ser, gw_buf_slice(out));
    HOLDS(gw_ser_next(&ser, &token) == GW_OK && token.type == GW_SER_ARRAY);
    do {
        HOLDS(gw_ser_next(&ser, &token) == GW_OK);
    } while (token.type != GW_SER_END);
    gw_buf_clear(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice in = gw_slice_of(data, size);
    gwd_http_head head;
    size_t consumed;
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    if (gwd_http_head_read(in, &head, &consumed) == GW_OK) {
        gwd_upgrade upgrade = {&head, gw_slice_str("::1"), 1, 2, seed};

        check(&out, gwd_upgrade_put(&out, &upgrade));
    }
    check(&out, gwd_query_put(&out, in, seed));
    check(&out, gwd_cookies_put(&out, in, seed));
    gw_buf_deinit(&out);
    return 0;
}
