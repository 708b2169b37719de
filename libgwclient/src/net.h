/* Sockets, clock and process: the one file that knows the platform. Everything
 * is non-blocking, close-on-exec, TCP_NODELAY, and raises no SIGPIPE.
 *
 * Unless said otherwise functions return 0, GW_EAGAIN (not now), or a positive
 * system error (errno, or WSAGetLastError() on Windows). */
#ifndef GW_SRC_NET_H
#define GW_SRC_NET_H

#include <gwclient/types.h>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN /* few names beyond those of sockets */
#endif
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0600 /* WSAPoll() */
#endif
#include <winsock2.h>
#include <ws2tcpip.h>
typedef SOCKET gw_socket;
typedef WSAPOLLFD gw_pollfd;
#define GW_SOCKET_NONE INVALID_SOCKET
#else
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
typedef int gw_socket;
typedef struct pollfd gw_pollfd;
#define GW_SOCKET_NONE (-1)
#endif

typedef struct gw_endpoint {
    union {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } addr;
    socklen_t len;
} gw_endpoint;

/* How many addresses of one host name are tried. */
#define GW_ENDPOINT_MAX 8

/* The addresses of a host. */
typedef struct gw_endpoints {
    gw_endpoint items[GW_ENDPOINT_MAX];
    size_t count;        /* 0: not resolved */
    gw_endpoint reached; /* the last one that took a connection; len 0: none
                            has yet. It need not be among the items. */
} gw_endpoints;

/* Once per client; counted by the system where it matters. */
int gw_net_start(void);
void gw_net_stop(void);

/* Milliseconds on a clock that is never set. */
uint64_t gw_net_now(void);

/* Tells a child from its parent after fork(). Where the kernel wipes a page for
 * a child, looking costs no system call. */
typedef struct gw_fork_guard {
    long pid;
    volatile unsigned char *page; /* 0 in a child; NULL: compare the pid */
} gw_fork_guard;

void gw_fork_guard_init(gw_fork_guard *guard);
void gw_fork_guard_deinit(gw_fork_guard *guard);

/* Whether this is another process than at the last look. */
int gw_fork_guard_look(gw_fork_guard *guard);

/* Unpredictable bytes: the seed of the client's hashes. */
int gw_net_random(void *out, size_t len);

/* Sets the items, and how many they are: none unless it returns GW_OK. Numeric
 * hosts never block. GW_OK, GW_ERESOLVE, GW_ENOMEM. */
int gw_net_resolve(gw_slice host, uint16_t port, gw_endpoints *to);

/* The first IPv4 address in the list, host byte order; 0: none. */
uint32_t gw_net_first_ipv4(const gw_endpoint *list, size_t count);

/* Begins a connection. GW_EAGAIN: `*out` tells by POLLOUT when it is decided,
 * and then gw_net_connected() how; of a connection that has met itself it says
 * that it was refused. On a system error `*out` is GW_SOCKET_NONE. */
int gw_net_connect(const gw_endpoint *to, gw_socket *out);
int gw_net_connected(gw_socket fd);

/* One system call for all parts. */
#define GW_NET_PARTS_MAX 8
int gw_net_send(gw_socket fd, const gw_slice *parts, size_t count,
                size_t *sent);

/* `*got` 0 with result 0: the peer has finished. */
int gw_net_recv(gw_socket fd, void *out, size_t len, size_t *got);

/* Makes the kernel ask the peer for signs of life while nothing is sent: a
 * machine that has gone tells nobody, and one that is back knows nothing of the
 * connection, which ends by that. Where the system cannot do it, nothing
 * happens. */
void gw_net_keep_alive(gw_socket fd);

/* Whether the kernel has repeated what was sent for some seconds, in vain. It
 * does so more and more rarely, and what is sent behind it waits as long, or is
 * lost with it. A peer that stands still is heard: its kernel answers. False
 * where the system does not tell. */
int gw_net_is_unheard(gw_socket fd);

/* Whether the connection is open and has nothing to read: fit for reuse. */
int gw_net_is_quiet(gw_socket fd);

void gw_net_close(gw_socket fd);

/* Waits for one of `count` (at least 1) sockets, `timeout_ms` at most. A signal
 * ends the wait early, with no event. */
int gw_net_poll(gw_pollfd *fds, size_t count, int timeout_ms);

/* Whether the error means that the peer ended the connection. */
int gw_net_is_reset(int error);

/* The system's usual English words ("Connection refused"), whatever the
 * locale. `scratch` holds the text of rare errors. */
#define GW_NET_TEXT_LEN 32
extern const int gw_net_timed_out; /* this system's ETIMEDOUT */
const char *gw_net_strerror(int error, char scratch[GW_NET_TEXT_LEN]);

#endif
