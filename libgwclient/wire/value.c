#include "value.h"

#include <stddef.h>

#include "ser_read.h"
#include "ser_write.h"

static gw_entry *entry_of(const gw_keyed *item)
{
    return (gw_entry *)((char *)item->key - offsetof(gw_entry, key));
}

/* ---- the index of a map ------------------------------------------------- */

/* Integers from the front, strings behind them. */
static void list_entries(gw_map *map)
{
    gw_keyed *string = map->sorted + map->ints;
    gw_keyed *integer = map->sorted;

    for (gw_entry *e = map->first; e != NULL; e = e->next)
        gw_keyed_init(e->key.type == GW_KEY_INT ? integer++ : string++,
                      &e->key);
}

/* Lists, and what was sorted before, need no sorting. */
static int is_ascending(const gw_keyed *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (gw_keyed_compare(&items[i - 1], &items[i]) >= 0)
            return 0;
    }
    return 1;
}

static int sort(gw_keyed *items, size_t count, const gw_allocator *allocator)
{
    gw_keyed few[16];
    gw_keyed *scratch = few;

    if (is_ascending(items, count))
        return GW_OK;
    if (count > sizeof few / sizeof *few) {
        scratch =
            allocator->realloc(NULL, count * sizeof *scratch, allocator->user);
        if (scratch == NULL)
            return GW_ENOMEM;
    }
    gw_keyed_sort(items, scratch, count);
    if (scratch != few)
        allocator->free(scratch, allocator->user);
    return GW_OK;
}

/* Of equal keys, which are neighbours now, the first entry keeps its place and
 * takes the last one's value. Dropped entries are told by GW_KEY_NONE. Returns
 * how many items are left. */
static size_t fold_repeated(gw_keyed *items, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || gw_keyed_compare(&items[kept - 1], &items[i]) != 0) {
            items[kept++] = items[i];
            continue;
        }
        gw_entry *repeated = entry_of(&items[i]);

        entry_of(&items[kept - 1])->value = repeated->value;
        repeated->key.type = GW_KEY_NONE;
    }
    return kept;
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

static void fold_map(gw_map *map)
{
    gw_keyed *strings = map->sorted + map->ints;
    size_t ints = fold_repeated(map->sorted, map->ints);

    map->strings = fold_repeated(strings, map->strings);
    if (ints < map->ints)
        memmove(map->sorted + ints, strings, map->strings * sizeof *strings);
    map->ints = ints;
    if (map->ints + map->strings == map->count)
        return;
    map->count = map->ints + map->strings;
    unlink_dropped(map);
}

static int index_map(gw_arena *arena, gw_map *map)
{
    if (map->count == 0)
        return GW_OK;
    map->sorted = gw_arena_alloc(arena, map->count * sizeof *map->sorted);
    if (map->sorted == NULL)
        return GW_ENOMEM;
    list_entries(map);

    int rc = sort(map->sorted, map->ints, arena->allocator);
    if (rc == GW_OK)
        rc = sort(map->sorted + map->ints, map->strings, arena->allocator);
    if (rc == GW_OK)
        fold_map(map);
    return rc;
}

/* ---- reading ------------------------------------------------------------ */

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
    if (token.type == GW_SER_OBJECT)
        value->text = token.text;
    if (token.type == GW_SER_ARRAY || token.type == GW_SER_OBJECT)
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
    if (rc != GW_OK)
        return rc;
    *(entry->key.type == GW_KEY_INT ? &map->ints : &map->strings) += 1;
    return read_value(arena, ser, &entry->value);
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
    return index_map(arena, *map);
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

int gw_value_read_deep(gw_arena *arena, gw_slice text, gw_value *value)
{
    gw_ser ser;

    gw_ser_init(&ser, text);
    ser.open_objects = 1;
    return read_whole(arena, &ser, value);
}

/* ---- merging ------------------------------------------------------------ */

static void replace(gw_value *value, const gw_value *by)
{
    if (value->map != NULL && by->map != NULL)
        gw_value_merge(value->map, by->map);
    else
        *value = *by;
}

/* What both have takes the patch's value, and leaves the patch. */
static void replace_common(const gw_keyed *base, size_t base_count,
                           const gw_keyed *patch, size_t patch_count)
{
    const gw_keyed *base_end = base + base_count;
    const gw_keyed *patch_end = patch + patch_count;

    while (base < base_end && patch < patch_end) {
        int order = gw_keyed_compare(base, patch);

        if (order == 0) {
            gw_entry *changed = entry_of(patch);

            replace(&entry_of(base)->value, &changed->value);
            patch++;
            base++;
            changed->key.type = GW_KEY_NONE;
        } else if (order < 0) {
            base++;
        } else {
            patch++;
        }
    }
}

void gw_value_merge(gw_map *base, gw_map *patch)
{
    gw_entry *next;

    if (base->count > 0 && patch->count > 0) { /* else there is no index */
        replace_common(base->sorted, base->ints, patch->sorted, patch->ints);
        replace_common(base->sorted + base->ints, base->strings,
                       patch->sorted + patch->ints, patch->strings);
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
