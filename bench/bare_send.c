/* The floor that a client is measured against: the same frames in a loop of
 * send(), or send() and recv(), with nothing around it.
 *
 *   bare_send ADDRESS PORT SECONDS COMMAND HEX
 *
 * COMMAND is `send` (fire and forget; one query at the end proves that all was
 * handled) or `ask` (a round trip each). HEX is the frame. Prints calls per
 * second. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MAX = 4096, CHECK_EVERY = 64 };

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int dial(const char *address, const char *port)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    peer.sin_port = htons((uint16_t)atoi(port));
    if (fd < 0 || inet_pton(AF_INET, address, &peer.sin_addr) != 1 ||
        connect(fd, (struct sockaddr *)&peer, sizeof(peer)) != 0)
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

static size_t unhex(const char *hex, unsigned char *out)
{
    size_t len = strlen(hex) / 2;

    if (len > FRAME_MAX) {
        fputs("frame too long\n", stderr);
        exit(1);
    }
    for (size_t i = 0; i < len; i++) {
        char byte[3] = {hex[2 * i], hex[2 * i + 1], 0};

        out[i] = (unsigned char)strtoul(byte, NULL, 16);
    }
    return len;
}

static void send_all(int fd, const unsigned char *base, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, base, len, MSG_NOSIGNAL);

        if (n < 0)
            fail("send");
        base += n;
        len -= (size_t)n;
    }
}

/* Reads one reply: a length and as many bytes. */
static void read_reply(int fd)
{
    unsigned char buf[FRAME_MAX];
    size_t have = 0;
    size_t want = 4;

    while (have < want) {
        ssize_t n = recv(fd, buf + have, sizeof(buf) - have, 0);

        if (n <= 0)
            fail("recv");
        have += (size_t)n;
        if (have >= 4)
            want = 4 + ((size_t)buf[0] << 24 | (size_t)buf[1] << 16 |
                        (size_t)buf[2] << 8 | buf[3]);
    }
}

int main(int argc, char **argv)
{
    /* IS_ONLINE of connection 0 */
    static const unsigned char fence[28] = {
        [3] = 28,
        [4] = 11,
        [21] = 1,
    };
    unsigned char frame[FRAME_MAX];
    unsigned long calls = 0;
    double start, end;
    size_t len;
    int fd, ask;

    if (argc != 6) {
        fputs("usage: bare_send ADDRESS PORT SECONDS send|ask HEX\n", stderr);
        return 1;
    }
    fd = dial(argv[1], argv[2]);
    ask = strcmp(argv[4], "ask") == 0;
    len = unhex(argv[5], frame);
    start = now();
    end = start + atof(argv[3]);
    do {
        for (int i = 0; i < CHECK_EVERY; i++, calls++) {
            send_all(fd, frame, len);
            if (ask)
                read_reply(fd);
        }
    } while (now() < end);
    send_all(fd, fence, sizeof(fence));
    read_reply(fd);
    printf("%.0f\n", (double)calls / (now() - start));
    close(fd);
    return 0;
}
