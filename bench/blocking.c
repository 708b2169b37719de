#include "blocking.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REPLY_MAX 65536

_Noreturn void die(const char *what)
{
    fprintf(stderr, "%s (%s)\n", what, strerror(errno));
    exit(1);
}

int blocking_dial(const struct sockaddr_in *peer)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    if (fd < 0 || connect(fd, (const struct sockaddr *)peer, sizeof(*peer)) < 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

void blocking_send(int fd, const void *base, size_t len)
{
    const char *at = base;

    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);

        if (sent < 0 && errno != EINTR)
            die("send");
        if (sent > 0) {
            at += sent;
            len -= (size_t)sent;
        }
    }
}

void blocking_read_reply(int fd)
{
    unsigned char buf[REPLY_MAX];
    size_t have = 0;
    size_t want = 4;

    while (have < want) {
        ssize_t got = recv(fd, buf + have, sizeof(buf) - have, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            die("no reply");
        if (got == 0) {
            fputs("the gateway has closed\n", stderr);
            exit(1);
        }
        have += (size_t)got;
        if (have >= 4)
            want = 4 + ((size_t)buf[0] << 24 | (size_t)buf[1] << 16 |
                        (size_t)buf[2] << 8 | buf[3]);
        if (want > sizeof(buf))
            die("a reply that is too long");
    }
}
