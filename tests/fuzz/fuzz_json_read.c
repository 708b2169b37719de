/* A document that is read and written again reads the same. */
#include "fuzz.h"

#include "json_read.h"
#include "json_write.h"

static void put_text(gw_buf *out, const gw_json_token *token)
{
    gw_buf text;

    gw_buf_init(&text, NULL, 0);
    gw_json_unescape(&text, token);
    HOLDS(text.error == GW_OK);
    gw_json_put_string(out, gw_buf_slice(&text));
    gw_buf_deinit(&text);
}

static void put_token(gw_buf *out, const gw_json_token *token)
{
    static const char *const words[] = {
        [GW_JSON_OBJECT] = "{",  [GW_JSON_OBJECT_END] = "}",
        [GW_JSON_ARRAY] = "[",   [GW_JSON_ARRAY_END] = "]",
        [GW_JSON_TRUE] = "true", [GW_JSON_FALSE] = "false",
        [GW_JSON_NULL] = "null",
    };

    switch (token->type) {
    case GW_JSON_NAME:
    case GW_JSON_STRING:
        put_text(out, token);
        break;
    case GW_JSON_INT:
        gw_buf_put_int(out, token->num);
        break;
    case GW_JSON_DOUBLE:
        gw_buf_put_slice(out, token->text);
        break;
    default:
        gw_buf_put_str(out, words[token->type]);
    }
}

static int is_end(gw_json_type type)
{
    return type == GW_JSON_OBJECT_END || type == GW_JSON_ARRAY_END;
}

static int opens(gw_json_type type)
{
    return type == GW_JSON_OBJECT || type == GW_JSON_ARRAY ||
           type == GW_JSON_NAME;
}

static int rewrite(gw_buf *out, gw_slice text)
{
    gw_json json;
    gw_json_token token;
    gw_json_type before = GW_JSON_ARRAY;
    int rc;

    gw_json_init(&json, text);
    while ((rc = gw_json_next(&json, &token)) == GW_OK &&
           token.type != GW_JSON_END) {
        if (before == GW_JSON_NAME)
            gw_buf_put_char(out, ':');
        else if (!opens(before) && !is_end(token.type))
            gw_buf_put_char(out, ',');
        put_token(out, &token);
        before = token.type;
    }
    HOLDS(gw_json_next(&json, &token) == rc);
    return rc;
}

static void check_skip(gw_slice text)
{
    gw_json json;
    gw_json_token token;

    gw_json_init(&json, text);
    HOLDS(gw_json_next(&json, &token) == GW_OK);
    HOLDS(gw_json_skip(&json, &token) == GW_OK);
    HOLDS(gw_json_next(&json, &token) == GW_OK && token.type == GW_JSON_END);
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
        HOLDS(rewrite(&twice, gw_buf_slice(&once)) == GW_OK);
        HOLDS(same(gw_buf_slice(&once), gw_buf_slice(&twice)));
    }
    gw_buf_deinit(&once);
    gw_buf_deinit(&twice);
    return 0;
}
