/* Whatever comes out is JSON. */
#include "scarce.h"

#include "json_read.h"
#include "ser_to_json.h"

static void check_json(gw_slice text)
{
    gw_json json;
    gw_json_token token;
    int rc;

    gw_json_init(&json, text);
    while ((rc = gw_json_next(&json, &token)) == GW_OK &&
           token.type != GW_JSON_END)
        continue;
    HOLDS(rc == GW_OK || rc == GW_EDEPTH);
}

static int convert(gw_buf *out, gw_slice ser, gw_slice none)
{
    (void)none;
    return gw_json_from_ser(out, ser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice ser = gw_slice_of(data, size);
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    if (gw_json_from_ser(&out, ser) == GW_OK) {
        check_json(gw_buf_slice(&out));
        check_scarce(convert, ser, ser, gw_buf_slice(&out),
                     (unsigned)size % 256);
    } else {
        HOLDS(out.len == 0);
    }
    gw_buf_deinit(&out);
    return 0;
}
