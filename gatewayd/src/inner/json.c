#include "inner/json.h"

#include <stdlib.h>

#include "key.h"

int gwd_json_check(gw_slice text)
{
    gw_json json;
    gw_json_token token;
    int error;

    gw_json_init(&json, text);
    do {
        error = gw_json_next(&json, &token);
    } while (error == GW_OK && token.type != GW_JSON_END);
    return error;
}

bool gwd_json_member(gw_json *json, gw_json_token *token, gw_slice text,
                     const char *name)
{
    gw_json walk;
    gw_json_token at;
    bool found = false;

    gw_json_init(&walk, text);
    if (gw_json_next(&walk, &at) != GW_OK || at.type != GW_JSON_OBJECT) {
        return false;
    }
    while (gw_json_next(&walk, &at) == GW_OK && at.type == GW_JSON_NAME) {
        bool named = gw_json_equals(&at, name);
        if (gw_json_next(&walk, &at) != GW_OK) {
            break;
        }
        if (named) { /* of repeated members the last one counts */
            found = true;
            *json = walk;
            *token = at;
        }
        if (gw_json_skip(&walk, &at) != GW_OK) {
            break;
        }
    }
    return found;
}

static bool is_container(const gw_json_token *token)
{
    return token->type == GW_JSON_ARRAY || token->type == GW_JSON_OBJECT;
}

bool gwd_json_items_init(gwd_json_items *items, gw_json *json,
                         const gw_json_token *token)
{
    items->json = json;
    items->object = token->type == GW_JSON_OBJECT;
    items->open = false;
    return is_container(token);
}

bool gwd_json_items_of(gwd_json_items *items, gw_json *json, gw_slice text)
{
    gw_json_token token;

    gw_json_init(json, text);
    return gw_json_next(json, &token) == GW_OK &&
           gwd_json_items_init(items, json, &token);
}

bool gwd_json_items_next(gwd_json_items *items)
{
    if (items->open && gw_json_skip(items->json, &items->value) != GW_OK) {
        return false;
    }
    items->open = false;
    if (items->object && (gw_json_next(items->json, &items->name) != GW_OK ||
                          items->name.type != GW_JSON_NAME)) {
        return false;
    }
    if (gw_json_next(items->json, &items->value) != GW_OK ||
        items->value.type == GW_JSON_ARRAY_END) {
        return false;
    }
    items->open = is_container(&items->value);
    return true;
}

int gwd_json_reserve(gw_buf *text, gw_slice document)
{
    gw_buf_clear(text);
    /* Unescaping never makes a string longer. */
    return gw_buf_reserve(text, document.len + 1) != NULL ? GW_OK : GW_ENOMEM;
}

static gw_slice token_text(const gw_json_token *token, gw_buf *text)
{
    if (!token->escaped) {
        return token->text;
    }
    size_t start = text->len;
    gw_json_unescape(text, token);
    return gw_slice_of(text->base + start, text->len - start);
}

/* A float as an array key: without its fraction, and of 2^63 and more only the
 * lowest 64 bits; no bits of infinity. */
static int64_t wrapped(double value)
{
    uint64_t bits;
    int shift;

    if (value > -9.2e18 && value < 9.2e18) {
        return (int64_t)value;
    }
    memcpy(&bits, &value, sizeof(bits));
    shift = (int)(bits >> 52 & 0x7ff) - 1075; /* 10 and more */
    bits = (bits & 0xfffffffffffff) | 0x10000000000000;
    bits = shift < 64 ? bits << shift : 0;
    return (int64_t)(value < 0 ? 0 - bits : bits);
}

static int64_t truncated(gw_slice number)
{
    char digits[64];
    size_t len = number.len < sizeof(digits) ? number.len : sizeof(digits) - 1;

    memcpy(digits, number.base, len);
    digits[len] = '\0';
    return wrapped(strtod(digits, NULL));
}

bool gwd_json_key(const gw_json_token *token, gw_buf *text, gw_key *key)
{
    switch (token->type) {
    case GW_JSON_NAME:
    case GW_JSON_STRING:
        *key = gw_key_normalize(token_text(token, text));
        return true;
    case GW_JSON_INT:
        *key = gw_key_int(token->num);
        return true;
    case GW_JSON_DOUBLE:
        *key = gw_key_int(truncated(token->text));
        return true;
    case GW_JSON_TRUE:
    case GW_JSON_FALSE:
        *key = gw_key_int(token->type == GW_JSON_TRUE);
        return true;
    case GW_JSON_NULL:
        *key = gw_key_str("");
        return true;
    default:
        return false;
    }
}

uint32_t gwd_json_connection(const gw_json_token *token, gw_buf *text)
{
    gw_key key;

    if (!gwd_json_key(token, text, &key) || key.type != GW_KEY_INT ||
        key.num < 1 || key.num > UINT32_MAX) {
        return 0;
    }
    return (uint32_t)key.num;
}
