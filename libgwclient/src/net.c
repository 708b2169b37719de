#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* SOCK_CLOEXEC, getrandom() */
#endif

#include "net.h"

#include <gwclient/error.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#define SYS(name) WSA##name
#else
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#define SYS(name) name
#endif
#ifdef __linux__
#include <sys/random.h>
#endif

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* SO_NOSIGPIPE does it there */
#endif

#if !defined(TCP_KEEPIDLE) && defined(TCP_KEEPALIVE) /* macOS */
#define TCP_KEEPIDLE TCP_KEEPALIVE
#endif

/* As gatewayd asks: 20 s without an answer end an idle connection. */
#define KEEP_IDLE_S 8
#define KEEP_PROBE_S 4
#define KEEP_PROBES 3
/* The kernel waits twice as long each time: that is six seconds in one network,
 * longer where answers take theirs. */
#define REPEATS 5

const int gw_net_timed_out = SYS(ETIMEDOUT);

/* ---- what the systems do alike ------------------------------------------ */

static const struct {
    int error;
    const char *text;
} error_texts[] = {
    {SYS(ECONNREFUSED), "Connection refused"},
    {SYS(ETIMEDOUT), "Connection timed out"},
    {SYS(ECONNRESET), "Connection reset by peer"},
    {SYS(ECONNABORTED), "Software caused connection abort"},
    {SYS(ENETUNREACH), "Network is unreachable"},
    {SYS(ENETDOWN), "Network is down"},
    {SYS(EHOSTUNREACH), "No route to host"},
    {SYS(EADDRNOTAVAIL), "Cannot assign requested address"},
    {SYS(EAFNOSUPPORT), "Address family not supported by protocol"},
    {SYS(EACCES), "Permission denied"},
    {SYS(EMFILE), "Too many open files"},
    {SYS(EINVAL), "Invalid argument"},
#ifndef _WIN32
    {EPIPE, "Broken pipe"},
    {ENFILE, "Too many open files in system"},
    {EPERM, "Operation not permitted"},
#endif
};

const char *gw_net_strerror(int error, char scratch[GW_NET_TEXT_LEN])
{
    size_t i;

    for (i = 0; i < sizeof error_texts / sizeof error_texts[0]; i++) {
        if (error_texts[i].error == error)
            return error_texts[i].text;
    }
    snprintf(scratch, GW_NET_TEXT_LEN, "system error %d", error);
    return scratch;
}

static int resolve_code(int gai)
{
    return gai == EAI_MEMORY ? GW_ENOMEM : GW_ERESOLVE;
}

static void take_endpoints(const struct addrinfo *info, gw_endpoints *to)
{
    for (; info != NULL && to->count < GW_ENDPOINT_MAX; info = info->ai_next) {
        gw_endpoint *item = &to->items[to->count];

        if (info->ai_addrlen > sizeof item->addr)
            continue;
        memcpy(&item->addr, info->ai_addr, info->ai_addrlen);
        item->len = (socklen_t)info->ai_addrlen;
        to->count++;
    }
}

/* Dotted quads are most of what there is, and cost no library call. */
static int resolve_numeric(const char *host, uint16_t port, gw_endpoint *to)
{
    memset(to, 0, sizeof *to);
    if (inet_pton(AF_INET, host, &to->addr.in.sin_addr) == 1) {
        to->addr.in.sin_family = AF_INET;
        to->addr.in.sin_port = htons(port);
        to->len = sizeof to->addr.in;
        return 1;
    }
    if (inet_pton(AF_INET6, host, &to->addr.in6.sin6_addr) == 1) {
        to->addr.in6.sin6_family = AF_INET6;
        to->addr.in6.sin6_port = htons(port);
        to->len = sizeof to->addr.in6;
        return 1;
    }
    return 0;
}

int gw_net_resolve(gw_slice host, uint16_t port, gw_endpoints *to)
{
    char name[256], service[8];
    struct addrinfo hints, *info;
    int gai;

    to->count = 0;
    if (host.len == 0 || host.len >= sizeof name)
        return GW_ERESOLVE;
    memcpy(name, host.base, host.len);
    name[host.len] = '\0';
    if (resolve_numeric(name, port, &to->items[0])) {
        to->count = 1;
        return GW_OK;
    }
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    snprintf(service, sizeof service, "%u", (unsigned)port);
    gai = getaddrinfo(name, service, &hints, &info);
    if (gai != 0)
        return resolve_code(gai);
    take_endpoints(info, to);
    freeaddrinfo(info);
    return to->count > 0 ? GW_OK : GW_ERESOLVE;
}

