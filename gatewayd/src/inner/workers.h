/* The BusinessWorkers that are attached, and which of them serves a client.
 *
 * A worker is known by its key, REMOTE_IP:NAME:ID. Clients are bound to the
 * key, not to the connection: when a worker comes back before a client's next
 * event, the client is still its. So an entry outlives its connection while
 * clients refer to it. Binding and unbinding are O(1), choosing among the
 * workers is linear in their number. */
#ifndef GWD_INNER_WORKERS_H
#define GWD_INNER_WORKERS_H

#include <stdbool.h>

#include "core/random.h"
#include "core/stream.h"
#include "hub/table.h"
#include "inner/inner.h"
#include "siphash.h"

typedef struct gwd_worker gwd_worker;
struct gwd_worker {
    gwd_node node;    /* in the table of keys */
    gwd_worker *prev; /* the attached ones, in order of arrival */
    gwd_worker *next;
    gwd_stream *stream; /* NULL: it is gone, and in no list */
    gwd_worker **owner; /* the connection's pointer here */
    uint32_t refs;      /* its clients */
    uint32_t earlier;   /* so many of them are no load, see attach */
    uint64_t dropped;   /* frames since the last report */
    bool lost;          /* its machine does not answer: clients go to others */
    uint32_t key_len;
    char key[];
};

typedef struct gwd_workers {
    gwd_worker *first;
    gwd_worker *last;
    size_t count; /* attached */
    gwd_table table;
    uint8_t seed[GW_SIPHASH_SEED_LEN];
    gwd_random_stock random;
    gwd_router_mode router;
    size_t queue_max; /* bytes; a worker for whom so many wait is behind. Of
                         replies, too */
} gwd_workers;

/* GW_EIO: the system gives no random bytes. */
int gwd_workers_init(gwd_workers *workers, gwd_router_mode router);

/* Workers must be detached and clients unbound. */
void gwd_workers_deinit(gwd_workers *workers);

/* `stream` is the worker of this key from now on, the youngest of all and
 * without load: the clients that the key has already are none, until as many
 * have left. `*owner` points to it until it is detached. `*replaced`: the
 * stream that was the key's before, or NULL. GW_ENOMEM. */
int gwd_workers_attach(gwd_workers *workers, gw_slice key, gwd_stream *stream,
                       gwd_worker **owner, gwd_stream **replaced);

/* Its connection is gone. The entry may be freed. */
void gwd_workers_detach(gwd_workers *workers, gwd_worker *worker);

/* The worker that serves the client whose pointer is `*slot`: the one it has,
 * else another is chosen, one that is behind only where all are. NULL: none is
 * attached; `*slot` stays as it is. */
gwd_worker *gwd_workers_bind(gwd_workers *workers, gwd_worker **slot);

/* The client is gone. */
void gwd_workers_unbind(gwd_workers *workers, gwd_worker **slot);

/* The key as a log may show it: no control bytes, cut where it is long. */
#define GWD_WORKER_LABEL_LEN 79
void gwd_worker_label(const gwd_worker *worker,
                      char out[GWD_WORKER_LABEL_LEN + 1]);

#endif
