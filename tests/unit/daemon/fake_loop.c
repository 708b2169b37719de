#include "fake_loop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gwclient/error.h>

#include "core/chunk.h"
#include "core/log.h"

#define FIRST_FD (1 << 20) /* the process has none there */
#define NEVER UINT32_MAX

static fake_loop *self;

/* ---- core/log.h ------------------------------------------------------------
 */

void gwd_log(gwd_log_level level, const char *format, ...)
{
    char line[512];
    size_t room = sizeof(self->log) - self->log_len - 1;
    va_list args;

    (void)level;
    va_start(args, format);
    vsnprintf(line, sizeof(line) - 1, format, args);
    va_end(args);
    strcat(line, "\n");
    size_t len = strlen(line) < room ? strlen(line) : room;
    memcpy(self->log + self->log_len, line, len);
    self->log_len += len;
    self->log[self->log_len] = '\0';
}

/* ---- core/stream.h ---------------------------------------------------------
 */

int fake_fd(int index)
{
    return FIRST_FD + index;
}

int fake_index(int fd)
{
    return fd - FIRST_FD;
}

static fake_conn *conn_of(const gwd_stream *stream)
{
    fake_conn *conn = &self->conns[fake_index(stream->fd)];

    if (conn->stream != stream) {
        abort();
    }
    return conn;
}

/* Its number is told by the descriptor. */
int gwd_stream_init(gwd_stream *stream, const gwd_stream_kind *kind, int fd)
{
    fake_conn *conn = &self->conns[fake_index(fd)];

    memset(stream, 0, sizeof(*stream));
    stream->fd = fd;
    stream->kind = kind;
    conn->stream = stream;
    conn->queued = 0;
    conn->len = 0;
    conn->lost = false;
    return GW_OK;
}

void gwd_stream_write(gwd_stream *stream, const void *base, size_t len)
{
    fake_conn *conn = conn_of(stream);

    if (conn->closed || len == 0) {
        return;
    }
    if (conn->len + len >= conn->cap) {
        conn->cap = (conn->len + len + 1) * 2;
        conn->got = realloc(conn->got, conn->cap);
    }
    memcpy(conn->got + conn->len, base, len);
    self->changes++;
    conn->len += len;
    conn->got[conn->len] = '\0';
}

int gwd_stream_write_chunk(gwd_stream *stream, gwd_chunk *chunk)
{
    gwd_stream_write(stream, chunk->data, chunk->len);
    return GW_OK;
}

size_t gwd_stream_queued(const gwd_stream *stream)
{
    return conn_of(stream)->queued;
}

bool gwd_stream_is_full(gwd_stream *stream, size_t limit)
{
    return gwd_stream_queued(stream) >= limit;
}

void gwd_stream_close(gwd_stream *stream)
{
    conn_of(stream)->closed = true;
    self->closing = true;
}

void gwd_stream_linger(gwd_stream *stream)
{
    gwd_stream_close(stream);
}

void gwd_stream_abort(gwd_stream *stream)
{
    conn_of(stream)->aborted = true;
    gwd_stream_close(stream);
}

/* What was written is with the peer already. */
void gwd_stream_end(gwd_stream *stream)
{
    gwd_stream_abort(stream);
}

bool gwd_stream_closing(const gwd_stream *stream)
{
    return conn_of(stream)->closed;
}

static void drop_partial(fake_conn *conn)
{
    free(conn->partial);
    conn->partial = NULL;
    conn->partial_len = 0;
}

void fake_loop_receive(fake_loop *loop, int index, const void *base, size_t len)
{
    fake_conn *conn = &loop->conns[index];
    /* Exactly sized, so that a read past the end is seen. */
    size_t whole = conn->partial_len + len;
    char *bytes = malloc(whole + (whole == 0));

    if (conn->partial_len > 0) {
        memcpy(bytes, conn->partial, conn->partial_len);
    }
    if (len > 0) {
        memcpy(bytes + conn->partial_len, base, len);
    }
    drop_partial(conn);
    ssize_t used = conn->stream->kind->on_data(conn->stream, bytes, whole);
    if (!conn->closed && (used < 0 || (size_t)used > whole)) {
        gwd_stream_abort(conn->stream);
    } else if (!conn->closed && (size_t)used < whole) {
        conn->partial_len = whole - (size_t)used;
        conn->partial = malloc(conn->partial_len);
        memcpy(conn->partial, bytes + used, conn->partial_len);
    }
    free(bytes);
}

void fake_loop_hang_up(fake_loop *loop, int index)
{
    fake_conn *conn = &loop->conns[index];
    gwd_stream *stream = conn->stream;

    drop_partial(conn);
    loop->changes++;
    if (stream != NULL) {
        conn->closed = true;
        stream->kind->on_close(stream);
    }
    conn->stream = NULL;
    conn->closed = false;
    conn->aborted = false;
}

void fake_loop_read(fake_loop *loop, int index)
{
    loop->conns[index].queued = 0;
    loop->closing = true;
}

/* ---- core/loop.h -----------------------------------------------------------
 */

uint32_t gwd_loop_seconds(void)
{
    return self->now;
}

