#include "core/client.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/client_state.h"
#include "core/encoding.h"
#include "core/log.h"
#include "core/loop.h"

gwd_client *gwd_client_of(gwd_member *member)
{
    return (gwd_client *)((char *)member - offsetof(gwd_client, member));
}

gwd_member *gwd_client_member(gwd_client *client)
{
    return &client->member;
}

struct gwd_worker **gwd_client_worker(gwd_client *client)
{
    return &client->worker;
}

void gwd_client_fill_frame(const gwd_client *client, gw_frame *frame)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    frame->local_ip = config->gateway_ip;
    frame->local_port = config->gateway_port;
    frame->client_ip = client->ip;
    frame->client_port = client->port;
    frame->gateway_port = gwd_client_port_of(client)->config.port;
    frame->connection_id = client->member.id;
}

void gwd_client_send(gwd_client *client, gwd_message *message)
{
    size_t limit = gwd_clients_of(client)->config.send_to_client_buffer_size;
    gwd_chunk *chunk;

    if (client->stream.phase == GWD_CLIENT_HANDSHAKE) {
        gwd_waiting_add(&client->u.waiting, message, limit);
        return;
    }
    if (client->stream.phase != GWD_CLIENT_OPEN ||
        gwd_stream_queued(&client->stream) >= limit)
        return;
    chunk = gwd_message_encoded(message, GWD_ENCODING_WEBSOCKET_TEXT);
    if (chunk != NULL)
        gwd_stream_write_chunk(&client->stream, chunk);
}

/* Out of the hub, and out of every phase that has memory of its own. */
static void forget(gwd_client *client, gwd_close_reason reason)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    if (client->stream.phase == GWD_CLIENT_CLOSING)
        return;
    if (config->events != NULL)
        config->events->on_close(config->events_arg, client);
    if (client->stream.phase == GWD_CLIENT_HANDSHAKE)
        gwd_waiting_free(&client->u.waiting);
    else
        gwd_ws_reader_clear(&client->u.reader);
    config->loop->metrics->closed[reason]++;
    gwd_hub_remove(config->hub, &client->member);
    gwd_ring_disarm(&client->timeout);
    client->stream.phase = GWD_CLIENT_CLOSING;
}

void gwd_client_leave(gwd_client *client, gwd_close_reason reason,
                      unsigned seconds)
{
    if (client->stream.phase == GWD_CLIENT_CLOSING)
        return;
    forget(client, reason);
    gwd_stream_close(&client->stream);
    gwd_ring_arm(&gwd_clients_of(client)->ring, &client->timeout, seconds);
}

void gwd_client_say_goodbye(gwd_client *client, uint16_t code)
{
    char frame[GWD_WS_CLOSE_LEN];

    if (client->stream.phase != GWD_CLIENT_OPEN)
        return;
    gwd_ws_put_close(frame, code);
    gwd_stream_write(&client->stream, frame, sizeof(frame));
}

void gwd_client_close(gwd_client *client, gwd_message *last)
{
    if (last != NULL && client->stream.phase == GWD_CLIENT_OPEN)
        gwd_client_send(client, last);
    gwd_client_leave(client, GWD_CLOSE_KICK, GWD_CLIENT_CLOSE_SECONDS);
}

void gwd_client_drop(gwd_client *client, gwd_close_reason reason)
{
    forget(client, reason);
    gwd_stream_end(&client->stream);
}

void gwd_client_destroy(gwd_client *client)
{
    gwd_client_drop(client, GWD_CLOSE_DESTROY);
}

void gwd_client_on_message(gwd_client *client, gw_slice message)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    if (config->events != NULL)
        config->events->on_message(config->events_arg, client, message);
}

static gwd_client *of_stream(gwd_stream *stream)
{
    return (gwd_client *)((char *)stream - offsetof(gwd_client, stream));
}

static void on_close(gwd_stream *stream)
{
    gwd_client *client = of_stream(stream);

    forget(client, GWD_CLOSE_CLIENT);
    gwd_ring_disarm(&client->timeout);
    free(client);
}

static void on_timeout(gwd_timeout *timeout)
{
    gwd_client_drop(
        (gwd_client *)((char *)timeout - offsetof(gwd_client, timeout)),
        GWD_CLOSE_HANDSHAKE_TIMEOUT);
}

