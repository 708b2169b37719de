/* PHP arrays of strings and arrays while they are built: ordered, found by
 * key, with PHP's idea of the next free index. All in one arena. */
#ifndef GWD_INNER_PHP_ARRAY_H
#define GWD_INNER_PHP_ARRAY_H

#include <stdbool.h>

#include "arena.h"
#include "buf.h"
#include "siphash.h"

#define GWD_PHP_BUCKETS 1024 /* a power of two */

typedef struct gwd_php_array gwd_php_array;
typedef struct gwd_php_element gwd_php_element;

struct gwd_php_element {
    gw_key key; /* normalised; GW_KEY_NONE: removed */
    gw_slice text;
    gwd_php_array *array; /* NULL: the value is `text` */
    gwd_php_array *owner;
    gwd_php_element *next;  /* in its array's order */
    gwd_php_element *chain; /* in its bucket */
};

struct gwd_php_array {
    gwd_php_element *first;
    gwd_php_element *last;
    size_t count;
    int64_t next_index; /* INT64_MIN: no integer key yet */
    uint32_t number;    /* tells arrays apart in the table */
};

/* One table finds the elements of all arrays of a tree. */
typedef struct gwd_php_tree {
    gw_arena arena;
    const uint8_t *seed;
    uint32_t arrays;
    gwd_php_element *buckets[GWD_PHP_BUCKETS];
} gwd_php_tree;

/* `seed` keys the table's hash and must outlive the tree. */
void gwd_php_tree_init(gwd_php_tree *tree, const uint8_t *seed);
void gwd_php_tree_deinit(gwd_php_tree *tree);

/* An empty array, or NULL: ENOMEM. */
gwd_php_array *gwd_php_array_new(gwd_php_tree *tree);

/* The element of this name, which is normalised; or NULL. */
gwd_php_element *gwd_php_find(const gwd_php_tree *tree,
                              const gwd_php_array *array, gw_slice name);

/* The same, appended with an empty text when it is not there. `name` must stay
 * where it is. NULL: ENOMEM. */
gwd_php_element *gwd_php_get(gwd_php_tree *tree, gwd_php_array *array,
                             gw_slice name);

/* $array[] = "". `*full`: the largest index is taken. NULL: that, or ENOMEM. */
gwd_php_element *gwd_php_append(gwd_php_tree *tree, gwd_php_array *array,
                                bool *full);

void gwd_php_remove(gwd_php_element *element);

/* Appends serialize() output. */
void gwd_php_put(gw_buf *out, const gwd_php_array *array);

#endif
