/* A client's input: first the upgrade request, then frames. */
#include <stddef.h>

#include "client/handshake.h"
#include "core/client_state.h"

#define REPLY_MAX ((size_t)64 * 1024)

static gwd_client *of_stream(gwd_stream *stream)
{
    return (gwd_client *)((char *)stream - offsetof(gwd_client, stream));
}

/* ---- the handshake ------------------------------------------------------ */

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

static void greet(gwd_client *client)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;
    gw_client_id id = {config->gateway_ip, client->member.id,
                       config->gateway_port};
    char text[GW_CLIENT_ID_LEN + 1];
    char head[GWD_WS_HEAD_MAX];
    gw_buf body;

    if (config->greeting.len == 0 || client->worker != NULL)
        return;
    gw_client_id_format(&id, text);
    gw_buf_init(&body, NULL, 0);
    put_greeting(&body, config->greeting, text);
    if (body.error < 0) {
        gwd_stream_abort(&client->stream);
    } else {
        gwd_stream_write(&client->stream, head,
                         gwd_ws_put_head(head, GWD_WS_TEXT, body.len));
        gwd_stream_write(&client->stream, body.base, body.len);
    }
    gw_buf_deinit(&body);
}

/* 101, the greeting, then what was sent before. */
static void open_websocket(gwd_client *client, const gw_buf *answer)
{
    struct gwd_waiting *waiting = client->u.waiting;

    gwd_ring_disarm(&client->timeout);
    client->stream.phase = GWD_CLIENT_OPEN;
    client->u.reader.message = NULL;
    gwd_stream_write(&client->stream, answer->base, answer->len);
    greet(client);
    gwd_waiting_flush(&waiting, client);
}

static void refuse(gwd_client *client, gw_buf *answer,
                   gwd_handshake_result result)
{
    gwd_handshake_refuse(answer, result);
    if (answer->error == GW_OK)
        gwd_stream_write(&client->stream, answer->base, answer->len);
    gwd_client_leave(client, GWD_CLOSE_HANDSHAKE, GWD_CLIENT_CLOSE_SECONDS);
}

/* Who serves the clients hears of it first, and may close. */
static void introduce(gwd_client *client, const gwd_http_head *head)
{
    const gwd_clients_config *config = &gwd_clients_of(client)->config;

    if (config->events != NULL)
        config->events->on_websocket_connect(config->events_arg, client, head);
}

/* Answers a head that is whole, or wrong. */
static void answer(gwd_client *client, int result, const gwd_http_head *head)
{
    gwd_handshake_result verdict = GWD_HANDSHAKE_OK;
    gw_slice key;
    gw_buf out;

    gw_buf_init(&out, NULL, REPLY_MAX);
    if (result == GW_ETOOBIG)
        verdict = GWD_HANDSHAKE_TOO_BIG;
    else if (result < 0)
        verdict = GWD_HANDSHAKE_BAD_REQUEST;
    else
        verdict = gwd_handshake_judge(head, &key);
    if (verdict == GWD_HANDSHAKE_OK)
        verdict = gwd_handshake_accept(&out, key);
    if (verdict == GWD_HANDSHAKE_OK)
        introduce(client, head);
    if (verdict != GWD_HANDSHAKE_OK)
        refuse(client, &out, verdict);
    else if (client->stream.phase == GWD_CLIENT_HANDSHAKE)
        open_websocket(client, &out);
    gw_buf_deinit(&out);
}

static size_t read_handshake(gwd_client *client, const char *base, size_t len)
{
    gwd_http_head head;
    size_t consumed = 0;
    int result = gwd_http_head_read(gw_slice_of(base, len), &head, &consumed);

    if (result != GW_EAGAIN)
        answer(client, result, &head);
    return consumed;
}

/* ---- frames ------------------------------------------------------------- */

static void on_pong(gwd_client *client, const gwd_ws_event *event)
{
    (void)client;
    (void)event;
}

static void on_fragment(gwd_client *client, const gwd_ws_event *event)
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

/* Who pings without reading gets no more pongs than messages. */
static void on_ping(gwd_client *client, const gwd_ws_event *event)
{
    char head[GWD_WS_HEAD_MAX];

    if (gwd_stream_queued(&client->stream) >=
        gwd_clients_of(client)->config.send_to_client_buffer_size)
        return;
    gwd_stream_write(&client->stream, head,
                     gwd_ws_put_head(head, GWD_WS_PONG, event->payload.len));
    gwd_stream_write(&client->stream, event->payload.base, event->payload.len);
}

static void on_close_frame(gwd_client *client, const gwd_ws_event *event)
{
    gwd_client_say_goodbye(client, event->code);
    gwd_client_leave(client, GWD_CLOSE_CLIENT, GWD_CLIENT_CLOSE_SECONDS);
}

static void (*const handlers[])(gwd_client *, const gwd_ws_event *) = {
    [GWD_WS_CONTINUATION] = on_fragment,
    [GWD_WS_TEXT] = on_data_message,
    [GWD_WS_BINARY] = on_data_message,
    [GWD_WS_CLOSE] = on_close_frame,
    [GWD_WS_PING] = on_ping,
    [GWD_WS_PONG] = on_pong,
};

/* One frame: its length, 0 when it is not whole, or when the client is gone. */
static size_t read_frame(gwd_client *client, char *base, size_t len)
{
    gwd_ws_event event;
    size_t consumed = 0;
    int result = gwd_ws_read(&client->u.reader, base, len,
                             gwd_clients_of(client)->config.max_package_size,
                             &event, &consumed);

    if (result == GW_EAGAIN)
        return 0;
    if (result == GW_OK) {
        handlers[event.opcode](client, &event);
        return consumed;
    }
    gwd_client_say_goodbye(client, gwd_ws_error_code(result));
    gwd_client_leave(
        client, result == GW_ETOOBIG ? GWD_CLOSE_TOO_BIG : GWD_CLOSE_PROTOCOL,
        GWD_CLIENT_CLOSE_SECONDS);
    return 0;
}

static size_t read_one(gwd_client *client, const char *base, size_t len)
{
    switch (client->stream.phase) {
    case GWD_CLIENT_HANDSHAKE:
        return read_handshake(client, base, len);
    case GWD_CLIENT_OPEN: /* unmasked in place, as stream.h allows */
        return read_frame(client, (char *)base, len);
    default:
        return 0;
    }
}

ssize_t gwd_client_on_data(gwd_stream *stream, const char *base, size_t len)
{
    gwd_client *client = of_stream(stream);
    size_t used = 0;
    size_t step = 1;

    while (used < len && step > 0) {
        step = read_one(client, base + used, len - used);
        used += step;
    }
    return (ssize_t)used;
}
