/* A TCP connection on the loop, with or without TLS: one shared read buffer,
 * coalesced output.
 *
 * Output is queued and flushed once per loop turn (design rule 7).
 * A stream never disappears inside a call to it: closing takes effect at the
 * end of the turn, so callers may go on using the pointer until they return to
 * the loop. Embedded in its owner (client, inner connection, Register peer). */
#ifndef GWD_STREAM_H
#define GWD_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <event2/event_struct.h>
#include <gwclient/types.h>

struct gwd_loop;
struct gwd_tls;
typedef struct gwd_stream gwd_stream;
typedef struct gwd_chunk gwd_chunk; /* refcounted bytes in a queue */

/* What streams of one sort share: their owner embeds it and outlives them. */
typedef struct gwd_stream_kind {
    struct gwd_loop *loop;
    /* Bytes arrived. Returns how many of them were used up; the rest is kept
     * and offered again with more behind it. Negative (GW_E…): close at once.
     * Not called any more once the stream is closing. The bytes lie in memory
     * that is the callee's to change while it runs (unmasking in place). */
    ssize_t (*on_data)(gwd_stream *stream, const char *base, size_t len);
    /* The stream is closed, at the end of the turn: release the owner. Called
     * once; the stream's own memory is already given back, or will be.
     * gwd_stream_queued() tells what has not left. */
    void (*on_close)(gwd_stream *stream);
    /* loop->metrics counts the bytes: what TLS carries, not what it makes of
     * them. */
    bool counted;
    /* The TLS handshake is finished: comes before the first on_data. NULL:
     * nobody asks. */
    void (*on_tls)(gwd_stream *stream);
    /* Input is read after that of all other streams that have some. */
    bool reads_last;
    /* What was read is acknowledged at once: a peer with Nagle's algorithm
     * holds its next small piece back until then. */
    bool acks_at_once;
    /* See gwd_linger(). */
    bool reads_late;
} gwd_stream_kind;

struct gwd_stream {
    struct event event;
    const gwd_stream_kind *kind;
    gwd_stream *pending_next; /* the turn's list of streams to flush or free */
    struct gwd_queue
        *queue; /* output not yet accepted by the kernel, or NULL */
    struct gwd_partial
        *partial;             /* input that is not a whole unit yet, or NULL */
    struct gwd_tls_conn *tls; /* or NULL: plain */
    int fd;
    unsigned char state; /* private: bits of GWD_STREAM_… in stream.c */
    unsigned char phase; /* the owner's: where in its protocol it is */
    uint16_t note;       /* the owner's, too: it fills a hole */
};

/* Takes over a connected non-blocking `fd` and starts reading. GW_ENOMEM: the
 * fd is still the caller's. */
int gwd_stream_init(gwd_stream *stream, const gwd_stream_kind *kind, int fd);

/* From here on the peer is to speak TLS with a certificate of `tls`. Either
 * right after gwd_stream_init(), or inside on_data: what on_data leaves over
 * belongs to TLS then. GW_ENOMEM: close the stream. */
int gwd_stream_start_tls(gwd_stream *stream, struct gwd_tls *tls);

/* The stream was closed because its TLS failed. True in on_close, too. */
bool gwd_stream_tls_failed(const gwd_stream *stream);

/* Queue bytes: copied, or a reference to a shared chunk. Out of memory closes
 * the stream at the end of the turn; the second tells (GW_ENOMEM), too. To a
 * stream that closes they do nothing, with GW_OK. */
void gwd_stream_write(gwd_stream *stream, const void *base, size_t len);
int gwd_stream_write_chunk(gwd_stream *stream, gwd_chunk *chunk);

/* Bytes that wait in the queue. */
size_t gwd_stream_queued(const gwd_stream *stream);

/* Whether `limit` bytes or more wait for the peer, and not just for the end of
 * the turn: they are offered to the kernel first. */
bool gwd_stream_is_full(gwd_stream *stream, size_t limit);

/* Close after the queue was flushed, or at once, dropping it. */
void gwd_stream_close(gwd_stream *stream);
void gwd_stream_abort(gwd_stream *stream);

/* Closes like gwd_stream_close() when the peer may still be sending: the last
 * of our output shall reach it all the same (core/linger). */
void gwd_stream_linger(gwd_stream *stream);

/* Offers what is queued to the kernel once, and closes. */
void gwd_stream_end(gwd_stream *stream);

/* True once one of these was called. */
bool gwd_stream_closing(const gwd_stream *stream);

/* Shared bytes: `gwd_chunk_new` copies, with one reference held by the caller.
 */
gwd_chunk *gwd_chunk_new(const void *base, size_t len);
gwd_chunk *gwd_chunk_ref(gwd_chunk *chunk);
void gwd_chunk_unref(gwd_chunk **chunk);

#endif
