#include "core/client.h"

#include <stdio.h>
#include <stdlib.h>

#include "buf.h"
#include "core/client_state.h"
#include "core/log.h"
#include "core/loop.h"

_Static_assert(sizeof(gwd_client) <= GWD_CLIENT_SIZE_MAX,
               "an idle client costs more than it may");

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
    gwd_ip ip = gwd_client_ip(client);

    frame->local_ip = config->gateway_ip;
    frame->local_port = config->gateway_port;
    frame->client_ip = gwd_ip_v4(&ip);
    frame->client_port = client->stream.note;
    frame->gateway_port = gwd_client_port_of(client)->config.port;
    frame->connection_id = client->member.id;
}

void gwd_client_remote(const gwd_client *client, char *text, size_t size,
                       uint16_t *port)
{
    char full[GWD_IP_TEXT_LEN + 1];
    gwd_ip ip = gwd_client_ip(client);

    gwd_ip_format(&ip, full);
    snprintf(text, size, "%s", full);
    *port = client->stream.note;
}

static gwd_metrics *metrics_of(const gwd_client *client)
{
    return gwd_clients_of(client)->config.loop->metrics;
}

/* ---- sending ------------------------------------------------------------ */

static void drop_message(gwd_client *client)
{
    metrics_of(client)->dropped++;
    if (gwd_clients_of(client)->config.close_when_full)
        gwd_client_doom(client, GWD_CLOSE_BUFFER_FULL);
}

static void queue_message(gwd_client *client, gwd_message *message,
                          size_t limit)
{
    gwd_chunk *chunk;

    if (gwd_stream_is_full(&client->stream, limit)) {
        drop_message(client);
        return;
    }
    chunk = gwd_message_encoded(message, gwd_client_port_of(client)->encoding);
    if (chunk == NULL) {
        metrics_of(client)->dropped++;
        return;
    }
    if (gwd_stream_write_chunk(&client->stream, chunk) < 0) {
        metrics_of(client)->dropped++;
        gwd_client_doom(client, GWD_CLOSE_ERROR);
        return;
    }
    metrics_of(client)->messages_out++;
}

void gwd_client_send(gwd_client *client, gwd_message *message)
{
    size_t limit = gwd_clients_of(client)->config.send_to_client_buffer_size;

    switch (client->stream.phase) {
    case GWD_CLIENT_NEW:
    case GWD_CLIENT_HANDSHAKE:
        if (!gwd_waiting_add(&client->u.waiting, message, limit))
            drop_message(client);
        break;
    case GWD_CLIENT_OPEN:
        queue_message(client, message, limit);
        break;
    default:
        break;
    }
}

void gwd_client_say_goodbye(gwd_client *client, uint16_t code)
{
    const gwd_client_speech *speech = gwd_client_port_of(client)->speech;

    if (client->stream.phase == GWD_CLIENT_OPEN && speech->goodbye != NULL)
        speech->goodbye(client, code);
}

/* ---- ending ------------------------------------------------------------- */

/* Frees what the phase has of its own. */
static void leave_phase(gwd_client *client)
{
    const gwd_client_speech *speech = gwd_client_port_of(client)->speech;

    switch (client->stream.phase) {
    case GWD_CLIENT_NEW:
    case GWD_CLIENT_HANDSHAKE:
        gwd_waiting_free(&client->u.waiting);
        break;
    case GWD_CLIENT_OPEN:
        if (speech->forget != NULL)
            speech->forget(client);
        break;
    case GWD_CLIENT_REFUSED:
        gwd_clients_of(client)->refused--;
        break;
    default:
        break;
    }
}

static void leave_hub(gwd_client *client, gwd_close_reason reason)
{
    metrics_of(client)->closed[reason]++;
    gwd_client_discount(client);
    gwd_hub_remove(gwd_clients_of(client)->config.hub, &client->member);
}

void gwd_client_forget(gwd_client *client, gwd_close_reason reason)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;
    unsigned phase = client->stream.phase;

    if (phase == GWD_CLIENT_CLOSING)
        return;
    if (phase == GWD_CLIENT_DOOMED)
        reason = client->u.reason;
    if (phase != GWD_CLIENT_NEW && phase != GWD_CLIENT_REFUSED &&
        config->events != NULL)
        config->events->on_close(config->events_arg, client);
    leave_phase(client);
    if (phase != GWD_CLIENT_REFUSED)
        leave_hub(client, reason);
    gwd_ring_disarm(&client->timeout);
    client->stream.phase = GWD_CLIENT_CLOSING;
}

void gwd_client_leave(gwd_client *client, gwd_close_reason reason,
                      unsigned seconds)
{
    if (client->stream.phase == GWD_CLIENT_CLOSING)
        return;
    gwd_client_forget(client, reason);
    if (reason == GWD_CLOSE_CLIENT)
        gwd_stream_close(&client->stream); /* it has said its last word */
    else
        gwd_stream_linger(&client->stream);
    gwd_ring_arm(&gwd_clients_of(client)->ring, &client->timeout, seconds);
}

void gwd_client_close(gwd_client *client, gwd_message *last)
{
    if (last != NULL && client->stream.phase == GWD_CLIENT_OPEN)
        gwd_client_send(client, last);
    gwd_client_leave(client, GWD_CLOSE_KICK, GWD_CLIENT_KICK_SECONDS);
}

void gwd_client_drop(gwd_client *client, gwd_close_reason reason)
{
    gwd_client_forget(client, reason);
    gwd_stream_end(&client->stream);
}

void gwd_client_destroy(gwd_client *client)
{
    gwd_client_drop(client, GWD_CLOSE_DESTROY);
}

