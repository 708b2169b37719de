#include "json_write.h"

#include <stdlib.h>

#include "utf8.h"

/* The letter after the backslash for characters that have a short escape. */
static char short_escape(unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return (char)c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

static void put_u_escape(gw_buf *buf, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\',
                    'u',
                    digits[unit >> 12 & 15],
                    digits[unit >> 8 & 15],
                    digits[unit >> 4 & 15],
                    digits[unit & 15]};

    gw_buf_put(buf, text, sizeof text);
}

static void put_escaped(gw_buf *buf, uint32_t c)
{
    char letter = c < 0x80 ? short_escape((unsigned char)c) : '\0';

    if (letter != '\0') {
        char text[2] = {'\\', letter};

        gw_buf_put(buf, text, sizeof text);
    } else if (c < 0x10000) {
        put_u_escape(buf, c);
    } else {
        put_u_escape(buf, 0xd800 | (c - 0x10000) >> 10);
        put_u_escape(buf, 0xdc00 | (c & 0x3ff));
    }
}

static int is_plain_ascii(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '/';
}

static int is_plain(uint32_t c, int keep_unicode)
{
    return c >= 0x80 && keep_unicode && c != 0x2028 && c != 0x2029;
}

static void put_string(gw_buf *buf, gw_slice s, int keep_unicode)
{
    size_t plain = 0; /* where the run that is copied as it is began */
    size_t at = 0;

    gw_buf_put_char(buf, '"');
    while (at < s.len) {
        if (is_plain_ascii((unsigned char)s.base[at])) {
            at++;
            continue;
        }

        uint32_t c;
        size_t len = gw_utf8_decode(gw_slice_of(s.base + at, s.len - at), &c);

        if (len == 0) {
            gw_buf_fail(buf, GW_EUTF8);
            return;
        }
        if (!is_plain(c, keep_unicode)) {
            gw_buf_put(buf, s.base + plain, at - plain);
            put_escaped(buf, c);
            plain = at + len;
        }
        at += len;
    }
    if (s.len > plain)
        gw_buf_put(buf, s.base + plain, s.len - plain);
    gw_buf_put_char(buf, '"');
}

void gw_json_put_string(gw_buf *buf, gw_slice s)
{
    put_string(buf, s, 0);
}

void gw_json_put_string_unicode(gw_buf *buf, gw_slice s)
{
    put_string(buf, s, 1);
}

void gw_json_put_key(gw_buf *buf, const gw_key *key)
{
    switch (key->type) {
    case GW_KEY_STRING:
        gw_json_put_string(buf, key->str);
        break;
    case GW_KEY_INT:
        gw_buf_put_int(buf, key->num);
        break;
    case GW_KEY_JSON:
        gw_buf_put_slice(buf, key->str);
        break;
    case GW_KEY_NONE:
        gw_buf_fail(buf, GW_EINVAL);
        break;
    }
}

void gw_json_put_keys(gw_buf *buf, const gw_key *keys, size_t count)
{
    gw_buf_put_char(buf, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            gw_buf_put_char(buf, ',');
        gw_json_put_key(buf, &keys[i]);
    }
    gw_buf_put_char(buf, ']');
}

static void put_connection(gw_buf *buf, uint32_t id, int first)
{
    gw_buf_put_str(buf, first ? "{\"" : ",\"");
    gw_buf_put_int(buf, id);
    gw_buf_put_str(buf, "\":");
    gw_buf_put_int(buf, id); /* gateways read the values, not the keys */
}

/* Ascending ids hold no duplicates: the usual case needs no memory. */
static int is_ascending(const uint32_t *ids, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (ids[i] <= ids[i - 1])
            return 0;
    }
    return 1;
}

typedef struct place {
    uint32_t id;
    uint32_t repeated;
    size_t index;
} place;

static int by_id_then_index(const void *left, const void *right)
{
    const place *a = left;
    const place *b = right;

    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static int by_index(const void *left, const void *right)
{
    const place *a = left;
    const place *b = right;

    return a->index < b->index ? -1 : a->index > b->index;
}

/* Sorted twice rather than hashed: no bad case, whoever chose the ids. */
static void mark_repeated(place *places, const uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        places[i].id = ids[i];
        places[i].repeated = 0;
        places[i].index = i;
    }
    qsort(places, count, sizeof *places, by_id_then_index);
    for (size_t i = 1; i < count; i++)
        places[i].repeated = places[i].id == places[i - 1].id;
    qsort(places, count, sizeof *places, by_index);
}

static void put_distinct(gw_buf *buf, const uint32_t *ids, size_t count)
{
    const gw_allocator *allocator = buf->allocator;
    place *places = NULL;

    if (count <= SIZE_MAX / sizeof *places)
        places =
            allocator->realloc(NULL, count * sizeof *places, allocator->user);
    if (places == NULL) {
        gw_buf_fail(buf, GW_ENOMEM);
        return;
    }
    mark_repeated(places, ids, count);
    for (size_t i = 0; i < count; i++) {
        if (!places[i].repeated)
            put_connection(buf, places[i].id, i == 0);
    }
    allocator->free(places, allocator->user);
}

void gw_json_put_connections(gw_buf *buf, const uint32_t *ids, size_t count)
{
    if (count == 0) {
        gw_buf_put_str(buf, "[]");
        return;
    }
    if (is_ascending(ids, count)) {
        for (size_t i = 0; i < count; i++)
            put_connection(buf, ids[i], i == 0);
    } else {
        put_distinct(buf, ids, count);
    }
    gw_buf_put_char(buf, '}');
}
