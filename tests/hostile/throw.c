/* Throws malformed input at a port, over many short connections.
 *
 *     hostile_throw [OPTION]... HOST:PORT COUNT FILE...
 *
 * COUNT inputs, made of what the FILEs hold (mutate.c). A connection ends in
 * one of two ways: the sending side is closed, and the peer has to close within
 * PATIENCE seconds ("late" counts who did not); or it is reset at once. Prints
 * one line of "name=value" words. Linux only (epoll). */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <openssl/ssl.h>

#include "mutate.h"

#define EVENTS 256
#define TURN_MS 20
#define PATIENCE 20.0
#define INPUTS_MAX 4 /* of one connection */
#define OUT_MAX (INPUT_MAX * (INPUTS_MAX + 1))
#define SOURCES                                                                \
    4000 /* addresses of the loopback that connections come from               \
          */

typedef enum thrower_state {
    FREE,
    CONNECTING,
    SECURING,
    SENDING,
    WAITING
} state;

typedef struct thrower {
    state state;
    int fd;
    SSL *ssl;
    bool reset; /* ends with a reset */
    bool raw;   /* goes on without TLS once that stands */
    double until;
    uint32_t inputs;
    uint32_t pieces; /* that are left */
    size_t sent;
    size_t len;
    char *out;
} thrower;

static struct {
    struct sockaddr_in server;
    uint64_t count;
    uint32_t parallel;
    double rate; /* inputs a second; 0: as many as go */
    bool always; /* `ahead` stands in front of every connection */
    sample ahead;
    SSL_CTX *tls;
} set = {.parallel = 64};

static struct {
    uint64_t thrown, connections, refused, answered, late;
} stats;

static mutator made;
static thrower *throwers;
static int epoll_fd;
static SSL_SESSION *session;

static void die(const char *what)
{
    fprintf(stderr, "hostile_throw: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- one connection ----------------------------------------------------- */

static void end(thrower *t)
{
    struct linger hard = {1, 0};

    if (t->reset)
        setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    SSL_free(t->ssl);
    t->ssl = NULL;
    close(t->fd);
    t->state = FREE;
    stats.thrown += t->inputs;
}

static void watch(thrower *t, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = t};

    if (epoll_ctl(epoll_fd, operation, t->fd, &event) < 0)
        die("epoll_ctl");
}

static void fill(thrower *t)
{
    uint32_t most = pick(&made, 4) == 0 ? INPUTS_MAX : 1;

    t->len = 0;
    t->sent = 0;
    if (set.ahead.len > 0 && (set.always || pick(&made, 4) > 0)) {
        memcpy(t->out, set.ahead.base, set.ahead.len);
        t->len = set.ahead.len;
    }
    for (t->inputs = 0; t->inputs < most; t->inputs++)
        t->len += next_input(&made, t->out + t->len);
    t->pieces = pick(&made, 5) == 0 ? pick(&made, 5) + 2 : 1;
    t->reset = pick(&made, 6) == 0;
    t->raw = set.tls != NULL && pick(&made, 10) == 0;
}

/* Many addresses: each has only so many ports. */
static void bind_source(int fd)
{
    struct sockaddr_in source = {.sin_family = AF_INET};
    int on = 1;

    source.sin_addr.s_addr =
        htonl(INADDR_LOOPBACK + 256 + (uint32_t)(stats.connections % SOURCES));
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&source, sizeof(source)) < 0)
        die("bind");
}

static void start(thrower *t)
{
    int on = 1;

    fill(t);
    stats.connections++;
    t->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (t->fd < 0)
        die("socket");
    setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    bind_source(t->fd);
    t->state = CONNECTING;
    t->until = now() + PATIENCE;
    if (connect(t->fd, (struct sockaddr *)&set.server, sizeof(set.server)) <
            0 &&
        errno != EINPROGRESS) {
        stats.refused++;
        end(t);
        return;
    }
    watch(t, EPOLL_CTL_ADD, EPOLLOUT);
}

static ssize_t put(thrower *t, const char *base, size_t len)
{
    int done;

    if (t->ssl == NULL || t->raw)
        return send(t->fd, base, len, MSG_NOSIGNAL);
    done = SSL_write(t->ssl, base, (int)len);
    if (done > 0)
        return done;
    errno = SSL_get_error(t->ssl, done) == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
    return -1;
}

static void all_sent(thrower *t)
{
    if (t->reset) {
        end(t);
        return;
    }
    shutdown(t->fd, SHUT_WR);
    t->state = WAITING;
    watch(t, EPOLL_CTL_MOD, EPOLLIN);
}

