#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "core/keepalive.h"
#include "core/log.h"
#include "core/loop.h"
#include "register/register.h"
#include "register/resolve.h"
#include "register_line.h"
#include "secret.h"

#define HOST_MAX 255

static const struct timeval retry_time = {1, 0};
static const struct timeval ping_time = {25, 0};
static const struct timeval connect_time = {5, 0};

/* A Register that closes this soon did not want us. */
#define REFUSED_SECONDS 2

/* The state that the log last told about: each change is told once. */
typedef enum report {
    REPORT_NONE,
    REPORT_UP,     /* a Register does not say whether it takes us */
    REPORT_LASTED, /* after a refusal: it takes us now */
    REPORT_UNREACHABLE,
    REPORT_REFUSED,
    REPORT_LOST
} report;

struct gwd_announcer {
    gwd_stream_kind kind;
    gwd_resolver *resolver;
    struct event timer;           /* retries, pings */
    struct event connect;         /* a connect() under way */
    gwd_stream stream;            /* valid while `online` */
    struct evutil_addrinfo *list; /* what the host resolved to */
    struct evutil_addrinfo *untried;
    int fd;    /* of the connect() under way, or -1 */
    int error; /* errno of the last attempt */
    bool online;
    uint64_t *count; /* of those that are online, or NULL */
    bool freed;      /* goes with its stream */
    bool pings;
    bool loopback; /* `address` is, and nobody has been warned yet */
    report reported;
    uint32_t since; /* online */
    uint16_t port;
    char host[HOST_MAX + 1];
    char *name;    /* of the Register, for the log */
    char *address; /* ours */
    char *secret_key;
    size_t secret_key_len;
};

static void tell(gwd_announcer *a, report what, const char *cause)
{
    static const char *const texts[] = {
        [REPORT_UP] = "announcing to Register",
        [REPORT_LASTED] = "announced to Register",
        [REPORT_UNREACHABLE] = "cannot reach Register",
        [REPORT_REFUSED] = "closed at once, wrong secret key? Register",
        [REPORT_LOST] = "lost Register",
    };

    /* Nobody is lost when all processes end together. */
    if (a->reported == what || a->kind.loop->stopped)
        return;
    a->reported = what;
    if (what == REPORT_UP || what == REPORT_LASTED)
        gwd_log(GWD_LOG_INFO, "%s %s as %s", texts[what], a->name, a->address);
    else
        gwd_log(GWD_LOG_WARNING, "%s %s%s%s; trying again every second",
                texts[what], a->name, cause == NULL ? "" : ": ",
                cause == NULL ? "" : cause);
}

static void set_online(gwd_announcer *a, bool online)
{
    if (a->count != NULL && a->online != online)
        *a->count += online ? 1 : (uint64_t)-1;
    a->online = online;
}

static void drop_list(gwd_announcer *a)
{
    if (a->list != NULL)
        evutil_freeaddrinfo(a->list);
    a->list = NULL;
    a->untried = NULL;
}

static void retry_later(gwd_announcer *a, report what, const char *cause)
{
    tell(a, what, cause);
    drop_list(a);
    if (event_add(&a->timer, &retry_time) < 0)
        gwd_log(GWD_LOG_ERROR, "out of memory: Register %s is not tried again",
                a->name);
}

/* ---- connected ---------------------------------------------------------- */

static gwd_announcer *of_stream(gwd_stream *stream)
{
    return (gwd_announcer *)((char *)stream - offsetof(gwd_announcer, stream));
}

/* A Register has nothing to say to a gateway. */
static ssize_t on_data(gwd_stream *stream, const char *base, size_t len)
{
    (void)stream;
    (void)base;
    return (ssize_t)len;
}

static void release(gwd_announcer *a)
{
    gw_secret_wipe(a->secret_key, a->secret_key_len);
    free(a->secret_key);
    free(a->address);
    free(a->name);
    free(a);
}

static void on_close(gwd_stream *stream)
{
    gwd_announcer *a = of_stream(stream);
    uint32_t age = gwd_loop_seconds() - a->since;

    set_online(a, false);
    if (a->freed)
        release(a);
    else
        retry_later(a, age < REFUSED_SECONDS ? REPORT_REFUSED : REPORT_LOST,
                    NULL);
}

