#include "core/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <gwclient/error.h>

#include "address.h"
#include "core/log.h"
#include "core/loop.h"

/* What spreads connections over several sockets. */
#ifdef SO_REUSEPORT_LB
#define SHARE SO_REUSEPORT_LB
#else
#define SHARE SO_REUSEPORT
#endif

#define BACKLOG 4096
#define ACCEPTS_PER_EVENT 64 /* fairness towards the clients we have */
#define RESERVE 64           /* descriptors, at most an eighth of the limit */
#define TELL_SECONDS 60      /* between two lines of the log about a lack */

struct gwd_listener {
    struct gwd_loop *loop;
    struct event event;
    struct event resume; /* after a pause for want of file descriptors */
    gwd_accept_fn fn;
    void *arg;
    int fd;
    int fd_end;    /* accepted descriptors are below it */
    uint32_t told; /* gwd_loop_seconds() when the log said so; 0: never */
};

typedef union peer_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} peer_address;

void gwd_peer_format(const struct sockaddr *peer, char out[GWD_PEER_LEN + 1])
{
    char host[INET6_ADDRSTRLEN] = "?";

    if (peer->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)peer;

        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
        snprintf(out, GWD_PEER_LEN + 1, "[%s]:%u", host,
                 (unsigned)ntohs(v6->sin6_port));
    } else {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)peer;

        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
        snprintf(out, GWD_PEER_LEN + 1, "%s:%u", host,
                 (unsigned)ntohs(v4->sin_port));
    }
}

/* ---- accepting ---------------------------------------------------------- */

static const struct timeval moment = {0, 100 * 1000};

/* Whoever is at the limit for long has a place now and then. */
static void tell_of_lack(gwd_listener *listener, const char *why)
{
    uint32_t now = gwd_loop_seconds();

    if (listener->told != 0 && now - listener->told < TELL_SECONDS)
        return;
    gwd_log(GWD_LOG_ERROR, "cannot accept connections: %s", why);
    listener->told = now;
}

/* Without a free descriptor the connection stays in the kernel's queue, and the
 * event with it: look again a little later instead of spinning. */
static void pause_accepting(gwd_listener *listener, const char *why)
{
    tell_of_lack(listener, why);
    /* Better to spin than never to look again. */
    if (event_add(&listener->resume, &moment) == 0)
        event_del(&listener->event);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    gwd_listener *listener = arg;

    (void)fd;
    (void)what;
    if (event_add(&listener->event, NULL) < 0)
        event_add(&listener->resume, &moment);
}

static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS ||
           error == ENOMEM;
}

static void on_connection(evutil_socket_t fd, short what, void *arg)
{
    gwd_listener *listener = arg;

    (void)what;
    gwd_loop_mark(listener->loop);
    for (int i = 0; i < ACCEPTS_PER_EVENT; i++) {
        peer_address peer;
        socklen_t len = sizeof(peer);
        int conn = accept4(fd, &peer.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (conn >= listener->fd_end) {
            close(conn);
            pause_accepting(listener, "the last file descriptors are reserved");
            return;
        }
        if (conn >= 0) {
            listener->fn(listener->arg, conn, &peer.any);
        } else if (is_shortage(errno)) {
            pause_accepting(listener, strerror(errno));
            return;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        }
        /* Else that one connection has failed: on to the next. */
    }
}

/* ---- listening ---------------------------------------------------------- */

static int resolve(gw_slice address, struct addrinfo **list, const char **why)
{
    struct addrinfo hints;
    char host_text[256];
    char port_text[6];
    gw_slice host;
    uint16_t port;
    int result;

    if (gw_address_split(address, &host, &port) < 0 ||
        host.len >= sizeof(host_text)) {
        *why = "not HOST:PORT";
        return GW_EINVAL;
    }
    snprintf(host_text, sizeof(host_text), "%.*s", (int)host.len, host.base);
    snprintf(port_text, sizeof(port_text), "%u", (unsigned)port);
    memset(&hints, 0, sizeof(hints));
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    result = getaddrinfo(host_text, port_text, &hints, list);
    if (result == 0)
        return GW_OK;
    *why = gai_strerror(result);
    return GW_ERESOLVE;
}

/* What accepted sockets are to have is set here: they inherit it. */
static int prepare(int fd, int family, bool shared)
{
    static const int on = 1;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
        return -1;
    if (shared && setsockopt(fd, SOL_SOCKET, SHARE, &on, sizeof(on)) < 0)
        return -1;
    /* So that 0.0.0.0 and [::] can be listened on side by side. */
    if (family == AF_INET6)
        return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    return 0;
}

/* The fd, or -1 with errno. */
static int open_socket(const struct addrinfo *ai, bool shared)
{
    int fd = socket(ai->ai_family,
                    ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return -1;
    if (prepare(fd, ai->ai_family, shared) == 0 &&
        bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* Who connects by a number mostly means IPv4, also where localhost has ::1
 * first. */
static const struct addrinfo *choose(const struct addrinfo *list)
{
    for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
        if (ai->ai_family == AF_INET)
            return ai;
    }
    return list;
}

int gwd_socket_listen(gw_slice address, bool shared, const char **why)
{
    struct addrinfo *list;
    int fd;

    if (resolve(address, &list, why) < 0) {
        errno = 0;
        return -1;
    }
    fd = open_socket(choose(list), shared);
    if (fd < 0)
        *why = strerror(errno);
    freeaddrinfo(list);
    return fd;
}

uint16_t gwd_socket_port(int fd)
{
    peer_address own;
    socklen_t len = sizeof(own);

    if (getsockname(fd, &own.any, &len) < 0)
        return 0;
    return ntohs(own.any.sa_family == AF_INET6 ? own.v6.sin6_port
                                               : own.v4.sin_port);
}

/* A second shutdown() is for connections: Linux keeps it, and whoever is
 * accepted when the socket listens again is shut down from the beginning. */
void gwd_socket_shut(int fd)
{
    int listens = 0;
    socklen_t len = sizeof(listens);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 &&
        listens)
        shutdown(fd, SHUT_RDWR);
}

gwd_listener *gwd_listener_new(struct gwd_loop *loop, int fd, gwd_accept_fn fn,
                               void *arg)
{
    gwd_listener *listener = calloc(1, sizeof(*listener));

    if (listener == NULL)
        return NULL;
    listener->loop = loop;
    listener->fd = fd;
    listener->fd_end = INT_MAX;
    listener->fn = fn;
    listener->arg = arg;
    event_assign(&listener->event, loop->base, fd, EV_READ | EV_PERSIST,
                 on_connection, listener);
    event_assign(&listener->resume, loop->base, -1, 0, on_resume, listener);
    if (listen(fd, BACKLOG) < 0 || event_add(&listener->event, NULL) < 0) {
        free(listener);
        return NULL;
    }
    return listener;
}

void gwd_listener_keep_reserve(gwd_listener *listener)
{
    struct rlimit limit;
    rlim_t reserve;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX)
        return;
    reserve = limit.rlim_cur / 8 < RESERVE ? limit.rlim_cur / 8 : RESERVE;
    listener->fd_end = (int)(limit.rlim_cur - reserve);
}

void gwd_listener_free(gwd_listener *listener)
{
    if (listener == NULL)
        return;
    event_del(&listener->event);
    event_del(&listener->resume);
    /* A master has it, too: nobody is to wait there while we see others off. */
    gwd_socket_shut(listener->fd);
    close(listener->fd);
    free(listener);
}

uint16_t gwd_listener_port(const gwd_listener *listener)
{
    return gwd_socket_port(listener->fd);
}
