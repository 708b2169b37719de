/* An intrusive hash table: chains through the entries, power-of-two buckets
 * that double when full. An entry pays one pointer and is asked for its hash
 * when the table grows; an empty table holds no memory. */
#ifndef GWD_TABLE_H
#define GWD_TABLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct gwd_node gwd_node;
struct gwd_node {
    gwd_node *next;
};

typedef uint32_t (*gwd_hash_fn)(const void *arg, const gwd_node *node);

typedef struct gwd_table {
    gwd_node **buckets;
    uint32_t mask; /* buckets - 1 */
    uint32_t count;
    gwd_hash_fn hash;
    const void *arg;
} gwd_table;

/* The entry that `node` is embedded in. */
#define GWD_ENTRY(node, type, member)                                          \
    ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* `hash` tells an entry's hash; `arg` is handed to it. */
void gwd_table_init(gwd_table *table, gwd_hash_fn hash, const void *arg);

/* Frees the buckets, not the entries. */
void gwd_table_deinit(gwd_table *table);

/* Room for one more entry, so that the next insert cannot fail. Growing an
 * existing table is only tried: without memory its chains get longer.
 * GW_ENOMEM when there is no table yet. */
int gwd_table_reserve(gwd_table *table);

void gwd_table_insert(gwd_table *table, gwd_node *node);
void gwd_table_remove(gwd_table *table, gwd_node *node);

/* The chain in which an entry with this hash is, if anywhere; follow `next` and
 * compare. */
gwd_node *gwd_table_chain(const gwd_table *table, uint32_t hash);

#endif
