#include "value.h"

#include "ser_read.h"
#include "ser_write.h"

/* Integers before strings; the order itself is arbitrary. */
static int compare_keys(const gw_key *a, const gw_key *b)
{
    if (a->type != b->type)
        return a->type == GW_KEY_INT ? -1 : 1;
    if (a->type == GW_KEY_INT)
        return a->num < b->num ? -1 : a->num > b->num;

    size_t len = a->str.len < b->str.len ? a->str.len : b->str.len;
    int order = len == 0 ? 0 : memcmp(a->str.base, b->str.base, len);
    if (order != 0)
        return order;
    return a->str.len < b->str.len ? -1 : a->str.len > b->str.len;
}

/* Stable: of equal keys the one of `a` comes first. */
static gw_entry *merge_sorted(gw_entry *a, gw_entry *b)
{
    gw_entry *head = NULL;
    gw_entry **tail = &head;

    while (a != NULL && b != NULL) {
        gw_entry **from = compare_keys(&a->key, &b->key) <= 0 ? &a : &b;

        *tail = *from;
        tail = &(*from)->sorted;
        *from = *tail;
    }
    *tail = a != NULL ? a : b;
    return head;
}

/* Sorts the first `count` entries of the list (merge sort: no bad case, and
 * log2(count) deep). `*rest` is what follows them in the array. */
static gw_entry *sort_entries(gw_entry *first, size_t count, gw_entry **rest)
{
    gw_entry *middle;

    if (count == 1) {
        *rest = first->next;
        first->sorted = NULL;
        return first;
    }
    gw_entry *left = sort_entries(first, count / 2, &middle);
    gw_entry *right = sort_entries(middle, count - count / 2, rest);
    return merge_sorted(left, right);
}

/* Lists, and what was sorted before, need no sorting. */
static int link_if_ascending(gw_entry *first)
{
    for (gw_entry *e = first; e != NULL; e = e->next) {
        if (e->next != NULL && compare_keys(&e->key, &e->next->key) >= 0)
            return 0;
        e->sorted = e->next;
    }
    return 1;
}

/* Of equal keys, which are neighbours now, the first entry keeps its place and
 * takes the last one's value. Dropped entries are told by GW_KEY_NONE. */
static size_t fold_repeated(gw_entry *sorted)
{
    size_t dropped = 0;

    for (gw_entry *e = sorted; e != NULL; e = e->sorted) {
        while (e->sorted != NULL &&
               compare_keys(&e->key, &e->sorted->key) == 0) {
            gw_entry *repeated = e->sorted;

            e->value = repeated->value;
            e->sorted = repeated->sorted;
            repeated->key.type = GW_KEY_NONE;
            dropped++;
        }
    }
    return dropped;
}

static void unlink_dropped(gw_map *map)
{
    gw_entry *kept = NULL;

    for (gw_entry *e = map->first; e != NULL; e = e->next) {
        if (e->key.type == GW_KEY_NONE)
            continue;
        if (kept != NULL)
            kept->next = e;
        kept = e;
    }
    kept->next = NULL; /* the first entry is never dropped */
    map->last = kept;
}

static void index_map(gw_map *map)
{
    gw_entry *rest;

    if (map->count == 0)
        return;
    if (link_if_ascending(map->first)) {
        map->sorted = map->first;
        return;
    }
    map->sorted = sort_entries(map->first, map->count, &rest);

    size_t dropped = fold_repeated(map->sorted);
    if (dropped > 0) {
        map->count -= dropped;
        unlink_dropped(map);
    }
}

static void append(gw_map *map, gw_entry *entry)
{
    entry->next = NULL;
    if (map->last != NULL)
        map->last->next = entry;
    else
        map->first = entry;
    map->last = entry;
    map->count++;
}

static int read_map(gw_arena *arena, gw_ser *ser, gw_map **map);

