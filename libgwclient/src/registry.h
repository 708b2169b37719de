/* The gateways of clusters, as Registers listed them. */
#ifndef GW_SRC_REGISTRY_H
#define GW_SRC_REGISTRY_H

#include "settings.h"

/* More gateways than this are not a cluster but a broken Register. */
#define GW_GATEWAYS_MAX 4096

/* What is found by number, so that none of the addresses is read again. */
typedef struct gw_list_index {
    uint64_t hash;  /* as the pool has it */
    uint64_t place; /* gw_place(); 0: it is no IPv4 address */
} gw_list_index;

/* Never 0. */
static inline uint64_t gw_place(uint32_t ip, uint16_t port)
{
    return (uint64_t)1 << 48 | (uint64_t)ip << 16 | port;
}

/* Which of the Registers a list is from. */
typedef struct gw_list_source {
    size_t index;
    uint64_t failed_at;  /* when those before it were asked in vain */
    gw_endpoint reached; /* the address at which it answered */
} gw_list_source;

/* One block of memory; addresses are NUL-terminated, each once. */
typedef struct gw_list {
    struct gw_list *next;
    gw_print registers;
    gw_print key;
    uint64_t fetched_at;
    gw_list_source source;
    uint64_t serial; /* no other list of the client has it; never 0 */
    size_t count;
    gw_list_index *index; /* of the items */
    gw_slice items[1];
} gw_list;

#define GW_REGISTRY_LISTS_MAX 8

typedef struct gw_registry {
    gw_list *lists;   /* the newest first */
    uint64_t serials; /* how many lists there were, named ones as well */
} gw_registry;

gw_list_index gw_list_index_of(const gw_client *c, gw_slice address);

/* The gateways that the caller named, else the list for the current Registers
 * and key that is still to be believed, or NULL. Lists stay until the next
 * gw_registry_store() or _clear(). */
const gw_list *gw_registry_find(const gw_client *c, uint64_t now);

/* The same, but the list may have any age. */
const gw_list *gw_registry_kept(const gw_client *c);

/* Keeps the gateways of a Register's answer as the list for the current
 * Registers and key; an empty list only drops the old one, and `*out` is NULL
 * then. GW_ENOMEM, or GW_EPROTO, GW_EDEPTH, GW_EUTF8: the line is no such
 * answer; then the old list stays. */
int gw_registry_store(gw_client *c, gw_slice line, uint64_t now,
                      gw_list_source source, const gw_list **out);

void gw_registry_clear(gw_client *c);

#endif
