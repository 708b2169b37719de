#include "fake_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/keepalive.h"

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

/* ---- core/message.h --------------------------------------------------------
 */

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

/* ---- core/keepalive.h ------------------------------------------------------
 */

bool gwd_keepalive_is_lost(int fd)
{
    return self->conns[fake_index(fd)].lost;
}

/* ---- the core --------------------------------------------------------------
 */

fake_core *fake_core_new_with(gwd_inner_config config)
{
    static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {9};

    self = calloc(1, sizeof(*self));
    self->loop = fake_loop_new();
    self->conns = self->loop->conns;
    self->log = self->loop->log;
    self->hub = gwd_hub_new(seed);
    config.loop = &self->loop->loop;
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
    fake_loop_hang_up(core->loop, index);
}

void fake_core_free(fake_core *core)
{
    for (int i = 0; i < FAKE_CLIENTS; i++) {
        if (core->clients[i].member.id != 0) {
            fake_core_leave(core, i);
        }
    }
    for (int i = 0; i < FAKE_PEERS; i++) {
        fake_core_hang_up(core, i);
    }
    gwd_inner_free(core->inner);
    gwd_hub_free(core->hub);
    fake_loop_free(core->loop);
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
    char peer[32];

    if (core->conns[index].closed) {
        fake_core_hang_up(core, index);
    }
    if (core->conns[index].stream == NULL) {
        snprintf(peer, sizeof(peer), "127.0.0.1:%d", 9 + index);
        gwd_inner_accept(core->inner, fake_fd(index), peer);
    }
    fake_loop_receive(core->loop, index, base, len);
}

void fake_core_pass(fake_core *core, uint32_t seconds)
{
    core->loop->now += seconds;
    gwd_ring_advance(core->loop->loop.rings, core->loop->now);
}

void fake_core_clear(fake_core *core)
{
    fake_loop_clear(core->loop);
    for (int i = 0; i < FAKE_CLIENTS; i++) {
        core->clients[i].len = 0;
        core->clients[i].got[0] = '\0';
    }
}
