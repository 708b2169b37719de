/* GatewayWorker's heartbeat (pingInterval, pingNotResponseLimit, pingData):
 * one timer for all clients, in whose counters lies when they last sent a
 * message. Control frames of a WebSocket do not count. */
#include <event2/event.h>

#include "core/client_state.h"
#include "core/loop.h"

/* gwd_client.beats does not go further; two times the highest limit does. */
#define BEATS_MAX 32767u

/* `beats` is GatewayWorker's counter and 1. In its order: too long silent ends
 * the client; else it is one beat older, and gets a ping unless this is its
 * first beat, or, when there is a limit and so a beat every half interval, an
 * even one. */
static void beat(void *arg, gwd_member *member)
{
    gwd_clients *clients = arg;
    gwd_client *client = gwd_client_of(member);
    unsigned limit = clients->config.ping_not_response_limit;

    if (limit > 0 && client->beats >= limit * 2 + 1) {
        gwd_client_doom(client, GWD_CLOSE_HEARTBEAT);
        return;
    }
    if (client->beats < BEATS_MAX)
        client->beats++;
    if (clients->ping == NULL || client->beats == 1 ||
        (limit > 0 && client->beats % 2 == 0))
        return;
    gwd_client_send(client, clients->ping);
}

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    gwd_clients *clients = arg;

    (void)fd;
    (void)what;
    gwd_hub_each(clients->config.hub, beat, clients);
}

/* PHP takes "0" for false. */
static bool has_data(gw_slice data)
{
    return data.len > 1 || (data.len == 1 && data.base[0] != '0');
}

int gwd_clients_start_heartbeat(gwd_clients *clients)
{
    const gwd_clients_config *config = &clients->config;
    bool half = config->ping_not_response_limit > 0;
    struct timeval interval = {
        config->ping_interval / (half ? 2 : 1),
        half && config->ping_interval % 2 == 1 ? 500 * 1000 : 0};

    if (config->ping_interval == 0)
        return GW_OK;
    if (has_data(config->ping_data)) {
        clients->ping = gwd_message_new(config->ping_data, false);
        if (clients->ping == NULL)
            return GW_ENOMEM;
    }
    if (event_assign(&clients->heartbeat, config->loop->base, -1, EV_PERSIST,
                     on_beat, clients) < 0 ||
        event_add(&clients->heartbeat, &interval) < 0)
        return GW_ENOMEM;
    return GW_OK;
}

void gwd_clients_stop_heartbeat(gwd_clients *clients)
{
    if (event_initialized(&clients->heartbeat))
        event_del(&clients->heartbeat);
    gwd_message_unref(&clients->ping);
}
