/* The event loop: one per process.
 *
 * A turn handles every event that is ready, then flushes all streams that got
 * output during it, once each (design rule 7), and frees the closed ones. At
 * its end TLS handshakes get their part. */
#ifndef GWD_LOOP_H
#define GWD_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "core/handshakes.h"
#include "core/linger.h"
#include "core/metrics.h"
#include "core/ring.h"
#include "core/stream.h"

/* Reads of all streams go through one buffer of this size. */
#define GWD_LOOP_BUFFER ((size_t)64 * 1024)
/* And many small pieces of a queue are put together in one of this size. */
#define GWD_LOOP_OUTPUT ((size_t)64 * 1024)

typedef struct gwd_loop {
    struct event_base *base;
    struct event tick; /* drives the rings, when a second has begun */
    gwd_ring *rings;
    gwd_stream *pending; /* have something to flush or are to be freed */
    gwd_stream **pending_tail;
    gwd_handshakes handshakes;
    gwd_lingerers lingerers;
    size_t streams; /* initialised and not yet closed */
    size_t unsent;  /* closed with output left, since gwd_loop_drain() began */
    bool stopped;
    uint64_t turn_began;  /* microseconds; 0: no event has come yet */
    uint64_t lag;         /* the longest turn, see gwd_loop_take_lag() */
    gwd_metrics *metrics; /* never NULL */
    gwd_metrics own_metrics;
    char buffer[GWD_LOOP_BUFFER];
    char output[GWD_LOOP_OUTPUT];
} gwd_loop;

gwd_loop *gwd_loop_new(void); /* NULL: no memory, or no event backend */
void gwd_loop_free(gwd_loop *loop);

/* Runs turns until gwd_loop_stop(), which may have been called already. */
void gwd_loop_run(gwd_loop *loop);
void gwd_loop_stop(gwd_loop *loop);

/* Runs turns until no stream is left and all output has reached its peers
 * (gwd_lingerers_drain), or for `seconds`, or until the next gwd_loop_stop().
 * True when no stream is left. */
bool gwd_loop_drain(gwd_loop *loop, unsigned seconds);

/* One turn; waits for an event unless `block` is false. */
void gwd_loop_turn(gwd_loop *loop, bool block);

/* Seconds of the monotonic clock, and microseconds, which are never 0. */
uint32_t gwd_loop_seconds(void);
uint64_t gwd_loop_microseconds(void);

void gwd_loop_begin_turn(gwd_loop *loop);

/* For those who are called when something comes in: a turn's time counts from
 * the first of them, and so do the timeouts that it arms. */
static inline void gwd_loop_mark(gwd_loop *loop)
{
    if (loop->turn_began == 0)
        gwd_loop_begin_turn(loop);
}

/* How long the longest turn has kept everybody else waiting since this was
 * asked last, in microseconds. */
uint64_t gwd_loop_take_lag(gwd_loop *loop);

/* Initialises `ring` and advances it from now on. The ring must be removed
 * before its memory goes. */
void gwd_loop_add_ring(gwd_loop *loop, gwd_ring *ring, gwd_timeout_fn fn);
void gwd_loop_remove_ring(gwd_loop *loop, gwd_ring *ring);

#endif
