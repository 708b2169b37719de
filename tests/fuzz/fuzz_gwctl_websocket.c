/* A WebSocket server that gwctl listens to: the answer to the handshake and
 * frames, as they come, with what gwctl sends back. Nothing of it depends on
 * how the server's bytes are cut. The first byte tells how they are. */
#include "steps.h"

#include <poll.h>
#include <unistd.h>

#include "core/clock.h"
#include "net/websocket.h"

#define MESSAGE_MAX 4096
#define FOR_EVER_MS 1000000

/* A server that says all it has in pieces, waits between them, and goes. */
typedef struct server {
    gw_slice says;
    size_t piece;
    bool waits;      /* the next read() would block */
    bool reads;      /* what is sent to it */
    gw_buf received; /* after the request */
} server;

static server *s;

/* The key, and so the answer that is right, is always the same one. */
int __wrap_getentropy(void *out, size_t len);
int __wrap_getentropy(void *out, size_t len)
{
    memset(out, 0, len);
    return 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    HOLDS(count == 1 && fds->fd == 7 && fds->events != 0 && timeout > 0);
    return 1;
}

int gwctl_stream_open(gwctl_stream *stream, const gwctl_stream_goal *goal,
                      uint64_t deadline, char error[GWCTL_NET_ERROR_LEN + 1])
{
    HOLDS(strcmp(goal->host, "gateway.example") == 0 && goal->port == 7272);
    (void)deadline;
    (void)error;
    *stream = (gwctl_stream){.fd = 7};
    return 0;
}

void gwctl_stream_close(gwctl_stream *stream)
{
    HOLDS(stream->fd == 7);
}

ssize_t gwctl_stream_read(gwctl_stream *stream, void *out, size_t len,
                          char error[GWCTL_NET_ERROR_LEN + 1])
{
    size_t got = s->says.len < s->piece ? s->says.len : s->piece;

    (void)stream;
    (void)error;
    s->waits = !s->waits;
    if (!s->waits && s->says.len > 0)
        return GWCTL_NET_WANTS_READ;
    got = got < len ? got : len;
    if (got > 0)
        memcpy(out, s->says.base, got);
    s->says = gw_slice_of(s->says.base + got, s->says.len - got);
    return (ssize_t)got;
}

ssize_t gwctl_stream_write(gwctl_stream *stream, const void *base, size_t len,
                           char error[GWCTL_NET_ERROR_LEN + 1])
{
    (void)stream;
    (void)error;
    if (!s->reads)
        return GWCTL_NET_WANTS_WRITE;
    gw_buf_put(&s->received, base, len);
    return (ssize_t)len;
}

/* ---- gwctl -----------------------------------------------------------------
 */

/* What listen does with it; after "bye" it leaves. Nothing follows a close. */
static void react(gwctl_websocket *ws, const gwctl_ws_event *event)
{
    size_t sent = ws->out.len;
    bool closing = ws->closing;

    if (event->opcode == GWCTL_WS_PING)
        gwctl_websocket_send(ws, GWCTL_WS_PONG, event->payload);
    if (event->opcode == GWCTL_WS_CLOSE)
        gwctl_websocket_close(ws, event->code);
    if (same(event->payload, gw_slice_str("bye")))
        gwctl_websocket_close(ws, 1000);
    HOLDS(!closing || ws->out.len == sent);
}

static void note(gw_buf *seen, int opcode, int code, gw_slice payload)
{
    gw_buf_put_int(seen, opcode);
    gw_buf_put_char(seen, ':');
    gw_buf_put_int(seen, code);
    gw_buf_put_char(seen, ':');
    gw_buf_put_int(seen, (int64_t)payload.len);
    gw_buf_put_char(seen, ':');
    gw_buf_put_slice(seen, payload);
}

