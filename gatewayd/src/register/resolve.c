#include "register/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <event2/dns.h>
#include <netinet/in.h>

#include "core/loop.h"

struct gwd_resolver {
    struct gwd_loop *loop;
    struct evdns_base *dns; /* of the last lookup of a name */
    struct evdns_getaddrinfo_request *request; /* under way, or NULL */
    bool freed;    /* goes when libevent has let go of the request */
    bool unserved; /* no name server is there for it */
    gwd_resolve_fn fn;
    void *arg;
};

gwd_resolver *gwd_resolver_new(struct gwd_loop *loop)
{
    gwd_resolver *resolver = calloc(1, sizeof(*resolver));

    if (resolver != NULL)
        resolver->loop = loop;
    return resolver;
}

static void release(gwd_resolver *resolver)
{
    if (resolver->dns != NULL)
        evdns_base_free(resolver->dns, 1);
    free(resolver);
}

/* A cancelled request still calls on_answer(), later, and needs its base. */
void gwd_resolver_free(gwd_resolver *resolver)
{
    if (resolver == NULL)
        return;
    resolver->freed = true;
    if (resolver->request != NULL)
        evdns_getaddrinfo_cancel(resolver->request);
    else
        release(resolver);
}

static void on_released(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    release(arg);
}

/* The base cannot go from within its own callback: at the next turn. */
static void release_soon(gwd_resolver *resolver)
{
    static const struct timeval now = {0, 0};

    event_base_once(resolver->loop->base, -1, EV_TIMEOUT, on_released, resolver,
                    &now);
}

static const char *cause_of(const gwd_resolver *resolver, int result)
{
    return resolver->unserved ? "no name server can be asked"
                              : evutil_gai_strerror(result);
}

static void on_answer(int result, struct evutil_addrinfo *list, void *arg)
{
    gwd_resolver *resolver = arg;

    resolver->request = NULL;
    if (!resolver->freed) {
        resolver->fn(resolver->arg, result == 0 ? list : NULL,
                     result == 0 ? NULL : cause_of(resolver, result));
        return;
    }
    if (list != NULL)
        evutil_freeaddrinfo(list);
    release_soon(resolver);
}

/* What evdns_base_resolv_conf_parse() calls a lack of memory. */
#define OUT_OF_MEMORY 4

/* Knows /etc/hosts and the name servers. Without resolv.conf, as on a machine
 * without a network, it goes on with what there is. */
static struct evdns_base *new_dns(struct gwd_loop *loop)
{
    struct evdns_base *dns =
        evdns_base_new(loop->base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);

    if (dns == NULL ||
        evdns_base_resolv_conf_parse(dns, DNS_OPTIONS_ALL,
                                     "/etc/resolv.conf") != OUT_OF_MEMORY)
        return dns;
    evdns_base_free(dns, 0);
    return NULL;
}

static void ask_dns(gwd_resolver *resolver, const char *host, const char *port,
                    const struct evutil_addrinfo *hints)
{
    /* A base knows /etc/hosts and the name servers as they were when it was
     * made: perhaps before the network was up, or before the host moved. */
    if (resolver->dns != NULL)
        evdns_base_free(resolver->dns, 1);
    resolver->dns = new_dns(resolver->loop);
    if (resolver->dns == NULL) {
        resolver->fn(resolver->arg, NULL, "cannot start DNS");
        return;
    }
    resolver->unserved = false;
    /* NULL when the answer was given before this returned. */
    resolver->request = evdns_getaddrinfo(resolver->dns, host, port, hints,
                                          on_answer, resolver);
    /* Without a descriptor for its socket a server is not taken up, and
     * libevent would keep the request for ever. */
    resolver->unserved = resolver->request != NULL &&
                         evdns_base_count_nameservers(resolver->dns) == 0;
    if (resolver->unserved)
        evdns_getaddrinfo_cancel(resolver->request);
}

void gwd_resolver_lookup(gwd_resolver *resolver, const char *host,
                         uint16_t port, gwd_resolve_fn fn, void *arg)
{
    struct evutil_addrinfo hints;
    struct evutil_addrinfo *list;
    char port_text[6];

    snprintf(port_text, sizeof(port_text), "%u", (unsigned)port);
    memset(&hints, 0, sizeof(hints));
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_protocol = IPPROTO_TCP;
    hints.ai_flags = EVUTIL_AI_NUMERICHOST;
    if (evutil_getaddrinfo(host, port_text, &hints, &list) == 0) {
        fn(arg, list, NULL);
        return;
    }
    hints.ai_flags = 0;
    resolver->fn = fn;
    resolver->arg = arg;
    ask_dns(resolver, host, port_text, &hints);
}
