/* How many clients an address has: one entry for each address that has some,
 * and only while there is a limit. */
#include <stdlib.h>

#include "core/client_state.h"
#include "hub/table.h"
#include "siphash.h"

/* Whoever has an IPv6 address has a whole network of them. */
#define V6_BITS 64

typedef struct crowd {
    gwd_node node;
    gwd_ip ip;
    uint32_t count;
} crowd;

struct gwd_crowds {
    gwd_table table;
    uint8_t seed[GW_SIPHASH_SEED_LEN]; /* addresses can be chosen */
};

static uint32_t hash_ip(const struct gwd_crowds *crowds, const gwd_ip *ip)
{
    return (uint32_t)gw_siphash(ip->bytes, sizeof(ip->bytes), crowds->seed);
}

static uint32_t hash_node(const void *arg, const gwd_node *node)
{
    return hash_ip(arg, &GWD_ENTRY(node, const crowd, node)->ip);
}

static struct gwd_crowds *crowds_new(void)
{
    struct gwd_crowds *crowds = calloc(1, sizeof(*crowds));

    if (crowds == NULL)
        return NULL;
    if (gwd_random_bytes(crowds->seed, sizeof(crowds->seed)) < 0) {
        free(crowds);
        return NULL;
    }
    gwd_table_init(&crowds->table, hash_node, crowds);
    return crowds;
}

/* Its crowds are gone with their clients. */
void gwd_crowds_free(struct gwd_crowds *crowds)
{
    if (crowds == NULL)
        return;
    gwd_table_deinit(&crowds->table);
    free(crowds);
}

static gwd_ip key_of(const gwd_client *client)
{
    gwd_ip ip = gwd_client_ip(client);

    return gwd_ip_v4(&ip) != 0 ? ip : gwd_ip_masked(&ip, V6_BITS);
}

static crowd *find(const struct gwd_crowds *crowds, const gwd_ip *ip)
{
    gwd_node *node = crowds->table.count == 0
                         ? NULL
                         : gwd_table_chain(&crowds->table, hash_ip(crowds, ip));

    for (; node != NULL; node = node->next) {
        crowd *found = GWD_ENTRY(node, crowd, node);

        if (memcmp(&found->ip, ip, sizeof(*ip)) == 0)
            return found;
    }
    return NULL;
}

/* The crowd of an address, made when it is not there. NULL: ENOMEM. */
static crowd *get(struct gwd_crowds *crowds, const gwd_ip *ip)
{
    crowd *found = find(crowds, ip);

    if (found != NULL)
        return found;
    if (gwd_table_reserve(&crowds->table) < 0)
        return NULL;
    found = calloc(1, sizeof(*found));
    if (found == NULL)
        return NULL;
    found->ip = *ip;
    gwd_table_insert(&crowds->table, &found->node);
    return found;
}

/* A client of unknown address belongs to none, and a proxy speaks for many:
 * what comes from one is counted when it has named the client. */
static bool may_be_counted(const gwd_client *client)
{
    const gwd_clients *clients = gwd_clients_of(client);
    gwd_ip ip = gwd_client_ip(client);

    return clients->config.max_connections_per_ip > 0 && gwd_ip_known(&ip) &&
           !(client->timeout.flags & GWD_CLIENT_COUNTED) &&
           !gwd_networks_have(&clients->lists.proxies, &ip);
}

/* False: it would be more than `limit`, or ENOMEM. */
static bool count(gwd_client *client, size_t limit)
{
    gwd_clients *clients = gwd_clients_of(client);
    gwd_ip key;
    crowd *own;

    if (!may_be_counted(client))
        return true;
    key = key_of(client);
    if (clients->crowds == NULL)
        clients->crowds = crowds_new();
    own = clients->crowds == NULL ? NULL : get(clients->crowds, &key);
    if (own == NULL)
        return false;
    /* One that was just made has a client now: the limit is not 0. */
    if (own->count >= limit)
        return false;
    own->count++;
    client->timeout.flags |= GWD_CLIENT_COUNTED;
    return true;
}

bool gwd_client_count(gwd_client *client)
{
    return count(client, gwd_clients_of(client)->config.max_connections_per_ip);
}

void gwd_client_count_anyhow(gwd_client *client)
{
    count(client, SIZE_MAX);
}

void gwd_client_discount(gwd_client *client)
{
    struct gwd_crowds *crowds = gwd_clients_of(client)->crowds;
    gwd_ip key = key_of(client);
    crowd *own;

    if (!(client->timeout.flags & GWD_CLIENT_COUNTED))
        return;
    client->timeout.flags &= ~GWD_CLIENT_COUNTED;
    own = find(crowds, &key);
    if (own == NULL || --own->count > 0)
        return;
    gwd_table_remove(&crowds->table, &own->node);
    free(own);
}
