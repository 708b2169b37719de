/* Loop and streams without sockets and without a clock: what is written to a
 * stream lands in memory, what a peer says comes from there, and time passes
 * when it is told to. For unit tests and fuzzers. */
#ifndef FAKE_LOOP_H
#define FAKE_LOOP_H

#include <stdbool.h>

#include "core/loop.h"

#define FAKE_CONNS 72
#define FAKE_EVENTS 4

typedef struct fake_conn {
    gwd_stream *stream; /* NULL: not open */
    char *partial;      /* input that was not used up */
    size_t partial_len;
    char *got; /* what it was sent, with a NUL behind; NULL: nothing yet */
    size_t len;
    size_t cap;
    size_t queued; /* what gwd_stream_queued() says: above 0, it does not read,
                      and is closed only when its stream is aborted */
    bool closed;
    bool aborted;
    bool lost; /* what gwd_keepalive_is_lost() says */
} fake_conn;

typedef struct fake_loop {
    gwd_loop loop;    /* its metrics, rings and `stopped` */
    uint32_t now;     /* seconds */
    bool closing;     /* some connection is to go */
    unsigned changes; /* counts what is sent and what goes */
    fake_conn conns[FAKE_CONNS];
    struct event *events[FAKE_EVENTS]; /* pending ones */
    uint32_t due[FAKE_EVENTS];         /* UINT32_MAX: not by time */
    char log[8192];
    size_t log_len;
} fake_loop;

/* One at a time, in a global that the fakes reach. */
fake_loop *fake_loop_new(void);
void fake_loop_free(fake_loop *loop);

/* What connection `index` is taken over by, and the other way round. */
int fake_fd(int index);
int fake_index(int fd);

/* Bytes for an open connection, given with what was left over from before. */
void fake_loop_receive(fake_loop *loop, int index, const void *base,
                       size_t len);

/* The end of a connection, whoever wanted it. */
void fake_loop_hang_up(fake_loop *loop, int index);

/* Its peer reads what is queued. */
void fake_loop_read(fake_loop *loop, int index);

/* The end of a turn: what was closed goes. Then what is due at once. */
void fake_loop_settle(fake_loop *loop);

/* A second at a time, each with the end of its turn. */
void fake_loop_pass(fake_loop *loop, uint32_t seconds);

/* Of libevent: whether an event waits, and for how many seconds. */
bool fake_loop_awaits(const fake_loop *loop, const struct event *event,
                      uint32_t *seconds);

/* The one that waits for `fd` gets `what`. False: none does. */
bool fake_loop_fire(fake_loop *loop, int fd, short what);

/* Forgets the log and what was sent. */
void fake_loop_clear(fake_loop *loop);

#endif
