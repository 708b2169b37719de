#include "inner/inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gwclient/protocol.h>

#include "core/log.h"
#include "core/loop.h"
#include "inner/request.h"
#include "secret.h"

/* A reply's length is 32 bits on the wire; nobody unserializes that much. */
#define REPLY_MAX ((size_t)1 << 30)

/* Strangers get room for an introduction with a long key, not for 10 MiB. */
#define INTRODUCTION_MAX ((size_t)128 * 1024)
#define INTRODUCTION_SECONDS 10

/* Strings of a request, a message as JSON, two sessions merged. A frame holds
 * 10 MiB, which JSON may write six times as long. */
#define TEXT_MAX ((size_t)64 * 1024 * 1024)

/* What is larger is not kept for the next request. */
#define KEPT_MAX ((size_t)1024 * 1024)

static void free_if_done(gwd_inner *inner)
{
    if (!inner->freed || inner->conns != NULL) {
        return;
    }
    gwd_loop_remove_ring(inner->kind.loop, &inner->ring);
    gwd_workers_deinit(&inner->workers);
    gw_secret_wipe(inner->secret_key, inner->secret_key_len);
    free(inner->secret_key);
    gw_buf_deinit(&inner->reply);
    gw_buf_deinit(&inner->text);
    free(inner);
}

void gwd_inner_free(gwd_inner *inner)
{
    if (inner == NULL) {
        return;
    }
    inner->freed = true;
    /* A worker answers the ends of its clients while it reads of them. */
    for (gwd_inner_conn *conn = inner->conns; conn != NULL; conn = conn->next) {
        if (conn->worker != NULL) {
            gwd_stream_linger(&conn->stream);
        } else {
            gwd_stream_close(&conn->stream);
        }
    }
    free_if_done(inner);
}

static bool may_run(const gwd_request *request)
{
    unsigned cmd = request->frame->cmd;

    return request->conn->authorised || cmd == GW_CMD_WORKER_CONNECT ||
           cmd == GW_CMD_GATEWAY_CLIENT_CONNECT;
}

static void shrink(gw_buf *buf)
{
    if (buf->cap > KEPT_MAX) {
        gw_buf_deinit(buf);
    }
}

static void run(const gwd_request *request)
{
    request->inner->kind.loop->metrics->inner_frames++;
    if (!may_run(request)) {
        gwd_request_bad(request, "not authorised, closed");
        gwd_stream_abort(&request->conn->stream);
        return;
    }
    gwd_handler handler = gwd_handler_of(request->frame->cmd);
    if (handler == NULL) {
        gwd_request_bad(request, "unknown command");
        return;
    }
    handler(request);
    shrink(&request->inner->reply);
    shrink(&request->inner->text);
}

static ssize_t on_data(gwd_stream *stream, const char *base, size_t len)
{
    gwd_inner_conn *conn = GWD_ENTRY(stream, gwd_inner_conn, stream);
    size_t used = 0;

    while (used < len && !gwd_stream_closing(stream)) {
        gw_frame frame;
        size_t consumed = 0;
        size_t max = conn->authorised ? GW_FRAME_MAX : INTRODUCTION_MAX;
        int error = gw_frame_decode(gw_slice_of(base + used, len - used), max,
                                    &frame, &consumed);
        if (error == GW_EAGAIN) {
            break;
        }
        if (error != GW_OK) {
            gwd_log(GWD_LOG_WARNING, "inner: %s: bad frame: %s, closed",
                    conn->peer, gw_strerror(error));
            return error;
        }
        run(&(gwd_request){conn->inner, conn, &frame});
        used += consumed;
    }
    return (ssize_t)used;
}

/* A BusinessWorker tells on one connection and asks on another: what it told
 * before has come before the question, and is to be in the answer. */
void gwd_inner_on_workers(gwd_inner *inner)
{
    inner->kind.reads_last = inner->workers.count > 0;
}

static void forget_worker(gwd_inner *inner, gwd_worker *worker)
{
    size_t left = gwd_stream_queued(worker->stream);

    gwd_inner_report(inner);
    if (left > 0) {
        gwd_worker_log(GWD_LOG_WARNING, worker,
                       "ended while %zu bytes of events waited for it", left);
    }
    gwd_worker_log(GWD_LOG_INFO, worker, "gone, %zu left",
                   inner->workers.count - 1);
    gwd_workers_detach(&inner->workers, worker);
    gwd_inner_on_workers(inner);
}

/* Its key is another one's. */
static void forget_replaced(const gwd_inner_conn *conn)
{
    size_t left = gwd_stream_queued(&conn->stream);

    if (left > 0) {
        gwd_log(GWD_LOG_WARNING,
                "inner: %s: a worker until it was replaced, ended while %zu "
                "bytes of events waited for it",
                conn->peer, left);
    }
}

