/* All clients of a process: their settings, their ports, coming and going. */
#include "core/clients.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/client_state.h"
#include "core/log.h"
#include "core/loop.h"

/* ---- settings ----------------------------------------------------------- */

static int copy_list(gwd_client_list *list, const gw_slice *items, size_t count)
{
    size_t len = 0;
    char *text;

    for (size_t i = 0; i < count; i++)
        len += items[i].len;
    list->items = malloc(count * sizeof(*list->items) + len + 1);
    if (list->items == NULL)
        return GW_ENOMEM;
    list->count = count;
    text = (char *)(list->items + count);
    for (size_t i = 0; i < count; i++) {
        if (items[i].len > 0)
            memcpy(text, items[i].base, items[i].len);
        list->items[i] = gw_slice_of(text, items[i].len);
        text += items[i].len;
    }
    return GW_OK;
}

static int copy_texts(gwd_client_list *list, const gwd_client_texts *texts)
{
    gw_slice *slices = calloc(texts->count + 1, sizeof(*slices));
    int result;

    if (slices == NULL)
        return GW_ENOMEM;
    for (size_t i = 0; i < texts->count; i++)
        slices[i] = gw_slice_str(texts->items[i]);
    result = copy_list(list, slices, texts->count);
    free(slices);
    return result;
}

/* What is no network was refused with the options; here it is left out. */
static int parse_networks(gwd_networks *networks, const gwd_client_texts *texts)
{
    networks->items = calloc(texts->count + 1, sizeof(*networks->items));
    if (networks->items == NULL)
        return GW_ENOMEM;
    for (size_t i = 0; i < texts->count; i++) {
        if (gwd_network_parse(gw_slice_str(texts->items[i]),
                              &networks->items[networks->count]) == GW_OK)
            networks->count++;
    }
    return GW_OK;
}

static void free_lists(gwd_clients_lists *lists)
{
    free(lists->greeting.items);
    free(lists->origins.items);
    free(lists->proxies.items);
    memset(lists, 0, sizeof(*lists));
}

static int make_lists(gwd_clients_lists *lists,
                      const gwd_clients_config *config)
{
    memset(lists, 0, sizeof(*lists));
    if (copy_list(&lists->greeting, &config->greeting, 1) == GW_OK &&
        copy_texts(&lists->origins, &config->allowed_origins) == GW_OK &&
        parse_networks(&lists->proxies, &config->trusted_proxies) == GW_OK)
        return GW_OK;
    free_lists(lists);
    return GW_ENOMEM;
}

gwd_clients *gwd_clients_new(const gwd_clients_config *config)
{
    gwd_clients *clients = calloc(1, sizeof(*clients));

    if (clients == NULL)
        return NULL;
    clients->config = *config;
    gwd_loop_add_ring(config->loop, &clients->ring, gwd_client_on_timeout);
    if (make_lists(&clients->lists, config) < 0 ||
        copy_texts(&clients->protocols, &config->websocket_protocols) < 0 ||
        gwd_clients_start_heartbeat(clients) < 0) {
        gwd_clients_free(clients);
        return NULL;
    }
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
    gwd_clients_stop_heartbeat(clients);
    gwd_loop_remove_ring(clients->config.loop, &clients->ring);
    gwd_addresses_free(clients->addresses);
    gwd_crowds_free(clients->crowds);
    free_lists(&clients->lists);
    free(clients->protocols.items);
    free(clients);
}

/* Times are counted anew from what the client's stamps say. Of the limits, that
 * of an address holds for those who come: nobody is turned out. */
static void apply(void *arg, gwd_member *member)
{
    gwd_client *client = gwd_client_of(member);
    gwd_clients *clients = arg;

    if (clients->config.max_connections_per_ip > 0 &&
        (client->stream.phase == GWD_CLIENT_HANDSHAKE ||
         client->stream.phase == GWD_CLIENT_OPEN))
        gwd_client_count_anyhow(client);
    gwd_client_arm(client);
}

int gwd_clients_reload(gwd_clients *clients, const gwd_clients_config *config)
{
    gwd_clients_config *ours = &clients->config;
    gwd_clients_lists lists;

    if (make_lists(&lists, config) < 0)
        return GW_ENOMEM;
    free_lists(&clients->lists);
    clients->lists = lists;
    ours->handshake_timeout = config->handshake_timeout;
    ours->close_unbound_after = config->close_unbound_after;
    ours->websocket_ping = config->websocket_ping;
    ours->max_package_size = config->max_package_size;
    ours->send_to_client_buffer_size = config->send_to_client_buffer_size;
    ours->close_when_full = config->close_when_full;
    ours->max_connections = config->max_connections;
    ours->max_connections_per_ip = config->max_connections_per_ip;
    gwd_hub_each(ours->hub, apply, clients);
    return GW_OK;
}

