/* The inner port: frames from workers and clients of the cluster, one handler
 * per command. */
#ifndef GWD_INNER_H
#define GWD_INNER_H

#include <stdbool.h>
#include <gwclient/types.h>

#include "core/clients.h"

struct gwd_loop;
struct gwd_hub;
typedef struct gwd_inner gwd_inner;

/* Which worker serves a client that has none. */
typedef enum gwd_router_mode {
    GWD_ROUTER_LEAST_CONNECTIONS, /* the first among those with the fewest */
    GWD_ROUTER_RANDOM
} gwd_router_mode;

/* What happens to clients while no worker is attached. */
typedef enum gwd_without_worker {
    GWD_WITHOUT_WORKER_PUSH,  /* they stay; what they send is dropped */
    GWD_WITHOUT_WORKER_STRICT /* their next event ends them */
} gwd_without_worker;

typedef struct gwd_inner_config {
    struct gwd_loop *loop;
    struct gwd_hub *hub;
    gw_slice secret_key; /* empty: nobody has to authorise; copied */
    gwd_router_mode router;
    gwd_without_worker without_worker;
    size_t send_to_worker_buffer_size; /* events are dropped above it */
    bool ping_workers; /* every 25 s, and see whether their machines answer;
                          for workers on other machines */
    bool named; /* announced by a host name, which workers do not look up */
} gwd_inner_config;

gwd_inner *gwd_inner_new(const gwd_inner_config *config); /* NULL: ENOMEM, or no
                                                             random bytes */

/* Takes over `without_worker` and `send_to_worker_buffer_size`. */
void gwd_inner_reload(gwd_inner *inner, const gwd_inner_config *config);

/* Closes its connections; call while the loop still exists, and after all
 * clients are gone. */
void gwd_inner_free(gwd_inner *inner);

/* Takes over a freshly accepted non-blocking `fd`. `peer` ("1.2.3.4:5") is for
 * the log. Closes the fd itself on failure. Where there is a key, who has not
 * introduced itself within 10 s is closed. */
void gwd_inner_accept(gwd_inner *inner, int fd, const char *peer);

size_t gwd_inner_worker_count(const gwd_inner *inner); /* attached */

/* What clients do, told to the workers. The argument is the gwd_inner.
 *
 * Each client has one worker and stays with its key. A client that no worker
 * has heard of yet is introduced by ON_CONNECT at its next event: so each
 * ON_CLOSE that workers get follows an ON_CONNECT, and clients of which they
 * never heard go without a word. */
extern const gwd_client_events gwd_inner_events;

#endif
