/* A gateway's announcement to a Register that comes, goes, refuses and says
 * anything, behind a name that resolves or does not. Each step is a byte, what
 * happens (low bits) and how (high bits). The announcer always waits for the
 * one thing that is to come next, and never for long. */
#include "steps.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/keepalive.h"
#include "fake_loop.h"
#include "register/register.h"
#include "register/resolve.h"

#define KEY "k3y-of-the-cluster"
#define ADDRESS "10.1.2.3:2900"
#define ANNOUNCEMENT                                                           \
    "{\"event\":\"gateway_connect\",\"address\":\"" ADDRESS                    \
    "\",\"secret_key\":\"" KEY "\"}\n"
#define PING "{\"event\":\"ping\"}\n"
#define PING_SECONDS 25
#define CONNECT_SECONDS 5

static const char *const registers[] = {"127.0.0.1:1236", "reg.example:1236",
                                        "[fd00::1]:65535", "10.0.0.7:1"};

struct gwd_resolver {
    gwd_resolve_fn fn; /* NULL: nobody asks */
    void *arg;
};

typedef struct world {
    fake_loop *loop;
    gwd_resolver resolver;
    int sockets;       /* made so far */
    int open;          /* of them */
    int fd;            /* that is connecting or connected; -1: none */
    bool connecting;   /* since: */
    uint32_t since;    /* or connected since */
    int socket_error;  /* of the next socket() */
    int connect_error; /* of the next connect(), and its outcome later */
    int outcome;
    bool pings;
    uint64_t online;
} world;

static world *w;

/* ---- the system -----------------------------------------------------------
 */

int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
    HOLDS(family == AF_INET || family == AF_INET6);
    HOLDS((type & SOCK_NONBLOCK) && (type & SOCK_CLOEXEC) && protocol == 0);
    HOLDS(w->fd < 0); /* one at a time */
    errno = w->socket_error;
    w->socket_error = 0;
    if (errno != 0)
        return -1;
    w->open++;
    w->fd = fake_fd(w->sockets++ % FAKE_CONNS);
    return w->fd;
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    HOLDS(fd == w->fd && address != NULL && len > 0);
    errno = w->connect_error;
    if (errno != 0 && errno != EINPROGRESS && errno != EINTR)
        return -1;
    w->connecting = true;
    w->since = w->loop->now;
    return errno == 0 ? 0 : -1;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    HOLDS(fd == w->fd);
    HOLDS(level == SOL_SOCKET && name == SO_ERROR && *len == sizeof(int));
    *(int *)value = w->outcome;
    return 0;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    if (fake_index(fd) < 0)
        return __real_close(fd); /* libFuzzer's */
    HOLDS(fd == w->fd);
    w->open--;
    w->fd = -1;
    w->connecting = false;
    return 0;
}

void gwd_keepalive_start_eager(int fd)
{
    HOLDS(fd == w->fd);
}

/* ---- names -----------------------------------------------------------------
 */

gwd_resolver *gwd_resolver_new(struct gwd_loop *loop)
{
    HOLDS(loop == &w->loop->loop);
    return &w->resolver;
}

void gwd_resolver_free(gwd_resolver *resolver)
{
    resolver->fn = NULL;
}

void gwd_resolver_lookup(gwd_resolver *resolver, const char *host,
                         uint16_t port, gwd_resolve_fn fn, void *arg)
{
    HOLDS(host[0] != '\0' && host[0] != '[' && port > 0);
    HOLDS(resolver->fn == NULL);
    resolver->fn = fn;
    resolver->arg = arg;
}

/* So many addresses, of both sorts. */
static struct evutil_addrinfo *addresses(unsigned count)
{
    static const char *const hosts[] = {"10.0.0.7", "fd00::1"};
    struct evutil_addrinfo *list = NULL;

    while (count-- > 0) {
        struct evutil_addrinfo hints = {.ai_flags = EVUTIL_AI_NUMERICHOST,
                                        .ai_socktype = SOCK_STREAM,
                                        .ai_protocol = IPPROTO_TCP};
        struct evutil_addrinfo *one;

        HOLDS(evutil_getaddrinfo(hosts[count & 1], "1236", &hints, &one) == 0);
        one->ai_next = list;
        list = one;
    }
    return list;
}

/* 0: there is no such name. */
static void resolve(unsigned count)
{
    gwd_resolver asked = w->resolver;

    if (asked.fn == NULL)
        return;
    w->resolver.fn = NULL;
    asked.fn(asked.arg, addresses(count), count == 0 ? "no such name" : NULL);
}

/* ---- what holds ------------------------------------------------------------
 */

/* First who it is, then that it is still there. */
static void check_sent(const fake_conn *conn)
{
    uint32_t age = w->loop->now - w->since;
    size_t pings = w->pings ? age / PING_SECONDS : 0;
    const char *at = conn->got;

    HOLDS(conn->len == strlen(ANNOUNCEMENT) + pings * strlen(PING));
    HOLDS(memcmp(at, ANNOUNCEMENT, strlen(ANNOUNCEMENT)) == 0);
    at += strlen(ANNOUNCEMENT);
    for (; pings > 0; pings--, at += strlen(PING))
        HOLDS(memcmp(at, PING, strlen(PING)) == 0);
}

