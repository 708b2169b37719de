/* Places to listen: whether two want the same port, who reaches them. Addresses
 * are compared, names are not looked up: what is missed here is found when they
 * are bound. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "ascii.h"
#include "conf/check.h"

#define LABEL_LEN 159

typedef struct place {
    char label[LABEL_LEN + 1]; /* for error texts */
    gw_slice host;             /* without brackets */
    unsigned first, last;      /* ports; 0: any free one */
} place;

typedef struct places {
    place *items;
    size_t count;
} places;

/* AF_INET, AF_INET6, or 0 for a name. */
static int family_of(gw_slice host, unsigned char bytes[16])
{
    char text[INET6_ADDRSTRLEN];

    memset(bytes, 0, 16);
    if (host.len >= sizeof(text))
        return 0;
    memcpy(text, host.base, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1)
        return AF_INET;
    return inet_pton(AF_INET6, text, bytes) == 1 ? AF_INET6 : 0;
}

/* Every address includes those of its family; 0.0.0.0 and [::] live together.
 */
static bool hosts_meet(gw_slice a, gw_slice b)
{
    static const unsigned char every[16];
    unsigned char first[16], second[16];
    int family = family_of(a, first);

    if (family != family_of(b, second))
        return false;
    if (family == 0)
        return gw_ascii_same(a, b);
    return memcmp(first, second, 16) == 0 || memcmp(first, every, 16) == 0 ||
           memcmp(second, every, 16) == 0;
}

static bool places_meet(const place *a, const place *b)
{
    return a->first != 0 && b->first != 0 && a->first <= b->last &&
           b->first <= a->last && hosts_meet(a->host, b->host);
}

bool gwd_options_is_loopback(const char *address)
{
    unsigned char bytes[16];
    gw_slice host;
    uint16_t port;
    int family;

    if (gw_address_split(gw_slice_str(address), &host, &port) < 0)
        return false;
    family = family_of(host, bytes);
    if (family == AF_INET)
        return bytes[0] == 127;
    if (family == AF_INET6)
        return memcmp(bytes, &in6addr_loopback, sizeof(bytes)) == 0;
    return gw_ascii_same(host, gw_slice_str("localhost"));
}

/* ---- who listens -------------------------------------------------------- */

static void add(places *all, const char *key, const char *value,
                gw_slice address)
{
    place *p = &all->items[all->count];
    uint16_t port;

    if (gw_address_split(address, &p->host, &port) < 0)
        return;
    snprintf(p->label, sizeof(p->label), "%s %s", key, value);
    p->first = p->last = port;
    all->count++;
}

static void add_listeners(places *all, const gwd_options *options)
{
    for (size_t i = 0; i < options->listen.count; i++) {
        const char *text = options->listen.items[i];
        gwd_listen listen;

        if (gwd_listen_parse(text, &listen) == GW_OK)
            add(all, "listen", text, listen.address);
    }
}

static void add_inner(places *all, const gwd_options *options)
{
    place *p = &all->items[all->count++];
    const char *host = options->inner_listen[0] != '\0' ? options->inner_listen
                                                        : options->lan_ip;

    p->first = (unsigned)options->start_port;
    p->last = (unsigned)(options->start_port + options->workers - 1);
    if (options->workers > 1)
        snprintf(p->label, sizeof(p->label), "start_port %u to %u on %s",
                 p->first, p->last, host);
    else
        snprintf(p->label, sizeof(p->label), "start_port %u on %s", p->first,
                 host);
    p->host = gw_slice_str(host);
    if (host[0] == '[')
        p->host = gw_slice_of(host + 1, p->host.len - 2);
}

static void gather(places *all, const gwd_options *options)
{
    if (!options->register_only) {
        add_listeners(all, options);
        add_inner(all, options);
    }
    if (!options->no_register)
        add(all, "register_listen", options->register_listen,
            gw_slice_str(options->register_listen));
    if (options->status_listen[0] != '\0')
        add(all, "status_listen", options->status_listen,
            gw_slice_str(options->status_listen));
}

static int compare(gwd_options *options, const places *all)
{
    for (size_t i = 0; i < all->count; i++) {
        for (size_t j = i + 1; j < all->count; j++) {
            if (places_meet(&all->items[i], &all->items[j]))
                return gwd_options_fail(options, "%s and %s are the same port",
                                        all->items[i].label,
                                        all->items[j].label);
        }
    }
    return GW_OK;
}

int gwd_options_check_places(gwd_options *options)
{
    places all = {calloc(options->listen.count + 3, sizeof(place)), 0};
    int result;

    if (all.items == NULL)
        return gwd_options_no_memory(options);
    gather(&all, options);
    result = compare(options, &all);
    free(all.items);
    return result;
}
