#include "hub/table.h"

#include <stdlib.h>

#include <gwclient/error.h>

#define FIRST_SIZE 16u
#define LAST_SIZE (1u << 30)

void gwd_table_init(gwd_table *table, gwd_hash_fn hash, const void *arg)
{
    *table = (gwd_table){.hash = hash, .arg = arg};
}

void gwd_table_deinit(gwd_table *table)
{
    free(table->buckets);
    table->buckets = NULL;
    table->mask = 0;
    table->count = 0;
}

static void rehash(gwd_table *table, gwd_node **buckets, uint32_t mask)
{
    for (uint32_t i = 0; table->buckets != NULL && i <= table->mask; i++) {
        gwd_node *node = table->buckets[i];
        while (node != NULL) {
            gwd_node *next = node->next;
            uint32_t hash = table->hash(table->arg, node);
            node->next = buckets[hash & mask];
            buckets[hash & mask] = node;
            node = next;
        }
    }
    free(table->buckets);
    table->buckets = buckets;
    table->mask = mask;
}

int gwd_table_reserve(gwd_table *table)
{
    uint32_t size = table->buckets == NULL ? 0 : table->mask + 1;

    if (table->count < size || size >= LAST_SIZE) {
        return GW_OK;
    }
    uint32_t larger = size == 0 ? FIRST_SIZE : size * 2;
    gwd_node **buckets = calloc(larger, sizeof(*buckets));
    if (buckets == NULL) {
        return size == 0 ? GW_ENOMEM : GW_OK;
    }
    rehash(table, buckets, larger - 1);
    return GW_OK;
}

static gwd_node **bucket_of(const gwd_table *table, const gwd_node *node)
{
    return &table->buckets[table->hash(table->arg, node) & table->mask];
}

void gwd_table_insert(gwd_table *table, gwd_node *node)
{
    gwd_node **bucket = bucket_of(table, node);

    node->next = *bucket;
    *bucket = node;
    table->count++;
}

void gwd_table_remove(gwd_table *table, gwd_node *node)
{
    gwd_node **link = bucket_of(table, node);

    while (*link != node) {
        link = &(*link)->next;
    }
    *link = node->next;
    node->next = NULL;
    table->count--;
}

gwd_node *gwd_table_chain(const gwd_table *table, uint32_t hash)
{
    return table->buckets == NULL ? NULL : table->buckets[hash & table->mask];
}
