/* In two steps. The first writes each value where the JSON has it, and so may
 * repeat a key, or write "7" for 7. The second reads that as unserialize()
 * would, which is what json_decode() does with the keys of objects, too, and
 * writes it anew. */
#include "json_to_ser.h"

#include "decimal.h"
#include "double_text.h"
#include "json_read.h"
#include "ser_write.h"
#include "value.h"

/* A count is known when its array has ended: there is room for so many digits,
 * zeros at first, and our reader does not mind zeros in front. */
#define COUNT_ROOM GW_DECIMAL_SHORT_LEN

typedef struct level {
    size_t at; /* of the count's last digit + 1 */
    int64_t count;
    int is_list;
} level;

typedef struct writer {
    gw_buf text;
    gw_buf unescaped;
    unsigned depth;
    level levels[GW_JSON_DEPTH_MAX];
} writer;

static void put_string(writer *w, const gw_json_token *token)
{
    if (!token->escaped) {
        gw_ser_put_string(&w->text, token->text);
        return;
    }
    gw_buf_clear(&w->unescaped);
    gw_json_unescape(&w->unescaped, token);
    if (w->unescaped.error != GW_OK)
        gw_buf_fail(&w->text, w->unescaped.error);
    else
        gw_ser_put_string(&w->text, gw_buf_slice(&w->unescaped));
}

/* serialize() writes the exponent with an E. */
static void put_double(writer *w, gw_slice number)
{
    size_t at;

    gw_buf_put_str(&w->text, "d:");
    at = w->text.len;
    gw_buf_put_double(&w->text, number);
    gw_buf_put_char(&w->text, ';');
    for (; w->text.error == GW_OK && at < w->text.len; at++) {
        if (w->text.base[at] == 'e')
            w->text.base[at] = 'E';
    }
}

static void open_array(writer *w, int is_list)
{
    level *l = &w->levels[w->depth++];

    gw_buf_put_str(&w->text, "a:");
    for (int i = 0; i < COUNT_ROOM; i++)
        gw_buf_put_char(&w->text, '0');
    l->at = w->text.len;
    l->count = 0;
    l->is_list = is_list;
    gw_buf_put_str(&w->text, ":{");
}

static void close_array(writer *w)
{
    const level *l = &w->levels[--w->depth];
    size_t len = gw_decimal_len(l->count);

    gw_ser_put_array_end(&w->text);
    if (w->text.error == GW_OK)
        gw_decimal_put(w->text.base + l->at - len, l->count, len);
}

/* A list's values get their keys here; those of objects have names. */
static void begin_value(writer *w)
{
    level *l = w->depth == 0 ? NULL : &w->levels[w->depth - 1];

    if (l == NULL)
        return;
    if (l->is_list)
        gw_ser_put_int(&w->text, l->count);
    l->count++;
}

static void put_token(writer *w, const gw_json_token *token)
{
    switch (token->type) {
    case GW_JSON_OBJECT:
    case GW_JSON_ARRAY:
        open_array(w, token->type == GW_JSON_ARRAY);
        break;
    case GW_JSON_OBJECT_END:
    case GW_JSON_ARRAY_END:
        close_array(w);
        break;
    case GW_JSON_NAME:
    case GW_JSON_STRING:
        put_string(w, token);
        break;
    case GW_JSON_INT:
        gw_ser_put_int(&w->text, token->num);
        break;
    case GW_JSON_DOUBLE:
        put_double(w, token->text);
        break;
    case GW_JSON_TRUE:
    case GW_JSON_FALSE:
        gw_ser_put_bool(&w->text, token->type == GW_JSON_TRUE);
        break;
    case GW_JSON_NULL:
        gw_ser_put_null(&w->text);
        break;
    case GW_JSON_END:
        break;
    }
}

static int is_value(gw_json_type type)
{
    return type != GW_JSON_NAME && type != GW_JSON_OBJECT_END &&
           type != GW_JSON_ARRAY_END && type != GW_JSON_END;
}

static int write_all(writer *w, gw_slice text)
{
    gw_json json;
    gw_json_token token;
    int first = 1;

    gw_json_init(&json, text);
    do {
        int rc = gw_json_next(&json, &token);

        if (rc != GW_OK)
            return rc;
        if (first && token.type != GW_JSON_OBJECT &&
            token.type != GW_JSON_ARRAY)
            return GW_EPROTO;
        first = 0;
        if (is_value(token.type))
            begin_value(w);
        put_token(w, &token);
    } while (token.type != GW_JSON_END && w->text.error == GW_OK);
    return w->text.error;
}

static int write_anew(gw_buf *out, gw_slice text)
{
    size_t len = out->len;
    gw_arena arena;
    gw_value value;
    int references;

    gw_arena_init(&arena, out->allocator);

    int rc = gw_value_read(&arena, text, &value, &references);
    if (rc == GW_OK) {
        gw_value_put_ser(out, &value);
        rc = out->error;
    }
    if (rc != GW_OK)
        out->len = len;
    gw_arena_deinit(&arena);
    return rc;
}

int gw_ser_from_json(gw_buf *out, gw_slice json)
{
    writer w;

    gw_buf_init(&w.text, out->allocator, out->max);
    gw_buf_init(&w.unescaped, out->allocator, out->max);
    w.depth = 0;

    int rc = write_all(&w, json);
    if (rc == GW_OK)
        rc = write_anew(out, gw_buf_slice(&w.text));
    gw_buf_deinit(&w.text);
    gw_buf_deinit(&w.unescaped);
    return rc;
}
