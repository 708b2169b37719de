#include "fake.h"

#include "sockets.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { CONNS_MAX = 64, LOG_MAX = 1 << 22 };

typedef struct conn {
    gw_socket fd;
    int authorised;
    uint8_t *in;
    size_t len;
    size_t cap;
} conn;

struct fake {
    pthread_t thread;
    pthread_mutex_t work; /* held by the thread but while it waits */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int running;
    int is_register;
    int is_v6;
    gw_socket listener;
    gw_socket bell;
    uint16_t port;
    char address[64];

    /* under the lock */
    int quit;
    int hang_up;
    fake_mode mode;
    uint8_t *reply;
    size_t reply_len;
    char key[64];
    int needs_key;
    char *line;
    unsigned accepts;
    unsigned open;
    unsigned closed;
    unsigned frames;
    uint8_t *log;
    size_t log_len;

    conn conns[CONNS_MAX];
};

uint64_t fake_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

/* ---- sockets ------------------------------------------------------------ */

/* A socket that has the port, and does not listen. */
static gw_socket take_port(int v6, uint16_t *port)
{
    gw_socket fd = sockets_open(v6 ? AF_INET6 : AF_INET);

    if (fd == GW_SOCKET_NONE)
        return GW_SOCKET_NONE;
    sockets_let_port_return(fd);
    if (!sockets_bind(fd, v6, port)) {
        sockets_close(fd);
        return GW_SOCKET_NONE;
    }
    return fd;
}