/* A piece at a time. Who is closed before he has said all is done, too. */
static void send_piece(thrower *t)
{
    size_t left = t->len - t->sent;
    size_t len = t->pieces > 1 && left > 1 ? pick(&made, (uint32_t)left) : left;
    ssize_t sent = len == 0 ? 0 : put(t, t->out + t->sent, len);

    if (sent < 0) {
        if (errno != EAGAIN) {
            stats.answered++;
            end(t);
        }
        return;
    }
    t->sent += (size_t)sent;
    if (t->pieces > 1)
        t->pieces--;
    if (t->sent == t->len)
        all_sent(t);
}

static void secure(thrower *t)
{
    int done = SSL_connect(t->ssl);
    int error;

    if (done == 1) {
        t->state = SENDING;
        watch(t, EPOLL_CTL_MOD, EPOLLOUT);
        return;
    }
    error = SSL_get_error(t->ssl, done);
    if (error == SSL_ERROR_WANT_READ) {
        watch(t, EPOLL_CTL_MOD, EPOLLIN);
    } else if (error != SSL_ERROR_WANT_WRITE) {
        stats.refused++;
        end(t);
    }
}

static void connected(thrower *t)
{
    int error = 0;
    socklen_t len = sizeof(error);

    getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error != 0) {
        stats.refused++;
        end(t);
        return;
    }
    if (set.tls == NULL) {
        t->state = SENDING;
        send_piece(t);
        return;
    }
    t->ssl = SSL_new(set.tls);
    if (t->ssl == NULL || SSL_set_fd(t->ssl, t->fd) != 1)
        die("TLS");
    if (session != NULL && pick(&made, 4) > 0)
        SSL_set_session(t->ssl, session);
    t->state = SECURING;
    secure(t);
}

/* Over TLS sessions come in that the next ones resume. */
static ssize_t take(thrower *t)
{
    static char sink[65536];
    int got;

    if (t->ssl == NULL || t->raw)
        return recv(t->fd, sink, sizeof(sink), 0);
    got = SSL_read(t->ssl, sink, sizeof(sink));
    if (got <= 0)
        errno =
            SSL_get_error(t->ssl, got) == SSL_ERROR_WANT_READ ? EAGAIN : EIO;
    return got > 0 ? got : -1;
}

static void await_end(thrower *t)
{
    ssize_t got;

    do {
        got = take(t);
    } while (got > 0);
    if (got < 0 && errno == EAGAIN)
        return;
    stats.answered++;
    end(t);
}

static void (*const steps[])(thrower *) = {
    [CONNECTING] = connected,
    [SECURING] = secure,
    [SENDING] = send_piece,
    [WAITING] = await_end,
};

/* ---- all of them -------------------------------------------------------- */

static bool may_start(double began, uint64_t under_way)
{
    uint64_t begun = stats.thrown + under_way;

    return begun < set.count &&
           (set.rate == 0 || (double)begun < set.rate * (now() - began));
}

static uint64_t inputs_under_way(void)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < set.parallel; i++)
        sum += throwers[i].state == FREE ? 0 : throwers[i].inputs;
    return sum;
}

/* Looks at everybody: starts who is free, gives up who waits for ever. */
static uint64_t look_around(double began)
{
    uint64_t under_way = inputs_under_way();
    double time = now();

    for (uint32_t i = 0; i < set.parallel; i++) {
        thrower *t = &throwers[i];

        if (t->state != FREE && time > t->until) {
            stats.late++;
            t->reset = true;
            end(t);
        }
        if (t->state == FREE && may_start(began, under_way)) {
            start(t);
            under_way += t->inputs;
        }
    }
    return under_way;
}

static void run(void)
{
    struct epoll_event events[EVENTS];
    double began = now();

    while (look_around(began) > 0 || stats.thrown < set.count) {
        int count =
            epoll_wait(epoll_fd, events, EVENTS, set.rate > 0 ? 1 : TURN_MS);

        for (int i = 0; i < count; i++) {
            thrower *t = events[i].data.ptr;

            if (t->state != FREE)
                steps[t->state](t);
        }
    }
    printf(
        "thrown=%llu connections=%llu answered=%llu refused=%llu late=%llu "
        "seconds=%.1f\n",
        (unsigned long long)stats.thrown, (unsigned long long)stats.connections,
        (unsigned long long)stats.answered, (unsigned long long)stats.refused,
        (unsigned long long)stats.late, now() - began);
}

/* ---- options ------------------------------------------------------------ */

static sample read_file(const char *name)
{
    FILE *file = fopen(name, "rbe");
    sample s = {malloc(INPUT_MAX), 0};

    if (file == NULL || s.base == NULL)
        die(name);
    s.len = fread(s.base, 1, INPUT_MAX, file);
    fclose(file);
    return s;
}