/* The same from frames that are all there, and messages put together apart. */
static void expect(gw_slice frames, gw_buf *seen)
{
    gwctl_ws_reader reader = {0};
    gwctl_ws_frame frame;
    size_t consumed = 0;
    gw_buf message;

    gw_buf_init(&message, NULL, 0);
    while (gwctl_ws_read(&reader, frames, MESSAGE_MAX, &frame, &consumed) ==
           GW_OK) {
        frames = gw_slice_of(frames.base + consumed, frames.len - consumed);
        if (frame.opcode >= GWCTL_WS_CLOSE) {
            note(seen, frame.opcode, frame.code, frame.payload);
        } else {
            gw_buf_put_slice(&message, frame.payload);
            if (frame.last) {
                note(seen, frame.opcode, 0, gw_buf_slice(&message));
                gw_buf_clear(&message);
            }
        }
        if (frame.opcode == GWCTL_WS_CLOSE)
            break;
    }
    gw_buf_deinit(&message);
}

/* 0: it waits for more; 1: the server has closed; -1: or broke the protocol. */
static int take_events(gwctl_websocket *ws, gw_buf *seen)
{
    gwctl_ws_event event;
    int result;

    while ((result = gwctl_websocket_next(ws, &event)) == 1) {
        HOLDS(event.opcode != GWCTL_WS_CONTINUATION);
        HOLDS(event.payload.len <= MESSAGE_MAX);
        HOLDS(ws->message.len <= MESSAGE_MAX);
        note(seen, event.opcode, event.code, event.payload);
        react(ws, &event);
        if (event.opcode == GWCTL_WS_CLOSE)
            break;
    }
    HOLDS(result >= 0 || (ws->error[0] != '\0' && ws->closing));
    return result;
}

static void listen_to(gwctl_websocket *ws, gw_buf *seen, gw_slice frames)
{
    gw_buf want;
    int result = take_events(ws, seen); /* that came with the answer */

    while (result == 0 && !ws->ended) {
        HOLDS(gwctl_websocket_events(ws) != 0);
        HOLDS(gwctl_websocket_fill(ws) == 0);
        result = take_events(ws, seen);
        HOLDS(gwctl_websocket_flush(ws) == 0);
    }
    gw_buf_init(&want, NULL, 0);
    expect(frames, &want);
    HOLDS(same(gw_buf_slice(&want), gw_buf_slice(seen)));
    gw_buf_deinit(&want);
    gw_buf_put_str(seen, result < 0 ? ws->error : "");
}

static void run(gw_slice says, size_t piece, bool reads, gw_buf *seen)
{
    static const char *const protocols[] = {"chat"};
    server here = {.says = says, .piece = piece, .reads = true};
    gwctl_websocket_goal goal = {.protocols = protocols,
                                 .protocol_count = 1,
                                 .max_message = MESSAGE_MAX};
    gwctl_websocket ws;
    gw_buf frames;

    s = &here;
    gw_buf_init(&s->received, NULL, 0);
    gw_buf_init(&frames, NULL, 0);
    HOLDS(gwctl_url_parse(gw_slice_str("ws://gateway.example:7272/"),
                          &goal.url) == GW_OK);
    if (gwctl_websocket_open(&ws, &goal, gwctl_now_ms() + FOR_EVER_MS) < 0) {
        HOLDS(ws.error[0] != '\0');
        gw_buf_put_str(seen, ws.error);
    } else {
        HOLDS(ws.protocol[0] == '\0' || strcmp(ws.protocol, "chat") == 0);
        gw_buf_clear(&s->received);
        gw_buf_put_slice(&frames, gwctl_buf_slice(&ws.in));
        gw_buf_put_slice(&frames, s->says);
        s->reads = reads;
        listen_to(&ws, seen, gw_buf_slice(&frames));
        s->reads = true;
        HOLDS(gwctl_websocket_flush(&ws) == 0 && ws.out.len == 0);
        gw_buf_put_slice(seen, gw_buf_slice(&s->received));
    }
    gwctl_websocket_free(&ws);
    gw_buf_deinit(&s->received);
    gw_buf_deinit(&frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice in = gw_slice_of(data, size);
    unsigned mode = take_byte(&in);
    gw_buf whole, pieces;

    gw_buf_init(&whole, NULL, 0);
    gw_buf_init(&pieces, NULL, 0);
    run(in, SIZE_MAX, true, &whole);
    run(in, 1 + (mode >> 1) + in.len / 64, mode & 1, &pieces);
    HOLDS(same(gw_buf_slice(&whole), gw_buf_slice(&pieces)));
    gw_buf_deinit(&whole);
    gw_buf_deinit(&pieces);
    return 0;
}
