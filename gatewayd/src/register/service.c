#include "register/register.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "address.h"
#include "core/listen.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/random.h"
#include "hub/table.h"
#include "register_line.h"
#include "secret.h"
#include "siphash.h"

#define INTRODUCTION_SECONDS 10
#define CLOSE_SECONDS 5
#define LINE_MAX_LEN ((size_t)64 * 1024)
#define PUSH_MAX ((size_t)16 * 1024 * 1024)
#define QUEUE_MAX ((size_t)1024 * 1024) /* of lists that nobody reads */

typedef struct peer peer;
struct peer {
    gwd_stream stream;
    gwd_timeout timeout;
    gwd_register *reg;
    peer *prev;
    peer *next;
    gwd_node node;   /* of a gateway, while a list is made */
    bool is_gateway; /* one connection may be both */
    bool is_worker;
    char *address; /* of a gateway */
    char name[GWD_PEER_LEN + 1];
};

struct gwd_register {
    gwd_stream_kind kind;
    gwd_ring ring;
    peer *first; /* gateways in the order in which they came */
    peer *last;
    char *secret_key;
    size_t secret_key_len;
    struct event hold;                 /* pending while lists are held back */
    uint8_t seed[GW_SIPHASH_SEED_LEN]; /* addresses can be chosen */
    bool freed;                        /* goes with its last peer */
};

/* ---- peers -------------------------------------------------------------- */

static peer *of_stream(gwd_stream *stream)
{
    return (peer *)((char *)stream - offsetof(peer, stream));
}

static peer *of_timeout(gwd_timeout *timeout)
{
    return (peer *)((char *)timeout - offsetof(peer, timeout));
}

static void link_peer(gwd_register *reg, peer *p)
{
    p->next = NULL;
    p->prev = reg->last;
    *(reg->last == NULL ? &reg->first : &reg->last->next) = p;
    reg->last = p;
}

static void unlink_peer(gwd_register *reg, peer *p)
{
    *(p->prev == NULL ? &reg->first : &p->prev->next) = p->next;
    *(p->next == NULL ? &reg->last : &p->next->prev) = p->prev;
}

static gw_slice secret_of(const gwd_register *reg)
{
    return gw_slice_of(reg->secret_key, reg->secret_key_len);
}

/* `error`, unless NULL, is a line for whoever looks at the other end. */
static void refuse(peer *p, const char *why, const char *error)
{
    gwd_log(GWD_LOG_WARNING, "register: %s: %s, closed", p->name, why);
    if (error != NULL)
        gwd_stream_write(&p->stream, error, strlen(error));
    gwd_stream_close(&p->stream);
    gwd_ring_arm(&p->reg->ring, &p->timeout, CLOSE_SECONDS);
}

/* ---- the list of gateways ----------------------------------------------- */

static uint32_t hash_address(const void *arg, const gwd_node *node)
{
    const char *address = GWD_ENTRY(node, const peer, node)->address;

    return (uint32_t)gw_siphash(address, strlen(address), arg);
}

/* Whether a gateway with the same address is in `seen`; else it comes in. */
static int is_repeated(gwd_table *seen, peer *p, bool *repeated)
{
    const gwd_node *node =
        gwd_table_chain(seen, hash_address(seen->arg, &p->node));

    *repeated = false;
    for (; node != NULL; node = node->next) {
        if (strcmp(GWD_ENTRY(node, const peer, node)->address, p->address) ==
            0) {
            *repeated = true;
            return GW_OK;
        }
    }
    if (gwd_table_reserve(seen) < 0)
        return GW_ENOMEM;
    gwd_table_insert(seen, &p->node);
    return GW_OK;
}

/* The addresses, each once, where it was announced first. */
static int collect(const gwd_register *reg, gw_slice *list, size_t *count)
{
    gwd_table seen;
    int result = GW_OK;

    gwd_table_init(&seen, hash_address, reg->seed);
    *count = 0;
    for (peer *p = reg->first; p != NULL && result == GW_OK; p = p->next) {
        bool repeated = true;

        if (p->is_gateway)
            result = is_repeated(&seen, p, &repeated);
        if (!repeated)
            list[(*count)++] = gw_slice_str(p->address);
    }
    gwd_table_deinit(&seen);
    return result;
}

size_t gwd_register_count(const gwd_register *reg)
{
    size_t count = 0;

    for (const peer *p = reg->first; p != NULL; p = p->next)
        count += p->is_gateway;
    return count;
}

