/* A WebSocket: first the upgrade request, then frames. */
#include <time.h>

#include "buf.h"
#include "client/forwarded.h"
#include "client/origin.h"
#include "core/client_state.h"

#define REPLY_MAX ((size_t)64 * 1024)

/* ---- the handshake ------------------------------------------------------ */

/* By what is wrong with the request; else it is GWD_CLOSE_HANDSHAKE. Who was
 * turned away was counted then. */
static gwd_close_reason reason_of(gwd_handshake_result result)
{
    return result == GWD_HANDSHAKE_TOO_MANY ? GWD_CLOSE_LIMIT
                                            : GWD_CLOSE_HANDSHAKE;
}

static void refuse(gwd_client *client, gwd_handshake_result result,
                   const gwd_http_head *head)
{
    gw_buf answer;

    gw_buf_init(&answer, NULL, REPLY_MAX);
    gwd_handshake_refuse(&answer, result, gwd_http_wants_head(head),
                         time(NULL));
    if (answer.error == GW_OK)
        gwd_stream_write(&client->stream, answer.base, answer.len);
    gw_buf_deinit(&answer);
    gwd_client_leave(client, reason_of(result), GWD_CLIENT_CLOSE_SECONDS);
}

/* Who serves the clients hears of it first, and may close. */
static void introduce(gwd_client *client, const gwd_http_head *head)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    if (config->events != NULL)
        config->events->on_websocket_connect(config->events_arg, client, head);
}

/* A trusted proxy tells where the client really is. */
static int note_forwarded(gwd_client *client, const gwd_http_head *head)
{
    gwd_ip peer = gwd_client_ip(client);
    gwd_ip ip =
        gwd_forwarded_ip(head, &gwd_clients_of(client)->lists.proxies, &peer);

    if (memcmp(&ip, &peer, sizeof(ip)) == 0)
        return GW_OK;
    return gwd_client_set_ip(client, &ip);
}

/* Whether a request that is well-formed may be granted. */
static gwd_handshake_result admit(gwd_client *client, const gwd_http_head *head)
{
    const gwd_client_list *origins = &gwd_clients_of(client)->lists.origins;

    if (!gwd_origin_allowed(origins->items, origins->count, head))
        return GWD_HANDSHAKE_FORBIDDEN;
    if (note_forwarded(client, head) < 0)
        return GWD_HANDSHAKE_FAILED;
    if (!gwd_client_count(client))
        return GWD_HANDSHAKE_TOO_MANY;
    return GWD_HANDSHAKE_OK;
}

static gwd_handshake_result grant(gwd_client *client, const gwd_http_head *head,
                                  gw_slice key)
{
    const gwd_client_list *ours = &gwd_clients_of(client)->protocols;
    gw_slice protocol = gwd_handshake_protocol(head, ours->items, ours->count);
    gwd_handshake_result result;
    gw_buf answer;

    gw_buf_init(&answer, NULL, REPLY_MAX);
    result = gwd_handshake_accept(&answer, key, protocol);
    if (result == GWD_HANDSHAKE_OK)
        introduce(client, head);
    if (result == GWD_HANDSHAKE_OK &&
        client->stream.phase == GWD_CLIENT_HANDSHAKE)
        gwd_client_open(client, gw_buf_slice(&answer));
    gw_buf_deinit(&answer);
    return result;
}

/* What is wrong with a head that is none. */
static gwd_handshake_result head_verdict(int result)
{
    if (result == GW_OK)
        return GWD_HANDSHAKE_OK;
    return result == GW_ETOOBIG ? GWD_HANDSHAKE_TOO_BIG
                                : GWD_HANDSHAKE_BAD_REQUEST;
}

/* Answers a head that is whole, or wrong. */
static void answer(gwd_client *client, int result, const gwd_http_head *head)
{
    gwd_handshake_result verdict = head_verdict(result);
    gw_slice key;

    if (verdict == GWD_HANDSHAKE_OK)
        verdict = gwd_handshake_judge(head, &key);
    if (verdict == GWD_HANDSHAKE_OK)
        verdict = admit(client, head);
    if (verdict == GWD_HANDSHAKE_OK)
        verdict = grant(client, head, key);
    if (verdict != GWD_HANDSHAKE_OK)
        refuse(client, verdict, head);
}

