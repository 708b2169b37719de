#include "inner/workers.h"

#include <stdlib.h>
#include <string.h>
#include <gwclient/error.h>

static uint32_t hash_of(const void *seed, const gwd_node *node)
{
    const gwd_worker *worker = GWD_ENTRY(node, gwd_worker, node);

    return (uint32_t)gw_siphash(worker->key, worker->key_len, seed);
}

int gwd_workers_init(gwd_workers *workers, gwd_router_mode router)
{
    memset(workers, 0, sizeof(*workers));
    workers->router = router;
    gwd_table_init(&workers->table, hash_of, workers->seed);
    return gwd_random_bytes(workers->seed, sizeof(workers->seed));
}

void gwd_workers_deinit(gwd_workers *workers)
{
    gwd_table_deinit(&workers->table);
}

/* ---- entries ------------------------------------------------------------- */

static gwd_worker *find(const gwd_workers *workers, gw_slice key)
{
    uint32_t hash = (uint32_t)gw_siphash(key.base, key.len, workers->seed);

    for (gwd_node *node = gwd_table_chain(&workers->table, hash); node != NULL;
         node = node->next) {
        gwd_worker *worker = GWD_ENTRY(node, gwd_worker, node);

        if (worker->key_len == key.len &&
            memcmp(worker->key, key.base, key.len) == 0) {
            return worker;
        }
    }
    return NULL;
}

static gwd_worker *make(gwd_workers *workers, gw_slice key)
{
    gwd_worker *worker = calloc(1, sizeof(*worker) + key.len);

    if (worker == NULL || gwd_table_reserve(&workers->table) < 0) {
        free(worker);
        return NULL;
    }
    worker->key_len = (uint32_t)key.len;
    memcpy(worker->key, key.base, key.len);
    gwd_table_insert(&workers->table, &worker->node);
    return worker;
}

static void free_if_unused(gwd_workers *workers, gwd_worker *worker)
{
    if (worker->stream == NULL && worker->refs == 0) {
        gwd_table_remove(&workers->table, &worker->node);
        free(worker);
    }
}

/* ---- coming and going ---------------------------------------------------- */

static void enlist(gwd_workers *workers, gwd_worker *worker)
{
    worker->prev = workers->last;
    worker->next = NULL;
    *(workers->last != NULL ? &workers->last->next : &workers->first) = worker;
    workers->last = worker;
    workers->count++;
}

static void delist(gwd_workers *workers, gwd_worker *worker)
{
    *(worker->prev != NULL ? &worker->prev->next : &workers->first) =
        worker->next;
    *(worker->next != NULL ? &worker->next->prev : &workers->last) =
        worker->prev;
    workers->count--;
}

/* Off its connection and off the list; the entry stays. */
static void leave(gwd_workers *workers, gwd_worker *worker)
{
    delist(workers, worker);
    *worker->owner = NULL;
    worker->owner = NULL;
    worker->stream = NULL;
}

int gwd_workers_attach(gwd_workers *workers, gw_slice key, gwd_stream *stream,
                       gwd_worker **owner, gwd_stream **replaced)
{
    gwd_worker *worker = find(workers, key);

    *replaced = NULL;
    if (worker == NULL && (worker = make(workers, key)) == NULL) {
        return GW_ENOMEM;
    }
    if (worker->stream != NULL) {
        *replaced = worker->stream == stream ? NULL : worker->stream;
        leave(workers, worker);
    }
    if (*owner != NULL) { /* it was here by another name */
        gwd_workers_detach(workers, *owner);
    }
    worker->stream = stream;
    worker->owner = owner;
    worker->earlier = worker->refs;
    worker->dropped = 0;
    worker->lost = false;
    *owner = worker;
    enlist(workers, worker);
    return GW_OK;
}

void gwd_workers_detach(gwd_workers *workers, gwd_worker *worker)
{
    leave(workers, worker);
    free_if_unused(workers, worker);
}

/* ---- choosing ------------------------------------------------------------ */

/* A connection that is closing in this turn takes nothing more. */
static bool is_here(const gwd_worker *worker)
{
    return worker->stream != NULL && !gwd_stream_closing(worker->stream);
}

static bool takes_clients(const gwd_worker *worker)
{
    return is_here(worker) && !worker->lost;
}

/* In the first round those that are not behind. */
static bool is_choice(const gwd_workers *workers, const gwd_worker *worker,
                      int round)
{
    return takes_clients(worker) &&
           (round > 0 ||
            !gwd_stream_is_full(worker->stream, workers->queue_max));
}

/* As GatewayWorker: who comes back begins at none. */
static uint32_t load_of(const gwd_worker *worker)
{
    return worker->refs - worker->earlier;
}

/* The first among those with the fewest clients. */
static gwd_worker *least_loaded(const gwd_workers *workers, int round)
{
    gwd_worker *best = NULL;

    for (gwd_worker *w = workers->first; w != NULL; w = w->next) {
        if (is_choice(workers, w, round) &&
            (best == NULL || load_of(w) < load_of(best))) {
            best = w;
        }
    }
    return best;
}

static gwd_worker *random_one(gwd_workers *workers, int round)
{
    uint32_t number = 0;
    size_t count = 0;

    for (gwd_worker *w = workers->first; w != NULL; w = w->next) {
        count += is_choice(workers, w, round);
    }
    if (count == 0) {
        return NULL;
    }
    gwd_random_u32(&workers->random, &number); /* none: the first one */
    size_t left = number % count;
    for (gwd_worker *w = workers->first; w != NULL; w = w->next) {
        if (is_choice(workers, w, round) && left-- == 0) {
            return w;
        }
    }
    return NULL;
}

static gwd_worker *choose(gwd_workers *workers)
{
    gwd_worker *chosen = NULL;

    for (int round = 0; round < 2 && chosen == NULL; round++) {
        chosen = workers->router == GWD_ROUTER_RANDOM
                     ? random_one(workers, round)
                     : least_loaded(workers, round);
    }
    return chosen;
}

gwd_worker *gwd_workers_bind(gwd_workers *workers, gwd_worker **slot)
{
    gwd_worker *chosen;

    if (*slot != NULL && takes_clients(*slot)) {
        return *slot;
    }
    chosen = choose(workers);
    if (chosen == NULL) { /* what waits for a lost one may arrive yet */
        return *slot != NULL && is_here(*slot) ? *slot : NULL;
    }
    chosen->refs++;
    if (*slot != NULL) {
        gwd_workers_unbind(workers, slot);
    }
    *slot = chosen;
    return chosen;
}

void gwd_workers_unbind(gwd_workers *workers, gwd_worker **slot)
{
    gwd_worker *worker = *slot;

    if (worker == NULL) {
        return;
    }
    /* Whoever it is that leaves: so an unequal share does not last. */
    if (worker->earlier > 0) {
        worker->earlier--;
    }
    worker->refs--;
    *slot = NULL;
    free_if_unused(workers, worker);
}

void gwd_worker_label(const gwd_worker *worker,
                      char out[GWD_WORKER_LABEL_LEN + 1])
{
    size_t len = worker->key_len < GWD_WORKER_LABEL_LEN ? worker->key_len
                                                        : GWD_WORKER_LABEL_LEN;

    for (size_t i = 0; i < len; i++) {
        char c = worker->key[i];

        out[i] = (unsigned char)c < ' ' || c == 0x7f ? '?' : c;
    }
    out[len] = '\0';
}
