#include "register/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <event2/dns.h>
#include <netinet/in.h>

#include "core/loop.h"

/* Lives until DNS is done with it, which may be after its resolver. */
typedef struct lookup {
    gwd_resolver *resolver; /* NULL: nobody wants to know any more */
    gwd_resolve_fn fn;
    void *arg;
} lookup;

struct gwd_resolver {
    struct gwd_loop *loop;
    struct evdns_base *dns; /* made for the first host that is a name */
    lookup *current;
    struct evdns_getaddrinfo_request *request; /* of the current one */
};

gwd_resolver *gwd_resolver_new(struct gwd_loop *loop)
{
    gwd_resolver *resolver = calloc(1, sizeof(*resolver));

    if (resolver != NULL)
        resolver->loop = loop;
    return resolver;
}

void gwd_resolver_free(gwd_resolver *resolver)
{
    if (resolver == NULL)
        return;
    if (resolver->current != NULL) {
        resolver->current->resolver = NULL;
        evdns_getaddrinfo_cancel(resolver->request);
    }
    if (resolver->dns != NULL)
        evdns_base_free(resolver->dns, 1);
    free(resolver);
}

static void on_answer(int result, struct evutil_addrinfo *list, void *arg)
{
    lookup *l = arg;

    if (l->resolver == NULL) {
        if (list != NULL)
            evutil_freeaddrinfo(list);
    } else {
        l->resolver->current = NULL;
        l->fn(l->arg, result == 0 ? list : NULL,
              result == 0 ? NULL : evutil_gai_strerror(result));
    }
    free(l);
}

static void ask_dns(gwd_resolver *resolver, const char *host, const char *port,
                    const struct evutil_addrinfo *hints, gwd_resolve_fn fn,
                    void *arg)
{
    lookup *l = calloc(1, sizeof(*l));
    struct evdns_getaddrinfo_request *request;

    if (resolver->dns == NULL)
        resolver->dns = evdns_base_new(resolver->loop->base,
                                       EVDNS_BASE_INITIALIZE_NAMESERVERS |
                                           EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (l == NULL || resolver->dns == NULL) {
        free(l);
        fn(arg, NULL, "cannot start DNS");
        return;
    }
    l->resolver = resolver;
    l->fn = fn;
    l->arg = arg;
    resolver->current = l;
    /* NULL when it is answered already, and then the resolver may be gone. */
    request = evdns_getaddrinfo(resolver->dns, host, port, hints, on_answer, l);
    if (request != NULL)
        resolver->request = request;
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
    ask_dns(resolver, host, port_text, &hints, fn, arg);
}