/* The broadcast line, or NULL. */
static gwd_chunk *make_list(const gwd_register *reg)
{
    gw_slice *list = calloc(gwd_register_count(reg) + 1, sizeof(*list));
    gwd_chunk *chunk = NULL;
    size_t count = 0;
    gw_buf line;

    if (list == NULL)
        return NULL;
    gw_buf_init(&line, NULL, PUSH_MAX);
    if (collect(reg, list, &count) < 0)
        gw_buf_fail(&line, GW_ENOMEM);
    gw_register_put_addresses(&line, list, count);
    if (line.error == GW_OK)
        chunk = gwd_chunk_new(line.base, line.len);
    gw_buf_deinit(&line);
    free(list);
    return chunk;
}

static void push_chunk(peer *p, gwd_chunk *chunk)
{
    if (gwd_stream_closing(&p->stream))
        return;
    if (!gwd_stream_is_full(&p->stream, QUEUE_MAX)) {
        gwd_stream_write_chunk(&p->stream, chunk);
        return;
    }
    gwd_log(GWD_LOG_WARNING, "register: %s: does not read, closed", p->name);
    gwd_stream_abort(&p->stream);
}

static bool is_holding(const gwd_register *reg)
{
    return event_pending(&reg->hold, EV_TIMEOUT, NULL) != 0;
}

/* To one worker, or to all of them (NULL). */
static void push_list(gwd_register *reg, peer *only)
{
    gwd_chunk *chunk;

    if (is_holding(reg))
        return; /* all get it then */
    chunk = make_list(reg);
    /* Who would wait for it, or go on believing an older one, asks again. */
    if (chunk == NULL)
        gwd_log(GWD_LOG_ERROR, "register: out of memory, the list cannot be "
                               "sent: connections that want it are closed");
    for (peer *p = reg->first; p != NULL; p = p->next) {
        if (!p->is_worker || (only != NULL && only != p))
            continue;
        if (chunk != NULL)
            push_chunk(p, chunk);
        else
            gwd_stream_abort(&p->stream);
    }
    gwd_chunk_unref(&chunk);
}

static void on_held(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    push_list(arg, NULL);
}

/* `p` is out of the list already. */
static void tell_of_loss(const peer *p)
{
    gwd_register *reg = p->reg;

    gwd_log(GWD_LOG_INFO, "register: gateway %s is gone", p->address);
    if (!reg->freed)
        push_list(reg, NULL);
}

/* ---- lines -------------------------------------------------------------- */

static void on_gateway_connect(peer *p, const gw_register_line *line)
{
    gwd_register *reg = p->reg;
    gw_slice host;
    uint16_t port;
    char *address;

    if (line->address.base == NULL ||
        gw_address_split(line->address, &host, &port) < 0) {
        refuse(p, "gateway_connect without an address", NULL);
        return;
    }
    address = strndup(line->address.base, line->address.len);
    if (address == NULL) {
        refuse(p, "out of memory", NULL);
        return;
    }
    free(p->address);
    p->address = address;
    p->is_gateway = true;
    unlink_peer(reg, p);
    link_peer(reg, p);
    gwd_log(GWD_LOG_INFO, "register: gateway %s", address);
    push_list(reg, NULL);
}

static void on_worker_connect(peer *p, const gw_register_line *line)
{
    (void)line;
    p->is_worker = true;
    push_list(p->reg, p);
}

static void on_ping(peer *p, const gw_register_line *line)
{
    (void)p;
    (void)line;
}

/* By gw_register_event; NULL: nothing that a Register is told. */
static const struct {
    void (*handle)(peer *p, const gw_register_line *line);
    bool needs_key;
} events[] = {
    [GW_REGISTER_UNKNOWN] = {NULL, false},
    [GW_REGISTER_GATEWAY_CONNECT] = {on_gateway_connect, true},
    [GW_REGISTER_WORKER_CONNECT] = {on_worker_connect, true},
    [GW_REGISTER_PING] = {on_ping, false},
    [GW_REGISTER_BROADCAST_ADDRESSES] = {NULL, false},
};

/* A ping shows no key: who has nothing else to say has to go. */
static void welcome(peer *p, const gw_register_line *line)
{
    if (events[line->event].needs_key)
        gwd_ring_disarm(&p->timeout);
    events[line->event].handle(p, line);
}

static void dispatch(peer *p, const gw_register_line *line)
{
    if (events[line->event].handle == NULL)
        refuse(p, "unknown event", NULL);
    else if (events[line->event].needs_key &&
             !gw_secret_equal(line->secret_key, secret_of(p->reg)))
        refuse(p, "wrong secret key", NULL);
    else
        welcome(p, line);
}

