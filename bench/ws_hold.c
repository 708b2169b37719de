/* Opens many WebSockets and holds them.
 *
 *     ws_hold [OPTION]... HOST:PORT COUNT
 *
 * HOST is an IPv4 address. All connections live in this one process, so its
 * limit of open files is the limit here; several processes with different
 * --source addresses (127.0.0.2, 127.0.0.3, …) also get around the 28,000 or so
 * local ports of one address. Prints one line when all are open, one at the
 * end, as "name=value" words. Linux only (epoll). */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <openssl/ssl.h>

#define EVENTS 512
#define HEAD_MAX 1024
#define ID_LEN 20

typedef enum conn_state {
    CONNECTING,
    SECURING, /* the TLS handshake */
    UPGRADING,
    GREETING, /* only when ids are asked for */
    OPEN,
    GONE
} conn_state;

typedef struct conn {
    int fd;
    SSL *ssl; /* NULL: plaintext */
    conn_state state;
    unsigned len; /* of `head` */
    char *head;   /* the answer and the greeting, while they come in */
} conn;

typedef struct settings {
    struct sockaddr_in server;
    struct sockaddr_in source; /* port 0; family 0: none */
    unsigned count;
    unsigned parallel; /* handshakes under way at once */
    unsigned seconds;  /* to hold; 0: until standard input ends */
    FILE *ids;         /* or NULL */
    SSL_CTX *tls;      /* or NULL */
} settings;

static settings set = {.parallel = 256};
static conn *conns;
static int epoll_fd;

/* What happened so far. */
static struct {
    unsigned started;
    unsigned opened;
    unsigned failed; /* before they were open */
    unsigned lost;   /* after */
    uint64_t bytes;  /* since all were open */
} stats;

