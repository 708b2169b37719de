#include "fake_core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

static fake_core *self;
static gwd_stream *stream_now; /* the one inner connection */
static char *partial;
static size_t partial_len;

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

void gwd_client_close(gwd_client *client, gwd_message *last)
{
    if (last != NULL) {
        gwd_client_send(client, last);
    }
    client_gets(client, "<kick>", 6);
    gwd_hub_remove(self->hub, (gwd_member *)(void *)client);
}

void gwd_client_destroy(gwd_client *client)
{
    client_gets(client, "<destroy>", 9);
    gwd_hub_remove(self->hub, (gwd_member *)(void *)client);
}

/* ---- core/stream.h ---------------------------------------------------------
 */

int gwd_stream_init(gwd_stream *stream, const gwd_stream_kind *kind, int fd)
{
    memset(stream, 0, sizeof(*stream));
    stream->fd = fd;
    stream->kind = kind;
    stream_now = stream;
    return GW_OK;
}

void gwd_stream_write(gwd_stream *stream, const void *base, size_t len)
{
    (void)stream;
    append(self->replies, sizeof(self->replies), &self->reply_len, base, len);
}

size_t gwd_stream_queued(const gwd_stream *stream)
{
    (void)stream;
    return 0;
}

void gwd_stream_close(gwd_stream *stream)
{
    (void)stream;
    self->closed = true;
}

void gwd_stream_abort(gwd_stream *stream)
{
    gwd_stream_close(stream);
}

bool gwd_stream_closing(const gwd_stream *stream)
{
    (void)stream;
    return self->closed;
}

/* ---- the core --------------------------------------------------------------
 */

fake_core *fake_core_new(const char *key)
{
    static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {9};

    self = calloc(1, sizeof(*self));
    self->hub = gwd_hub_new(seed);
    self->inner = gwd_inner_new(
        &(gwd_inner_config){.hub = self->hub, .secret_key = gw_slice_str(key)});
    return self;
}

static void drop_connection(fake_core *core)
{
    free(partial);
    partial = NULL;
    partial_len = 0;
    if (stream_now != NULL) {
        stream_now->kind->on_close(stream_now);
    }
    stream_now = NULL;
    core->closed = false;
}

void fake_core_free(fake_core *core)
{
    drop_connection(core);
    gwd_inner_free(core->inner);
    for (int i = 0; i < FAKE_CLIENTS; i++) {
        if (core->clients[i].member.id != 0) {
            gwd_hub_remove(core->hub, &core->clients[i].member);
        }
    }
    gwd_hub_free(core->hub);
    free(core);
}

void fake_core_connect(fake_core *core, int index, uint32_t id)
{
    gwd_hub_add(core->hub, &core->clients[index].member, id);
}

void fake_core_receive(fake_core *core, const void *base, size_t len)
{
    if (core->closed) {
        drop_connection(core);
    }
    if (stream_now == NULL) {
        gwd_inner_accept(core->inner, -1, "127.0.0.1:9");
    }
    /* Exactly sized, so that a read past the end is seen. */
    char *bytes = malloc(partial_len + len + (partial_len + len == 0));
    if (partial_len > 0) {
        memcpy(bytes, partial, partial_len);
    }
    if (len > 0) {
        memcpy(bytes + partial_len, base, len);
    }
    len += partial_len;
    ssize_t used = stream_now->kind->on_data(stream_now, bytes, len);
    free(partial);
    partial = NULL;
    partial_len = 0;
    if (used < 0) {
        core->closed = true;
    } else if ((size_t)used < len) {
        partial_len = len - (size_t)used;
        partial = malloc(partial_len);
        memcpy(partial, bytes + used, partial_len);
    }
    free(bytes);
}

void fake_core_clear(fake_core *core)
{
    core->reply_len = 0;
    core->log_len = 0;
    core->log[0] = '\0';
    for (int i = 0; i < FAKE_CLIENTS; i++) {
        core->clients[i].len = 0;
        core->clients[i].got[0] = '\0';
    }
}