static void add_file(const char *name)
{
    sample s = read_file(name);

    add_sample(&made, s.base, s.len);
    free(s.base);
}

/* What a TLS client says first. */
static void add_hello(int version)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl;
    BIO *in = BIO_new(BIO_s_mem());
    BIO *out = BIO_new(BIO_s_mem());
    char *text;
    long len;

    if (context == NULL || in == NULL || out == NULL)
        die("TLS");
    SSL_CTX_set_max_proto_version(context, version);
    ssl = SSL_new(context);
    if (ssl == NULL)
        die("TLS");
    SSL_set_tlsext_host_name(ssl, "hostile.example");
    SSL_set_bio(ssl, in, out);
    SSL_connect(ssl);
    len = BIO_get_mem_data(out, &text);
    add_sample(&made, text, (size_t)len);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static int keep_session(SSL *ssl, SSL_SESSION *given)
{
    (void)ssl;
    SSL_SESSION_free(session);
    session = given;
    return 1;
}

static void start_tls(void)
{
    set.tls = SSL_CTX_new(TLS_client_method());
    if (set.tls == NULL)
        die("TLS");
    SSL_CTX_set_session_cache_mode(set.tls, SSL_SESS_CACHE_CLIENT |
                                                SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(set.tls, keep_session);
}

/* Numbers, with blanks between them. */
static void read_ids(char *text)
{
    for (char *word = strtok(text, " "); word != NULL;
         word = strtok(NULL, " ")) {
        made.ids = realloc(made.ids, (made.id_count + 1) * sizeof(*made.ids));
        if (made.ids == NULL)
            die("memory");
        made.ids[made.id_count++] = (uint32_t)strtoul(word, NULL, 10);
    }
}

static bool parse_address(char *text)
{
    char *colon = strrchr(text, ':');

    if (colon == NULL)
        return false;
    *colon = '\0';
    set.server.sin_family = AF_INET;
    set.server.sin_port = htons((uint16_t)atoi(colon + 1));
    return inet_pton(AF_INET, text, &set.server.sin_addr) == 1;
}

static int usage(int status)
{
    fputs("Usage: hostile_throw [OPTION]... HOST:PORT COUNT FILE...\n"
          "  --seed N        of what is made [1]\n"
          "  --ahead FILE    what stands in front, of most connections\n"
          "  --always        of all of them\n"
          "  --ids \"N N…\"    connections that frames are to be about\n"
          "  --tls           inside TLS\n"
          "  --hello         add TLS hellos to the files\n"
          "  --parallel N    connections at once [64]\n"
          "  --rate N        inputs a second [as many as go]\n",
          status == 0 ? stdout : stderr);
    return status;
}

static bool parse_option(int option)
{
    switch (option) {
    case 's':
        made.random = strtoull(optarg, NULL, 10) * 2 + 1;
        return true;
    case 'a':
        set.ahead = read_file(optarg);
        return true;
    case 'A':
        set.always = true;
        return true;
    case 'i':
        read_ids(optarg);
        return true;
    case 't':
        start_tls();
        return true;
    case 'H':
        add_hello(TLS1_2_VERSION);
        add_hello(TLS1_3_VERSION);
        return true;
    case 'p':
        set.parallel = (uint32_t)atoi(optarg);
        return set.parallel > 0;
    case 'r':
        set.rate = atof(optarg);
        return set.rate > 0;
    default:
        return false;
    }
}

static void make_throwers(void)
{
    throwers = calloc(set.parallel, sizeof(*throwers));
    if (throwers == NULL)
        die("memory");
    for (uint32_t i = 0; i < set.parallel; i++) {
        throwers[i].out = malloc(OUT_MAX);
        if (throwers[i].out == NULL)
            die("memory");
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'},
        {"ahead", required_argument, NULL, 'a'},
        {"always", no_argument, NULL, 'A'},
        {"ids", required_argument, NULL, 'i'},
        {"tls", no_argument, NULL, 't'},
        {"hello", no_argument, NULL, 'H'},
        {"parallel", required_argument, NULL, 'p'},
        {"rate", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    int option;

    made.random = 3;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h')
            return usage(0);
        if (!parse_option(option))
            return usage(2);
    }
    if (argc - optind < 2 || !parse_address(argv[optind]))
        return usage(2);
    set.count = strtoull(argv[optind + 1], NULL, 10);
    for (int i = optind + 2; i < argc; i++)
        add_file(argv[i]);
    if (made.count == 0)
        return usage(2);
    signal(SIGPIPE, SIG_IGN);
    make_throwers();
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        die("epoll");
    run();
    return stats.late == 0 && stats.refused == 0 ? 0 : 1;
}
