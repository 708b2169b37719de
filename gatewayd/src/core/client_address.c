/* Where clients are. An IPv4 address lies in the client itself. An IPv6 one is
 * in a book of the process, so that clients without one do not pay for it; the
 * client has its place there. */
#include <stdlib.h>

#include "core/client_state.h"

#define NO_PLACE UINT32_MAX

typedef union place {
    gwd_ip ip;
    uint32_t next_free;
} place;

struct gwd_addresses {
    place *places;
    uint32_t cap;
    uint32_t free; /* the first one that is free, or NO_PLACE */
};

static struct gwd_addresses *addresses_of(const gwd_client *client)
{
    return gwd_clients_of(client)->addresses;
}

static int grow(struct gwd_addresses *book)
{
    uint32_t cap = book->cap == 0 ? 16 : book->cap * 2;
    place *places = realloc(book->places, cap * sizeof(*places));

    if (places == NULL)
        return GW_ENOMEM;
    book->places = places;
    for (uint32_t i = cap; i-- > book->cap;) {
        places[i].next_free = book->free;
        book->free = i;
    }
    book->cap = cap;
    return GW_OK;
}

static int take_place(gwd_clients *clients, const gwd_ip *ip, uint32_t *at)
{
    struct gwd_addresses *book = clients->addresses;

    if (book == NULL) {
        book = clients->addresses = calloc(1, sizeof(*book));
        if (book == NULL)
            return GW_ENOMEM;
        book->free = NO_PLACE;
    }
    if (book->free == NO_PLACE && grow(book) < 0)
        return GW_ENOMEM;
    *at = book->free;
    book->free = book->places[*at].next_free;
    book->places[*at].ip = *ip;
    return GW_OK;
}

void gwd_client_clear_ip(gwd_client *client)
{
    struct gwd_addresses *book = addresses_of(client);

    if (client->timeout.flags & GWD_CLIENT_IPV6) {
        book->places[client->ip].next_free = book->free;
        book->free = client->ip;
        client->timeout.flags &= ~GWD_CLIENT_IPV6;
    }
    client->ip = 0;
}

int gwd_client_set_ip(gwd_client *client, const gwd_ip *ip)
{
    uint32_t v4 = gwd_ip_v4(ip);

    gwd_client_discount(client); /* at its old address */
    gwd_client_clear_ip(client);
    client->ip = v4;
    if (v4 != 0 || !gwd_ip_known(ip))
        return GW_OK;
    if (take_place(gwd_clients_of(client), ip, &client->ip) < 0)
        return GW_ENOMEM;
    client->timeout.flags |= GWD_CLIENT_IPV6;
    return GW_OK;
}

gwd_ip gwd_client_ip(const gwd_client *client)
{
    gwd_ip unknown = {{0}};

    if (client->timeout.flags & GWD_CLIENT_IPV6)
        return addresses_of(client)->places[client->ip].ip;
    return client->ip == 0 ? unknown : gwd_ip_of_v4(client->ip);
}

void gwd_addresses_free(struct gwd_addresses *addresses)
{
    if (addresses == NULL)
        return;
    free(addresses->places);
    free(addresses);
}
