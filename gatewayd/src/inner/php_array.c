#include "inner/php_array.h"

#include "key.h"
#include "ser_write.h"

void gwd_php_tree_init(gwd_php_tree *tree, const uint8_t *seed)
{
    memset(tree, 0, sizeof(*tree));
    gw_arena_init(&tree->arena, &gw_allocator_libc);
    tree->seed = seed;
}

void gwd_php_tree_deinit(gwd_php_tree *tree)
{
    gw_arena_deinit(&tree->arena);
}

gwd_php_array *gwd_php_array_new(gwd_php_tree *tree)
{
    gwd_php_array *array = gw_arena_alloc(&tree->arena, sizeof(*array));

    if (array != NULL) {
        array->next_index = INT64_MIN;
        array->number = tree->arrays++;
    }
    return array;
}

/* The number goes in with an odd factor: one key in many arrays, as in
 * "a[][][][]", spreads over all buckets. */
static size_t bucket_of(const gwd_php_tree *tree, const gwd_php_array *array,
                        const gw_key *key)
{
    uint64_t hash = key->type == GW_KEY_INT
                        ? gw_siphash(&key->num, sizeof(key->num), tree->seed)
                        : gw_siphash(key->str.base, key->str.len, tree->seed);

    return (size_t)(hash + array->number * UINT64_C(2654435769)) &
           (GWD_PHP_BUCKETS - 1);
}

static gwd_php_element *find_key(const gwd_php_tree *tree,
                                 const gwd_php_array *array, const gw_key *key)
{
    gwd_php_element *e = tree->buckets[bucket_of(tree, array, key)];

    while (e != NULL && (e->owner != array || e->key.type != key->type ||
                         !gw_key_equal(&e->key, key))) {
        e = e->chain;
    }
    return e;
}

static gwd_php_element *add(gwd_php_tree *tree, gwd_php_array *array,
                            const gw_key *key)
{
    gwd_php_element *e = gw_arena_alloc(&tree->arena, sizeof(*e));
    size_t bucket = bucket_of(tree, array, key);

    if (e == NULL) {
        return NULL;
    }
    e->key = *key;
    e->owner = array;
    e->chain = tree->buckets[bucket];
    tree->buckets[bucket] = e;
    *(array->last != NULL ? &array->last->next : &array->first) = e;
    array->last = e;
    array->count++;
    if (key->type == GW_KEY_INT && key->num >= array->next_index) {
        array->next_index = key->num < INT64_MAX ? key->num + 1 : INT64_MAX;
    }
    return e;
}

gwd_php_element *gwd_php_find(const gwd_php_tree *tree,
                              const gwd_php_array *array, gw_slice name)
{
    gw_key key = gw_key_normalize(name);

    return find_key(tree, array, &key);
}

gwd_php_element *gwd_php_get(gwd_php_tree *tree, gwd_php_array *array,
                             gw_slice name)
{
    gw_key key = gw_key_normalize(name);
    gwd_php_element *e = find_key(tree, array, &key);

    return e != NULL ? e : add(tree, array, &key);
}

gwd_php_element *gwd_php_append(gwd_php_tree *tree, gwd_php_array *array,
                                bool *full)
{
    gw_key key =
        gw_key_int(array->next_index == INT64_MIN ? 0 : array->next_index);

    *full = key.num == INT64_MAX && find_key(tree, array, &key) != NULL;
    return *full ? NULL : add(tree, array, &key);
}

void gwd_php_remove(gwd_php_element *element)
{
    element->key.type = GW_KEY_NONE;
    element->owner->count--;
}

void gwd_php_put(gw_buf *out, const gwd_php_array *array)
{
    gw_ser_put_array(out, array->count);
    for (const gwd_php_element *e = array->first; e != NULL; e = e->next) {
        if (e->key.type == GW_KEY_NONE) {
            continue;
        }
        gw_ser_put_key(out, &e->key);
        if (e->array != NULL) {
            gwd_php_put(out, e->array); /* GWD_QUERY_DEPTH_MAX deep */
        } else {
            gw_ser_put_string(out, e->text);
        }
    }
    gw_ser_put_array_end(out);
}
