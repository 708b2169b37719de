#include "fake_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

static fake_core *self;

static void append(char *to, size_t room, size_t *len, const void *base,
                   size_t n)
{
    if (n > room - *len - 1) {
        n = room - *len - 1;
    }
    if (n > 0) {
        memcpy(to + *len, base, n);
    }
    *len += n;
    to[*len] = '\0';
}

/* ---- core/log.h, core/message.h -------------------------------------------
 */

void gwd_log(gwd_log_level level, const char *format, ...)
{
    char line[512];
    va_list args;

    (void)level;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (n >= (int)sizeof(line)) {
        n = (int)sizeof(line) - 1;
    }
    append(self->log, sizeof(self->log), &self->log_len, line, (size_t)n);
    append(self->log, sizeof(self->log), &self->log_len, "\n", 1);
}

struct gwd_message {
    unsigned refs;
    bool raw;
    size_t len;
    char body[];
};

gwd_message *gwd_message_new(gw_slice body, bool raw)
{
    gwd_message *message = malloc(sizeof(*message) + body.len);

    if (message == NULL) {
        return NULL;
    }
    message->refs = 1;
    message->raw = raw;
    message->len = body.len;
    if (body.len > 0) {
        memcpy(message->body, body.base, body.len);
    }
    return message;
}

gwd_message *gwd_message_ref(gwd_message *message)
{
    message->refs++;
    return message;
}

void gwd_message_unref(gwd_message **message)
{
    if (--(*message)->refs == 0) {
        free(*message);
    }
    *message = NULL;
}

/* ---- core/client.h ---------------------------------------------------------
 */

gwd_client *gwd_client_of(gwd_member *member)
{
    return (gwd_client *)(void *)member;
}

static void client_gets(gwd_client *client, const void *base, size_t len)
{
    fake_client *fake = GWD_ENTRY(client, fake_client, member);

    append(fake->got, sizeof(fake->got), &fake->len, base, len);
}

void gwd_client_send(gwd_client *client, gwd_message *message)
{
    if (message->raw) {
        client_gets(client, "raw:", 4);
    }
    client_gets(client, message->body, message->len);
    client_gets(client, "|", 1);
}

struct gwd_worker **gwd_client_worker(gwd_client *client)
{
    return &GWD_ENTRY(client, fake_client, member)->worker;
}

gwd_member *gwd_client_member(gwd_client *client)
{
    return (gwd_member *)(void *)client;
}

void gwd_client_fill_frame(const gwd_client *client, gw_frame *frame)
{
    const gwd_member *member = (const gwd_member *)(const void *)client;

    frame->local_ip = 0x7f000001;
    frame->local_port = 2900;
    frame->client_ip = 0x0a000001;
    frame->client_port = 5000;
    frame->gateway_port = 7272;
    frame->connection_id = member->id;
}

void gwd_client_remote(const gwd_client *client, char *text, size_t size,
                       uint16_t *port)
{
    (void)client;
    snprintf(text, size, "%s", self->remote ? self->remote : "10.0.0.1");
    *port = 5000;
}

static void end_client(gwd_client *client)
{
    gwd_inner_events.on_close(self->inner, client);
    gwd_hub_remove(self->hub, gwd_client_member(client));
    gwd_client_member(client)->id = 0;
}

void gwd_client_close(gwd_client *client, gwd_message *last)
{
    if (last != NULL) {
        gwd_client_send(client, last);
    }
    client_gets(client, "<kick>", 6);
    end_client(client);
}

void gwd_client_destroy(gwd_client *client)
{
    client_gets(client, "<destroy>", 9);
    end_client(client);
}

void gwd_client_drop(gwd_client *client, gwd_close_reason reason)
{
    char text[32];

    snprintf(text, sizeof(text), "<drop %d>", (int)reason);
    client_gets(client, text, strlen(text));
    end_client(client);
}

/* ---- core/stream.h ---------------------------------------------------------
 */

static fake_conn *conn_of(const gwd_stream *stream)
{
    for (int i = 0; i < FAKE_CONNS; i++) {
        if (self->conns[i].stream == stream) {
            return &self->conns[i];
        }
    }
    abort();
}

/* Its number is told by the descriptor. */
int gwd_stream_init(gwd_stream *stream, const gwd_stream_kind *kind, int fd)
{
    memset(stream, 0, sizeof(*stream));
    stream->fd = fd;
    stream->kind = kind;
    self->conns[-fd - 1].stream = stream;
    return GW_OK;
}

void gwd_stream_write(gwd_stream *stream, const void *base, size_t len)
{
    fake_conn *conn = conn_of(stream);

    if (!conn->closed) {
        append(conn->got, sizeof(conn->got), &conn->len, base, len);
    }
}

size_t gwd_stream_queued(const gwd_stream *stream)
{
    return conn_of(stream)->queued;
}

