#include "sockets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#ifndef _WIN32
#include <arpa/inet.h>
#include <fcntl.h>
#include <unistd.h>
#endif
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* ---- what differs ------------------------------------------------------- */

#ifdef _WIN32

static void begin(void)
{
    WSADATA data;

    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
}

void sockets_close(gw_socket fd)
{
    closesocket(fd);
}

void sockets_set_nonblocking(gw_socket fd)
{
    u_long on = 1;

    assert_int_equal(ioctlsocket(fd, FIONBIO, &on), 0);
}

/* A port of Windows may be had again without asking; SO_REUSEADDR would let two
 * programs have it. */
void sockets_let_port_return(gw_socket fd)
{
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const void *)&on,
               sizeof on);
}

int sockets_wait(gw_pollfd *fds, size_t count, int timeout_ms)
{
    return WSAPoll(fds, (ULONG)count, timeout_ms);
}

#else

static void begin(void)
{
}

void sockets_close(gw_socket fd)
{
    close(fd);
}

void sockets_set_nonblocking(gw_socket fd)
{
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
}

void sockets_let_port_return(gw_socket fd)
{
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

int sockets_wait(gw_pollfd *fds, size_t count, int timeout_ms)
{
    return poll(fds, (nfds_t)count, timeout_ms);
}

#endif

/* ---- what is alike ------------------------------------------------------- */

gw_socket sockets_open(int family)
{
    begin();
    return socket(family, SOCK_STREAM, 0);
}

gw_socket sockets_accept(gw_socket listener)
{
    return accept(listener, NULL, NULL);
}

static socklen_t loopback(gw_endpoint *at, int v6, uint16_t port)
{
    memset(at, 0, sizeof *at);
    if (v6) {
        at->addr.in6.sin6_family = AF_INET6;
        at->addr.in6.sin6_port = htons(port);
        at->addr.in6.sin6_addr = in6addr_loopback;
        return sizeof at->addr.in6;
    }
    at->addr.in.sin_family = AF_INET;
    at->addr.in.sin_port = htons(port);
    at->addr.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof at->addr.in;
}

/* Binds, and says in `at` where. */
static int bind_loopback(gw_socket fd, int v6, uint16_t port, gw_endpoint *at)
{
    at->len = loopback(at, v6, port);
    return bind(fd, &at->addr.sa, at->len) == 0 &&
           getsockname(fd, &at->addr.sa, &at->len) == 0;
}

int sockets_bind(gw_socket fd, int v6, uint16_t *port)
{
    gw_endpoint at;

    if (!bind_loopback(fd, v6, *port, &at))
        return 0;
    *port = ntohs(v6 ? at.addr.in6.sin6_port : at.addr.in.sin_port);
    return 1;
}

int sockets_listen(gw_socket fd, int backlog)
{
    return listen(fd, backlog) == 0;
}

int sockets_unlisten(gw_socket fd)
{
#ifdef __linux__
    return shutdown(fd, SHUT_RDWR) == 0;
#else
    (void)fd;
    return 0;
#endif
}

int sockets_send(gw_socket fd, const void *base, size_t len)
{
    const char *p = base;

    while (len > 0) {
        int piece = len > 1 << 20 ? 1 << 20 : (int)len;
        int n = (int)send(fd, p, (size_t)piece, MSG_NOSIGNAL);

        if (n <= 0)
            return 0;
        p += n;
        len -= (size_t)n;
    }
    return 1;
}

size_t sockets_recv(gw_socket fd, void *base, size_t cap)
{
    int n = (int)recv(fd, base, cap, 0);

    return n > 0 ? (size_t)n : 0;
}

gw_socket sockets_bell(void)
{
    gw_endpoint self;
    gw_socket bell;

    begin();
    bell = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(bell != GW_SOCKET_NONE);
    assert_true(bind_loopback(bell, 0, 0, &self));
    assert_int_equal(connect(bell, &self.addr.sa, self.len), 0);
    sockets_set_nonblocking(bell);
    return bell;
}

void sockets_ring(gw_socket bell)
{
    assert_int_equal(send(bell, "!", 1, 0), 1);
}

void sockets_hear(gw_socket bell)
{
    char bytes[64];

    while (sockets_recv(bell, bytes, sizeof bytes) > 0)
        ;
}
