/* JSON to a session: what comes out is one, and back and forth once more it is
 * the same. */
#include "scarce.h"

#include "json_to_ser.h"
#include "ser_to_json.h"
#include "session.h"

/* JSON, and what it is after one more way back and forth. */
static void turn(gw_slice ser, gw_buf *json, gw_buf *again)
{
    gw_buf_init(json, NULL, 0);
    gw_buf_init(again, NULL, 0);
    HOLDS(gw_json_object_from_ser(json, ser) == GW_OK);
    HOLDS(gw_ser_from_json(again, gw_buf_slice(json)) == GW_OK);
}

/* Floats that are integers lose their point in JSON, and -0 its sign, so the
 * first way may change something. The second may not. */
static void check_again(gw_slice ser)
{
    gw_buf json[3];
    gw_buf again[3];

    turn(ser, &json[0], &again[0]);
    turn(gw_buf_slice(&again[0]), &json[1], &again[1]);
    turn(gw_buf_slice(&again[1]), &json[2], &again[2]);
    HOLDS(same(gw_buf_slice(&json[1]), gw_buf_slice(&json[2])));
    HOLDS(same(gw_buf_slice(&again[1]), gw_buf_slice(&again[2])));
    for (int i = 0; i < 3; i++) {
        gw_buf_deinit(&json[i]);
        gw_buf_deinit(&again[i]);
    }
}

static int convert(gw_buf *out, gw_slice json, gw_slice none)
{
    (void)none;
    return gw_ser_from_json(out, json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice json = gw_slice_of(data, size);
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    if (gw_ser_from_json(&out, json) == GW_OK) {
        HOLDS(gw_session_check(gw_buf_slice(&out)) == GW_OK);
        check_again(gw_buf_slice(&out));
        check_scarce(convert, json, json, gw_buf_slice(&out),
                     (unsigned)size % 256);
    } else {
        HOLDS(out.len == 0);
    }
    gw_buf_deinit(&out);
    return 0;
}