void gwd_client_doom(gwd_client *client, gwd_close_reason reason)
{
    if (client->stream.phase >= GWD_CLIENT_DOOMED)
        return;
    /* Not told of yet, nobody shall hear of its end. */
    if (client->stream.phase == GWD_CLIENT_NEW) {
        gwd_stream_abort(&client->stream);
        return;
    }
    leave_phase(client);
    client->stream.phase = GWD_CLIENT_DOOMED;
    client->u.reason = reason;
    gwd_stream_end(&client->stream);
}

/* ---- beginning ---------------------------------------------------------- */

/* The greeting template with each "{client_id}" replaced. */
static void put_greeting(gw_buf *out, gw_slice template, const char *client_id)
{
    static const char mark[] = "{client_id}";
    const size_t mark_len = sizeof(mark) - 1;

    while (template.len > 0) {
        const char *at = memmem(template.base, template.len, mark, mark_len);
        size_t len = at == NULL ? template.len : (size_t)(at - template.base);

        gw_buf_put(out, template.base, len);
        if (at == NULL)
            return;
        gw_buf_put_str(out, client_id);
        template.base += len + mark_len;
        template.len -= len + mark_len;
    }
}

static gwd_message *make_greeting(const gwd_client *client, gw_slice template)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;
    gw_client_id id = {config->gateway_ip, client->member.id,
                       config->gateway_port};
    char text[GW_CLIENT_ID_LEN + 1];
    gwd_message *message = NULL;
    gw_buf body;

    gw_client_id_format(&id, text);
    gw_buf_init(&body, NULL, 0);
    put_greeting(&body, template, text);
    if (body.error == GW_OK)
        message = gwd_message_new(gw_buf_slice(&body), false);
    gw_buf_deinit(&body);
    return message;
}

static void greet(gwd_client *client)
{
    const gwd_client_list *greeting = &gwd_clients_of(client)->lists.greeting;
    gwd_message *message;

    if (greeting->items[0].len == 0 || client->worker != NULL)
        return;
    message = make_greeting(client, greeting->items[0]);
    /* Without it the client waits for its client_id for ever. */
    if (message == NULL ||
        gwd_message_encoded(message, gwd_client_port_of(client)->encoding) ==
            NULL) {
        gwd_log(GWD_LOG_ERROR, "out of memory: a client cannot be greeted, "
                               "closed");
        gwd_client_doom(client, GWD_CLOSE_ERROR);
    } else {
        gwd_client_send(client, message);
    }
    gwd_message_unref(&message);
}

void gwd_client_open(gwd_client *client, gw_slice answer)
{
    struct gwd_waiting *waiting = client->u.waiting;

    metrics_of(client)->opened++;
    client->stream.phase = GWD_CLIENT_OPEN;
    memset(&client->u, 0, sizeof(client->u));
    gwd_client_be_born(client);
    client->timeout.flags |= GWD_CLIENT_PROBATION;
    gwd_client_arm(client);
    if (answer.len > 0)
        gwd_stream_write(&client->stream, answer.base, answer.len);
    greet(client);
    gwd_waiting_flush(&waiting, client);
}

/* Nobody has been told of the client. A WebSocket gets an answer to its request
 * when it comes, as long as they are few who wait for one; whoever else goes at
 * once. */
#define REFUSED_MAX 256
#define REFUSED_SECONDS 2

static void turn_away(gwd_client *client, gwd_handshake_result refusal)
{
    gwd_clients *clients = gwd_clients_of(client);

    leave_phase(client);
    leave_hub(client, GWD_CLOSE_LIMIT);
    gwd_ring_disarm(&client->timeout);
    if (!gwd_client_port_of(client)->speech->handshake ||
        clients->refused >= REFUSED_MAX) {
        client->stream.phase = GWD_CLIENT_CLOSING;
        gwd_stream_abort(&client->stream);
        return;
    }
    clients->refused++;
    client->stream.phase = GWD_CLIENT_REFUSED;
    client->u.refusal = refusal;
    gwd_ring_arm(&clients->ring, &client->timeout, REFUSED_SECONDS);
}

bool gwd_client_start_tls(gwd_client *client)
{
    struct gwd_tls *tls = gwd_client_port_of(client)->config.tls;

    if (tls == NULL || gwd_stream_start_tls(&client->stream, tls) == GW_OK)
        return true;
    gwd_log(GWD_LOG_ERROR, "client refused: out of memory");
    gwd_client_drop(client, GWD_CLOSE_ERROR);
    return false;
}

void gwd_client_may_open(gwd_client *client)
{
    if (!gwd_client_port_of(client)->speech->handshake)
        gwd_client_open(client, gw_slice_of(NULL, 0));
}

void gwd_client_enter(gwd_client *client)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    if (config->max_connections > 0 &&
        gwd_hub_count(config->hub) > config->max_connections) {
        turn_away(client, GWD_HANDSHAKE_FULL);
        return;
    }
    if (!gwd_client_count(client)) {
        turn_away(client, GWD_HANDSHAKE_TOO_MANY);
        return;
    }
    client->stream.phase = GWD_CLIENT_HANDSHAKE;
    if (config->events != NULL)
        config->events->on_connect(config->events_arg, client);
    if (client->stream.phase == GWD_CLIENT_HANDSHAKE &&
        client->stream.tls == NULL)
        gwd_client_may_open(client);
}

void gwd_client_on_message(gwd_client *client, gw_slice message)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    client->beats = 0;
    metrics_of(client)->messages_in++;
    if (config->events != NULL)
        config->events->on_message(config->events_arg, client, message);
}
