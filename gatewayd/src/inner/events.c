/* What clients do, told to the workers. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <gwclient/protocol.h>

#include "core/client.h"
#include "core/keepalive.h"
#include "core/log.h"
#include "core/loop.h"
#include "inner/request.h"
#include "inner/upgrade.h"

#define REPORT_SECONDS 1

/* In the first seconds clients may be faster than the workers. */
#define QUIET_SECONDS 2

/* ---- the log ------------------------------------------------------------- */

void gwd_worker_log(gwd_log_level level, const gwd_worker *worker,
                    const char *format, ...)
{
    char label[GWD_WORKER_LABEL_LEN + 1];
    char text[256];
    va_list args;

    gwd_worker_label(worker, label);
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    gwd_log(level, "inner: worker %s: %s", label, text);
}

/* Floods of drops are told once a second, with their number. */
static void report_soon(gwd_inner *inner)
{
    if (!gwd_timeout_armed(&inner->report.timeout)) {
        gwd_ring_arm(&inner->ring, &inner->report.timeout, REPORT_SECONDS);
    }
}

void gwd_inner_report(gwd_inner *inner)
{
    for (gwd_worker *w = inner->workers.first; w != NULL; w = w->next) {
        if (w->dropped > 0) {
            gwd_worker_log(GWD_LOG_WARNING, w,
                           "does not keep up: %llu events dropped, %zu "
                           "bytes wait for it",
                           (unsigned long long)w->dropped,
                           gwd_stream_queued(w->stream));
            w->dropped = 0;
        }
    }
    if (inner->refused > 0) {
        gwd_log(GWD_LOG_WARNING,
                "inner: no worker is attached: %llu clients closed",
                (unsigned long long)inner->refused);
        inner->refused = 0;
    }
}

void gwd_inner_report_unheard(gwd_inner *inner)
{
    const gwd_inner_unheard *unheard = &inner->unheard;
    bool strict = inner->without_worker == GWD_WITHOUT_WORKER_STRICT;

    if (unheard->messages + unheard->handshakes + unheard->closes > 0) {
        gwd_log(GWD_LOG_WARNING,
                "inner: no worker was there: %llu messages of clients "
                "dropped, %llu handshakes and %llu closes told to nobody%s",
                (unsigned long long)unheard->messages,
                (unsigned long long)unheard->handshakes,
                (unsigned long long)unheard->closes,
                strict ? ""
                       : "; without_worker = strict closes clients "
                         "instead");
        inner->unheard = (gwd_inner_unheard){0};
    }
}

/* ---- frames -------------------------------------------------------------- */

static void write_frame(gwd_stream *stream, const gw_frame *frame)
{
    uint8_t head[GW_FRAME_HEAD_LEN];

    gw_frame_encode_head(frame, head); /* far below 4 GiB */
    gwd_stream_write(stream, head, sizeof(head));
    if (frame->ext.len > 0) {
        gwd_stream_write(stream, frame->ext.base, frame->ext.len);
    }
    if (frame->body.len > 0) {
        gwd_stream_write(stream, frame->body.base, frame->body.len);
    }
}

typedef enum outcome {
    SENT,
    DROPPED, /* the worker does not keep up */
    TOO_BIG  /* workers refuse frames of this size, and would close on it */
} outcome;

static outcome send_event(gwd_inner *inner, gwd_worker *worker,
                          gwd_client *client, gw_frame *frame)
{
    gwd_client_fill_frame(client, frame);
    frame->ext = gwd_member_session(gwd_client_member(client));
    if (GW_FRAME_HEAD_LEN + frame->ext.len + frame->body.len > GW_FRAME_MAX) {
        return TOO_BIG;
    }
    if (gwd_stream_is_full(worker->stream, inner->workers.queue_max)) {
        inner->kind.loop->metrics->worker_dropped++;
        worker->dropped++;
        report_soon(inner);
        return DROPPED;
    }
    write_frame(worker->stream, frame);
    return SENT;
}

void gwd_inner_ping(gwd_inner *inner)
{
    const gw_frame frame = {.cmd = GW_CMD_PING, .flag = GW_FLAG_SCALAR};

    for (gwd_worker *w = inner->workers.first; w != NULL; w = w->next) {
        if (!gwd_stream_is_full(w->stream, inner->workers.queue_max)) {
            write_frame(w->stream, &frame);
        }
    }
    gwd_ring_arm(&inner->ring, &inner->ping.timeout, GWD_WORKER_PING_SECONDS);
}

/* It keeps its connection: a BusinessWorker asks for no signs of life, and
 * might not find out that it was closed meanwhile. */
void gwd_inner_watch(gwd_inner *inner)
{
    for (gwd_worker *w = inner->workers.first; w != NULL; w = w->next) {
        bool lost = gwd_keepalive_is_lost(w->stream->fd);

        if (lost == w->lost || gwd_stream_closing(w->stream)) {
            continue;
        }
        w->lost = lost;
        if (lost) {
            gwd_worker_log(GWD_LOG_WARNING, w,
                           "its machine does not answer; new clients are not "
                           "given to it");
        } else {
            gwd_worker_log(GWD_LOG_INFO, w, "its machine answers again");
            gwd_inner_report_unheard(inner);
        }
    }
    gwd_ring_arm(&inner->ring, &inner->watch.timeout, GWD_WORKER_WATCH_SECONDS);
}

/* ---- events -------------------------------------------------------------- */

