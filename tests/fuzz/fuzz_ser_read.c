/* A serialized value that is read and written again reads the same. */
#include "fuzz.h"

#include "ser_read.h"
#include "ser_write.h"
#include "session.h"

static void put_token(gw_buf *out, const gw_ser_token *token)
{
    gw_key key;

    switch (token->type) {
    case GW_SER_NULL:
        gw_ser_put_null(out);
        break;
    case GW_SER_BOOL:
        gw_ser_put_bool(out, token->num != 0);
        break;
    case GW_SER_INT:
        HOLDS(gw_ser_key(token, &key) == GW_OK);
        gw_ser_put_key(out, &key);
        break;
    case GW_SER_DOUBLE:
        gw_buf_put_str(out, "d:");
        gw_buf_put_slice(out, token->text);
        gw_buf_put_char(out, ';');
        break;
    case GW_SER_STRING:
        gw_ser_put_string(out, token->text);
        break;
    case GW_SER_ARRAY:
        gw_ser_put_array(out, (size_t)token->num);
        break;
    case GW_SER_ARRAY_END:
        gw_ser_put_array_end(out);
        break;
    default:
        gw_buf_put_slice(out, token->text);
    }
}

static int rewrite(gw_buf *out, gw_slice text)
{
    gw_ser ser;
    gw_ser_token token;
    int rc;

    gw_ser_init(&ser, text);
    while ((rc = gw_ser_next(&ser, &token)) == GW_OK &&
           token.type != GW_SER_END)
        put_token(out, &token);
    HOLDS(gw_ser_next(&ser, &token) == rc);
    return rc;
}

static void check_skip(gw_slice text)
{
    gw_ser ser;
    gw_ser_token token;

    gw_ser_init(&ser, text);
    HOLDS(gw_ser_next(&ser, &token) == GW_OK);
    HOLDS((token.type == GW_SER_ARRAY) == (gw_session_check(text) == GW_OK));
    HOLDS(gw_ser_skip(&ser, &token) == GW_OK);
    HOLDS(gw_ser_next(&ser, &token) == GW_OK && token.type == GW_SER_END);
}

static gw_ser_token token_of(gw_ser *ser, gw_ser_type type)
{
    gw_ser_token token;

    HOLDS(gw_ser_next(ser, &token) == GW_OK && token.type == type);
    return token;
}

/* Where the short way reads a value, the long one finds the same. */
static void check_wrapped(gw_slice text)
{
    gw_slice before = gw_slice_str("a:1:{s:3:\"uid\";s:");
    gw_slice after = gw_slice_str(";}");
    gw_ser ser, copy;
    gw_ser_token token;
    gw_slice found;

    gw_ser_init(&ser, text);
    do {
        copy = ser;
        if (gw_ser_read_wrapped(&copy, before, after, &found)) {
            gw_ser longer = ser;

            HOLDS(token_of(&longer, GW_SER_ARRAY).num == 1);
            HOLDS(token_of(&longer, GW_SER_STRING).is_key);
            HOLDS(same(token_of(&longer, GW_SER_STRING).text, found));
            token_of(&longer, GW_SER_ARRAY_END);
            HOLDS(longer.p == copy.p && longer.depth == copy.depth);
            HOLDS(longer.left[ser.depth - 1] == copy.left[ser.depth - 1]);
            HOLDS(longer.key_next[ser.depth - 1] ==
                  copy.key_next[ser.depth - 1]);
        } else {
            HOLDS(copy.p == ser.p);
        }
    } while (gw_ser_next(&ser, &token) == GW_OK && token.type != GW_SER_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice text = gw_slice_of(data, size);
    gw_buf once;
    gw_buf twice;

    gw_buf_init(&once, NULL, 0);
    gw_buf_init(&twice, NULL, 0);
    if (rewrite(&once, text) == GW_OK) {
        check_skip(text);
        check_wrapped(text);
        HOLDS(rewrite(&twice, gw_buf_slice(&once)) == GW_OK);
        HOLDS(same(gw_buf_slice(&once), gw_buf_slice(&twice)));
    }
    gw_buf_deinit(&once);
    gw_buf_deinit(&twice);
    return 0;
}
