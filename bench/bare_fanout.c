/* The limits that a gateway is measured against: WebSockets get what comes in
 * on an inner port, with nothing around it.
 *
 *   bare_fanout [--coalesce]
 *
 * A handshake is answered unread, a frame of the inner port goes to everybody:
 * with one send() for each connection and message, or with --coalesce one for
 * each connection and all messages that were read together. Who does not keep
 * up is waited for. Prints both ports when ready, and runs until it is stopped.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "blocking.h"

#define EVENTS 512
#define HEAD 28
#define INPUT_MAX ((size_t)256 * 1024)
#define BACKLOG 4096

typedef enum sort { LISTENER, INNER_LISTENER, INNER, FRESH, OPEN } sort;

typedef struct peer {
    sort sort;
    int fd;
    size_t kept; /* INNER: bytes of `input` */
} peer;

static int epoll_fd;
static bool coalesce;
static int *open_fds; /* of all clients that are open */
static size_t open_count;
static size_t open_cap;
static char input[INPUT_MAX];
static char output[2 * INPUT_MAX];
static size_t output_len;

static void watch(sort kind, int fd)
{
    peer *p = calloc(1, sizeof(*p));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};

    if (p == NULL)
        die("calloc");
    p->sort = kind;
    p->fd = fd;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

static unsigned listen_on(sort kind)
{
    struct sockaddr_in own = {.sin_family = AF_INET};
    socklen_t len = sizeof(own);
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0 ||
        listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&own, &len) < 0)
        die("listen");
    watch(kind, fd);
    return ntohs(own.sin_port);
}

static void accept_all(const peer *p)
{
    for (;;) {
        int fd = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK);

        if (fd < 0)
            return;
        watch(p->sort == LISTENER ? FRESH : INNER, fd);
    }
}

static void write_all(int fd, const char *base, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, base, len, MSG_NOSIGNAL);

        if (sent > 0) {
            base += sent;
            len -= (size_t)sent;
        } else if (errno == EAGAIN) {
            struct pollfd room = {fd, POLLOUT, 0};

            poll(&room, 1, -1);
        } else {
            return; /* gone */
        }
    }
}

static void send_output(void)
{
    for (size_t i = 0; output_len > 0 && i < open_count; i++)
        write_all(open_fds[i], output, output_len);
    output_len = 0;
}

static void put_frame(const char *body, size_t len)
{
    unsigned char *out = (unsigned char *)output + output_len;
    size_t head = 2;

    out[0] = 0x81;
    out[1] = (unsigned char)len;
    if (len > 125) {
        out[1] = 126;
        out[2] = (unsigned char)(len >> 8);
        out[3] = (unsigned char)len;
        head = 4;
    }
    memcpy(out + head, body, len);
    output_len += head + len;
    if (!coalesce)
        send_output();
}

static uint32_t get32(const char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return ntohl(value);
}

static void end_peer(peer *p)
{
    for (size_t i = 0; p->sort == OPEN && i < open_count; i++) {
        if (open_fds[i] == p->fd)
            open_fds[i] = open_fds[--open_count];
    }
    close(p->fd);
    free(p);
}

/* One inner connection at a time may keep a part of a frame. */
static void read_inner(peer *p)
{
    ssize_t got = recv(p->fd, input + p->kept, sizeof(input) - p->kept, 0);
    size_t used = 0;
    size_t len;

    if (got <= 0) {
        end_peer(p);
        return;
    }
    len = p->kept + (size_t)got;
    while (len - used >= HEAD && len - used >= get32(input + used)) {
        size_t whole = get32(input + used);
        size_t skip = HEAD + get32(input + used + 24);

        put_frame(input + used + skip, whole - skip);
        used += whole;
    }
    send_output();
    memmove(input, input + used, len - used);
    p->kept = len - used;
}

static void answer(peer *p)
{
    static const char text[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    write_all(p->fd, text, sizeof(text) - 1);
    p->sort = OPEN;
    if (open_count == open_cap) {
        open_cap = open_cap * 2 + 1024;
        open_fds = realloc(open_fds, open_cap * sizeof(*open_fds));
        if (open_fds == NULL)
            die("realloc");
    }
    open_fds[open_count++] = p->fd;
}

static void read_client(peer *p)
{
    char sink[4096];
    ssize_t got = recv(p->fd, sink, sizeof(sink), 0);

    if (got <= 0)
        end_peer(p);
    else if (p->sort == FRESH)
        answer(p);
}

static void on_event(peer *p)
{
    if (p->sort == LISTENER || p->sort == INNER_LISTENER)
        accept_all(p);
    else if (p->sort == INNER)
        read_inner(p);
    else
        read_client(p);
}

static void raise_file_limit(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    unsigned client_port, inner_port;

    coalesce = argc > 1 && strcmp(argv[1], "--coalesce") == 0;
    raise_file_limit();
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    client_port = listen_on(LISTENER);
    inner_port = listen_on(INNER_LISTENER);
    printf("ready: clients 127.0.0.1:%u inner 127.0.0.1:%u\n", client_port,
           inner_port);
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll_fd, events, EVENTS, -1);

        for (int i = 0; i < count; i++)
            on_event(events[i].data.ptr);
    }
}