uint64_t gwd_loop_microseconds(void)
{
    return gwd_loop_seconds() * UINT64_C(1000000);
}

void gwd_loop_add_ring(gwd_loop *loop, gwd_ring *ring, gwd_timeout_fn fn)
{
    gwd_ring_init(ring, self->now, fn);
    ring->next = loop->rings;
    loop->rings = ring;
}

void gwd_loop_remove_ring(gwd_loop *loop, gwd_ring *ring)
{
    gwd_ring **p = &loop->rings;

    while (*p != ring) {
        p = &(*p)->next;
    }
    *p = ring->next;
}

/* ---- libevent --------------------------------------------------------------
 */

static size_t place_of(const fake_loop *loop, const struct event *event)
{
    size_t i = 0;

    while (i < FAKE_EVENTS && loop->events[i] != event) {
        i++;
    }
    return i;
}

int event_assign(struct event *event, struct event_base *base,
                 evutil_socket_t fd, short what, event_callback_fn fn,
                 void *arg)
{
    if (place_of(self, event) < FAKE_EVENTS) {
        abort(); /* libevent would lose it */
    }
    memset(event, 0, sizeof(*event));
    event->ev_base = base;
    event->ev_fd = fd;
    event->ev_events = what;
    event->ev_evcallback.evcb_cb_union.evcb_callback = fn;
    event->ev_evcallback.evcb_arg = arg;
    return 0;
}

int event_add(struct event *event, const struct timeval *time)
{
    size_t i = place_of(self, event);

    if (i == FAKE_EVENTS) {
        i = place_of(self, NULL);
    }
    if (i == FAKE_EVENTS) {
        abort();
    }
    self->events[i] = event;
    self->due[i] = time == NULL ? NEVER : self->now + (uint32_t)time->tv_sec;
    return 0;
}

int event_del(struct event *event)
{
    size_t i = place_of(self, event);

    if (i < FAKE_EVENTS) {
        self->events[i] = NULL;
    }
    return 0;
}

int event_pending(const struct event *event, short what, struct timeval *time)
{
    (void)time;
    return place_of(self, event) < FAKE_EVENTS ? what : 0;
}

bool fake_loop_awaits(const fake_loop *loop, const struct event *event,
                      uint32_t *seconds)
{
    size_t i = place_of(loop, event);

    if (i == FAKE_EVENTS) {
        return false;
    }
    *seconds = loop->due[i] == NEVER ? NEVER : loop->due[i] - loop->now;
    return true;
}

static void fire(fake_loop *loop, size_t i, short what)
{
    struct event *event = loop->events[i];

    loop->events[i] = NULL;
    event->ev_evcallback.evcb_cb_union.evcb_callback(
        event->ev_fd, what, event->ev_evcallback.evcb_arg);
}

bool fake_loop_fire(fake_loop *loop, int fd, short what)
{
    for (size_t i = 0; i < FAKE_EVENTS; i++) {
        if (loop->events[i] != NULL && loop->events[i]->ev_fd == fd) {
            fire(loop, i, what);
            return true;
        }
    }
    return false;
}

/* ---- turns -----------------------------------------------------------------
 */

static bool close_one(fake_loop *loop)
{
    for (int i = 0; i < FAKE_CONNS; i++) {
        fake_conn *conn = &loop->conns[i];

        if (conn->stream != NULL && conn->closed &&
            (conn->aborted || conn->queued == 0)) {
            fake_loop_hang_up(loop, i);
            return true;
        }
    }
    loop->closing = false;
    return false;
}

static bool fire_one(fake_loop *loop)
{
    for (size_t i = 0; i < FAKE_EVENTS; i++) {
        if (loop->events[i] != NULL && loop->due[i] <= loop->now) {
            fire(loop, i, EV_TIMEOUT);
            return true;
        }
    }
    return false;
}

void fake_loop_settle(fake_loop *loop)
{
    while ((loop->closing && close_one(loop)) || fire_one(loop)) {
    }
}

void fake_loop_pass(fake_loop *loop, uint32_t seconds)
{
    while (seconds-- > 0) {
        loop->now++;
        for (gwd_ring *r = loop->loop.rings; r != NULL; r = r->next) {
            gwd_ring_advance(r, loop->now);
        }
        fake_loop_settle(loop);
    }
}

fake_loop *fake_loop_new(void)
{
    static fake_loop the_one; /* large: its buffers are left alone */

    self = &the_one;
    memset(self, 0, offsetof(fake_loop, loop.buffer));
    memset(&self->now, 0, offsetof(fake_loop, log) - offsetof(fake_loop, now));
    self->log[0] = '\0';
    self->log_len = 0;
    self->loop.metrics = &self->loop.own_metrics;
    return self;
}

void fake_loop_clear(fake_loop *loop)
{
    for (int i = 0; i < FAKE_CONNS; i++) {
        loop->conns[i].len = 0;
    }
    loop->log_len = 0;
    loop->log[0] = '\0';
}

void fake_loop_free(fake_loop *loop)
{
    for (int i = 0; i < FAKE_CONNS; i++) {
        drop_partial(&loop->conns[i]);
        free(loop->conns[i].got);
    }
}