static void announce(gwd_announcer *a)
{
    gw_buf line;

    gw_buf_init(&line, NULL, 0);
    gw_register_put_gateway_connect(
        &line, gw_slice_str(a->address),
        gw_slice_of(a->secret_key, a->secret_key_len));
    if (line.error == GW_OK)
        gwd_stream_write(&a->stream, line.base, line.len);
    else
        gwd_stream_abort(&a->stream);
    gw_secret_wipe(line.base, line.len);
    gw_buf_deinit(&line);
}

static void ping(gwd_announcer *a)
{
    gw_buf line;

    if (a->reported == REPORT_REFUSED)
        tell(a, REPORT_LASTED, NULL);
    if (a->pings) {
        gw_buf_init(&line, NULL, 0);
        gw_register_put_ping(&line);
        if (line.error == GW_OK)
            gwd_stream_write(&a->stream, line.base, line.len);
        gw_buf_deinit(&line);
    }
    event_add(&a->timer, &ping_time);
}

/* ---- connecting --------------------------------------------------------- */

/* The host of an address, as bytes; the length. */
static size_t host_of(const struct sockaddr_storage *address,
                      const uint8_t **bytes)
{
    if (address->ss_family == AF_INET6) {
        *bytes = ((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr;
        return 16;
    }
    *bytes = (const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr;
    return 4;
}

/* Who connects to an address of its own machine has that address, too. */
static bool is_elsewhere(int fd)
{
    struct sockaddr_storage ours = {0}, theirs = {0};
    socklen_t our_len = sizeof(ours), their_len = sizeof(theirs);
    const uint8_t *own, *other;
    size_t len;

    if (getsockname(fd, (struct sockaddr *)&ours, &our_len) < 0 ||
        getpeername(fd, (struct sockaddr *)&theirs, &their_len) < 0)
        return false;
    len = host_of(&theirs, &other);
    if (len == 4 && other[0] == 127)
        return false;
    return host_of(&ours, &own) == len && memcmp(own, other, len) != 0;
}

static void warn_of_loopback(gwd_announcer *a, int fd)
{
    if (!a->loopback || !is_elsewhere(fd))
        return;
    a->loopback = false;
    gwd_log(GWD_LOG_WARNING,
            "Register %s is on another machine, but %s is a loopback address: "
            "who is told of it connects to itself; set lan_ip to an address of "
            "this machine that others reach",
            a->name, a->address);
}

static void on_connected(gwd_announcer *a)
{
    int fd = a->fd;

    a->fd = -1;
    if (gwd_stream_init(&a->stream, &a->kind, fd) < 0) {
        close(fd);
        retry_later(a, REPORT_UNREACHABLE, "out of memory");
        return;
    }
    drop_list(a);
    set_online(a, true);
    a->since = gwd_loop_seconds();
    /* After a refusal it is good news only once it has lasted: see ping(). */
    if (a->reported != REPORT_REFUSED)
        tell(a, REPORT_UP, NULL);
    warn_of_loopback(a, fd);
    announce(a);
    event_add(&a->timer, &ping_time);
}

static void hang_up(gwd_announcer *a)
{
    close(a->fd);
    a->fd = -1;
}

/* Starts to connect; false: a->error. */
static bool try_address(gwd_announcer *a, const struct evutil_addrinfo *ai)
{
    a->fd = socket(ai->ai_family,
                   ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (a->fd < 0) {
        a->error = errno;
        return false;
    }
    /* A Register that is back waits for us, but not for long. */
    gwd_keepalive_start_eager(a->fd);
    /* A signal does not stop a connection that has begun. */
    if (connect(a->fd, ai->ai_addr, (socklen_t)ai->ai_addrlen) == 0 ||
        errno == EINPROGRESS || errno == EINTR)
        return true;
    a->error = errno;
    hang_up(a);
    return false;
}

static void on_connect_event(evutil_socket_t fd, short what, void *arg);

static bool await_connection(gwd_announcer *a)
{
    if (event_assign(&a->connect, a->kind.loop->base, a->fd, EV_WRITE,
                     on_connect_event, a) == 0 &&
        event_add(&a->connect, &connect_time) == 0)
        return true;
    a->error = ENOMEM;
    hang_up(a);
    return false;
}

static void try_next(gwd_announcer *a)
{
    while (a->untried != NULL) {
        const struct evutil_addrinfo *ai = a->untried;

        a->untried = ai->ai_next;
        if (try_address(a, ai) && await_connection(a))
            return;
    }
    retry_later(a, REPORT_UNREACHABLE, strerror(a->error));
}

/* While no Register listens on a port that connections may begin at, too, TCP
 * connects one to itself (RFC 9293, 3.5). */
static bool is_its_own_peer(int fd)
{
    struct sockaddr_storage ours = {0}, theirs = {0};
    socklen_t our_len = sizeof(ours), their_len = sizeof(theirs);

    return getsockname(fd, (struct sockaddr *)&ours, &our_len) == 0 &&
           getpeername(fd, (struct sockaddr *)&theirs, &their_len) == 0 &&
           our_len == their_len && memcmp(&ours, &theirs, our_len) == 0;
}

static int result_of(int fd)
{
    static const struct linger at_once = {1, 0};
    int error = 0;
    socklen_t len = sizeof(error);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        return errno;
    if (error != 0 || !is_its_own_peer(fd))
        return error;
    /* Else it would keep the Register off its port for a minute. */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    return ECONNREFUSED;
}

static void on_connect_event(evutil_socket_t fd, short what, void *arg)
{
    gwd_announcer *a = arg;

    a->error = what & EV_TIMEOUT ? ETIMEDOUT : result_of(fd);
    if (a->error == 0) {
        on_connected(a);
        return;
    }
    hang_up(a);
    try_next(a);
}

static void on_resolved(void *arg, struct evutil_addrinfo *list,
                        const char *why)
{
    gwd_announcer *a = arg;

    if (list == NULL) {
        retry_later(a, REPORT_UNREACHABLE, why);
        return;
    }
    a->list = list;
    a->untried = list;
    try_next(a);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    gwd_announcer *a = arg;

    (void)fd;
    (void)what;
    if (a->online)
        ping(a);
    else
        gwd_resolver_lookup(a->resolver, a->host, a->port, on_resolved, a);
}

/* ---- the announcer ------------------------------------------------------ */

static bool copy_texts(gwd_announcer *a, gw_slice name, gw_slice address,
                       gw_slice secret_key)
{
    a->name = strndup(name.base, name.len);
    a->address = strndup(address.base, address.len);
    a->secret_key = malloc(secret_key.len + 1);
    if (a->name == NULL || a->address == NULL || a->secret_key == NULL)
        return false;
    if (secret_key.len > 0)
        memcpy(a->secret_key, secret_key.base, secret_key.len);
    a->secret_key_len = secret_key.len;
    return true;
}

gwd_announcer *gwd_announcer_new(struct gwd_loop *loop,
                                 gw_slice register_address, gw_slice address,
                                 gw_slice secret_key)
{
    static const struct timeval now = {0, 0};
    gwd_announcer *a = calloc(1, sizeof(*a));
    gw_slice host;

    if (a == NULL)
        return NULL;
    a->kind = (gwd_stream_kind){
        .loop = loop, .on_data = on_data, .on_close = on_close};
    a->fd = -1;
    a->resolver = gwd_resolver_new(loop);
    if (a->resolver == NULL ||
        gw_address_split(register_address, &host, &a->port) < 0 ||
        host.len > HOST_MAX ||
        !copy_texts(a, register_address, address, secret_key)) {
        gwd_resolver_free(a->resolver);
        release(a);
        return NULL;
    }
    memcpy(a->host, host.base, host.len);
    a->pings = strcmp(a->host, "127.0.0.1") != 0;
    event_assign(&a->timer, loop->base, -1, 0, on_timer, a);
    event_assign(&a->connect, loop->base, -1, 0, on_connect_event, a);
    event_add(&a->timer, &now);
    return a;
}

void gwd_announcer_count(gwd_announcer *a, uint64_t *online)
{
    a->count = online;
}

void gwd_announcer_is_loopback(gwd_announcer *a)
{
    a->loopback = true;
}

void gwd_announcer_free(gwd_announcer *a)
{
    if (a == NULL)
        return;
    gwd_resolver_free(a->resolver);
    a->resolver = NULL;
    drop_list(a);
    event_del(&a->timer);
    event_del(&a->connect);
    if (a->fd >= 0)
        close(a->fd);
    a->freed = true;
    if (a->online) {
        gwd_stream_close(&a->stream);
        set_online(a, false); /* the count may go before the stream does */
    } else
        release(a);
}