uint32_t gw_net_first_ipv4(const gw_endpoint *list, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (list[i].addr.sa.sa_family == AF_INET)
            return ntohl(list[i].addr.in.sin_addr.s_addr);
    }
    return 0;
}

static void set_option(gw_socket fd, int level, int name, int value)
{
    setsockopt(fd, level, name, (const void *)&value, sizeof value);
}

static void set_nodelay(gw_socket fd)
{
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

void gw_net_keep_alive(gw_socket fd)
{
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_PROBE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_PROBES);
#endif
}

int gw_net_is_unheard(gw_socket fd)
{
#ifdef __linux__
    struct tcp_info info;
    socklen_t len = sizeof info;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
           info.tcpi_retransmits >= REPEATS;
#else
    (void)fd;
    return 0;
#endif
}

/* A connection whose own port is the one it was to reach: where nobody listens,
 * TCP connects it to itself (RFC 9293, 3.5). */
static int is_its_own_peer(gw_socket fd)
{
    gw_endpoint ours, theirs;

    memset(&ours, 0, sizeof ours);
    memset(&theirs, 0, sizeof theirs);
    ours.len = theirs.len = sizeof ours.addr;
    return getsockname(fd, &ours.addr.sa, &ours.len) == 0 &&
           getpeername(fd, &theirs.addr.sa, &theirs.len) == 0 &&
           ours.len == theirs.len &&
           memcmp(&ours.addr, &theirs.addr, sizeof ours.addr) == 0;
}

int gw_net_connected(gw_socket fd)
{
    struct linger at_once = {1, 0};
    int error = 0;
    socklen_t len = sizeof error;

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, (void *)&error, &len) != 0)
        return SYS(EINVAL);
    if (error != 0 || !is_its_own_peer(fd))
        return error;
    /* Else it would keep the port for a minute from whoever is to listen. */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, (void *)&at_once, sizeof at_once);
    return SYS(ECONNREFUSED);
}

#ifndef _WIN32

/* ---- POSIX -------------------------------------------------------------- */

int gw_net_start(void)
{
    return 0;
}

void gw_net_stop(void)
{
}

uint64_t gw_net_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

#ifdef MADV_WIPEONFORK
/* Linux before 4.14 does not know that advice; and QEMU, which runs programs of
 * other processors, grants any and heeds none. */
static int is_wiped_on_fork(void *page, size_t len)
{
    return madvise(page, len, -1) != 0 &&
           madvise(page, len, MADV_WIPEONFORK) == 0;
}

static volatile unsigned char *guard_page(void)
{
    size_t len = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *page = mmap(NULL, len, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        return NULL;
    if (!is_wiped_on_fork(page, len)) {
        munmap(page, len);
        return NULL;
    }
    *page = 1;
    return page;
}

void gw_fork_guard_deinit(gw_fork_guard *guard)
{
    if (guard->page != NULL)
        munmap((void *)(uintptr_t)guard->page, (size_t)sysconf(_SC_PAGESIZE));
    guard->page = NULL;
}
#else
static volatile unsigned char *guard_page(void)
{
    return NULL;
}

void gw_fork_guard_deinit(gw_fork_guard *guard)
{
    (void)guard;
}
#endif

void gw_fork_guard_init(gw_fork_guard *guard)
{
    guard->pid = (long)getpid();
    guard->page = guard_page();
}

int gw_fork_guard_look(gw_fork_guard *guard)
{
    long pid;

    if (guard->page != NULL) {
        if (*guard->page != 0)
            return 0;
        *guard->page = 1;
        return 1;
    }
    pid = (long)getpid();
    if (pid == guard->pid)
        return 0;
    guard->pid = pid;
    return 1;
}

static int random_from_device(void *out, size_t len)
{
    char *p = out;
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return errno;
    while (len > 0) {
        ssize_t n = read(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            close(fd);
            return EIO;
        }
        p += n;
        len -= (size_t)n;
    }
    close(fd);
    return 0;
}

int gw_net_random(void *out, size_t len)
{
#ifdef __linux__
    if (getrandom(out, len, 0) == (ssize_t)len)
        return 0;
#endif
    return random_from_device(out, len);
}

static gw_socket open_socket(int family)
{
#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
    int fd = socket(family, SOCK_STREAM, 0);

    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    return fd;
#endif
}

int gw_net_connect(const gw_endpoint *to, gw_socket *out)
{
    int error;
    gw_socket fd = open_socket(to->addr.sa.sa_family);

    *out = GW_SOCKET_NONE;
    if (fd < 0)
        return errno;
    set_nodelay(fd);
#ifdef SO_NOSIGPIPE
    error = 1;
    setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &error, sizeof error);
#endif
    *out = fd;
    if (connect(fd, &to->addr.sa, to->len) == 0)
        return 0;
    error = errno;
    /* A signal does not stop a connection that has begun. */
    if (error == EINPROGRESS || error == EINTR)
        return GW_EAGAIN;
    close(fd);
    *out = GW_SOCKET_NONE;
    return error;
}