size_t gwd_client_read_handshake(gwd_client *client, const char *base,
                                 size_t len)
{
    gwd_http_head head;
    size_t consumed = 0;
    int result = gwd_http_head_read(gw_slice_of(base, len), &head, &consumed);

    if (result != GW_EAGAIN)
        answer(client, result, &head);
    return consumed;
}

size_t gwd_client_read_refused(gwd_client *client, const char *base, size_t len)
{
    gwd_http_head head;
    size_t consumed = 0;
    int result = gwd_http_head_read(gw_slice_of(base, len), &head, &consumed);

    if (result != GW_EAGAIN)
        refuse(client, result < 0 ? head_verdict(result) : client->u.refusal,
               &head);
    return consumed;
}

/* ---- frames ------------------------------------------------------------- */

static void on_nothing(gwd_client *client, const gwd_ws_event *event)
{
    (void)client;
    (void)event;
}

static void on_data_message(gwd_client *client, const gwd_ws_event *event)
{
    gwd_client_on_message(client, event->payload);
    if (client->stream.phase == GWD_CLIENT_OPEN)
        gwd_ws_reader_clear(&client->u.reader);
}

static void send_control(gwd_client *client, gwd_ws_opcode opcode,
                         gw_slice payload)
{
    char head[GWD_WS_HEAD_MAX];

    gwd_stream_write(&client->stream, head,
                     gwd_ws_put_head(head, opcode, payload.len));
    gwd_stream_write(&client->stream, payload.base, payload.len);
}

/* Who pings without reading gets no more pongs than messages. */
static void on_ping(gwd_client *client, const gwd_ws_event *event)
{
    size_t limit = gwd_clients_of(client)->config.send_to_client_buffer_size;

    if (!gwd_stream_is_full(&client->stream, limit))
        send_control(client, GWD_WS_PONG, event->payload);
}

static void goodbye(gwd_client *client, uint16_t code)
{
    char frame[GWD_WS_CLOSE_LEN];

    gwd_ws_put_close(frame, code);
    gwd_stream_write(&client->stream, frame, sizeof(frame));
}

static void on_close_frame(gwd_client *client, const gwd_ws_event *event)
{
    goodbye(client, event->code);
    gwd_client_leave(client, GWD_CLOSE_CLIENT, GWD_CLIENT_CLOSE_SECONDS);
}

static void (*const handlers[])(gwd_client *, const gwd_ws_event *) = {
    [GWD_WS_CONTINUATION] = on_nothing, /* a fragment was taken in */
    [GWD_WS_TEXT] = on_data_message,    [GWD_WS_BINARY] = on_data_message,
    [GWD_WS_CLOSE] = on_close_frame,    [GWD_WS_PING] = on_ping,
    [GWD_WS_PONG] = on_nothing,
};

static gwd_close_reason error_reason(int error)
{
    if (error == GW_ETOOBIG)
        return GWD_CLOSE_TOO_BIG;
    return error == GW_ENOMEM ? GWD_CLOSE_ERROR : GWD_CLOSE_PROTOCOL;
}

/* One frame, unmasked in place, as stream.h allows. */
static size_t read_frame(gwd_client *client, const char *base, size_t len)
{
    gwd_ws_event event;
    size_t consumed = 0;
    int result = gwd_ws_read(&client->u.reader, (char *)base, len,
                             gwd_clients_of(client)->config.max_package_size,
                             &event, &consumed);

    if (result == GW_EAGAIN)
        return 0;
    if (result == GW_OK) {
        handlers[event.opcode](client, &event);
        return consumed;
    }
    goodbye(client, gwd_ws_error_code(result));
    gwd_client_leave(client, error_reason(result), GWD_CLIENT_CLOSE_SECONDS);
    return 0;
}

static void forget(gwd_client *client)
{
    gwd_ws_reader_clear(&client->u.reader);
}

static void ping(gwd_client *client)
{
    send_control(client, GWD_WS_PING, gw_slice_of("", 0));
}

const gwd_client_speech gwd_client_speech_websocket = {
    .read = read_frame,
    .encoding = GWD_ENCODING_WEBSOCKET_TEXT,
    .forget = forget,
    .ping = ping,
    .goodbye = goodbye,
    .handshake = true,
};
