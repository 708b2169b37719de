#include "json_read.h"

#include "decimal.h"
#include "utf8.h"

/* What may come next. FAILED + n: the parser stopped with the code -n. */
enum {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END, /* just after "[" */
    EXPECT_NAME_OR_END,  /* just after "{" */
    EXPECT_COMMA_OR_END,
    EXPECT_NOTHING,
    FAILED
};

/* A character of a string, escapes resolved. */
typedef struct string_char {
    uint32_t value;
    size_t len; /* bytes read for it */
} string_char;

void gw_json_init(gw_json *json, gw_slice text)
{
    json->p = text.base;
    json->end = text.len == 0 ? text.base : text.base + text.len;
    json->depth = 0;
    json->expect = EXPECT_VALUE;
}

static int fail(gw_json *json, int error)
{
    json->expect = FAILED + (unsigned)-error;
    return error;
}

static gw_slice rest_of(const gw_json *json)
{
    return gw_slice_of(json->p, (size_t)(json->end - json->p));
}

static void skip_space(gw_json *json)
{
    while (json->p < json->end && (*json->p == ' ' || *json->p == '\t' ||
                                   *json->p == '\n' || *json->p == '\r'))
        json->p++;
}

/* Takes `c` if it is next. */
static int take(gw_json *json, char c)
{
    if (json->p == json->end || *json->p != c)
        return 0;
    json->p++;
    return 1;
}

/* Strings. */

static int hex_unit(gw_slice s, uint32_t *unit)
{
    uint32_t value = 0;

    if (s.len < 6 || s.base[0] != '\\' || s.base[1] != 'u')
        return 0;
    for (size_t i = 2; i < 6; i++) {
        char c = s.base[i];

        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value << 4 | (uint32_t)(c - 'A' + 10);
        else
            return 0;
    }
    *unit = value;
    return 1;
}

static int read_u_escape(gw_slice s, string_char *c)
{
    uint32_t high;
    uint32_t low;

    if (!hex_unit(s, &high))
        return GW_EPROTO;
    c->value = high;
    c->len = 6;
    if (high < 0xd800 || high > 0xdfff)
        return GW_OK;
    if (high > 0xdbff || !hex_unit(gw_slice_of(s.base + 6, s.len - 6), &low) ||
        low < 0xdc00 || low > 0xdfff)
        return GW_EUTF8;
    c->value = 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
    c->len = 12;
    return GW_OK;
}

static int read_escape(gw_slice s, string_char *c)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";

    if (s.len < 2)
        return GW_EPROTO;
    if (s.base[1] == 'u')
        return read_u_escape(s, c);

    const char *found = memchr(letters, s.base[1], sizeof letters - 1);
    if (found == NULL)
        return GW_EPROTO;
    c->value = (unsigned char)values[found - letters];
    c->len = 2;
    return GW_OK;
}

/* The character that `s`, not empty, starts with. */
static int read_char(gw_slice s, string_char *c)
{
    unsigned char first = (unsigned char)s.base[0];

    if (first < 0x20)
        return GW_EPROTO;
    if (first == '\\')
        return read_escape(s, c);
    c->len = gw_utf8_decode(s, &c->value);
    return c->len == 0 ? GW_EUTF8 : GW_OK;
}

/* Most of a string needs no look at what follows. */
static int is_plain_ascii(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* From after the opening quote to after the closing one. */
static int read_string(gw_json *json, gw_json_token *token)
{
    const char *start = json->p;

    token->escaped = 0;
    while (json->p < json->end && *json->p != '"') {
        if (is_plain_ascii((unsigned char)*json->p)) {
            json->p++;
            continue;
        }

        string_char c;
        int rc = read_char(rest_of(json), &c);

        if (rc != GW_OK)
            return rc;
        token->escaped |= *json->p == '\\';
        json->p += c.len;
    }
    token->text = gw_slice_of(start, (size_t)(json->p - start));
    return take(json, '"') ? GW_OK : GW_EPROTO;
}

/* Numbers and words. */

static int take_digits(gw_json *json)
{
    size_t run = gw_decimal_run(rest_of(json));

    json->p += run;
    return run > 0;
}

static int read_fraction(gw_json *json, int *is_double)
{
    if (take(json, '.')) {
        *is_double = 1;
        if (!take_digits(json))
            return GW_EPROTO;
    }
    if (take(json, 'e') || take(json, 'E')) {
        *is_double = 1;
        if (!take(json, '+'))
            take(json, '-');
        if (!take_digits(json))
            return GW_EPROTO;
    }
    return GW_OK;
}

static int read_number(gw_json *json, gw_json_token *token)
{
    const char *start = json->p;
    int is_double = 0;

    take(json, '-');
    if (!take(json, '0') && !take_digits(json))
        return GW_EPROTO;

    token->text = gw_slice_of(start, (size_t)(json->p - start));
    if (read_fraction(json, &is_double) != GW_OK)
        return GW_EPROTO;
    if (!is_double && gw_decimal_int(token->text, &token->num) == GW_OK) {
        token->type = GW_JSON_INT;
        return GW_OK;
    }
    token->type = GW_JSON_DOUBLE;
    token->text.len = (size_t)(json->p - start);
    return GW_OK;
}

static int read_word(gw_json *json, gw_json_token *token)
{
    static const struct {
        const char *word;
        gw_json_type type;
    } words[] = {{"true", GW_JSON_TRUE},
                 {"false", GW_JSON_FALSE},
                 {"null", GW_JSON_NULL}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i].word);

        if (rest_of(json).len >= len &&
            memcmp(json->p, words[i].word, len) == 0) {
            json->p += len;
            token->type = words[i].type;
            return GW_OK;
        }
    }
    return GW_EPROTO;
}