static void on_line(peer *p, gw_slice text)
{
    gw_register_line line;
    gw_buf scratch;
    int result;

    if (text.len > LINE_MAX_LEN) {
        refuse(p, "line too long", NULL);
        return;
    }
    gw_buf_init(&scratch, NULL, LINE_MAX_LEN);
    result = gw_register_line_read(text, &scratch, &line);
    if (result == GW_ENOMEM)
        refuse(p, "out of memory", NULL);
    else if (result < 0)
        refuse(p, "malformed line",
               "Bad request: this is a Register, which takes one JSON object "
               "with an \"event\" per line.\n");
    else
        dispatch(p, &line);
    gw_secret_wipe(scratch.base, scratch.cap);
    gw_buf_deinit(&scratch);
}

/* ---- the stream --------------------------------------------------------- */

static ssize_t on_data(gwd_stream *stream, const char *base, size_t len)
{
    peer *p = of_stream(stream);
    size_t used = 0;

    while (!gwd_stream_closing(stream)) {
        const char *start = base + used;
        const char *end = memchr(start, '\n', len - used);

        if (end == NULL)
            break;
        on_line(p, gw_slice_of(start, (size_t)(end - start)));
        used += (size_t)(end - start) + 1;
    }
    if (len - used > LINE_MAX_LEN && !gwd_stream_closing(stream))
        refuse(p, "line too long", NULL);
    return (ssize_t)used;
}

static void free_if_done(gwd_register *reg)
{
    if (!reg->freed || reg->first != NULL)
        return;
    gwd_loop_remove_ring(reg->kind.loop, &reg->ring);
    gw_secret_wipe(reg->secret_key, reg->secret_key_len);
    free(reg->secret_key);
    free(reg);
}

static void on_close(gwd_stream *stream)
{
    peer *p = of_stream(stream);
    gwd_register *reg = p->reg;

    gwd_ring_disarm(&p->timeout);
    unlink_peer(reg, p);
    if (p->is_gateway)
        tell_of_loss(p);
    free(p->address);
    free(p);
    free_if_done(reg);
}

static void on_timeout(gwd_timeout *timeout)
{
    peer *p = of_timeout(timeout);

    if (!gwd_stream_closing(&p->stream)) /* an introduction ends this time */
        gwd_log(GWD_LOG_WARNING,
                "register: %s: no introduction within %d s, closed", p->name,
                INTRODUCTION_SECONDS);
    gwd_stream_abort(&p->stream);
}

/* ---- the service -------------------------------------------------------- */

gwd_register *gwd_register_new(struct gwd_loop *loop, gw_slice secret_key)
{
    gwd_register *reg = calloc(1, sizeof(*reg));
    char *secret = malloc(secret_key.len + 1);

    if (reg == NULL || secret == NULL ||
        gwd_random_bytes(reg->seed, sizeof(reg->seed)) < 0) {
        free(reg);
        free(secret);
        return NULL;
    }
    if (secret_key.len > 0)
        memcpy(secret, secret_key.base, secret_key.len);
    reg->secret_key = secret;
    reg->secret_key_len = secret_key.len;
    reg->kind = (gwd_stream_kind){
        .loop = loop, .on_data = on_data, .on_close = on_close};
    event_assign(&reg->hold, loop->base, -1, 0, on_held, reg);
    gwd_loop_add_ring(loop, &reg->ring, on_timeout);
    return reg;
}

void gwd_register_hold(gwd_register *reg, uint32_t seconds)
{
    const struct timeval time = {.tv_sec = seconds};

    if (seconds > 0)
        event_add(&reg->hold, &time);
}

void gwd_register_free(gwd_register *reg)
{
    if (reg == NULL)
        return;
    event_del(&reg->hold);
    reg->freed = true;
    for (peer *p = reg->first; p != NULL; p = p->next) {
        gwd_stream_close(&p->stream);
        gwd_ring_arm(&reg->ring, &p->timeout, CLOSE_SECONDS);
    }
    free_if_done(reg);
}

void gwd_register_accept(gwd_register *reg, int fd, const char *peer_name)
{
    peer *p = calloc(1, sizeof(*p));

    if (p == NULL || gwd_stream_init(&p->stream, &reg->kind, fd) < 0) {
        gwd_log(GWD_LOG_ERROR, "register: %s: out of memory, refused",
                peer_name);
        free(p);
        close(fd);
        return;
    }
    p->reg = reg;
    snprintf(p->name, sizeof(p->name), "%s", peer_name);
    link_peer(reg, p);
    gwd_ring_arm(&reg->ring, &p->timeout, INTRODUCTION_SECONDS);
}
