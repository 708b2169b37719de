/* Two sessions, a line feed between them. Merging nothing, itself, or the same
 * again changes nothing. */
#include "scarce.h"

#include "session.h"

static void check_same(gw_slice base, gw_slice patch, gw_slice expected)
{
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    HOLDS(gw_session_merge(&out, base, patch) == GW_OK);
    HOLDS(same(gw_buf_slice(&out), expected));
    gw_buf_deinit(&out);
}

static void check_normal_form(gw_slice base)
{
    gw_slice empty = gw_slice_str("a:0:{}");
    gw_buf normal;

    gw_buf_init(&normal, NULL, 0);
    HOLDS(gw_session_merge(&normal, base, empty) == GW_OK);
    check_same(gw_buf_slice(&normal), empty, gw_buf_slice(&normal));
    check_same(empty, base, gw_buf_slice(&normal));
    check_same(base, base, gw_buf_slice(&normal));
    gw_buf_deinit(&normal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = size == 0 ? NULL : memchr(data, '\n', size);

    if (cut == NULL)
        return 0;

    gw_slice base = gw_slice_of(data, (size_t)(cut - data));
    gw_slice patch = gw_slice_of(cut + 1, size - base.len - 1);
    gw_buf out;

    gw_buf_init(&out, NULL, 0);
    gw_buf_put_str(&out, "kept");
    if (gw_session_merge(&out, base, patch) == GW_OK) {
        gw_slice merged = gw_slice_of(out.base + 4, out.len - 4);

        HOLDS(gw_session_check(merged) == GW_OK);
        check_same(merged, patch, merged);
        check_normal_form(base);
        check_normal_form(patch);
        check_scarce(gw_session_merge, base, patch, merged,
                     (unsigned)size % 256);
    } else {
        HOLDS(same(gw_buf_slice(&out), gw_slice_str("kept")));
    }
    gw_buf_deinit(&out);
    return 0;
}
