#include "hub/table.h"

#include <stdlib.h>

#include <gwclient/error.h>

#define FIRST_SIZE 16u
#define SIZE_MAX_BUCKETS (1u << 30)

void gwd_table_deinit(gwd_table *table)
{
    free(table->buckets);
    *table = (gwd_table){0};
}

static void rehash(gwd_table *table, gwd_node **buckets, uint32_t mask)
{
    for (uint32_t i = 0; table->buckets != NULL && i <= table->mask; i++) {
        gwd_node *node = table->buckets[i];
        while (node != NULL) {
            gwd_node *next = node->next;
            node->next = buckets[node->hash & mask];
            buckets[node->hash & mask] = node;
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

    if (table->count < size || size >= SIZE_MAX_BUCKETS) {
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

void gwd_table_insert(gwd_table *table, gwd_node *node, uint32_t hash)
{
    gwd_node **bucket = &table->buckets[hash & table->mask];

    node->hash = hash;
    node->next = *bucket;
    *bucket = node;
    table->count++;
}

void gwd_table_remove(gwd_table *table, gwd_node *node)
{
    gwd_node **link = &table->buckets[node->hash & table->mask];

    while (*link != node) {
        link = &(*link)->next;
    }
    *link = node->next;
    node->next = NULL;
    table->count--;
}

static gwd_node *same_hash(gwd_node *node, uint32_t hash)
{
    while (node != NULL && node->hash != hash) {
        node = node->next;
    }
    return node;
}

gwd_node *gwd_table_first(const gwd_table *table, uint32_t hash)
{
    if (table->buckets == NULL) {
        return NULL;
    }
    return same_hash(table->buckets[hash & table->mask], hash);
}

gwd_node *gwd_table_next(const gwd_node *node)
{
    return same_hash(node->next, node->hash);
}
