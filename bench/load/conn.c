/* One WebSocket, from connect() to its end. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HANDSHAKE_MAX 2048
#define REQUEST_MAX 1024
#define INPUT_MAX ((size_t)256 * 1024)
#define ID_LEN 20

enum {
    CONNECTING,
    SECURING, /* the TLS handshake */
    UPGRADING,
    GREETING, /* only when ids are asked for */
    OPEN,
    GONE
};

static int epoll_fd;
static load_share *own;
static struct sockaddr_in source;

/* When most ports of an address are taken, the kernel looks for a free one
 * longer than all else takes. */
#define PER_ADDRESS 4096

void conn_setup(int epoll, unsigned number)
{
    epoll_fd = epoll;
    own = &shares[number];
    /* Each has local ports of its own. */
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number);
}

/* 127.0.x.y, then 127.1.x.y… */
static void next_address(void)
{
    static unsigned started;

    if (++started % PER_ADDRESS == 0)
        source.sin_addr.s_addr =
            htonl(ntohl(source.sin_addr.s_addr) + (1u << 16));
}

bool conn_is_open(const conn *c)
{
    return c->state == OPEN;
}

static void add(_Atomic uint64_t *counter, uint64_t value)
{
    atomic_fetch_add_explicit(counter, value, memory_order_release);
}

static void end_conn(conn *c)
{
    add(c->state == OPEN ? &own->lost : &own->failed, 1);
    if (c->state == OPEN)
        wake_parent();
    c->state = GONE;
    free(c->kept);
    c->kept = NULL;
    SSL_free(c->ssl);
    c->ssl = NULL;
    close(c->fd);
}

static void watch(conn *c, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = c};

    if (epoll_ctl(epoll_fd, operation, c->fd, &event) < 0)
        die("epoll_ctl");
}

void conn_watch(conn *c, bool reading)
{
    if (c->state == OPEN)
        watch(c, EPOLL_CTL_MOD, reading ? EPOLLIN : 0);
}

/* The request's first line, with the connection's number and group in it. */
static size_t put_path(char *out, size_t room, unsigned index)
{
    size_t len = 0;

    for (const char *at = set.path; *at != '\0' && len + 16 < room; at++) {
        if (strncmp(at, "{i}", 3) == 0)
            len += (size_t)sprintf(out + len, "%u", index);
        else if (strncmp(at, "{g}", 3) == 0)
            len += (size_t)sprintf(out + len, "%u", index % set.groups);
        else
            out[len++] = *at;
        if (*at == '{' && at[1] != '\0' && at[2] == '}')
            at += 2;
    }
    return len;
}

void conn_start(conn *c, unsigned index)
{
    int on = 1;

    memset(c, 0, sizeof(*c));
    c->id = index; /* until there is a client_id */
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        die("socket");
    c->state = CONNECTING;
    /* Gone at once at the end: no port is kept for a minute. */
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0},
               sizeof(struct linger));
    /* The port is chosen at connect(), per destination. */
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (bind(c->fd, (struct sockaddr *)&source, sizeof(source)) < 0)
        die("bind");
    next_address();
    if (connect(c->fd, (struct sockaddr *)&set.server, sizeof(set.server)) <
            0 &&
        errno != EINPROGRESS) {
        end_conn(c);
        return;
    }
    watch(c, EPOLL_CTL_ADD, EPOLLOUT);
}

/* send() and recv(), over TLS where it is wanted. */
static ssize_t put(conn *c, const void *data, size_t len)
{
    return c->ssl == NULL ? send(c->fd, data, len, MSG_NOSIGNAL)
                          : SSL_write(c->ssl, data, (int)len);
}

/* -1 with EAGAIN: nothing there; other results of 0 and below: the end. */
static ssize_t get(conn *c, void *data, size_t len)
{
    int got;

    if (c->ssl == NULL)
        return recv(c->fd, data, len, 0);
    got = SSL_read(c->ssl, data, (int)len);
    if (got <= 0) {
        bool again = SSL_get_error(c->ssl, got) == SSL_ERROR_WANT_READ;

        errno = again ? EAGAIN : ECONNRESET;
        return -1;
    }
    return got;
}