/* The two events that it may wait for: a connect() under way, and time. */
static void check_events(void)
{
    bool timer = false, connect = false;

    for (size_t i = 0; i < FAKE_EVENTS; i++) {
        const struct event *event = w->loop->events[i];
        uint32_t left;

        if (event == NULL)
            continue;
        HOLDS(fake_loop_awaits(w->loop, event, &left));
        if (event->ev_fd < 0) {
            HOLDS(!timer && left <= (w->online ? PING_SECONDS : 1));
            timer = true;
        } else {
            HOLDS(!connect && event->ev_fd == w->fd);
            HOLDS(left <= CONNECT_SECONDS);
            connect = true;
        }
    }
    HOLDS(connect == w->connecting);
    /* Exactly one of: online, between attempts, connecting, looking up. */
    HOLDS(timer + connect + (w->resolver.fn != NULL) == 1);
    HOLDS(timer || !w->online);
}

static void check(void)
{
    const fake_conn *conn =
        w->fd < 0 ? NULL : &w->loop->conns[fake_index(w->fd)];
    bool connected = conn != NULL && conn->stream != NULL;

    HOLDS(w->online == connected);
    HOLDS(w->open == (w->fd >= 0) && w->open == w->connecting + connected);
    if (connected)
        check_sent(conn);
    check_events();
    HOLDS(strstr(w->loop->log, KEY) == NULL);
    w->loop->log_len = 0;
    w->loop->log[0] = '\0';
}

/* ---- steps -----------------------------------------------------------------
 */

static fake_conn *connected(void)
{
    fake_conn *conn = w->fd < 0 ? NULL : &w->loop->conns[fake_index(w->fd)];

    return conn != NULL && conn->stream != NULL ? conn : NULL;
}

static void connect_ends(int error)
{
    if (!w->connecting)
        return;
    w->outcome = error;
    if (error == 0) {
        w->connecting = false;
        w->since = w->loop->now;
    }
    HOLDS(fake_loop_fire(w->loop, w->fd, EV_WRITE));
}

/* The stream's end closes the socket, too. */
static void hang_up(void)
{
    int index = fake_index(w->fd);

    if (connected() == NULL)
        return;
    w->fd = -1;
    w->open--;
    fake_loop_hang_up(w->loop, index);
}

static void say(gw_slice bytes)
{
    if (connected() == NULL)
        return;
    fake_loop_receive(w->loop, fake_index(w->fd), bytes.base, bytes.len);
    HOLDS(connected() != NULL && connected()->partial_len == 0);
}

static void pass(unsigned seconds)
{
    while (seconds-- > 0) {
        fake_loop_pass(w->loop, 1);
        check();
    }
}

static void do_step(unsigned how, unsigned what, gw_slice *in)
{
    static const int errors[] = {0, EINPROGRESS, EINTR, ENETUNREACH,
                                 ECONNREFUSED};

    switch (what) {
    case 0:
        pass(how + 1);
        break;
    case 1:
        resolve(how % 4);
        break;
    case 2:
        connect_ends(how % 2 == 0 ? 0 : ECONNREFUSED);
        break;
    case 3:
        say(take(in));
        break;
    case 4:
        hang_up();
        break;
    case 5:
        w->connect_error = errors[how % (sizeof(errors) / sizeof(errors[0]))];
        break;
    case 6:
        w->socket_error = how % 2 == 0 ? EMFILE : EAFNOSUPPORT;
        break;
    default:
        w->loop->loop.stopped = true;
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice in = gw_slice_of(data, size);
    const char *name =
        registers[take_byte(&in) % (sizeof(registers) / sizeof(registers[0]))];
    world here = {.loop = fake_loop_new(), .fd = -1};
    gwd_announcer *announcer;

    w = &here;
    w->pings = name != registers[0];
    announcer = gwd_announcer_new(&w->loop->loop, gw_slice_str(name),
                                  gw_slice_str(ADDRESS), gw_slice_str(KEY));
    HOLDS(announcer != NULL);
    gwd_announcer_count(announcer, &w->online);
    fake_loop_settle(w->loop);
    check();
    while (in.len > 0) {
        unsigned byte = take_byte(&in);

        do_step(byte >> 3, byte & 7, &in);
        fake_loop_settle(w->loop);
        check();
    }
    gwd_announcer_free(announcer);
    HOLDS(w->online == 0);
    if (connected() != NULL) {
        HOLDS(connected()->closed);
        w->open--;
        w->fd = -1;
    }
    fake_loop_settle(w->loop);
    HOLDS(w->open == 0);
    for (size_t i = 0; i < FAKE_EVENTS; i++)
        HOLDS(w->loop->events[i] == NULL);
    fake_loop_free(w->loop);
    return 0;
}
