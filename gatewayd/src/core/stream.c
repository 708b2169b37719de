#include "core/stream.h"

#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <gwclient/error.h>

#include "core/log.h"
#include "core/loop.h"
#include "core/queue.h"
#include "core/stream_flush.h"
#include "core/transport.h"
#include "tls/session.h"

enum {
    GWD_STREAM_PENDING = 1, /* on the loop's list */
    GWD_STREAM_CLOSING = 2, /* ends when the queue is empty */
    GWD_STREAM_ABORTED = 4, /* ends whatever is queued */
    GWD_STREAM_ENDING = 8,  /* ends after one attempt to send what is queued */
    GWD_STREAM_TLS_FAILED = 16,
    /* What its event waits for: libevent is not asked at every turn. */
    GWD_STREAM_WATCHES_INPUT = 32,
    GWD_STREAM_WATCHES_ROOM = 64,
    GWD_STREAM_LINGERS = 128 /* its peer may go on sending */
};

#define KEEP_ROOM ((size_t)32 * 1024)

/* Input that is not a whole unit yet. */
struct gwd_partial {
    size_t len;
    size_t cap;
    char data[];
};

static void on_event(evutil_socket_t fd, short what, void *arg);

static int watch(gwd_stream *stream, short what)
{
    if (event_assign(&stream->event, stream->kind->loop->base, stream->fd,
                     what | EV_PERSIST, on_event, stream) < 0 ||
        event_add(&stream->event, NULL) < 0)
        return GW_ENOMEM;
    stream->state &=
        (unsigned char)~(GWD_STREAM_WATCHES_INPUT | GWD_STREAM_WATCHES_ROOM);
    if (what & EV_READ)
        stream->state |= GWD_STREAM_WATCHES_INPUT;
    if (what & EV_WRITE)
        stream->state |= GWD_STREAM_WATCHES_ROOM;
    return GW_OK;
}

int gwd_stream_init(gwd_stream *stream, const gwd_stream_kind *kind, int fd)
{
    memset(stream, 0, sizeof(*stream));
    stream->kind = kind;
    stream->fd = fd;
    if (watch(stream, EV_READ) < 0)
        return GW_ENOMEM;
    kind->loop->streams++;
    return GW_OK;
}

/* Puts the stream on the list for the end of the turn. */
static void make_pending(gwd_stream *stream)
{
    gwd_loop *loop = stream->kind->loop;

    if (stream->state & GWD_STREAM_PENDING)
        return;
    stream->state |= GWD_STREAM_PENDING;
    stream->pending_next = NULL;
    *loop->pending_tail = stream;
    loop->pending_tail = &stream->pending_next;
}

/* The kernel refused output and has not said that there is room again. */
static bool waits_for_room(const gwd_stream *stream)
{
    return stream->state & GWD_STREAM_WATCHES_ROOM;
}

/* What matters now: room for output while there is some, input unless the
 * stream is closing. */
static short wanted_events(const gwd_stream *stream)
{
    return gwd_transport_events(stream, !(stream->state & GWD_STREAM_CLOSING));
}

static short watched_events(const gwd_stream *stream)
{
    return (short)((stream->state & GWD_STREAM_WATCHES_INPUT ? EV_READ : 0) |
                   (stream->state & GWD_STREAM_WATCHES_ROOM ? EV_WRITE : 0));
}

int gwd_stream_start_tls(gwd_stream *stream, struct gwd_tls *tls)
{
    stream->tls = gwd_tls_conn_new(tls, stream->fd);
    return stream->tls == NULL ? GW_ENOMEM : GW_OK;
}

bool gwd_stream_tls_failed(const gwd_stream *stream)
{
    return stream->state & GWD_STREAM_TLS_FAILED;
}

/* To its owner it is an end like any other. */
static void tell_of_lack(int result)
{
    if (result == GW_ENOMEM)
        gwd_log(GWD_LOG_WARNING, "out of memory: a connection is closed");
}

static void fail(gwd_stream *stream, int result)
{
    tell_of_lack(result);
    gwd_stream_abort(stream);
}

/* ---- input -------------------------------------------------------------- */