void gwd_stream_close(gwd_stream *stream)
{
    conn_of(stream)->closed = true;
}

void gwd_stream_abort(gwd_stream *stream)
{
    gwd_stream_close(stream);
}

bool gwd_stream_closing(const gwd_stream *stream)
{
    return conn_of(stream)->closed;
}

/* ---- core/loop.h -----------------------------------------------------------
 */

uint32_t gwd_loop_seconds(void)
{
    return self->now;
}

void gwd_loop_add_ring(gwd_loop *loop, gwd_ring *ring, gwd_timeout_fn fn)
{
    (void)loop;
    gwd_ring_init(ring, self->now, fn);
    self->ring = ring;
}

void gwd_loop_remove_ring(gwd_loop *loop, gwd_ring *ring)
{
    (void)loop;
    (void)ring;
    self->ring = NULL;
}

/* ---- the core --------------------------------------------------------------
 */

fake_core *fake_core_new_with(gwd_inner_config config)
{
    static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {9};

    self = calloc(1, sizeof(*self));
    self->hub = gwd_hub_new(seed);
    self->loop.metrics = &self->loop.own_metrics;
    config.loop = &self->loop;
    config.hub = self->hub;
    self->inner = gwd_inner_new(&config);
    return self;
}

fake_core *fake_core_new(const char *key)
{
    return fake_core_new_with((gwd_inner_config){
        .secret_key = gw_slice_str(key),
        .send_to_worker_buffer_size = 10240000,
    });
}

void fake_core_hang_up(fake_core *core, int index)
{
    fake_conn *conn = &core->conns[index];
    gwd_stream *stream = conn->stream;

    free(conn->partial);
    conn->partial = NULL;
    conn->partial_len = 0;
    if (stream != NULL) {
        conn->closed = true;
        stream->kind->on_close(stream);
    }
    conn->stream = NULL;
    conn->closed = false;
}

void fake_core_free(fake_core *core)
{
    for (int i = 0; i < FAKE_CLIENTS; i++) {
        if (core->clients[i].member.id != 0) {
            fake_core_leave(core, i);
        }
    }
    for (int i = 0; i < FAKE_CONNS; i++) {
        fake_core_hang_up(core, i);
    }
    gwd_inner_free(core->inner);
    gwd_hub_free(core->hub);
    free(core);
}

gwd_client *fake_core_client(fake_core *core, int index)
{
    return gwd_client_of(&core->clients[index].member);
}

void fake_core_connect(fake_core *core, int index, uint32_t id)
{
    core->clients[index].member = (gwd_member){0};
    gwd_hub_add(core->hub, &core->clients[index].member, id);
}

void fake_core_arrive(fake_core *core, int index, uint32_t id)
{
    fake_core_connect(core, index, id);
    gwd_inner_events.on_connect(core->inner, fake_core_client(core, index));
}

void fake_core_leave(fake_core *core, int index)
{
    end_client(fake_core_client(core, index));
}

void fake_core_receive(fake_core *core, const void *base, size_t len)
{
    fake_core_receive_on(core, 0, base, len);
}

void fake_core_receive_on(fake_core *core, int index, const void *base,
                          size_t len)
{
    fake_conn *conn = &core->conns[index];
    char peer[32];

    if (conn->closed) {
        fake_core_hang_up(core, index);
    }
    if (conn->stream == NULL) {
        snprintf(peer, sizeof(peer), "127.0.0.1:%d", 9 + index);
        gwd_inner_accept(core->inner, -1 - index, peer);
    }
    /* Exactly sized, so that a read past the end is seen. */
    size_t whole = conn->partial_len + len;
    char *bytes = malloc(whole + (whole == 0));
    if (conn->partial_len > 0) {
        memcpy(bytes, conn->partial, conn->partial_len);
    }
    if (len > 0) {
        memcpy(bytes + conn->partial_len, base, len);
    }
    ssize_t used = conn->stream->kind->on_data(conn->stream, bytes, whole);
    free(conn->partial);
    conn->partial = NULL;
    conn->partial_len = 0;
    if (used < 0) {
        conn->closed = true;
    } else if ((size_t)used < whole) {
        conn->partial_len = whole - (size_t)used;
        conn->partial = malloc(conn->partial_len);
        memcpy(conn->partial, bytes + used, conn->partial_len);
    }
    free(bytes);
}

void fake_core_pass(fake_core *core, uint32_t seconds)
{
    core->now += seconds;
    gwd_ring_advance(core->ring, core->now);
}

void fake_core_clear(fake_core *core)
{
    for (int i = 0; i < FAKE_CONNS; i++) {
        core->conns[i].len = 0;
        core->conns[i].got[0] = '\0';
    }
    core->log_len = 0;
    core->log[0] = '\0';
    for (int i = 0; i < FAKE_CLIENTS; i++) {
        core->clients[i].len = 0;
        core->clients[i].got[0] = '\0';
    }
}
