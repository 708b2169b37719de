/* uids or groups, each once, with a number that is added up: several
 * gateways tell of the same one. */
#ifndef GWCTL_KEYS_H
#define GWCTL_KEYS_H

#include <gwclient/types.h>

typedef struct gwctl_keyed {
    gw_key key; /* its text is owned by the list */
    int64_t connections;
} gwctl_keyed;

typedef struct gwctl_keys {
    gwctl_keyed *items;
    size_t count;
    size_t cap;
} gwctl_keys; /* all zeros: empty */

void gwctl_keys_deinit(gwctl_keys *keys);
void gwctl_keys_add(gwctl_keys *keys, const gw_key *key, int64_t connections);

/* Sorts by name, integers first, and puts equal ones together, adding their
 * numbers up. */
void gwctl_keys_fold(gwctl_keys *keys);

/* The one with this key in a folded list, or NULL. */
const gwctl_keyed *gwctl_keys_find(const gwctl_keys *keys, const gw_key *key);

typedef struct gwctl_id_list {
    gw_client_id *items;
    size_t count;
} gwctl_id_list; /* all zeros: empty; free() its items */

/* A callback of the library's: `arg` is such a list. Returns 0. */
int gwctl_id_list_add(void *arg, const gw_client_id *id);

/* What a word of the command line names. A canonical integer is one, as in the
 * replies of gateways, so that both compare equal. */
gw_key gwctl_key_of(const char *word);

#endif