static void drop_partial(gwd_stream *stream)
{
    free(stream->partial);
    stream->partial = NULL;
}

static int reserve_partial(gwd_stream *stream, size_t cap)
{
    struct gwd_partial *partial = stream->partial;
    struct gwd_partial *grown;

    if (partial != NULL && partial->cap >= cap)
        return GW_OK;
    grown = realloc(partial, sizeof(*grown) + cap);
    if (grown == NULL)
        return GW_ENOMEM;
    if (partial == NULL)
        grown->len = 0;
    grown->cap = cap;
    stream->partial = grown;
    return GW_OK;
}

/* A large unit has passed: its memory goes, too. */
static void shrink_partial(gwd_stream *stream)
{
    struct gwd_partial *partial = stream->partial;
    struct gwd_partial *smaller;

    if (partial->cap < KEEP_ROOM || partial->len > partial->cap / 4)
        return;
    smaller = realloc(partial, sizeof(*smaller) + partial->len);
    if (smaller == NULL)
        return;
    smaller->cap = smaller->len;
    stream->partial = smaller;
}

/* Keeps what the owner did not use up. `base` may lie inside the partial. */
static int keep_rest(gwd_stream *stream, const char *base, size_t len)
{
    if (len == 0) {
        drop_partial(stream);
        return GW_OK;
    }
    if (reserve_partial(stream, len) < 0)
        return GW_ENOMEM;
    memmove(stream->partial->data, base, len);
    stream->partial->len = len;
    shrink_partial(stream);
    return GW_OK;
}

/* What the owner did not use up before it started TLS is the peer's hello. */
static int hand_over(gwd_stream *stream, const char *base, size_t len)
{
    int result = gwd_tls_conn_feed(stream->tls, base, len);

    drop_partial(stream);
    make_pending(stream);
    return result;
}

/* Gives `len` bytes to the owner. */
static void offer(gwd_stream *stream, const char *base, size_t len)
{
    bool plain = stream->tls == NULL;
    ssize_t used = stream->kind->on_data(stream, base, len);
    int result = GW_OK;

    if (gwd_stream_closing(stream))
        drop_partial(stream);
    else if (used < 0 || (size_t)used > len)
        result = GW_EPROTO;
    else if (plain && stream->tls != NULL)
        result = hand_over(stream, base + used, len - (size_t)used);
    else
        result = keep_rest(stream, base + used, len - (size_t)used);
    if (result < 0)
        fail(stream, result);
}

/* Where the next bytes go: behind the partial input, in the shared buffer as
 * long as there is enough room there, else in the partial itself. */
static char *input_place(gwd_stream *stream, size_t *kept, size_t *room)
{
    struct gwd_partial *partial = stream->partial;
    char *shared = stream->kind->loop->buffer;

    *kept = partial == NULL ? 0 : partial->len;
    if (*kept <= GWD_LOOP_BUFFER - KEEP_ROOM) {
        if (*kept > 0)
            memcpy(shared, partial->data, *kept);
        *room = GWD_LOOP_BUFFER - *kept;
        return shared;
    }
    if (partial->cap - *kept < KEEP_ROOM &&
        reserve_partial(stream, *kept * 2) < 0)
        return NULL;
    *room = stream->partial->cap - *kept;
    if (*room > GWD_LOOP_BUFFER) /* fairness: so much per event */
        *room = GWD_LOOP_BUFFER;
    return stream->partial->data;
}

/* Nothing comes any more. Whoever said so is answered. */
static void end_input(gwd_stream *stream, ssize_t why)
{
    if (why == GW_EPROTO)
        stream->state |= GWD_STREAM_TLS_FAILED;
    if (why == 0)
        gwd_stream_end(stream);
    else
        gwd_stream_abort(stream);
}

/* The handshake may have ended while reading, or while writing. */
static void tell_tls(gwd_stream *stream)
{
    if (stream->tls != NULL && gwd_tls_conn_is_new(stream->tls) &&
        stream->kind->on_tls != NULL && !gwd_stream_closing(stream))
        stream->kind->on_tls(stream);
}

static void count_input(gwd_stream *stream, size_t len)
{
    if (stream->kind->counted)
        stream->kind->loop->metrics->bytes_in += len;
}