static void send_request(conn *c)
{
    static const char rest[] =
        " HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    char request[REQUEST_MAX] = "GET ";
    size_t len = 4;

    len += put_path(request + 4, sizeof(request) - sizeof(rest) - 4, c->id);
    memcpy(request + len, rest, sizeof(rest) - 1);
    len += sizeof(rest) - 1;
    if (put(c, request, len) != (ssize_t)len) {
        end_conn(c);
        return;
    }
    c->state = UPGRADING;
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

static void secure(conn *c)
{
    int done = SSL_connect(c->ssl);

    if (done == 1)
        send_request(c);
    else if (SSL_get_error(c->ssl, done) != SSL_ERROR_WANT_READ)
        end_conn(c);
}

static void connected(conn *c)
{
    int error = 0;
    socklen_t len = sizeof(error);

    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error != 0) {
        end_conn(c);
        return;
    }
    if (set.tls == NULL) {
        send_request(c);
        return;
    }
    c->ssl = SSL_new(set.tls);
    if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1)
        die("TLS");
    c->state = SECURING;
    watch(c, EPOLL_CTL_MOD, EPOLLIN);
    secure(c);
}

static void opened(conn *c)
{
    c->state = OPEN;
    add(&own->opened, 1);
}

static uint32_t hex(const char *digits, int count)
{
    char text[9] = "";

    memcpy(text, digits, (size_t)count);
    return (uint32_t)strtoul(text, NULL, 16);
}

/* Takes the client_id out of the greeting, once it is there. */
static bool find_id(conn *c, const char *base, size_t len)
{
    static const char mark[] = "\"client_id\":\"";
    const size_t mark_len = sizeof(mark) - 1;
    const char *at = memmem(base, len, mark, mark_len);

    if (at == NULL || base + len - at < (ptrdiff_t)(mark_len + ID_LEN))
        return false;
    at += mark_len;
    c->gateway_ip = hex(at, 8);
    c->gateway = (uint16_t)hex(at + 8, 4);
    c->id = hex(at + 12, 8);
    return true;
}

/* The length of the answer in front, 0: there is more to come; -1: refused. */
static ssize_t answer_len(const char *base, size_t len)
{
    const char *end = memmem(base, len, "\r\n\r\n", 4);

    if (end == NULL)
        return len < HANDSHAKE_MAX ? 0 : -1;
    return memcmp(base, "HTTP/1.1 101 ", 13) == 0 ? end + 4 - base : -1;
}

static void keep_input(conn *c, const char *base, size_t len)
{
    char *copy = len == 0 ? NULL : malloc(len);

    if (len > 0) {
        if (copy == NULL)
            die("malloc");
        memcpy(copy, base, len);
    }
    free(c->kept);
    c->kept = copy;
    c->kept_len = (uint32_t)len;
}

/* Input until the connection is open. */
static void shake(conn *c, const char *base, size_t len)
{
    if (c->state == UPGRADING) {
        ssize_t head = answer_len(base, len);

        if (head < 0 || len > HANDSHAKE_MAX) {
            end_conn(c);
            return;
        }
        if (head > 0) {
            c->state = GREETING;
            base += head;
            len -= (size_t)head;
        }
    }
    if (c->state == GREETING && (!set.ids || find_id(c, base, len))) {
        opened(c);
        if (!receive(c, base, len, own))
            end_conn(c);
        return;
    }
    keep_input(c, base, len);
}

/* False: no more for now. */
static bool read_some(conn *c)
{
    static char input[INPUT_MAX + MESSAGE_MAX * 2];
    size_t kept = c->kept_len;
    ssize_t got = get(c, input + kept, INPUT_MAX);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0) {
        end_conn(c);
        return false;
    }
    if (kept > 0)
        memcpy(input, c->kept, kept);
    if (c->state != OPEN)
        shake(c, input, kept + (size_t)got);
    else if (!receive(c, input, kept + (size_t)got, own))
        end_conn(c);
    return c->state != GONE;
}

void conn_event(conn *c)
{
    switch (c->state) {
    case CONNECTING:
        connected(c);
        break;
    case SECURING:
        secure(c);
        break;
    case GONE:
        break;
    default:
        /* What TLS holds back wakes nobody up again. */
        while (read_some(c) && c->ssl != NULL && SSL_pending(c->ssl) > 0)
            ;
        break;
    }
}
