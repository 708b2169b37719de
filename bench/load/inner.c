/* Frames of the inner port, and sockets to it. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD = 28, BIND_UID = 12, JOIN_GROUP = 20, IS_ONLINE = 11 };
enum { WORKER_CONNECT = 200 };

static void put32(char *out, uint32_t value)
{
    value = htonl(value);
    memcpy(out, &value, sizeof(value));
}

size_t inner_head(char *out, unsigned command, uint32_t connection,
                  size_t ext_len, size_t body_len)
{
    memset(out, 0, HEAD);
    put32(out, (uint32_t)(HEAD + ext_len + body_len));
    out[4] = (char)command;
    put32(out + 17, connection);
    out[21] = 1; /* the body is bytes */
    put32(out + 24, (uint32_t)ext_len);
    return HEAD;
}

static size_t with_ext(char *out, unsigned command, uint32_t connection,
                       const char *ext)
{
    size_t len = strlen(ext);

    inner_head(out, command, connection, len, 0);
    memcpy(out + HEAD, ext, len);
    return HEAD + len;
}

size_t inner_bind(char *out, uint32_t connection, const char *uid)
{
    return with_ext(out, BIND_UID, connection, uid);
}

size_t inner_join(char *out, uint32_t connection, const char *group)
{
    return with_ext(out, JOIN_GROUP, connection, group);
}

size_t inner_fence(char *out)
{
    return inner_head(out, IS_ONLINE, 0, 0, 0);
}

size_t inner_worker(char *out, unsigned number)
{
    char body[128];
    int len =
        snprintf(body, sizeof(body),
                 "{\"worker_key\":\"bench:%u\",\"secret_key\":\"\"}", number);

    inner_head(out, WORKER_CONNECT, 0, 0, (size_t)len);
    memcpy(out + HEAD, body, (size_t)len);
    return HEAD + (size_t)len;
}

int dial(const struct sockaddr_in *peer)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd < 0 || connect(fd, (const struct sockaddr *)peer, sizeof(*peer)) < 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

void send_all(int fd, const char *base, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, base, len, MSG_NOSIGNAL);

        if (sent < 0 && errno != EINTR)
            die("send");
        if (sent > 0) {
            base += sent;
            len -= (size_t)sent;
        }
    }
}

void read_reply(int fd)
{
    unsigned char buf[4096];
    size_t have = 0;
    size_t want = 4;

    while (have < want) {
        ssize_t got = recv(fd, buf + have, want - have, 0);

        if (got <= 0)
            die("no reply");
        have += (size_t)got;
        if (have == 4)
            want = 4 + ((size_t)buf[0] << 24 | (size_t)buf[1] << 16 |
                        (size_t)buf[2] << 8 | buf[3]);
        if (want > sizeof(buf))
            die("a reply that is too long");
    }
}
