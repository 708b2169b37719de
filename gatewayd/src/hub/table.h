/* An intrusive hash table: chains through the entries, power-of-two buckets
 * that double when full. Holds no memory until the first entry. */
#ifndef GWD_TABLE_H
#define GWD_TABLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct gwd_node gwd_node;
struct gwd_node {
    gwd_node *next;
    uint32_t hash;
};

typedef struct gwd_table {
    gwd_node **buckets;
    uint32_t mask; /* buckets - 1 */
    uint32_t count;
} gwd_table;

/* The entry that `node` is embedded in. */
#define GWD_ENTRY(node, type, member)                                          \
    ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* A zeroed table is empty. Frees the buckets, not the entries. */
void gwd_table_deinit(gwd_table *table);

/* Room for one more entry, so that the next insert cannot fail. Growing an
 * existing table is only tried: without memory its chains get longer.
 * GW_ENOMEM when there is no table yet. */
int gwd_table_reserve(gwd_table *table);

void gwd_table_insert(gwd_table *table, gwd_node *node, uint32_t hash);
void gwd_table_remove(gwd_table *table, gwd_node *node);

/* Entries with this hash: the first, then the next one; NULL at the end. */
gwd_node *gwd_table_first(const gwd_table *table, uint32_t hash);
gwd_node *gwd_table_next(const gwd_node *node);

#endif
