#include "net/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"

/* Of an idle connection the kernel finds out that the network is gone. */
#define KEEP_PROBE_S 10
#define KEEP_PROBES 3
#define KEEP_IDLE_S (GWCTL_STREAM_LOST_MS / 1000 - KEEP_PROBES * KEEP_PROBE_S)
/* Less may be a machine that stood still itself. */
#define REPEATS 3

static int fail(char *error, const char *what, const char *why)
{
    snprintf(error, GWCTL_NET_ERROR_LEN + 1, "%s%s%s", what,
             why[0] == '\0' ? "" : ": ", why);
    return GWCTL_NET_FAILED;
}

/* False: the deadline has passed. */
static bool wait_for(int fd, short events, uint64_t deadline)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        uint64_t now = gwctl_now_ms();
        uint64_t left = deadline > now ? deadline - now : 0;
        int ready = poll(&p, 1, left > 1000000 ? 1000000 : (int)left);

        if (ready > 0)
            return true;
        if (ready == 0 && gwctl_now_ms() >= deadline)
            return false;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static void set_option(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof(value));
}

static void keep_alive(int fd)
{
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_PROBE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_PROBES);
#endif
}

/* TCP_USER_TIMEOUT would end a connection whose peer only takes nothing. */
bool gwctl_stream_is_lost(const gwctl_stream *stream, unsigned ms)
{
#ifdef __linux__
    struct tcp_info info;
    socklen_t len = sizeof(info);

    return getsockopt(stream->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
           (info.tcpi_retransmits >= REPEATS || info.tcpi_probes >= REPEATS) &&
           info.tcpi_last_ack_recv >= ms && info.tcpi_last_data_recv >= ms;
#else
    (void)stream;
    (void)ms;
    return false;
#endif
}

/* 0, or errno. */
static int try_address(const struct addrinfo *to, uint64_t deadline, int *out)
{
    int fd = socket(to->ai_family, to->ai_socktype, to->ai_protocol);
    int error = 0;
    socklen_t len = sizeof(error);

    if (fd < 0)
        return errno;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    keep_alive(fd);
    if (connect(fd, to->ai_addr, to->ai_addrlen) < 0) {
        if (errno != EINPROGRESS)
            error = errno;
        else if (!wait_for(fd, POLLOUT, deadline))
            error = ETIMEDOUT;
        else
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
    }
    if (error != 0)
        close(fd);
    else
        *out = fd;
    return error;
}

static int open_socket(const gwctl_stream_goal *goal, uint64_t deadline,
                       int *fd, char *error)
{
    struct addrinfo hints;
    struct addrinfo *list;
    char port[8];
    int result;

    memset(&hints, 0, sizeof(hints));
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    snprintf(port, sizeof(port), "%u", (unsigned)goal->port);
    result = getaddrinfo(goal->host, port, &hints, &list);
    if (result != 0)
        return fail(error, "cannot resolve the host name",
                    gai_strerror(result));
    result = EHOSTUNREACH;
    for (const struct addrinfo *a = list; a != NULL && result != 0;
         a = a->ai_next) {
        uint64_t end = gwctl_now_ms() + goal->connect_timeout;

        result = try_address(a, end < deadline ? end : deadline, fd);
    }
    freeaddrinfo(list);
    return result == 0 ? 0 : fail(error, "cannot connect", strerror(result));
}

static int shake_hands(gwctl_stream *stream, uint64_t deadline, char *error)
{
    for (;;) {
        int result = gwctl_tls_handshake(stream->tls, error);
        short events = result == GWCTL_NET_WANTS_WRITE ? POLLOUT : POLLIN;

        if (result == 0 || result == GWCTL_NET_FAILED)
            return result;
        if (!wait_for(stream->fd, events, deadline))
            return fail(error, "TLS: the handshake timed out", "");
    }
}

int gwctl_stream_open(gwctl_stream *stream, const gwctl_stream_goal *goal,
                      uint64_t deadline, char error[GWCTL_NET_ERROR_LEN + 1])
{
    int result;

    stream->tls = NULL;
    stream->fd = -1;
    result = open_socket(goal, deadline, &stream->fd, error);
    if (result < 0 || !goal->tls)
        return result;
    stream->tls = gwctl_tls_new(stream->fd, goal->name, goal->ca_file,
                                goal->insecure, error);
    result = stream->tls == NULL ? GWCTL_NET_FAILED
                                 : shake_hands(stream, deadline, error);
    if (result < 0)
        gwctl_stream_close(stream);
    return result;
}

void gwctl_stream_close(gwctl_stream *stream)
{
    gwctl_tls_free(stream->tls);
    if (stream->fd >= 0)
        close(stream->fd);
    stream->tls = NULL;
    stream->fd = -1;
}

/* errno's meaning for a plain socket. */
static int outcome(const char *what, int wants, char *error)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return wants;
    return fail(error, what, strerror(errno));
}

ssize_t gwctl_stream_read(gwctl_stream *stream, void *out, size_t len,
                          char error[GWCTL_NET_ERROR_LEN + 1])
{
    ssize_t got;

    if (stream->tls != NULL)
        return gwctl_tls_read(stream->tls, out, len, error);
    got = recv(stream->fd, out, len, 0);
    if (got >= 0)
        return got;
    if (errno == ECONNRESET)
        return 0;
    return outcome("receiving", GWCTL_NET_WANTS_READ, error);
}

/* SIGPIPE is ignored in the whole program. */
ssize_t gwctl_stream_write(gwctl_stream *stream, const void *base, size_t len,
                           char error[GWCTL_NET_ERROR_LEN + 1])
{
    ssize_t sent;

    if (stream->tls != NULL)
        return gwctl_tls_write(stream->tls, base, len, error);
    sent = send(stream->fd, base, len, 0);
    return sent >= 0 ? sent : outcome("sending", GWCTL_NET_WANTS_WRITE, error);
}