static void without_worker(gwd_inner *inner, gwd_client *client,
                           uint64_t *unheard)
{
    if (inner->without_worker != GWD_WITHOUT_WORKER_STRICT) {
        if (unheard != NULL) {
            ++*unheard;
        }
        return;
    }
    if (gwd_loop_seconds() - inner->started >= QUIET_SECONDS) {
        inner->refused++;
        report_soon(inner);
    }
    gwd_client_drop(client, GWD_CLOSE_NO_WORKER);
}

/* Nothing of what was sent can be told to a worker: it is over for the client,
 * as after any message that is too big. */
static void refuse(gwd_client *client, const gw_frame *frame)
{
    gwd_log(GWD_LOG_WARNING,
            "client %08x: %zu bytes with the session's %zu are more than a "
            "worker takes, closed",
            frame->connection_id, frame->body.len, frame->ext.len);
    gwd_client_drop(client, GWD_CLOSE_TOO_BIG);
}

/* False: the worker does not know the client, nor hear of its end. Whom it was
 * only too slow for stays as one that no worker has heard of yet, and what
 * counts as dropped is the event that was to follow. */
static bool introduce(gwd_inner *inner, gwd_worker *worker, gwd_client *client)
{
    gw_frame frame = {.cmd = GW_CMD_ON_CONNECT, .flag = GW_FLAG_SCALAR};
    outcome told = send_event(inner, worker, client, &frame);

    if (told == SENT) {
        return true;
    }
    gwd_workers_unbind(&inner->workers, gwd_client_worker(client));
    if (told == TOO_BIG) {
        refuse(client, &frame);
    }
    return false;
}

/* The worker that is to hear of an event, after it knows the client. NULL:
 * none; the client may be gone. `unheard` counts the events that are lost for
 * want of a worker; NULL: this one comes later. */
static gwd_worker *listener_of(gwd_inner *inner, gwd_client *client,
                               uint64_t *unheard)
{
    gwd_worker **slot = gwd_client_worker(client);
    bool introduced = *slot != NULL;
    gwd_worker *worker = gwd_workers_bind(&inner->workers, slot);

    if (worker == NULL) {
        without_worker(inner, client, unheard);
        return NULL;
    }
    return introduced || introduce(inner, worker, client) ? worker : NULL;
}

static void on_connect(void *arg, gwd_client *client)
{
    listener_of(arg, client, NULL);
}

static void on_message(void *arg, gwd_client *client, gw_slice message)
{
    gwd_inner *inner = arg;
    gwd_worker *worker = listener_of(inner, client, &inner->unheard.messages);
    gw_frame frame = {
        .cmd = GW_CMD_ON_MESSAGE, .flag = GW_FLAG_SCALAR, .body = message};

    if (worker != NULL &&
        send_event(inner, worker, client, &frame) == TOO_BIG) {
        refuse(client, &frame);
    }
}

/* As PHP writes addresses that ports may follow: IPv6 in brackets. */
static gw_slice remote_of(const gwd_client *client,
                          char text[GWD_CLIENT_REMOTE_LEN + 3], uint16_t *port)
{
    text[0] = '[';
    gwd_client_remote(client, text + 1, GWD_CLIENT_REMOTE_LEN + 1, port);
    if (strchr(text + 1, ':') == NULL) {
        return gw_slice_str(text + 1);
    }
    return gw_slice_str(strcat(text, "]"));
}

static int put_upgrade(gw_buf *out, const gwd_inner *inner, gwd_client *client,
                       const gwd_http_head *head)
{
    char text[GWD_CLIENT_REMOTE_LEN + 3];
    gw_frame frame = {0};
    uint16_t port;
    gw_slice address = remote_of(client, text, &port);

    gwd_client_fill_frame(client, &frame);
    return gwd_upgrade_put(out, &(gwd_upgrade){
                                    .head = head,
                                    .remote_address = address,
                                    .remote_port = port,
                                    .server_port = frame.gateway_port,
                                    .seed = inner->workers.seed,
                                });
}

static void on_websocket_connect(void *arg, gwd_client *client,
                                 const gwd_http_head *head)
{
    gwd_inner *inner = arg;
    gwd_worker *worker = listener_of(inner, client, &inner->unheard.handshakes);
    gw_frame frame = {.cmd = GW_CMD_ON_WEBSOCKET_CONNECT};
    gw_buf body;

    if (worker == NULL) {
        return;
    }
    gw_buf_init(&body, NULL, 0);
    if (put_upgrade(&body, inner, client, head) < 0) {
        gwd_client_drop(client, GWD_CLOSE_ERROR);
    } else {
        frame.body = gw_buf_slice(&body);
        if (send_event(inner, worker, client, &frame) == TOO_BIG) {
            refuse(client, &frame);
        }
    }
    gw_buf_deinit(&body);
}

static void on_close(void *arg, gwd_client *client)
{
    gwd_inner *inner = arg;
    gwd_worker **slot = gwd_client_worker(client);
    gwd_worker *worker;
    gw_frame frame = {.cmd = GW_CMD_ON_CLOSE, .flag = GW_FLAG_SCALAR};

    if (*slot == NULL) {
        return;
    }
    worker = gwd_workers_bind(&inner->workers, slot);
    if (worker == NULL) {
        inner->unheard.closes++;
    } else if (send_event(inner, worker, client, &frame) == TOO_BIG) {
        frame.ext.len = 0; /* better without its session than not at all */
        write_frame(worker->stream, &frame);
    }
    gwd_workers_unbind(&inner->workers, slot);
}

const gwd_client_events gwd_inner_events = {on_connect, on_websocket_connect,
                                            on_message, on_close};