static void die(const char *what)
{
    fprintf(stderr, "ws_hold: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- one connection ----------------------------------------------------- */

static void end_conn(conn *c)
{
    if (c->state == OPEN)
        stats.lost++;
    else
        stats.failed++;
    c->state = GONE;
    free(c->head);
    c->head = NULL;
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

static void start_conn(conn *c)
{
    int on = 1;

    stats.started++;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        die("socket");
    c->state = CONNECTING;
    if (set.source.sin_family != 0) {
        /* The port is chosen at connect(), per destination. */
        setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
        if (bind(c->fd, (struct sockaddr *)&set.source, sizeof(set.source)) < 0)
            die("bind");
    }
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
    return c->ssl == NULL ? send(c->fd, data, len, 0)
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
    static const char request[] =
        "GET / HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    if (put(c, request, sizeof(request) - 1) != (ssize_t)sizeof(request) - 1) {
        end_conn(c);
        return;
    }
    c->state = UPGRADING;
    c->head = calloc(1, HEAD_MAX + 1);
    if (c->head == NULL)
        die("calloc");
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
    stats.opened++;
    free(c->head);
    c->head = NULL;
}

/* Takes the client_id out of the greeting, once it is there. */
static void find_id(conn *c)
{
    static const char mark[] = "\"client_id\":\"";
    const size_t mark_len = sizeof(mark) - 1;
    const char *at = memmem(c->head, c->len, mark, mark_len);

    if (at == NULL || c->head + c->len - at < (ptrdiff_t)(mark_len + ID_LEN))
        return;
    fprintf(set.ids, "%.*s\n", ID_LEN, at + mark_len);
    opened(c);
}

static void find_answer(conn *c)
{
    if (memmem(c->head, c->len, "\r\n\r\n", 4) == NULL)
        return;
    if (strncmp(c->head, "HTTP/1.1 101 ", 13) != 0)
        end_conn(c);
    else if (set.ids == NULL)
        opened(c);
    else
        c->state = GREETING;
}

static void read_head(conn *c)
{
    ssize_t got = get(c, c->head + c->len, HEAD_MAX - c->len);

    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) { /* also when the head is full */
        end_conn(c);
        return;
    }
    c->len += (unsigned)got;
    if (c->state == UPGRADING)
        find_answer(c);
    if (c->state == GREETING)
        find_id(c);
}

static void read_messages(conn *c)
{
    static char sink[65536];
    ssize_t got = get(c, sink, sizeof(sink));

    if (got > 0)
        stats.bytes += (uint64_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        end_conn(c);
}

static void on_event(conn *c)
{
    switch (c->state) {
    case CONNECTING:
        connected(c);
        break;
    case SECURING:
        secure(c);
        break;
    case UPGRADING:
    case GREETING:
        /* What TLS holds back wakes nobody up again. */
        do {
            read_head(c);
        } while (c->ssl != NULL && c->state != OPEN && SSL_pending(c->ssl) > 0);
        break;
    case OPEN:
        read_messages(c);
        break;
    case GONE:
        break;
    }
}

static void turn(int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll_fd, events, EVENTS, timeout_ms);

    for (int i = 0; i < count; i++)
        on_event(events[i].data.ptr);
}

/* ---- all of them -------------------------------------------------------- */

static unsigned finished(void)
{
    return stats.opened + stats.failed;
}

static void open_all(void)
{
    double start = now();

    while (finished() < set.count) {
        while (stats.started < set.count &&
               stats.started - finished() < set.parallel)
            start_conn(&conns[stats.started]);
        turn(100);
    }
    printf("open=%u failed=%u seconds=%.2f\n", stats.opened, stats.failed,
           now() - start);
    fflush(stdout);
    if (set.ids != NULL)
        fflush(set.ids);
}

static bool input_ended(void)
{
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    char sink[256];

    return poll(&input, 1, 0) > 0 &&
           read(STDIN_FILENO, sink, sizeof(sink)) <= 0;
}

static void hold(void)
{
    double start = now();

    stats.bytes = 0;
    while (set.seconds > 0 ? now() - start < set.seconds : !input_ended())
        turn(200);
    printf("held=%u lost=%u bytes=%llu seconds=%.2f\n",
           stats.opened - stats.lost, stats.lost,
           (unsigned long long)stats.bytes, now() - start);
}

static int usage(int status)
{
    fputs("Usage: ws_hold [OPTION]... HOST:PORT COUNT\n"
          "  --source IP     connect from this address\n"
          "  --parallel N    handshakes under way at once [256]\n"
          "  --seconds N     hold so long [until standard input ends]\n"
          "  --tls           over TLS; no certificate is checked\n"
          "  --ids FILE      write each client_id of the greetings to FILE\n",
          status == 0 ? stdout : stderr);
    return status;
}

static bool parse_address(char *text, struct sockaddr_in *out)
{
    char *colon = strrchr(text, ':');
    int port = colon == NULL ? 0 : atoi(colon + 1);

    if (port <= 0 || port > 65535)
        return false;
    *colon = '\0';
    out->sin_family = AF_INET;
    out->sin_port = htons((uint16_t)port);
    return inet_pton(AF_INET, text, &out->sin_addr) == 1;
}

static bool parse_option(int option)
{
    switch (option) {
    case 's':
        set.source.sin_family = AF_INET;
        return inet_pton(AF_INET, optarg, &set.source.sin_addr) == 1;
    case 'p':
        set.parallel = (unsigned)atoi(optarg);
        return set.parallel > 0;
    case 't':
        set.seconds = (unsigned)atoi(optarg);
        return true;
    case 'i':
        set.ids = fopen(optarg, "we");
        return set.ids != NULL;
    case 'T':
        set.tls = SSL_CTX_new(TLS_client_method());
        return set.tls != NULL;
    default:
        return false;
    }
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
    static const struct option options[] = {
        {"source", required_argument, NULL, 's'},
        {"parallel", required_argument, NULL, 'p'},
        {"seconds", required_argument, NULL, 't'},
        {"ids", required_argument, NULL, 'i'},
        {"tls", no_argument, NULL, 'T'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h')
            return usage(0);
        if (!parse_option(option))
            return usage(2);
    }
    if (argc - optind != 2 || !parse_address(argv[optind], &set.server))
        return usage(2);
    set.count = (unsigned)atoi(argv[optind + 1]);
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    conns = calloc(set.count + 1, sizeof(*conns));
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (conns == NULL || epoll_fd < 0)
        die("start");
    open_all();
    hold();
    return stats.failed + stats.lost == 0 ? 0 : 1;
}
