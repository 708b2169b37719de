/* Connections whose output is all sent, while their peers may go on sending.
 *
 * To close over input that nobody has read resets a connection, as does input
 * that comes after it: the peer's next write fails, and what it was told last
 * may be lost with it (RFC 9112, 9.6; RFC 6455, 7.1.1). So what comes is thrown
 * away until the peer closes, too; for some seconds at most, and of so many
 * peers at most. */
#ifndef GWD_LINGER_H
#define GWD_LINGER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/ring.h"

#define GWD_LINGER_MAX 256
#define GWD_LINGER_SECONDS 10

struct gwd_loop;

typedef struct gwd_lingerers {
    struct gwd_lingerer *first;
    size_t count;
    gwd_ring ring;
} gwd_lingerers;

void gwd_lingerers_init(struct gwd_loop *loop);
void gwd_lingerers_close(struct gwd_loop *loop);

/* Takes over `fd`, on which nothing is sent any more, and closes it in time. */
void gwd_linger(struct gwd_loop *loop, int fd);

/* Throws away what has come, as far as it is little. False: the peer has ended
 * the connection. */
bool gwd_discard_input(struct gwd_loop *loop, int fd);

#endif
