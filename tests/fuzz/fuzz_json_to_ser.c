/* JSON to a session: what comes out is one, and back and forth once more it is
 * the same. */
#include "fuzz.h"

#include "json_to_ser.h"
#include "ser_to_json.h"
#include "session.h"

/* Floats that are integers lose their point in JSON, so the first way back may
 * differ; the second may not. */
static void check_again(gw_slice ser)
{
    gw_buf json;
    gw_buf again;
    gw_buf twice;

    gw_buf_init(&json, NULL, 0);
    gw_buf_init(&again, NULL, 0);
    gw_buf_init(&twice, NULL, 0);
    HOLDS(gw_json_object_from_ser(&json, ser) == GW_OK);
    HOLDS(gw_ser_from_json(&again, gw_buf_slice(&json)) == GW_OK);
    HOLDS(gw_json_object_from_ser(&twice, gw_buf_slice(&again)) == GW_OK);
    HOLDS(same(gw_buf_slice(&json), gw_buf_slice(&twice)));
    gw_buf_deinit(&json);
    gw_buf_deinit(&again);
    gw_buf_deinit(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    if (gw_ser_from_json(&out, gw_slice_of(data, size)) == GW_OK) {
        HOLDS(gw_session_check(gw_buf_slice(&out)) == GW_OK);
        check_again(gw_buf_slice(&out));
    } else {
        HOLDS(out.len == 0);
    }
    gw_buf_deinit(&out);
    return 0;
}