/* Linux forgets the option sooner or later; it is an order, too. */
static void acknowledge(const gwd_stream *stream)
{
#ifdef TCP_QUICKACK
    int on = 1;

    if (stream->kind->acks_at_once)
        setsockopt(stream->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
#else
    (void)stream;
#endif
}

static void read_input(gwd_stream *stream)
{
    size_t kept, room;
    char *base = input_place(stream, &kept, &room);
    ssize_t got;

    if (base == NULL) {
        fail(stream, GW_ENOMEM);
        return;
    }
    got = gwd_transport_read(stream, base + kept, room);
    tell_tls(stream);
    if (got > 0 && !gwd_stream_closing(stream)) {
        count_input(stream, (size_t)got);
        acknowledge(stream);
        offer(stream, base, kept + (size_t)got);
    } else if (got <= 0 && got != GW_EAGAIN) {
        end_input(stream, got);
    }
}

static void unwatch(gwd_stream *stream)
{
    event_del(&stream->event);
    stream->state &=
        (unsigned char)~(GWD_STREAM_WATCHES_INPUT | GWD_STREAM_WATCHES_ROOM);
}

/* Input that no event will tell of. */
static bool has_more(const gwd_stream *stream)
{
    return gwd_transport_has_more(stream) && !gwd_stream_closing(stream);
}

/* TLS may want to send before it can read, or the other way round. */
static void read_tls(gwd_stream *stream)
{
    if (!gwd_stream_closing(stream))
        read_input(stream);
    if (gwd_transport_has_output(stream) || has_more(stream) ||
        wanted_events(stream) != watched_events(stream))
        make_pending(stream);
}

void gwd_stream_shake_hands(gwd_stream *stream)
{
    gwd_loop_mark(stream->kind->loop);
    read_tls(stream);
}

static void on_tls_event(gwd_stream *stream)
{
    if (gwd_tls_conn_is_known(stream->tls) || gwd_stream_closing(stream)) {
        read_tls(stream);
    } else {
        gwd_handshakes_add(&stream->kind->loop->handshakes, stream);
        unwatch(stream);
    }
}

/* The event comes once more, behind all that have come with it. */
#define PUT_OFF EV_TIMEOUT

static void on_input(gwd_stream *stream, short what)
{
    if (stream->kind->reads_last && !(what & PUT_OFF))
        event_active(&stream->event, EV_READ | PUT_OFF, 0);
    else
        read_input(stream);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    gwd_stream *stream = arg;

    (void)fd;
    gwd_loop_mark(stream->kind->loop);
    if (stream->tls != NULL) {
        on_tls_event(stream);
        return;
    }
    if (what & EV_WRITE)
        make_pending(stream);
    if ((what & EV_READ) && !gwd_stream_closing(stream))
        on_input(stream, what);
}

/* ---- output ------------------------------------------------------------- */

static int queued(gwd_stream *stream, int result)
{
    if (result < 0)
        fail(stream, result);
    else if (!waits_for_room(stream))
        make_pending(stream);
    return result;
}

void gwd_stream_write(gwd_stream *stream, const void *base, size_t len)
{
    if (!gwd_stream_closing(stream))
        queued(stream, gwd_queue_copy(&stream->queue, base, len));
}

int gwd_stream_write_chunk(gwd_stream *stream, gwd_chunk *chunk)
{
    if (gwd_stream_closing(stream) || chunk->len == 0)
        return GW_OK;
    return queued(stream, gwd_queue_put(&stream->queue, chunk));
}

size_t gwd_stream_queued(const gwd_stream *stream)
{
    return gwd_queue_bytes(stream->queue);
}

void gwd_stream_close(gwd_stream *stream)
{
    stream->state |= GWD_STREAM_CLOSING;
    make_pending(stream);
}

void gwd_stream_linger(gwd_stream *stream)
{
    stream->state |= GWD_STREAM_LINGERS;
    gwd_stream_close(stream);
}

void gwd_stream_abort(gwd_stream *stream)
{
    stream->state |= GWD_STREAM_ABORTED;
    make_pending(stream);
}

void gwd_stream_end(gwd_stream *stream)
{
    stream->state |= GWD_STREAM_ENDING;
    make_pending(stream);
}

bool gwd_stream_closing(const gwd_stream *stream)
{
    return stream->state &
           (GWD_STREAM_CLOSING | GWD_STREAM_ABORTED | GWD_STREAM_ENDING);
}

static void count_output(gwd_stream *stream, size_t len)
{
    if (stream->kind->counted)
        stream->kind->loop->metrics->bytes_out += len;
}

/* 0: all is sent, or no more can be sent now; GW_ECLOSED, GW_EPROTO,
 * GW_ENOMEM. */
static int send_queue(gwd_stream *stream)
{
    while (gwd_transport_has_output(stream)) {
        ssize_t sent = gwd_transport_write(stream);

        if (sent < 0)
            return sent == GW_EAGAIN ? GW_OK : (int)sent;
        count_output(stream, (size_t)sent);
        if (sent > 0 && gwd_queue_drop(&stream->queue, (size_t)sent) < 0)
            return GW_ENOMEM;
    }
    return GW_OK;
}

static inline int rewatch(gwd_stream *stream)
{
    short want = wanted_events(stream);

    if (want == watched_events(stream) || want == 0)
        return GW_OK;
    event_del(&stream->event);
    return watch(stream, want);
}

static void note_failure(gwd_stream *stream, int result)
{
    if (result == GW_EPROTO)
        stream->state |= GWD_STREAM_TLS_FAILED;
    tell_of_lack(result);
    if (result < 0)
        stream->state |= GWD_STREAM_ABORTED;
}

bool gwd_stream_is_full(gwd_stream *stream, size_t limit)
{
    int result;

    if (gwd_stream_queued(stream) < limit)
        return false;
    if (!waits_for_room(stream) && !gwd_stream_closing(stream)) {
        result = send_queue(stream);
        note_failure(stream, result < 0 ? result : rewatch(stream));
        make_pending(stream); /* a failure ends it with the turn */
    }
    return gwd_stream_queued(stream) >= limit;
}

/* Unread input would make close() reset the connection, and the peer might then
 * never see our last bytes. */
static void close_socket(gwd_stream *stream, bool all_sent)
{
    gwd_loop *loop = stream->kind->loop;

    if (all_sent && (stream->state & GWD_STREAM_LINGERS)) {
        gwd_linger(loop, stream->fd, stream->kind->reads_late);
        return;
    }
    if (!(stream->state & GWD_STREAM_ABORTED) || gwd_stream_tls_failed(stream))
        gwd_discard_input(loop, stream->fd);
    close(stream->fd);
}

static void finish(gwd_stream *stream)
{
    gwd_queue *left = stream->queue; /* the stream goes with its owner */
    bool all_sent = !(stream->state & GWD_STREAM_ABORTED) &&
                    !gwd_transport_has_output(stream);

    if (all_sent)
        gwd_transport_goodbye(stream);
    stream->kind->loop->unsent += gwd_transport_has_output(stream);
    event_del(&stream->event);
    if (stream->tls != NULL)
        gwd_handshakes_remove(&stream->kind->loop->handshakes, stream);
    close_socket(stream, all_sent);
    gwd_tls_conn_free(&stream->tls);
    drop_partial(stream);
    stream->fd = -1;
    stream->kind->loop->streams--;
    stream->kind->on_close(stream);
    gwd_queue_free(&left);
}

/* Sends, and watches for what comes next. */
static void go_on(gwd_stream *stream)
{
    int result = send_queue(stream);

    tell_tls(stream);
    note_failure(stream, result < 0 ? result : rewatch(stream));
}

void gwd_stream_flush(gwd_stream *stream)
{
    stream->state &= (unsigned char)~GWD_STREAM_PENDING;
    if (!(stream->state & GWD_STREAM_ABORTED))
        go_on(stream);
    if ((stream->state & (GWD_STREAM_ABORTED | GWD_STREAM_ENDING)) ||
        ((stream->state & GWD_STREAM_CLOSING) &&
         !gwd_transport_has_output(stream)))
        finish(stream);
    else if (has_more(stream)) /* others first: next turn */
        event_active(&stream->event, EV_READ, 0);
}
