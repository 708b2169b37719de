/* Host names on the loop: numeric ones at once, others through DNS. */
#ifndef GWD_RESOLVE_H
#define GWD_RESOLVE_H

#include <stdint.h>
#include <event2/util.h>

struct gwd_loop;
typedef struct gwd_resolver gwd_resolver;

/* `list` is the callee's, to be freed with evutil_freeaddrinfo(); NULL: `why`
 * tells the cause. */
typedef void (*gwd_resolve_fn)(void *arg, struct evutil_addrinfo *list,
                               const char *why);

gwd_resolver *gwd_resolver_new(struct gwd_loop *loop); /* NULL: ENOMEM */

/* A lookup under way ends without a call. */
void gwd_resolver_free(gwd_resolver *resolver);

/* Calls `fn` once, perhaps before it returns. One lookup at a time, and none
 * from within `fn`: /etc/hosts and the name servers are read anew each time. */
void gwd_resolver_lookup(gwd_resolver *resolver, const char *host,
                         uint16_t port, gwd_resolve_fn fn, void *arg);

#endif