static void conn_close(fake *f, conn *c, int reset)
{
    struct linger linger = {1, 0};

    if (reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, (const void *)&linger,
                   sizeof linger);
    sockets_close(c->fd);
    free(c->in);
    memset(c, 0, sizeof *c);
    c->fd = GW_SOCKET_NONE;
    pthread_mutex_lock(&f->lock);
    f->open--;
    f->closed++;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

static void accept_one(fake *f)
{
    gw_socket fd = sockets_accept(f->listener);
    size_t i;

    if (fd == GW_SOCKET_NONE)
        return;
    for (i = 0; i < CONNS_MAX && f->conns[i].fd != GW_SOCKET_NONE; i++)
        ;
    if (i == CONNS_MAX) {
        sockets_close(fd);
        return;
    }
    f->conns[i].fd = fd;
    pthread_mutex_lock(&f->lock);
    f->accepts++;
    f->open++;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

/* ---- answers ------------------------------------------------------------ */

static int has_reply(uint8_t cmd)
{
    static const uint8_t cmds[] = {10, 11, 15, 16, 23, 24, 25, 26, 28, 203};

    return memchr(cmds, cmd, sizeof cmds) != NULL;
}

static const char *usual_reply(uint8_t cmd)
{
    if (cmd == GW_CMD_IS_ONLINE || cmd == GW_CMD_GET_CLIENT_COUNT_BY_GROUP)
        return "i:0;";
    return cmd == GW_CMD_GET_SESSION_BY_CLIENT_ID ? "N;" : "a:0:{}";
}

static void drip(conn *c, const uint8_t *base, size_t len)
{
    while (len-- > 0 && sockets_send(c->fd, base++, 1))
        ;
}

static void send_reply(conn *c, fake_mode mode, const void *base, size_t len)
{
    uint8_t *out = malloc(len + 5);
    uint32_t n = htonl((uint32_t)len);

    memcpy(out, &n, 4);
    memcpy(out + 4, base, len);
    out[len + 4] = '!';
    if (mode == FAKE_DRIP) {
        drip(c, out, len + 4);
    } else {
        sockets_send(c->fd, out,
                     mode == FAKE_HALF    ? 4 + len / 2
                     : mode == FAKE_EXTRA ? len + 5
                                          : len + 4);
    }
    free(out);
}

static void answer(fake *f, conn *c, fake_mode mode, const gw_frame *frame)
{
    const char *usual = usual_reply(frame->cmd);

    if (mode == FAKE_CLOSE || mode == FAKE_RESET) {
        conn_close(f, c, mode == FAKE_RESET);
    } else if (!has_reply(frame->cmd) || mode == FAKE_SILENT) {
        return;
    } else if (mode == FAKE_GARBAGE) {
        send_reply(c, mode, "a:1:{i:0;garbage", 16);
    } else if (f->reply != NULL &&
               !(frame->cmd == GW_CMD_IS_ONLINE && frame->connection_id == 0)) {
        send_reply(c, mode, f->reply, f->reply_len);
    } else {
        send_reply(c, mode, usual, strlen(usual));
    }
}

/* 0: the connection is over. */
static int check_key(fake *f, conn *c, const gw_frame *frame)
{
    char want[128];

    if (frame->cmd == GW_CMD_GATEWAY_CLIENT_CONNECT) {
        snprintf(want, sizeof want, "{\"secret_key\":\"%s\"}", f->key);
        c->authorised = !f->needs_key ||
                        (frame->body.len == strlen(want) &&
                         memcmp(frame->body.base, want, strlen(want)) == 0);
        return c->authorised;
    }
    return !f->needs_key || c->authorised;
}

static void on_frame(fake *f, conn *c, const gw_frame *frame)
{
    fake_mode mode;
    int good;

    pthread_mutex_lock(&f->lock);
    mode = f->mode;
    good = check_key(f, c, frame);
    if (good && frame->cmd != GW_CMD_GATEWAY_CLIENT_CONNECT)
        f->frames++;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    if (!good)
        conn_close(f, c, 0);
    else if (frame->cmd != GW_CMD_GATEWAY_CLIENT_CONNECT)
        answer(f, c, mode, frame);
}

static void on_line(fake *f, conn *c)
{
    fake_mode mode;
    size_t len;
    char *line;

    pthread_mutex_lock(&f->lock);
    f->frames++;
    mode = f->mode;
    len = strlen(f->line) + 1;
    line = malloc(len + 1);
    snprintf(line, len + 1, "%s\n", f->line);
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    if (mode == FAKE_CLOSE || mode == FAKE_RESET)
        conn_close(f, c, mode == FAKE_RESET);
    else if (mode == FAKE_HALF)
        sockets_send(c->fd, line, len / 2);
    else if (mode == FAKE_DRIP)
        drip(c, (const uint8_t *)line, len);
    else if (mode == FAKE_ANSWER)
        sockets_send(c->fd, line, len);
    free(line);
}

static size_t take_one(fake *f, conn *c, size_t at)
{
    gw_frame frame;
    size_t used = 0;

    if (f->is_register) {
        const uint8_t *end = memchr(c->in + at, '\n', c->len - at);

        if (end == NULL)
            return 0;
        used = (size_t)(end - (c->in + at)) + 1;
        on_line(f, c);
        return used;
    }
    if (gw_frame_decode(gw_slice_of(c->in + at, c->len - at), SIZE_MAX / 2,
                        &frame, &used) != 0)
        return 0;
    on_frame(f, c, &frame);
    return used;
}

static void read_some(fake *f, conn *c)
{
    uint8_t buf[65536];
    size_t n = sockets_recv(c->fd, buf, sizeof buf);
    size_t at = 0, used;

    if (n == 0) {
        conn_close(f, c, 0);
        return;
    }
    pthread_mutex_lock(&f->lock);
    if (f->log_len + n <= LOG_MAX)
        memcpy(f->log + f->log_len, buf, n);
    f->log_len += n;
    pthread_mutex_unlock(&f->lock);
    if (c->len + n > c->cap) {
        c->cap = 2 * (c->len + n);
        c->in = realloc(c->in, c->cap);
    }
    memcpy(c->in + c->len, buf, n);
    c->len += n;
    while (c->fd != GW_SOCKET_NONE && (used = take_one(f, c, at)) > 0)
        at += used;
    if (c->fd != GW_SOCKET_NONE) {
        memmove(c->in, c->in + at, c->len - at);
        c->len -= at;
    }
}

/* ---- the thread --------------------------------------------------------- */

static void close_all(fake *f)
{
    size_t i;

    for (i = 0; i < CONNS_MAX; i++) {
        if (f->conns[i].fd != GW_SOCKET_NONE)
            conn_close(f, &f->conns[i], 0);
    }
}

/* 0: stop. */
static int obey(fake *f)
{
    int quit, hang_up;

    sockets_hear(f->bell);
    pthread_mutex_lock(&f->lock);
    quit = f->quit;
    hang_up = f->hang_up;
    pthread_mutex_unlock(&f->lock);
    if (quit || hang_up)
        close_all(f);
    pthread_mutex_lock(&f->lock);
    f->hang_up = 0;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    return !quit;
}

static int is_deaf(fake *f)
{
    int deaf;

    pthread_mutex_lock(&f->lock);
    deaf = f->mode == FAKE_DEAF;
    pthread_mutex_unlock(&f->lock);
    return deaf;
}

/* Serves who has sent something; 0: stop. */
static int serve(fake *f)
{
    gw_pollfd fds[CONNS_MAX + 2];
    conn *which[CONNS_MAX + 2];
    size_t i, n;

    fds[0] = (gw_pollfd){f->bell, POLLIN, 0};
    fds[1] = (gw_pollfd){f->listener, POLLIN, 0};
    n = 2;
    for (i = 0; i < CONNS_MAX && !is_deaf(f); i++) {
        if (f->conns[i].fd == GW_SOCKET_NONE)
            continue;
        which[n] = &f->conns[i];
        fds[n++] = (gw_pollfd){f->conns[i].fd, POLLIN, 0};
    }
    pthread_mutex_unlock(&f->work);
    sockets_wait(fds, n, -1);
    pthread_mutex_lock(&f->work);
    if (fds[0].revents != 0 && !obey(f))
        return 0;
    if (fds[1].revents != 0)
        accept_one(f);
    /* By the mode of now: it may have become deaf before the data came. */
    for (i = 2; i < n && !is_deaf(f); i++) {
        if (fds[i].revents != 0 && which[i]->fd == fds[i].fd)
            read_some(f, which[i]);
    }
    return 1;
}

static void *run(void *arg)
{
    fake *f = arg;

    pthread_mutex_lock(&f->work);
    while (serve(f))
        ;
    pthread_mutex_unlock(&f->work);
    return NULL;
}

void fake_rest(fake *f)
{
    pthread_mutex_lock(&f->work);
}

void fake_go_on(fake *f)
{
    pthread_mutex_unlock(&f->work);
}

/* ---- control ------------------------------------------------------------ */

void fake_start(fake *f)
{
    size_t i;

    assert_true(sockets_listen(f->listener, 64));
    f->bell = sockets_bell();
    for (i = 0; i < CONNS_MAX; i++)
        f->conns[i].fd = GW_SOCKET_NONE;
    f->quit = 0;
    f->running = 1;
    assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
}

/* A gateway that is down has its port, so that nobody takes it. One that the
 * system chose is given up with the listening; one that was asked for by its
 * number is not. */
static void hold_port(fake *f)
{
    gw_socket chosen = take_port(f->is_v6, &f->port);

    assert_true(chosen != GW_SOCKET_NONE);
    f->listener = take_port(f->is_v6, &f->port);
    if (f->listener != GW_SOCKET_NONE)
        sockets_close(chosen);
    else
        f->listener = chosen; /* two cannot have it on every system */
}

static void end_thread(fake *f)
{
    pthread_mutex_lock(&f->lock);
    f->quit = 1;
    pthread_mutex_unlock(&f->lock);
    sockets_ring(f->bell);
    pthread_join(f->thread, NULL);
    sockets_close(f->bell);
    f->running = 0;
}

void fake_stop(fake *f)
{
    if (!f->running)
        return;
    end_thread(f);
    if (sockets_unlisten(f->listener))
        return;
    sockets_close(f->listener);
    hold_port(f);
}

static fake *make(int is_register, int is_v6)
{
    fake *f = calloc(1, sizeof *f);

    f->is_register = is_register;
    f->is_v6 = is_v6;
    f->log = malloc(LOG_MAX);
    pthread_mutex_init(&f->work, NULL);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    f->line = strdup("{\"event\":\"broadcast_addresses\",\"addresses\":[]}");
    hold_port(f);
    fake_start(f);
    snprintf(f->address, sizeof f->address, "%s:%u",
             is_v6 ? "[::1]" : "127.0.0.1", (unsigned)f->port);
    return f;
}

fake *fake_gateway(void)
{
    return make(0, 0);
}

fake *fake_register(void)
{
    return make(1, 0);
}

fake *fake_gateway6(void)
{
    uint16_t port = 0;
    gw_socket fd = take_port(1, &port);

    if (fd == GW_SOCKET_NONE)
        return NULL;
    sockets_close(fd);
    return make(0, 1);
}

void fake_free(fake *f)
{
    if (f == NULL)
        return;
    if (f->running)
        end_thread(f);
    sockets_close(f->listener);
    pthread_mutex_destroy(&f->lock);
    pthread_mutex_destroy(&f->work);
    pthread_cond_destroy(&f->changed);
    free(f->reply);
    free(f->line);
    free(f->log);
    free(f);
}

uint16_t fake_port(const fake *f)
{
    return f->port;
}

const char *fake_address(const fake *f)
{
    return f->address;
}

gw_client_id fake_client(const fake *f, uint32_t connection)
{
    gw_client_id id = {INADDR_LOOPBACK, connection, f->port};

    return id;
}

void fake_set_mode(fake *f, fake_mode mode)
{
    pthread_mutex_lock(&f->lock);
    f->mode = mode;
    pthread_mutex_unlock(&f->lock);
    sockets_ring(f->bell);
}

void fake_set_reply(fake *f, const void *base, size_t len)
{
    pthread_mutex_lock(&f->lock);
    free(f->reply);
    f->reply = NULL;
    f->reply_len = len;
    if (base != NULL) {
        f->reply = malloc(len + 1);
        memcpy(f->reply, base, len);
    }
    pthread_mutex_unlock(&f->lock);
}

void fake_set_reply_str(fake *f, const char *reply)
{
    fake_set_reply(f, reply, reply == NULL ? 0 : strlen(reply));
}

void fake_set_key(fake *f, const char *key)
{
    pthread_mutex_lock(&f->lock);
    f->needs_key = key != NULL;
    snprintf(f->key, sizeof f->key, "%s", key == NULL ? "" : key);
    pthread_mutex_unlock(&f->lock);
}

void fake_set_line(fake *f, const char *line)
{
    pthread_mutex_lock(&f->lock);
    free(f->line);
    f->line = strdup(line);
    pthread_mutex_unlock(&f->lock);
}

void fake_set_gateways(fake *f, fake *const *gateways, size_t count)
{
    char line[4096];
    size_t i, n;

    n = (size_t)snprintf(line, sizeof line, "%s",
                         "{\"event\":\"broadcast_addresses\",\"addresses\":[");
    for (i = 0; i < count; i++)
        n += (size_t)snprintf(line + n, sizeof line - n, "%s\"%s\"",
                              i > 0 ? "," : "", gateways[i]->address);
    snprintf(line + n, sizeof line - n, "]}");
    fake_set_line(f, line);
}

/* ---- what was seen ------------------------------------------------------ */

static unsigned read_count(fake *f, const unsigned *count)
{
    unsigned n;

    pthread_mutex_lock(&f->lock);
    n = *count;
    pthread_mutex_unlock(&f->lock);
    return n;
}

unsigned fake_accepts(fake *f)
{
    return read_count(f, &f->accepts);
}

unsigned fake_open(fake *f)
{
    return read_count(f, &f->open);
}

size_t fake_bytes(fake *f, uint8_t *out, size_t cap)
{
    size_t n;

    pthread_mutex_lock(&f->lock);
    n = f->log_len;
    if (n > cap)
        n = cap;
    memcpy(out, f->log, n);
    n = f->log_len;
    pthread_mutex_unlock(&f->lock);
    return n;
}

unsigned fake_count(fake *f, const char *text)
{
    size_t i, len = strlen(text);
    unsigned n = 0;

    pthread_mutex_lock(&f->lock);
    for (i = 0; i + len <= f->log_len; i++)
        n += memcmp(f->log + i, text, len) == 0;
    pthread_mutex_unlock(&f->lock);
    return n;
}

void fake_forget(fake *f)
{
    pthread_mutex_lock(&f->lock);
    f->frames = 0;
    f->log_len = 0;
    pthread_mutex_unlock(&f->lock);
}

/* Until `*value` is `want`, or not less when `at_least`; what it is then, or
 * when patience is at its end. */
static unsigned value_by(fake *f, const unsigned *value, unsigned want,
                         int at_least)
{
    struct timespec until;
    unsigned now;
    int rc = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += FAKE_PATIENCE_MS / 1000;
    pthread_mutex_lock(&f->lock);
    while (rc == 0 && (at_least ? *value < want : *value != want))
        rc = pthread_cond_timedwait(&f->changed, &f->lock, &until);
    now = *value;
    pthread_mutex_unlock(&f->lock);
    return now;
}

static void wait_value(fake *f, const unsigned *value, unsigned want,
                       int at_least)
{
    unsigned now = value_by(f, value, want, at_least);

    if (at_least ? now < want : now != want)
        fail_msg("waited in vain for %u: it is %u", want, now);
}

unsigned fake_accepts_by(fake *f, unsigned want)
{
    return value_by(f, &f->accepts, want, 1);
}

unsigned fake_frames_by(fake *f, unsigned want)
{
    return value_by(f, &f->frames, want, 1);
}

void fake_wait_frames(fake *f, unsigned count)
{
    wait_value(f, &f->frames, count, 1);
}

void fake_wait_open(fake *f, unsigned count)
{
    wait_value(f, &f->open, count, 0);
}

void fake_wait_closed(fake *f, unsigned count)
{
    wait_value(f, &f->closed, count, 1);
}

void fake_hang_up(fake *f)
{
    pthread_mutex_lock(&f->lock);
    f->hang_up = 1;
    pthread_mutex_unlock(&f->lock);
    sockets_ring(f->bell);
    fake_wait_open(f, 0);
}
