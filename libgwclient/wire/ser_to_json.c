#include "ser_to_json.h"

#include "double_text.h"
#include "json_write.h"
#include "key.h"
#include "ser_read.h"
#include "value.h"

#define CLASS_NAME "__PHP_Incomplete_Class_Name"

static void put_value(gw_buf *out, const gw_value *value);

static void put_scalar(gw_buf *out, gw_slice text)
{
    gw_ser ser;
    gw_ser_token token;

    gw_ser_init(&ser, text);

    int rc = gw_ser_next(&ser, &token);
    if (rc != GW_OK) {
        gw_buf_fail(out, rc);
        return;
    }
    switch (token.type) {
    case GW_SER_NULL:
        gw_buf_put_str(out, "null");
        break;
    case GW_SER_BOOL:
        gw_buf_put_str(out, token.num ? "true" : "false");
        break;
    case GW_SER_INT:
        gw_buf_put_int(out, token.num);
        break;
    case GW_SER_DOUBLE:
        gw_buf_put_double(out, token.text);
        break;
    case GW_SER_STRING:
        gw_json_put_string_unicode(out, token.text);
        break;
    default:
        gw_buf_fail(out, GW_EINVAL);
    }
}

static void put_name(gw_buf *out, const gw_key *key)
{
    if (key->type == GW_KEY_INT) {
        gw_buf_put_char(out, '"');
        gw_buf_put_int(out, key->num);
        gw_buf_put_char(out, '"');
    } else {
        gw_json_put_string_unicode(out, key->str);
    }
    gw_buf_put_char(out, ':');
}

static void put_map(gw_buf *out, const gw_map *map, int is_list)
{
    gw_buf_put_char(out, is_list ? '[' : '{');
    for (const gw_entry *e = map->first; e != NULL; e = e->next) {
        if (e != map->first)
            gw_buf_put_char(out, ',');
        if (!is_list)
            put_name(out, &e->key);
        put_value(out, &e->value);
    }
    gw_buf_put_char(out, is_list ? ']' : '}');
}

/* What PHP calls properties that are not public starts with a NUL. */
static int is_hidden(const gw_key *key)
{
    return key->type == GW_KEY_STRING && key->str.len > 0 &&
           key->str.base[0] == '\0';
}

/* A property of this name takes the place of the class. */
static const gw_entry *find_class_name(const gw_map *map)
{
    const gw_key name = gw_key_str(CLASS_NAME);
    const gw_entry *e = map->first;

    while (e != NULL && !gw_key_equal(&e->key, &name))
        e = e->next;
    return e;
}

/* As json_encode() writes an object whose class is not known: the reference
 * unserializes without classes. */
static void put_object(gw_buf *out, const gw_value *object)
{
    const gw_entry *name = find_class_name(object->map);

    gw_buf_put_str(out, "{\"" CLASS_NAME "\":");
    if (name == NULL)
        gw_json_put_string_unicode(out, object->text);
    else
        put_value(out, &name->value);
    for (const gw_entry *e = object->map->first; e != NULL; e = e->next) {
        if (e == name || is_hidden(&e->key))
            continue;
        gw_buf_put_char(out, ',');
        put_name(out, &e->key);
        put_value(out, &e->value);
    }
    gw_buf_put_char(out, '}');
}

static int is_array(const gw_value *value)
{
    return value->map != NULL && value->text.base == NULL;
}

static void put_value(gw_buf *out, const gw_value *value)
{
    if (value->map == NULL)
        put_scalar(out, value->text);
    else if (is_array(value))
        put_map(out, value->map, gw_map_is_list(value->map));
    else
        put_object(out, value);
}

static int convert(gw_buf *out, gw_slice ser, int only_object)
{
    size_t len = out->len;
    gw_arena arena;
    gw_value value;

    gw_arena_init(&arena, out->allocator);

    int rc = gw_value_read_deep(&arena, ser, &value);
    if (rc == GW_OK && only_object && !is_array(&value))
        rc = GW_EPROTO;
    if (rc == GW_OK) {
        if (only_object)
            put_map(out, value.map, 0);
        else
            put_value(out, &value);
        rc = out->error;
    }
    if (rc != GW_OK)
        out->len = len;
    gw_arena_deinit(&arena);
    return rc;
}

int gw_json_from_ser(gw_buf *out, gw_slice ser)
{
    return convert(out, ser, 0);
}

int gw_json_object_from_ser(gw_buf *out, gw_slice ser)
{
    return convert(out, ser, 1);
}
