#include "known.h"

#include "client_impl.h"

#include "address.h"

static int has_port(gw_slice address, const gw_peer *peer)
{
    gw_slice host;
    uint16_t port;

    return gw_address_split(address, &host, &port) == 0 && port == peer->port;
}

/* In this order: one that fails slowly must not use up every call's time, and
 * a gateway may be at another address than seconds ago. */
enum pass { UNFAILED, FAILED, ANEW, PASSES };

static int resolve(gw_client *c, gw_peer *name, int pass)
{
    if (pass == ANEW)
        return gw_pool_resolve_anew(c, name);
    return gw_pool_resolve_by(name, c->call.now, c->call.deadline);
}

static int check_name(gw_client *c, const gw_list *list, size_t i,
                      const gw_peer *peer, int pass)
{
    gw_peer *name;
    int rc;

    if (peer->ip == 0 || list->index[i].place != 0 ||
        !has_port(list->items[i], peer))
        return GW_EUNLISTED;
    name = gw_pool_peer(c, list->items[i], list->index[i].hash);
    if (name == NULL)
        return GW_ENOMEM;
    if (pass != ANEW && (name->unresolved_at != 0) != (pass == FAILED))
        return GW_EUNLISTED;
    name->used_at = c->call.now; /* keeps what it resolves to */
    rc = resolve(c, name, pass);
    if (rc == GW_OK && !gw_peer_is_at(name, peer->ip))
        return GW_EUNLISTED;
    return rc;
}

static int find_number(const gw_list *list, const gw_peer *peer)
{
    uint64_t place = gw_place(peer->ip, peer->port);
    size_t i;

    for (i = 0; i < list->count; i++) {
        if (list->index[i].place == place)
            return GW_OK;
    }
    return GW_EUNLISTED;
}

static int find_name(gw_client *c, const gw_list *list, gw_peer *peer)
{
    size_t i;
    int found = GW_EUNLISTED, pass;

    for (pass = 0; pass < PASSES; pass++) {
        for (i = 0; i < list->count; i++) {
            int rc = check_name(c, list, i, peer, pass);

            if (rc == GW_OK)
                peer->known_as = i + 1;
            if (rc == GW_OK || rc == GW_ENOMEM)
                return rc;
            if (rc == GW_ERESOLVE) /* the others may still be it */
                found = rc;
        }
    }
    return found;
}

static int check(gw_client *c, gw_peer *peer, int names)
{
    const gw_list *list;
    int rc;

    if (c->trust_client_ids)
        return GW_OK;
    list = gw_registry_kept(c);
    if (list == NULL)
        return GW_ENOGATEWAY;
    if (peer->known_by == list->serial)
        return GW_OK;
    peer->known_by = 0;
    peer->known_as = 0;
    rc = find_number(list, peer);
    if (rc != GW_OK && names)
        rc = find_name(c, list, peer);
    if (rc == GW_OK)
        peer->known_by = list->serial;
    return rc;
}

int gw_known_check(gw_client *c, gw_peer *peer)
{
    return check(c, peer, 1);
}

int gw_known_at_once(gw_client *c, gw_peer *peer)
{
    return check(c, peer, 0);
}

gw_peer *gw_known_home(gw_client *c, gw_peer *peer)
{
    const gw_list *list = gw_registry_kept(c);
    size_t i;

    if (list == NULL || peer->known_by != list->serial || peer->known_as == 0)
        return peer;
    i = peer->known_as - 1;
    return gw_pool_peer(c, list->items[i], list->index[i].hash);
}
