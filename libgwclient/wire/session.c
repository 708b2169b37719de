#include "session.h"

#include "ser_read.h"
#include "value.h"

static int read_array(gw_arena *arena, gw_slice text, gw_value *value)
{
    int references;
    int rc = gw_value_read(arena, text, value, &references);

    if (rc != GW_OK)
        return rc;
    return value->map == NULL || references > 0 ? GW_EPROTO : GW_OK;
}

static int read_and_merge(gw_arena *arena, gw_slice base, gw_slice patch,
                          gw_value *merged)
{
    gw_value change;
    int rc = read_array(arena, base, merged);

    if (rc == GW_OK)
        rc = read_array(arena, patch, &change);
    if (rc == GW_OK)
        gw_value_merge(merged->map, change.map);
    return rc;
}

int gw_session_merge(gw_buf *out, gw_slice base, gw_slice patch)
{
    size_t len = out->len;
    gw_arena arena;
    gw_value merged;

    gw_arena_init(&arena, out->allocator);

    int rc = read_and_merge(&arena, base, patch, &merged);
    if (rc == GW_OK) {
        gw_value_put_ser(out, &merged);
        rc = out->error;
    }
    if (rc != GW_OK)
        out->len = len;
    gw_arena_deinit(&arena);
    return rc;
}

int gw_session_check(gw_slice s)
{
    gw_ser ser;
    gw_ser_token token;

    gw_ser_init(&ser, s);

    int rc = gw_ser_next(&ser, &token);
    if (rc == GW_OK && token.type != GW_SER_ARRAY)
        return GW_EPROTO;
    if (rc == GW_OK)
        rc = gw_ser_skip(&ser, &token);
    if (rc == GW_OK)
        rc = gw_ser_next(&ser, &token); /* GW_SER_END */
    return rc;
}
