#include "net/websocket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include "core/base64.h"
#include "core/clock.h"
#include "core/memory.h"
#include "exit.h"

#define PIECE ((size_t)65536)
/* Of a server that floods us: it gets its answers between. */
#define PIECES_A_TURN 16
#define KEY_BYTES 16

static void random_bytes(void *out, size_t len)
{
    if (getentropy(out, len) == 0)
        return;
    fputs("gwctl: the system gives no random bytes\n", stderr);
    exit(GWCTL_SYSTEM);
}

static int fail(gwctl_websocket *ws, const char *text)
{
    snprintf(ws->error, sizeof(ws->error), "%s", text);
    return -1;
}

/* ---- bytes --------------------------------------------------------------- */

/* The event before is no longer looked at. */
static void drop_taken(gwctl_websocket *ws)
{
    gwctl_buf_take(&ws->in, ws->taken);
    ws->taken = 0;
}

static short events_of(ssize_t result)
{
    return result == GWCTL_NET_WANTS_WRITE ? POLLOUT : POLLIN;
}

int gwctl_websocket_fill(gwctl_websocket *ws)
{
    ssize_t got;
    size_t turn = PIECES_A_TURN;
    size_t before;

    drop_taken(ws);
    before = ws->in.len;
    do {
        char *to = gwctl_buf_reserve(&ws->in, PIECE);

        got = gwctl_stream_read(&ws->stream, to, PIECE, ws->error);
        if (got > 0)
            ws->in.len += (size_t)got;
    } while (got > 0 && --turn > 0);
    ws->received += ws->in.len - before;
    if (got == GWCTL_NET_FAILED)
        return -1;
    ws->ended = got == 0;
    ws->read_events = events_of(got > 0 ? GWCTL_NET_WANTS_READ : got);
    return 0;
}

int gwctl_websocket_flush(gwctl_websocket *ws)
{
    while (ws->out.len > 0) {
        ssize_t sent =
            gwctl_stream_write(&ws->stream, ws->out.base + ws->written,
                               ws->out.len - ws->written, ws->error);

        if (sent == GWCTL_NET_FAILED)
            return -1;
        if (sent < 0) {
            ws->write_events = events_of(sent);
            return 0;
        }
        ws->written += (size_t)sent;
        if (ws->written >= ws->out.len / 2) { /* each byte is moved once */
            gwctl_buf_take(&ws->out, ws->written);
            ws->written = 0;
        }
    }
    return 0;
}

void gwctl_websocket_drop_output(gwctl_websocket *ws)
{
    ws->out.len = 0;
    ws->written = 0;
}

bool gwctl_websocket_may_fill(const gwctl_websocket *ws)
{
    return !ws->ended && ws->out.len < GWCTL_WEBSOCKET_BACKLOG;
}

short gwctl_websocket_events(const gwctl_websocket *ws)
{
    short events = gwctl_websocket_may_fill(ws) ? ws->read_events : 0;

    if (ws->out.len > 0)
        events |= ws->write_events;
    return events;
}

/* ---- the handshake ------------------------------------------------------- */

static void put(void *arg, const void *base, size_t len)
{
    gwctl_buf_put(arg, base, len);
}

/* Waits for what the connection wants. -1: not before the deadline. */
static int wait_for(gwctl_websocket *ws, uint64_t deadline)
{
    struct pollfd p = {.fd = ws->stream.fd,
                       .events = gwctl_websocket_events(ws)};
    uint64_t now = gwctl_now_ms();
    int left = deadline > now ? (int)(deadline - now) : 0;

    if (left == 0 || (poll(&p, 1, left) < 0 && errno != EINTR))
        return fail(ws, "the handshake timed out");
    return 0;
}

static int refused(gwctl_websocket *ws, const gwctl_ws_refusal *refusal)
{
    if (refusal->status != 0 && refusal->status != 101)
        snprintf(ws->error, sizeof(ws->error), "the server refuses: %.*s",
                 (int)(refusal->line.len < 200 ? refusal->line.len : 200),
                 refusal->line.base);
    else
        snprintf(ws->error, sizeof(ws->error),
                 "the answer to the handshake is wrong: %s", refusal->why);
    return -1;
}

/* 1: it is there and right; 0: not yet. */
static int read_answer(gwctl_websocket *ws, const gwctl_ws_request *request)
{
    gwctl_ws_refusal refusal;
    gw_slice protocol;
    size_t consumed;
    int rc = gwctl_ws_read_answer(gwctl_buf_slice(&ws->in), request, &protocol,
                                  &refusal, &consumed);

    if (rc == GW_EAGAIN)
        return ws->ended ? fail(ws, "the server closed the connection instead "
                                    "of answering the handshake")
                         : 0;
    if (rc == GW_ETOOBIG)
        return fail(ws, "the answer to the handshake is too long");
    if (rc != GW_OK)
        return refused(ws, &refusal);
    snprintf(ws->protocol, sizeof(ws->protocol), "%.*s", (int)protocol.len,
             protocol.len == 0 ? "" : protocol.base);
    gwctl_buf_take(&ws->in, consumed);
    return 1;
}

