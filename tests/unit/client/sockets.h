/* Sockets as the fakes use them, alike on POSIX and on Windows. The types are
 * net.h's; the functions that systems share are called by their own names. */
#ifndef GW_TEST_SOCKETS_H
#define GW_TEST_SOCKETS_H

#include "net.h"

/* A blocking stream socket; GW_SOCKET_NONE: there is none of that family. */
gw_socket sockets_open(int family);
gw_socket sockets_accept(gw_socket listener);
void sockets_close(gw_socket fd);
void sockets_set_nonblocking(gw_socket fd);

/* So that a listener may come back on its port at once. */
void sockets_let_port_return(gw_socket fd);

/* To any port of the loopback, or to `*port`, which is set. 0: it cannot be
 * had. As long as nobody listens on it, it refuses. */
int sockets_bind(gw_socket fd, int v6, uint16_t *port);
int sockets_listen(gw_socket fd, int backlog);
/* Refuses from now on and keeps its port, if that was asked for by its number;
 * 0: the system cannot do that. Nobody may be waiting to accept. */
int sockets_unlisten(gw_socket fd);

int sockets_send(gw_socket fd, const void *base, size_t len);
/* How many bytes; 0 at the end and after an error. */
size_t sockets_recv(gw_socket fd, void *base, size_t cap);

/* How many have an event; -1 ms: without a time limit. */
int sockets_wait(gw_pollfd *fds, size_t count, int timeout_ms);

/* What ends another thread's sockets_wait(): a datagram socket that is
 * connected to itself. */
gw_socket sockets_bell(void);
void sockets_ring(gw_socket bell);
void sockets_hear(gw_socket bell);

#endif
