#include "inner/key_set.h"

#include <stdlib.h>

#include "key.h"

static uint32_t entry_hash(const void *hub, const gwd_node *node)
{
    return gwd_hub_key_hash(hub, &GWD_ENTRY(node, gwd_key_entry, node)->key);
}

static bool has(const gwd_key_set *set, const gwd_hub *hub, const gw_key *key)
{
    gwd_node *node = gwd_table_chain(&set->table, gwd_hub_key_hash(hub, key));

    for (; node != NULL; node = node->next) {
        if (gw_key_equal(&GWD_ENTRY(node, gwd_key_entry, node)->key, key)) {
            return true;
        }
    }
    return false;
}

/* An upper bound: every element but the last has a comma behind it. */
static size_t most_elements(gw_slice ext)
{
    size_t count = 1;

    for (size_t i = 0; i < ext.len; i++) {
        count += ext.base[i] == ',';
    }
    return count;
}

static int add(gwd_key_set *set, const gwd_hub *hub, const gw_key *key)
{
    if (has(set, hub, key)) {
        return GW_OK;
    }
    if (gwd_table_reserve(&set->table) != GW_OK) {
        return GW_ENOMEM;
    }
    gwd_key_entry *entry = &set->entries[set->count++];
    entry->key = *key;
    gwd_table_insert(&set->table, &entry->node);
    return GW_OK;
}

int gwd_key_set_init(gwd_key_set *set, const gwd_hub *hub, gw_slice ext,
                     gw_buf *text)
{
    gw_json json;
    gwd_json_items items;
    gw_key key;
    int error = GW_OK;

    *set = (gwd_key_set){0};
    gwd_table_init(&set->table, entry_hash, hub);
    if (!gwd_json_items_of(&items, &json, ext)) {
        return GW_OK;
    }
    set->entries = calloc(most_elements(ext), sizeof(*set->entries));
    if (set->entries == NULL) {
        return GW_ENOMEM;
    }
    while (error == GW_OK && gwd_json_items_next(&items)) {
        if (gwd_json_key(&items.value, text, &key)) {
            error = add(set, hub, &key);
        }
    }
    return error;
}

void gwd_key_set_deinit(gwd_key_set *set)
{
    gwd_table_deinit(&set->table);
    free(set->entries);
}
