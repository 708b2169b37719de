/* Connections whose output is all sent, while their peers may go on sending.
 *
 * To close over input that nobody has read resets a connection, as does input
 * that comes after it: the peer's next write fails, and what it was told last
 * may be lost with it (RFC 9112, 9.6; RFC 6455, 7.1.1). So what comes is thrown
 * away until the peer closes, too; for some seconds at most, and of so many
 * peers at most.
 *
 * At the end of the process there are as many as had to be closed, and it waits
 * for them: as long as output reaches their peers. */
#ifndef GWD_LINGER_H
#define GWD_LINGER_H

#include <stdbool.h>
#include <stddef.h>
#include <event2/event_struct.h>

#include "core/ring.h"

#define GWD_LINGER_MAX 256
#define GWD_LINGER_SECONDS 10

struct gwd_loop;

typedef struct gwd_lingerers {
    struct gwd_lingerer *first;
    size_t count;
    gwd_ring ring;
    struct event look; /* while the loop drains */
    bool draining;
} gwd_lingerers;

void gwd_lingerers_init(struct gwd_loop *loop);
void gwd_lingerers_close(struct gwd_loop *loop);

/* Takes over `fd`, on which nothing is sent any more, and closes it in time.
 * `reads_late`: what has reached the peer's machine need not have been read
 * there, and goes with the connection if the peer still sends. */
void gwd_linger(struct gwd_loop *loop, int fd, bool reads_late);

/* From now on they are as many as come, and each goes as soon as all has
 * reached its peer, or nothing has for a second. */
void gwd_lingerers_drain(struct gwd_loop *loop);

/* Throws away what has come, as far as it is little. False: the peer has ended
 * the connection. */
bool gwd_discard_input(struct gwd_loop *loop, int fd);

#endif