static int read_value(gw_arena *arena, gw_ser *ser, gw_value *value)
{
    const char *start = ser->p;
    gw_ser_token token;
    int rc = gw_ser_next(ser, &token);

    if (rc != GW_OK)
        return rc;
    if (token.type == GW_SER_ARRAY)
        return read_map(arena, ser, &value->map);
    value->text = gw_slice_of(start, (size_t)(ser->p - start));
    return GW_OK;
}

static int read_entry(gw_arena *arena, gw_ser *ser, const gw_ser_token *key,
                      gw_map *map)
{
    gw_entry *entry = gw_arena_alloc(arena, sizeof *entry);

    if (entry == NULL)
        return GW_ENOMEM;
    append(map, entry);

    int rc = gw_ser_key(key, &entry->key);
    return rc == GW_OK ? read_value(arena, ser, &entry->value) : rc;
}

/* As deep as GW_SER_DEPTH_MAX allows. */
static int read_map(gw_arena *arena, gw_ser *ser, gw_map **map)
{
    *map = gw_arena_alloc(arena, sizeof **map);
    if (*map == NULL)
        return GW_ENOMEM;
    for (;;) {
        gw_ser_token token;
        int rc = gw_ser_next(ser, &token);

        if (rc == GW_OK && token.type == GW_SER_ARRAY_END)
            break;
        if (rc == GW_OK)
            rc = read_entry(arena, ser, &token, *map);
        if (rc != GW_OK)
            return rc;
    }
    index_map(*map);
    return GW_OK;
}

static int read_whole(gw_arena *arena, gw_ser *ser, gw_value *value)
{
    gw_ser_token end;

    memset(value, 0, sizeof *value);

    int rc = read_value(arena, ser, value);
    return rc == GW_OK ? gw_ser_next(ser, &end) : rc;
}

int gw_value_read(gw_arena *arena, gw_slice text, gw_value *value,
                  int *references)
{
    gw_ser ser;

    gw_ser_init(&ser, text);

    int rc = read_whole(arena, &ser, value);
    *references = ser.references;
    return rc;
}

int gw_value_read_object(gw_arena *arena, gw_slice object, gw_slice *name,
                         gw_value *value)
{
    gw_ser ser;

    gw_ser_init_object(&ser, object, name);
    return read_whole(arena, &ser, value);
}

static void replace(gw_value *value, const gw_value *by)
{
    if (value->map != NULL && by->map != NULL)
        gw_value_merge(value->map, by->map);
    else
        *value = *by;
}

void gw_value_merge(gw_map *base, gw_map *patch)
{
    gw_entry *b = base->sorted;
    gw_entry *next;

    for (gw_entry *p = patch->sorted; p != NULL; p = p->sorted) {
        while (b != NULL && compare_keys(&b->key, &p->key) < 0)
            b = b->sorted;
        if (b == NULL)
            break;
        if (compare_keys(&b->key, &p->key) == 0) {
            replace(&b->value, &p->value);
            p->key.type = GW_KEY_NONE;
        }
    }
    for (gw_entry *p = patch->first; p != NULL; p = next) {
        next = p->next;
        if (p->key.type != GW_KEY_NONE)
            append(base, p);
    }
}

int gw_map_is_list(const gw_map *map)
{
    int64_t index = 0;

    for (const gw_entry *e = map->first; e != NULL; e = e->next) {
        if (e->key.type != GW_KEY_INT || e->key.num != index++)
            return 0;
    }
    return 1;
}

void gw_value_put_ser(gw_buf *out, const gw_value *value)
{
    if (value->map == NULL) {
        gw_buf_put_slice(out, value->text);
        return;
    }
    gw_ser_put_array(out, value->map->count);
    for (const gw_entry *e = value->map->first; e != NULL; e = e->next) {
        gw_ser_put_key(out, &e->key);
        gw_value_put_ser(out, &e->value);
    }
    gw_ser_put_array_end(out);
}
