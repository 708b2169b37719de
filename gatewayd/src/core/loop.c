#include "core/loop.h"

#include <stdlib.h>
#include <time.h>

#include "core/log.h"
#include "core/stream_flush.h"

#define LAST_TURNS 4
#define SECOND 1000000 /* microseconds */
/* So much later than a second's begin comes its tick: the clock of libevent's
 * timers may be behind by a tick of the kernel. */
#define TICK_PHASE 20000

uint32_t gwd_loop_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)now.tv_sec;
}

uint64_t gwd_loop_microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec / 1000 + 1;
}

uint64_t gwd_loop_take_lag(gwd_loop *loop)
{
    uint64_t lag = loop->lag;

    loop->lag = 0;
    return lag;
}

/* A ring's second is the one that its last tick saw: with ticks at a second's
 * end, one that is late leaves out a second, and the timeouts that were armed
 * meanwhile come that much too early. */
static int next_tick(gwd_loop *loop)
{
    uint64_t left = SECOND - gwd_loop_microseconds() % SECOND + TICK_PHASE;
    struct timeval delay = {(time_t)(left / SECOND),
                            (suseconds_t)(left % SECOND)};

    return event_add(&loop->tick, &delay);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    gwd_loop *loop = arg;
    uint32_t now = gwd_loop_seconds();

    (void)fd;
    (void)what;
    gwd_loop_mark(loop);
    for (gwd_ring *ring = loop->rings; ring != NULL; ring = ring->next)
        gwd_ring_advance(ring, now);
    next_tick(loop); /* moves it: it is pending already, and cannot fail */
}

/* Its messages are of name servers, which are asked again and again; what comes
 * of that is told by who asks. */
static void on_libevent(int severity, const char *text)
{
    static const gwd_log_level levels[] = {
        [EVENT_LOG_DEBUG] = GWD_LOG_DEBUG,
        [EVENT_LOG_MSG] = GWD_LOG_DEBUG,
        [EVENT_LOG_WARN] = GWD_LOG_WARNING,
        [EVENT_LOG_ERR] = GWD_LOG_ERROR,
    };

    gwd_log(levels[severity], "libevent: %s", text);
}

/* One thread: no locks. */
static struct event_base *new_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base;

    if (config == NULL)
        return NULL;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

gwd_loop *gwd_loop_new(void)
{
    gwd_loop *loop = calloc(1, sizeof(*loop));

    if (loop == NULL)
        return NULL;
    event_set_log_callback(on_libevent);
    loop->pending_tail = &loop->pending;
    gwd_handshakes_init(&loop->handshakes);
    gwd_lingerers_init(loop);
    loop->metrics = &loop->own_metrics;
    loop->base = new_base();
    if (loop->base == NULL) {
        free(loop);
        return NULL;
    }
    if (event_assign(&loop->tick, loop->base, -1, EV_PERSIST, on_tick, loop) <
            0 ||
        next_tick(loop) < 0) {
        gwd_loop_free(loop);
        return NULL;
    }
    return loop;
}

void gwd_loop_free(gwd_loop *loop)
{
    if (loop == NULL)
        return;
    event_del(&loop->tick);
    gwd_lingerers_close(loop);
    /* What was put off, as the end of a DNS lookup, frees memory; one such
     * thing may lead to another. */
    for (int i = 0; i < LAST_TURNS; i++)
        event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
    event_base_free(loop->base);
    free(loop);
}

/* Closing a stream may give output to others: goes on until all is done. */
static void flush_pending(gwd_loop *loop)
{
    while (loop->pending != NULL) {
        gwd_stream *stream = loop->pending;

        loop->pending = stream->pending_next;
        if (loop->pending == NULL)
            loop->pending_tail = &loop->pending;
        stream->pending_next = NULL;
        /* Thousands of them are in no cache: the next one comes while the
         * kernel is busy with this one. */
        __builtin_prefetch(loop->pending);
        gwd_stream_flush(stream);
    }
}

void gwd_loop_begin_turn(gwd_loop *loop)
{
    uint32_t now = gwd_loop_seconds();

    loop->turn_began = gwd_loop_microseconds();
    for (gwd_ring *ring = loop->rings; ring != NULL; ring = ring->next)
        gwd_ring_note(ring, now);
}

static void end_turn(gwd_loop *loop)
{
    uint64_t took;

    if (loop->turn_began == 0)
        return;
    took = gwd_loop_microseconds() - loop->turn_began;
    loop->turn_began = 0;
    if (took > loop->lag)
        loop->lag = took;
}

void gwd_loop_turn(gwd_loop *loop, bool block)
{
    block = block && loop->handshakes.first == NULL;
    event_base_loop(loop->base,
                    block ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK);
    flush_pending(loop);
    if (loop->handshakes.first != NULL) {
        gwd_handshakes_run(&loop->handshakes, loop->turn_began);
        flush_pending(loop);
    }
    end_turn(loop);
}

void gwd_loop_run(gwd_loop *loop)
{
    flush_pending(loop);
    while (!loop->stopped)
        gwd_loop_turn(loop, true);
}

void gwd_loop_stop(gwd_loop *loop)
{
    loop->stopped = true;
}

/* Those who linger are not waited for in haste. */
static bool is_drained(const gwd_loop *loop, bool in_haste)
{
    return loop->streams == 0 && (in_haste || !loop->lingerers.draining ||
                                  loop->lingerers.count == 0);
}

bool gwd_loop_drain(gwd_loop *loop, unsigned seconds)
{
    uint32_t end = gwd_loop_seconds() + seconds + 1;

    loop->stopped = false;
    loop->unsent = 0;
    if (!loop->lingerers.draining)
        gwd_lingerers_drain(loop);
    flush_pending(loop);
    /* The tick ends a turn every second at the latest. */
    while (!is_drained(loop, seconds == 0) && !loop->stopped &&
           (int32_t)(end - gwd_loop_seconds()) > 0)
        gwd_loop_turn(loop, true);
    return loop->streams == 0;
}

void gwd_loop_add_ring(gwd_loop *loop, gwd_ring *ring, gwd_timeout_fn fn)
{
    gwd_ring_init(ring, gwd_loop_seconds(), fn);
    ring->next = loop->rings;
    loop->rings = ring;
}

void gwd_loop_remove_ring(gwd_loop *loop, gwd_ring *ring)
{
    gwd_ring **link = &loop->rings;

    while (*link != NULL && *link != ring)
        link = &(*link)->next;
    if (*link != NULL)
        *link = ring->next;
}