/* ---- all of them -------------------------------------------------------- */

gwd_clients *gwd_clients_new(const gwd_clients_config *config)
{
    gwd_clients *clients = calloc(1, sizeof(*clients));
    char *greeting = malloc(config->greeting.len + 1);

    if (clients == NULL || greeting == NULL) {
        free(clients);
        free(greeting);
        return NULL;
    }
    if (config->greeting.len > 0)
        memcpy(greeting, config->greeting.base, config->greeting.len);
    clients->config = *config;
    clients->config.greeting = gw_slice_of(greeting, config->greeting.len);
    gwd_loop_add_ring(config->loop, &clients->ring, on_timeout);
    return clients;
}

void gwd_clients_free(gwd_clients *clients)
{
    if (clients == NULL)
        return;
    while (clients->ports != NULL) {
        gwd_client_port *port = clients->ports;

        clients->ports = port->next;
        free(port);
    }
    gwd_loop_remove_ring(clients->config.loop, &clients->ring);
    free((char *)clients->config.greeting.base);
    free(clients);
}

/* Ids are random, so an old client_id does not name somebody else after a
 * restart. */
static int enter_hub(gwd_clients *clients, gwd_client *client)
{
    int result = GW_EINVAL;

    while (result == GW_EINVAL) { /* 0 or taken: draw again */
        uint32_t id;

        result = gwd_random_u32(&clients->ids, &id);
        if (result == GW_OK)
            result = gwd_hub_add(clients->config.hub, &client->member, id);
    }
    return result;
}

gwd_client_port *gwd_clients_add_port(gwd_clients *clients,
                                      const gwd_client_port_config *config)
{
    gwd_client_port *port = calloc(1, sizeof(*port));

    if (port == NULL)
        return NULL;
    port->kind =
        (gwd_stream_kind){clients->config.loop, gwd_client_on_data, on_close};
    port->clients = clients;
    port->config = *config;
    port->next = clients->ports;
    clients->ports = port;
    return port;
}

static void note_peer(gwd_client *client, const struct sockaddr *peer)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)peer;

    if (peer == NULL || peer->sa_family != AF_INET)
        return;
    client->ip = ntohl(v4->sin_addr.s_addr);
    client->port = ntohs(v4->sin_port);
}

static void begin(gwd_client *client)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    client->stream.phase = GWD_CLIENT_HANDSHAKE;
    if (config->handshake_timeout > 0)
        gwd_ring_arm(&gwd_clients_of(client)->ring, &client->timeout,
                     config->handshake_timeout);
    if (config->events != NULL)
        config->events->on_connect(config->events_arg, client);
}

void gwd_clients_accept(gwd_client_port *port, int fd,
                        const struct sockaddr *peer)
{
    gwd_client *client = calloc(1, sizeof(*client));

    if (client == NULL ||
        gwd_stream_init(&client->stream, &port->kind, fd) < 0) {
        gwd_log(GWD_LOG_ERROR, "client refused: out of memory");
        free(client);
        close(fd);
        return;
    }
    client->stream.phase = GWD_CLIENT_CLOSING; /* not in the hub yet */
    note_peer(client, peer);
    if (enter_hub(port->clients, client) < 0) {
        gwd_log(GWD_LOG_ERROR, "client refused: no memory or no random bytes");
        gwd_stream_abort(&client->stream);
        return;
    }
    begin(client);
}

/* Leaving changes the hub, which may not change while it is walked. */
struct everybody {
    gwd_client **clients;
    size_t count;
};

static void collect(void *arg, gwd_member *member)
{
    struct everybody *all = arg;

    all->clients[all->count++] = gwd_client_of(member);
}

void gwd_clients_close_all(gwd_clients *clients, unsigned seconds)
{
    size_t count = gwd_hub_count(clients->config.hub);
    struct everybody all = {calloc(count + 1, sizeof(gwd_client *)), 0};

    if (all.clients == NULL)
        return;
    gwd_hub_each(clients->config.hub, collect, &all);
    for (size_t i = 0; i < all.count; i++) {
        gwd_client_say_goodbye(all.clients[i], GWD_WS_CODE_GOING_AWAY);
        gwd_client_leave(all.clients[i], GWD_CLOSE_SHUTDOWN, seconds);
    }
    free(all.clients);
}