static ssize_t send_parts(gw_socket fd, const gw_slice *parts, size_t count)
{
    struct iovec iov[GW_NET_PARTS_MAX];
    struct msghdr msg;
    size_t i;

    for (i = 0; i < count; i++) {
        iov[i].iov_base = (void *)(uintptr_t)parts[i].base;
        iov[i].iov_len = parts[i].len;
    }
    memset(&msg, 0, sizeof msg);
    msg.msg_iov = iov;
    msg.msg_iovlen = (int)count;
    return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

int gw_net_send(gw_socket fd, const gw_slice *parts, size_t count, size_t *sent)
{
    ssize_t n;

    *sent = 0;
    do {
        n = count == 1 ? send(fd, parts->base, parts->len, MSG_NOSIGNAL)
                       : send_parts(fd, parts, count);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? GW_EAGAIN : errno;
    *sent = (size_t)n;
    return 0;
}

int gw_net_recv(gw_socket fd, void *out, size_t len, size_t *got)
{
    ssize_t n;

    *got = 0;
    do {
        n = recv(fd, out, len, 0);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? GW_EAGAIN : errno;
    *got = (size_t)n;
    return 0;
}

int gw_net_is_quiet(gw_socket fd)
{
    char byte;
    ssize_t n;

    do {
        n = recv(fd, &byte, 1, MSG_PEEK);
    } while (n < 0 && errno == EINTR);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void gw_net_close(gw_socket fd)
{
    close(fd);
}

int gw_net_poll(gw_pollfd *fds, size_t count, int timeout_ms)
{
    size_t i;

    if (poll(fds, (nfds_t)count, timeout_ms) >= 0)
        return 0;
    if (errno != EINTR && errno != EAGAIN) /* POSIX has either */
        return errno;
    for (i = 0; i < count; i++)
        fds[i].revents = 0;
    return 0;
}

int gw_net_is_reset(int error)
{
    return error == EPIPE || error == ECONNRESET || error == ECONNABORTED;
}

#else

/* ---- Windows ------------------------------------------------------------ */

int gw_net_start(void)
{
    WSADATA data;

    return WSAStartup(MAKEWORD(2, 2), &data);
}

void gw_net_stop(void)
{
    WSACleanup();
}

/* Not GetTickCount64(), which moves in steps of 16 ms: deadlines would come so
 * much too early. Product and quotient are apart, since the one of a long
 * uptime and a thousand overflows. */
uint64_t gw_net_now(void)
{
    LARGE_INTEGER rate, count;
    uint64_t per_second, ticks;

    QueryPerformanceFrequency(&rate);
    QueryPerformanceCounter(&count);
    per_second = (uint64_t)rate.QuadPart;
    ticks = (uint64_t)count.QuadPart;
    return ticks / per_second * 1000u + ticks % per_second * 1000u / per_second;
}

/* There is no fork(). */
void gw_fork_guard_init(gw_fork_guard *guard)
{
    guard->pid = 0;
    guard->page = NULL;
}

void gw_fork_guard_deinit(gw_fork_guard *guard)
{
    (void)guard;
}

int gw_fork_guard_look(gw_fork_guard *guard)
{
    (void)guard;
    return 0;
}

/* RtlGenRandom, by the name under which advapi32 exports it. */
BOOLEAN NTAPI SystemFunction036(PVOID out, ULONG len);

int gw_net_random(void *out, size_t len)
{
    return SystemFunction036(out, (ULONG)len) ? 0 : WSAEINVAL;
}

int gw_net_connect(const gw_endpoint *to, gw_socket *out)
{
    u_long on = 1;
    int error;
    gw_socket fd = WSASocketW(to->addr.sa.sa_family, SOCK_STREAM, IPPROTO_TCP,
                              NULL, 0, WSA_FLAG_OVERLAPPED);

    *out = GW_SOCKET_NONE;
    if (fd == INVALID_SOCKET)
        return WSAGetLastError();
    SetHandleInformation((HANDLE)fd, HANDLE_FLAG_INHERIT, 0);
    ioctlsocket(fd, FIONBIO, &on);
    set_nodelay(fd);
    *out = fd;
    if (connect(fd, &to->addr.sa, to->len) == 0)
        return 0;
    error = WSAGetLastError();
    if (error == WSAEWOULDBLOCK || error == WSAEINPROGRESS)
        return GW_EAGAIN;
    closesocket(fd);
    *out = GW_SOCKET_NONE;
    return error;
}

int gw_net_send(gw_socket fd, const gw_slice *parts, size_t count, size_t *sent)
{
    WSABUF bufs[GW_NET_PARTS_MAX];
    DWORD n = 0;
    size_t i;
    int error;

    for (i = 0; i < count; i++) {
        bufs[i].buf = (char *)(uintptr_t)parts[i].base;
        bufs[i].len = (ULONG)parts[i].len;
    }
    *sent = 0;
    if (WSASend(fd, bufs, (DWORD)count, &n, 0, NULL, NULL) != 0) {
        error = WSAGetLastError();
        return error == WSAEWOULDBLOCK ? GW_EAGAIN : error;
    }
    *sent = n;
    return 0;
}

int gw_net_recv(gw_socket fd, void *out, size_t len, size_t *got)
{
    int error, n;

    *got = 0;
    n = recv(fd, out, len > INT_MAX ? INT_MAX : (int)len, 0);
    if (n < 0) {
        error = WSAGetLastError();
        return error == WSAEWOULDBLOCK ? GW_EAGAIN : error;
    }
    *got = (size_t)n;
    return 0;
}

int gw_net_is_quiet(gw_socket fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK) < 0 &&
           WSAGetLastError() == WSAEWOULDBLOCK;
}

void gw_net_close(gw_socket fd)
{
    closesocket(fd);
}

/* Before Windows 10 2004 WSAPoll() does not tell that a connection could not be
 * made; select() always did. So the former waits no longer than this while
 * something connects, and the latter is asked in between. */
#define CONNECT_LOOK_MS 100

/* Gives an event to each of these sockets that could not connect, and returns
 * how many there are. Only one that waits for POLLOUT may be connecting. */
static size_t find_unconnected(gw_pollfd *fds, size_t count)
{
    struct timeval at_once = {0, 0};
    size_t i, next, found = 0;

    for (i = 0; i < count; i = next) {
        fd_set failed;

        FD_ZERO(&failed);
        for (next = i; next < count && failed.fd_count < FD_SETSIZE; next++) {
            if ((fds[next].events & POLLOUT) != 0)
                failed.fd_array[failed.fd_count++] = fds[next].fd;
        }
        if (failed.fd_count == 0 ||
            select(0, NULL, NULL, &failed, &at_once) <= 0)
            continue;
        for (; i < next; i++) {
            if (FD_ISSET(fds[i].fd, &failed)) {
                fds[i].revents |= POLLERR;
                found++;
            }
        }
    }
    return found;
}

static int may_connect(const gw_pollfd *fds, size_t count)
{
    while (count-- > 0) {
        if ((fds[count].events & POLLOUT) != 0)
            return 1;
    }
    return 0;
}

int gw_net_poll(gw_pollfd *fds, size_t count, int timeout_ms)
{
    uint64_t until = gw_net_now() + (uint64_t)timeout_ms;
    int connecting = may_connect(fds, count);

    for (;;) {
        uint64_t now = gw_net_now(), left = until > now ? until - now : 0;
        int look = connecting && left > CONNECT_LOOK_MS;
        int n = WSAPoll(fds, (ULONG)count, look ? CONNECT_LOOK_MS : (int)left);

        if (n == SOCKET_ERROR)
            return WSAGetLastError();
        if (n > 0 || (connecting && find_unconnected(fds, count) > 0) || !look)
            return 0;
    }
}

int gw_net_is_reset(int error)
{
    return error == WSAECONNRESET || error == WSAECONNABORTED ||
           error == WSAESHUTDOWN;
}

#endif