static void on_close(gwd_stream *stream)
{
    gwd_inner_conn *conn = GWD_ENTRY(stream, gwd_inner_conn, stream);
    gwd_inner *inner = conn->inner;

    gwd_ring_disarm(&conn->timeout);
    if (conn->worker != NULL) {
        forget_worker(inner, conn->worker);
    } else if (conn->replaced) {
        forget_replaced(conn);
    }
    *(conn->prev != NULL ? &conn->prev->next : &inner->conns) = conn->next;
    if (conn->next != NULL) {
        conn->next->prev = conn->prev;
    }
    free(conn);
    free_if_done(inner);
}

/* Most often its process has ended, and not all of what that has sent is read
 * yet. One that is really there learns at once that it is over. */
void gwd_inner_conn_replace(gwd_inner_conn *conn)
{
    conn->replaced = true;
    if (gwd_stream_queued(&conn->stream) == 0) {
        shutdown(conn->stream.fd, SHUT_WR);
    }
    gwd_ring_arm(&conn->inner->ring, &conn->timeout, GWD_REPLACED_SECONDS);
}

static void on_conn_timeout(gwd_inner_conn *conn)
{
    if (!conn->replaced && !gwd_stream_closing(&conn->stream)) {
        gwd_log(GWD_LOG_WARNING,
                "inner: %s: no introduction within %d s, closed", conn->peer,
                INTRODUCTION_SECONDS);
    }
    gwd_stream_abort(&conn->stream);
}

static void on_timeout(gwd_timeout *timeout)
{
    if (timeout->flags & GWD_INNER_CONN) {
        on_conn_timeout(GWD_ENTRY(timeout, gwd_inner_conn, timeout));
        return;
    }
    gwd_inner_timer *timer = GWD_ENTRY(timeout, gwd_inner_timer, timeout);

    timer->fn(timer->inner);
}

gwd_inner *gwd_inner_new(const gwd_inner_config *config)
{
    gwd_inner *inner = calloc(1, sizeof(*inner));
    if (inner == NULL) {
        return NULL;
    }
    inner->secret_key_len = config->secret_key.len;
    inner->secret_key = malloc(config->secret_key.len + 1);
    if (inner->secret_key == NULL ||
        gwd_workers_init(&inner->workers, config->router) < 0) {
        free(inner->secret_key);
        free(inner);
        return NULL;
    }
    if (config->secret_key.len > 0) {
        memcpy(inner->secret_key, config->secret_key.base,
               config->secret_key.len);
    }
    inner->kind = (gwd_stream_kind){
        .loop = config->loop, .on_data = on_data, .on_close = on_close};
    inner->worker_kind = inner->kind;
    /* PHP without the extension sockets has Nagle's algorithm. */
    inner->worker_kind.acks_at_once = true;
    inner->worker_kind.reads_late = true;
    inner->hub = config->hub;
    inner->named = config->named;
    gw_buf_init(&inner->reply, NULL, REPLY_MAX);
    gw_buf_init(&inner->text, NULL, TEXT_MAX);
    inner->started = gwd_loop_seconds();
    inner->ping = (gwd_inner_timer){.inner = inner, .fn = gwd_inner_ping};
    inner->watch = (gwd_inner_timer){.inner = inner, .fn = gwd_inner_watch};
    inner->report = (gwd_inner_timer){.inner = inner, .fn = gwd_inner_report};
    gwd_loop_add_ring(config->loop, &inner->ring, on_timeout);
    if (config->ping_workers) {
        gwd_ring_arm(&inner->ring, &inner->ping.timeout,
                     GWD_WORKER_PING_SECONDS);
        gwd_ring_arm(&inner->ring, &inner->watch.timeout,
                     GWD_WORKER_WATCH_SECONDS);
    }
    gwd_inner_reload(inner, config);
    return inner;
}

void gwd_inner_reload(gwd_inner *inner, const gwd_inner_config *config)
{
    inner->without_worker = config->without_worker;
    inner->workers.queue_max = config->send_to_worker_buffer_size;
}

size_t gwd_inner_worker_count(const gwd_inner *inner)
{
    return inner->workers.count;
}

void gwd_inner_accept(gwd_inner *inner, int fd, const char *peer)
{
    gwd_inner_conn *conn = calloc(1, sizeof(*conn));

    if (conn == NULL ||
        gwd_stream_init(&conn->stream, &inner->kind, fd) != GW_OK) {
        gwd_log(GWD_LOG_ERROR, "inner: %s: out of memory, refused", peer);
        free(conn);
        close(fd);
        return;
    }
    snprintf(conn->peer, sizeof(conn->peer), "%s", peer);
    conn->inner = inner;
    conn->authorised = inner->secret_key_len == 0;
    conn->next = inner->conns;
    if (conn->next != NULL) {
        conn->next->prev = conn;
    }
    inner->conns = conn;
    conn->timeout.flags = GWD_INNER_CONN;
    if (!conn->authorised) {
        gwd_ring_arm(&inner->ring, &conn->timeout, INTRODUCTION_SECONDS);
    }
}
