/* Listening sockets. */
#ifndef GWD_LISTEN_H
#define GWD_LISTEN_H

#include <stdbool.h>
#include <gwclient/types.h>

struct gwd_loop;
struct sockaddr;
typedef struct gwd_listener gwd_listener;

/* A connection came in: non-blocking, close-on-exec, TCP_NODELAY and keepalive
 * set. The callee takes the fd over. `peer` is for the call only; as text see
 * gwd_peer_format(). */
typedef void (*gwd_accept_fn)(void *arg, int fd, const struct sockaddr *peer);

/* Opens a socket that listens on `address` ("host:port"; port 0: any free one;
 * of a name's addresses the first of IPv4, if there is one).
 * `shared`: several sockets may listen on it, if all say so (SO_REUSEPORT); the
 * kernel spreads connections over them. The fd, or -1: `*why` is a static text
 * or strerror()'s, and errno 0 when `address` was not understood. */
int gwd_socket_listen(gw_slice address, bool shared, const char **why);

/* The port that it has; 0, with errno, on failure. */
uint16_t gwd_socket_port(int fd);

/* Nobody listens on it any more, in no process that has it, and connections are
 * refused; until somebody listens again. One that nobody listens on stays as it
 * is. */
void gwd_socket_shut(int fd);

/* Takes connections from a bound socket, which it takes over; it listens again
 * if it was shut down. NULL: errno; the fd is still the caller's. */
gwd_listener *gwd_listener_new(struct gwd_loop *loop, int fd, gwd_accept_fn fn,
                               void *arg);
/* Shuts the socket down, for every process that has it, and closes the fd. */
void gwd_listener_free(gwd_listener *listener);
uint16_t gwd_listener_port(const gwd_listener *listener);

/* From now on leaves the last file descriptors of the process to others: while
 * only they are free, it takes no connection. The limit is the present one. */
void gwd_listener_keep_reserve(gwd_listener *listener);

/* "1.2.3.4:5" or "[::1]:5", with a NUL. */
#define GWD_PEER_LEN 54
void gwd_peer_format(const struct sockaddr *peer, char out[GWD_PEER_LEN + 1]);

#endif