/* ---- ports -------------------------------------------------------------- */

static const gwd_client_speech *const speeches[] = {
    [GWD_CLIENT_WEBSOCKET] = &gwd_client_speech_websocket,
    [GWD_CLIENT_TEXT] = &gwd_client_speech_text,
    [GWD_CLIENT_FRAME] = &gwd_client_speech_frame,
    [GWD_CLIENT_TCP] = &gwd_client_speech_tcp,
};

static void on_close(gwd_stream *stream)
{
    gwd_client *client =
        (gwd_client *)((char *)stream - offsetof(gwd_client, stream));

    gwd_client_forget(client, gwd_stream_tls_failed(stream) ? GWD_CLOSE_TLS
                                                            : GWD_CLOSE_CLIENT);
    gwd_ring_disarm(&client->timeout);
    gwd_client_clear_ip(client);
    free(client);
}

static void on_tls(gwd_stream *stream)
{
    gwd_client *client =
        (gwd_client *)((char *)stream - offsetof(gwd_client, stream));

    if (stream->phase == GWD_CLIENT_HANDSHAKE)
        gwd_client_may_open(client);
}

gwd_client_port *gwd_clients_add_port(gwd_clients *clients,
                                      const gwd_client_port_config *config)
{
    gwd_client_port *port = calloc(1, sizeof(*port));

    if (port == NULL)
        return NULL;
    port->kind = (gwd_stream_kind){.loop = clients->config.loop,
                                   .on_data = gwd_client_on_data,
                                   .on_close = on_close,
                                   .counted = true,
                                   .on_tls = on_tls};
    port->clients = clients;
    port->config = *config;
    port->speech = speeches[config->protocol];
    port->encoding = port->speech->encoding;
    if (config->binary && port->encoding == GWD_ENCODING_WEBSOCKET_TEXT)
        port->encoding = GWD_ENCODING_WEBSOCKET_BINARY;
    port->next = clients->ports;
    clients->ports = port;
    return port;
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

static int note_peer(gwd_client *client, const struct sockaddr *peer)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)peer;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)peer;
    gwd_ip ip;

    if (peer != NULL && peer->sa_family == AF_INET) {
        ip = gwd_ip_of_v4(ntohl(v4->sin_addr.s_addr));
        client->stream.note = ntohs(v4->sin_port);
    } else if (peer != NULL && peer->sa_family == AF_INET6) {
        memcpy(ip.bytes, &v6->sin6_addr, sizeof(ip.bytes));
        client->stream.note = ntohs(v6->sin6_port);
    } else {
        return GW_OK;
    }
    return gwd_client_set_ip(client, &ip);
}

static void begin(gwd_client *client)
{
    client->stream.phase = GWD_CLIENT_NEW;
    gwd_client_be_born(client);
    gwd_client_arm(client);
    if (!gwd_client_port_of(client)->config.proxy_protocol &&
        gwd_client_start_tls(client))
        gwd_client_enter(client);
}

void gwd_clients_accept(gwd_client_port *port, int fd,
                        const struct sockaddr *peer)
{
    gwd_metrics *metrics = port->clients->config.loop->metrics;
    gwd_client *client = calloc(1, sizeof(*client));

    metrics->accepted++;
    if (client == NULL ||
        gwd_stream_init(&client->stream, &port->kind, fd) < 0) {
        gwd_log(GWD_LOG_ERROR, "client refused: out of memory");
        metrics->closed[GWD_CLOSE_ERROR]++;
        free(client);
        close(fd);
        return;
    }
    client->stream.phase = GWD_CLIENT_CLOSING; /* not in the hub yet */
    if (note_peer(client, peer) < 0 || enter_hub(port->clients, client) < 0) {
        gwd_log(GWD_LOG_ERROR, "client refused: no memory or no random bytes");
        metrics->closed[GWD_CLOSE_ERROR]++;
        gwd_stream_abort(&client->stream);
        return;
    }
    begin(client);
}

/* ---- the end ------------------------------------------------------------ */

static void see_off(void *arg, gwd_member *member)
{
    const unsigned *seconds = arg;
    gwd_client *client = gwd_client_of(member);

    gwd_client_say_goodbye(client, GWD_WS_CODE_GOING_AWAY);
    gwd_client_leave(client, GWD_CLOSE_SHUTDOWN, *seconds);
}

void gwd_clients_close_all(gwd_clients *clients, unsigned seconds)
{
    gwd_hub_each(clients->config.hub, see_off, &seconds);
}
