/* When a client has to be looked at again. It has one timeout, armed for the
 * next of the times that matter in its phase:
 *
 *   handshake_timeout    after it was accepted, until it is open;
 *   close_unbound_after  after it was opened: closed unless it has got a uid or
 *                        a group by then;
 *   websocket_ping       after its last sign of life, which is any byte: a
 *                        ping; and after that ping: closed.
 *
 * A sign of life only stamps the second. A timeout that finds a younger stamp
 * is armed anew, so a busy client costs nothing but that. */
#include "core/client_state.h"

/* Bits of the stamp in gwd_timeout.note. */
#define NOTE_MAX ((1u << 28) - 1)

static uint32_t now_of(const gwd_client *client)
{
    return gwd_ring_now(&gwd_clients_of(client)->ring);
}

static unsigned age(const gwd_client *client)
{
    return (now_of(client) - client->born) & GWD_CLIENT_AGE_MAX;
}

static unsigned idle(const gwd_client *client)
{
    return (now_of(client) - client->timeout.note) & NOTE_MAX;
}

static void stamp(gwd_client *client)
{
    client->timeout.note = now_of(client) & NOTE_MAX;
}

void gwd_client_be_born(gwd_client *client)
{
    client->born = now_of(client) & GWD_CLIENT_AGE_MAX;
    stamp(client);
}

void gwd_client_note_life(gwd_client *client)
{
    stamp(client);
    client->timeout.flags &= ~GWD_CLIENT_PINGED;
}

/* Seconds that are left of `limit`; 0: there is no such limit. */
static unsigned left_of(unsigned limit, unsigned passed)
{
    if (limit == 0)
        return 0;
    return passed < limit ? limit - passed : 1;
}

static unsigned sooner(unsigned a, unsigned b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static unsigned ping_interval(const gwd_client *client)
{
    return gwd_client_port_of(client)->speech->ping == NULL
               ? 0
               : gwd_clients_of(client)->config.websocket_ping;
}

static unsigned probation(const gwd_client *client)
{
    return client->timeout.flags & GWD_CLIENT_PROBATION
               ? gwd_clients_of(client)->config.close_unbound_after
               : 0;
}

static unsigned until_next(const gwd_client *client)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    switch (client->stream.phase) {
    case GWD_CLIENT_NEW:
    case GWD_CLIENT_HANDSHAKE:
        return left_of(config->handshake_timeout, age(client));
    case GWD_CLIENT_OPEN:
        return sooner(left_of(probation(client), age(client)),
                      left_of(ping_interval(client), idle(client)));
    default:
        return 0;
    }
}

void gwd_client_arm(gwd_client *client)
{
    unsigned seconds = until_next(client);

    if (seconds > 0)
        gwd_ring_arm(&gwd_clients_of(client)->ring, &client->timeout, seconds);
    else if (client->stream.phase <= GWD_CLIENT_OPEN)
        gwd_ring_disarm(&client->timeout);
}

static bool is_bound(const gwd_client *client)
{
    return gwd_member_uid(&client->member).base != NULL ||
           gwd_member_group_count(&client->member) > 0;
}

/* False: the client is gone. */
static bool check_probation(gwd_client *client)
{
    unsigned limit = probation(client);

    if (limit == 0 || age(client) < limit)
        return true;
    client->timeout.flags &= ~GWD_CLIENT_PROBATION;
    if (is_bound(client))
        return true;
    gwd_client_say_goodbye(client, GWD_WS_CODE_POLICY);
    gwd_client_leave(client, GWD_CLOSE_UNBOUND, GWD_CLIENT_CLOSE_SECONDS);
    return false;
}

static bool check_life(gwd_client *client)
{
    unsigned interval = ping_interval(client);

    if (interval == 0 || idle(client) < interval)
        return true;
    if (client->timeout.flags & GWD_CLIENT_PINGED) {
        gwd_client_drop(client, GWD_CLOSE_PING_TIMEOUT);
        return false;
    }
    gwd_client_port_of(client)->speech->ping(client);
    client->timeout.flags |= GWD_CLIENT_PINGED;
    stamp(client); /* from now on it has as long again */
    return true;
}

void gwd_client_on_timeout(gwd_timeout *timeout)
{
    gwd_client *client =
        (gwd_client *)((char *)timeout - offsetof(gwd_client, timeout));

    if (client->stream.phase != GWD_CLIENT_OPEN)
        gwd_client_drop(client, GWD_CLOSE_HANDSHAKE_TIMEOUT);
    else if (check_probation(client) && check_life(client))
        gwd_client_arm(client);
}
