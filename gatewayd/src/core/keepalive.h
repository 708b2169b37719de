/* Peers that disappear without a word: a machine without power, a cable that
 * was pulled. TCP tells nobody for hours, or for a quarter of an hour when
 * something was sent; until then a Register would list such a gateway, and
 * every call of every application would wait for it. */
#ifndef GWD_KEEPALIVE_H
#define GWD_KEEPALIVE_H

#include <stdbool.h>

/* After so many seconds without a sign of life a peer is lost. */
#define GWD_KEEPALIVE_SECONDS 20

/* Makes the kernel ask the peer of a connected socket for signs of life while
 * nothing is sent; a process that stands still gives them. Costs a packet every
 * few seconds: for connections between parts of a cluster. The connection ends
 * only after some minutes: a peer that was cut off comes back, and might not
 * find out that its connection has ended. Where the system cannot do it,
 * nothing happens. */
void gwd_keepalive_start(int fd);

/* The same, but a peer that is lost has its connection ended; also what was
 * sent is to be acknowledged in that time. A peer that reads nothing for so
 * long, until its buffers are full, is dead to it, too: only where a few bytes
 * are sent, to peers that find out. */
void gwd_keepalive_start_strict(int fd);

/* Likewise strict, but asks every second: a peer whose machine was started anew
 * is found out as soon as that has its network. */
void gwd_keepalive_start_eager(int fd);

/* Whether the peer is lost: the kernel asks it in vain, or repeats what was
 * sent, which it would do for a quarter of an hour. A process that stands still
 * has a kernel that answers. False where the system does not tell; there the
 * connection ends when it asks in vain. */
bool gwd_keepalive_is_lost(int fd);

/* Bytes that the peer's machine has not acknowledged, our end of the connection
 * counted as one. 0 also where the system does not tell. */
int gwd_keepalive_left(int fd);

#endif