static int shake_hands(gwctl_websocket *ws, const gwctl_websocket_goal *goal,
                       uint64_t deadline)
{
    unsigned char bytes[KEY_BYTES];
    char key[GWCTL_WS_KEY_LEN + 1];
    gwctl_ws_request request = {&goal->url,      key,
                                goal->protocols, goal->protocol_count,
                                goal->headers,   goal->header_count};
    int done = 0;

    random_bytes(bytes, sizeof(bytes));
    gwctl_base64(bytes, sizeof(bytes), key);
    gwctl_ws_write_request(&request, put, &ws->out);
    while (done == 0) {
        if (gwctl_websocket_flush(ws) < 0 || gwctl_websocket_fill(ws) < 0)
            return -1;
        done = read_answer(ws, &request);
        if (done == 0 && wait_for(ws, deadline) < 0)
            return -1;
    }
    return done < 0 ? -1 : 0;
}

int gwctl_websocket_open(gwctl_websocket *ws, const gwctl_websocket_goal *goal,
                         uint64_t deadline)
{
    char *host = gwctl_copy(goal->url.host.base, goal->url.host.len);
    char *name = gwctl_copy(goal->url.name.base, goal->url.name.len);
    const gwctl_stream_goal place = {
        host,          name,           goal->url.port,       goal->url.tls,
        goal->ca_file, goal->insecure, goal->connect_timeout};
    int result;

    memset(ws, 0, sizeof(*ws));
    ws->max_message = goal->max_message;
    ws->read_events = POLLIN;
    ws->write_events = POLLOUT;
    result = gwctl_stream_open(&ws->stream, &place, deadline, ws->error);
    free(host);
    free(name);
    return result < 0 ? -1 : shake_hands(ws, goal, deadline);
}

void gwctl_websocket_free(gwctl_websocket *ws)
{
    gwctl_stream_close(&ws->stream);
    gwctl_buf_deinit(&ws->in);
    gwctl_buf_deinit(&ws->out);
    gwctl_buf_deinit(&ws->message);
}

/* ---- frames -------------------------------------------------------------- */

void gwctl_websocket_send(gwctl_websocket *ws, gwctl_ws_opcode opcode,
                          gw_slice payload)
{
    char mask[GWCTL_WS_MASK_LEN];
    char head[GWCTL_WS_HEAD_MAX];
    size_t len;

    if (ws->closing)
        return;
    random_bytes(mask, sizeof(mask));
    len = gwctl_ws_write_head(head, opcode, payload.len, mask);
    gwctl_buf_put(&ws->out, head, len);
    gwctl_ws_mask(gwctl_buf_reserve(&ws->out, payload.len), payload.base,
                  payload.len, mask);
    ws->out.len += payload.len;
    ws->closing = opcode == GWCTL_WS_CLOSE;
}

void gwctl_websocket_close(gwctl_websocket *ws, uint16_t code)
{
    char bytes[2] = {(char)(code >> 8), (char)(code & 0xff)};

    gwctl_websocket_send(ws, GWCTL_WS_CLOSE,
                         gw_slice_of(bytes, code == GWCTL_WS_NO_CODE ? 0 : 2));
}

static int protocol_error(gwctl_websocket *ws, int rc)
{
    bool too_big = rc == GW_ETOOBIG;

    gwctl_websocket_close(ws, too_big ? GWCTL_WS_TOO_BIG : GWCTL_WS_PROTOCOL);
    return fail(ws, too_big ? "a message is larger than --max-message"
                            : "the server breaks the WebSocket protocol");
}

/* A fragment, or the message that it completes. */
static bool put_together(gwctl_websocket *ws, const gwctl_ws_frame *frame,
                         gwctl_ws_event *event)
{
    if (frame->first && frame->last)
        return true;
    if (frame->first)
        ws->message.len = 0;
    gwctl_buf_put(&ws->message, frame->payload.base, frame->payload.len);
    event->payload = gwctl_buf_slice(&ws->message);
    return frame->last;
}

int gwctl_websocket_next(gwctl_websocket *ws, gwctl_ws_event *event)
{
    for (;;) {
        gw_slice left;
        gwctl_ws_frame frame;
        size_t consumed = 0;
        int rc;

        left =
            gw_slice_of(ws->taken == 0 ? ws->in.base : ws->in.base + ws->taken,
                        ws->in.len - ws->taken);
        rc = gwctl_ws_read(&ws->reader, left, ws->max_message, &frame,
                           &consumed);
        if (rc == GW_EAGAIN)
            return 0;
        if (rc != GW_OK)
            return protocol_error(ws, rc);
        ws->taken += consumed;
        event->opcode = frame.opcode;
        event->payload = frame.payload;
        event->code = frame.code;
        if (put_together(ws, &frame, event))
            return 1;
    }
}