/* Structure. */

static void after_value(gw_json *json)
{
    json->expect = json->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static int open_container(gw_json *json, gw_json_token *token,
                          gw_json_type type, unsigned expect)
{
    if (json->depth == GW_JSON_DEPTH_MAX)
        return GW_EDEPTH;
    json->stack[json->depth++] = (unsigned char)type;
    json->expect = expect;
    token->type = type;
    return GW_OK;
}

static int close_container(gw_json *json, gw_json_token *token)
{
    gw_json_type type = (gw_json_type)json->stack[--json->depth];

    token->type =
        type == GW_JSON_OBJECT ? GW_JSON_OBJECT_END : GW_JSON_ARRAY_END;
    after_value(json);
    return GW_OK;
}

static int read_scalar(gw_json *json, gw_json_token *token)
{
    char c = *json->p;
    int rc;

    if (c == '"') {
        json->p++;
        token->type = GW_JSON_STRING;
        rc = read_string(json, token);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        rc = read_number(json, token);
    } else {
        rc = read_word(json, token);
    }
    after_value(json);
    return rc;
}

static int read_value(gw_json *json, gw_json_token *token)
{
    if (json->p == json->end)
        return GW_EPROTO;
    if (take(json, '{'))
        return open_container(json, token, GW_JSON_OBJECT, EXPECT_NAME_OR_END);
    if (take(json, '['))
        return open_container(json, token, GW_JSON_ARRAY, EXPECT_VALUE_OR_END);
    return read_scalar(json, token);
}

static int read_value_or_end(gw_json *json, gw_json_token *token)
{
    if (take(json, ']'))
        return close_container(json, token);
    return read_value(json, token);
}

static int read_name(gw_json *json, gw_json_token *token)
{
    if (!take(json, '"'))
        return GW_EPROTO;
    token->type = GW_JSON_NAME;

    int rc = read_string(json, token);
    if (rc != GW_OK)
        return rc;
    skip_space(json);
    if (!take(json, ':'))
        return GW_EPROTO;
    json->expect = EXPECT_VALUE;
    return GW_OK;
}

static int read_name_or_end(gw_json *json, gw_json_token *token)
{
    if (take(json, '}'))
        return close_container(json, token);
    return read_name(json, token);
}

static int read_comma_or_end(gw_json *json, gw_json_token *token)
{
    int in_object = json->stack[json->depth - 1] == GW_JSON_OBJECT;

    if (take(json, in_object ? '}' : ']'))
        return close_container(json, token);
    if (!take(json, ','))
        return GW_EPROTO;
    skip_space(json);
    return in_object ? read_name(json, token) : read_value(json, token);
}

static int read_nothing(gw_json *json, gw_json_token *token)
{
    token->type = GW_JSON_END;
    return json->p == json->end ? GW_OK : GW_EPROTO;
}

int gw_json_next(gw_json *json, gw_json_token *token)
{
    static int (*const states[])(gw_json *, gw_json_token *) = {
        [EXPECT_VALUE] = read_value,
        [EXPECT_VALUE_OR_END] = read_value_or_end,
        [EXPECT_NAME_OR_END] = read_name_or_end,
        [EXPECT_COMMA_OR_END] = read_comma_or_end,
        [EXPECT_NOTHING] = read_nothing,
    };

    if (json->expect >= FAILED)
        return -(int)(json->expect - FAILED);

    *token = (gw_json_token){.type = GW_JSON_END};
    skip_space(json);
    int rc = states[json->expect](json, token);
    return rc == GW_OK ? GW_OK : fail(json, rc);
}

int gw_json_skip(gw_json *json, const gw_json_token *token)
{
    gw_json_token inner;
    unsigned outside = json->depth - 1;

    if (token->type != GW_JSON_OBJECT && token->type != GW_JSON_ARRAY)
        return GW_OK;
    while (json->depth > outside) {
        int rc = gw_json_next(json, &inner);

        if (rc != GW_OK)
            return rc;
    }
    return GW_OK;
}

void gw_json_unescape(gw_buf *out, const gw_json_token *token)
{
    gw_slice left = token->text;

    if (!token->escaped) {
        gw_buf_put_slice(out, left);
        return;
    }
    while (left.len > 0) {
        string_char c;
        char bytes[4];
        int rc = read_char(left, &c);

        if (rc != GW_OK) {
            gw_buf_fail(out, rc);
            return;
        }
        gw_buf_put(out, bytes, gw_utf8_encode(c.value, bytes));
        left = gw_slice_of(left.base + c.len, left.len - c.len);
    }
}

int gw_json_equals(const gw_json_token *token, const char *str)
{
    gw_slice left = token->text;
    size_t len = strlen(str);

    if (!token->escaped)
        return left.len == len && memcmp(left.base, str, len) == 0;
    while (left.len > 0) {
        string_char c;
        char bytes[4];

        if (read_char(left, &c) != GW_OK)
            return 0;
        size_t n = gw_utf8_encode(c.value, bytes);
        if (strncmp(str, bytes, n) != 0 || memchr(bytes, '\0', n) != NULL)
            return 0;
        str += n;
        left = gw_slice_of(left.base + c.len, left.len - c.len);
    }
    return *str == '\0';
}
