/* Listening sockets. */
#ifndef GWD_LISTEN_H
#define GWD_LISTEN_H

#include <gwclient/types.h>

struct gwd_loop;
struct sockaddr;
typedef struct gwd_listener gwd_listener;

/* A connection came in: non-blocking, close-on-exec, TCP_NODELAY and keepalive
 * set. The callee takes the fd over. `peer` is "1.2.3.4:5" or "[::1]:5". */
typedef void (*gwd_accept_fn)(void *arg, int fd, const struct sockaddr *peer);

/* Listens on `address` ("host:port"; port 0: any free one). `backlog` is the
 * kernel's queue. NULL: `*why` is a static text or strerror()'s. */
gwd_listener *gwd_listener_new(struct gwd_loop *loop, gw_slice address,
                               gwd_accept_fn fn, void *arg, const char **why);
void gwd_listener_free(gwd_listener *listener);

/* From now on leaves the last file descriptors of the process to others: while
 * only they are free, it takes no connection. The limit is the present one. */
void gwd_listener_keep_reserve(gwd_listener *listener);

/* The port it really listens on. */
uint16_t gwd_listener_port(const gwd_listener *listener);

/* "1.2.3.4:5" or "[::1]:5", with a NUL. */
#define GWD_PEER_LEN 54
void gwd_peer_format(const struct sockaddr *peer, char out[GWD_PEER_LEN + 1]);

#endif
