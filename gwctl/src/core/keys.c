#include "core/keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/memory.h"

void gwctl_keys_deinit(gwctl_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        free((char *)(uintptr_t)keys->items[i].key.str.base);
    free(keys->items);
    memset(keys, 0, sizeof(*keys));
}

void gwctl_keys_add(gwctl_keys *keys, const gw_key *key, int64_t connections)
{
    gwctl_keyed *item;

    if (keys->count == keys->cap) {
        keys->cap = keys->cap == 0 ? 64 : keys->cap * 2;
        keys->items =
            gwctl_realloc(keys->items, keys->cap, sizeof(*keys->items));
    }
    item = &keys->items[keys->count++];
    item->key = *key;
    item->connections = connections;
    item->key.str.base = NULL;
    if (key->type == GW_KEY_STRING)
        item->key.str.base = gwctl_copy(key->str.base, key->str.len);
}

static int compare(const gw_key *a, const gw_key *b)
{
    size_t len = a->str.len < b->str.len ? a->str.len : b->str.len;
    int order;

    if (a->type != b->type)
        return a->type == GW_KEY_INT ? -1 : 1;
    if (a->type == GW_KEY_INT)
        return a->num < b->num ? -1 : a->num > b->num;
    order = len == 0 ? 0 : memcmp(a->str.base, b->str.base, len);
    if (order != 0)
        return order;
    return a->str.len < b->str.len ? -1 : a->str.len > b->str.len;
}

static int by_key(const void *a, const void *b)
{
    return compare(&((const gwctl_keyed *)a)->key,
                   &((const gwctl_keyed *)b)->key);
}

void gwctl_keys_fold(gwctl_keys *keys)
{
    size_t kept = 0;

    if (keys->count == 0)
        return;
    qsort(keys->items, keys->count, sizeof(*keys->items), by_key);
    for (size_t i = 1; i < keys->count; i++) {
        gwctl_keyed *last = &keys->items[kept];
        gwctl_keyed *item = &keys->items[i];

        if (compare(&last->key, &item->key) != 0) {
            keys->items[++kept] = *item;
            continue;
        }
        last->connections += item->connections;
        free((char *)(uintptr_t)item->key.str.base);
    }
    keys->count = kept + 1;
}

const gwctl_keyed *gwctl_keys_find(const gwctl_keys *keys, const gw_key *key)
{
    gwctl_keyed wanted = {*key, 0};

    if (keys->count == 0)
        return NULL;
    return bsearch(&wanted, keys->items, keys->count, sizeof(*keys->items),
                   by_key);
}

gw_key gwctl_key_of(const char *word)
{
    char again[24];
    long long value;

    errno = 0;
    value = strtoll(word, NULL, 10);
    snprintf(again, sizeof(again), "%lld", value);
    if (errno == 0 && strcmp(again, word) == 0)
        return gw_key_int(value);
    return gw_key_str(word);
}

int gwctl_id_list_add(void *arg, const gw_client_id *id)
{
    gwctl_id_list *list = arg;

    list->items =
        gwctl_realloc(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = *id;
    return 0;
}
