#include "core/transport.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <event2/event.h>
#include <gwclient/error.h>

#include "core/listen.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/queue.h"
#include "tls/session.h"

#define PIECES 64 /* of one system call */
/* Below this size on average, copying a piece costs less than naming it to the
 * kernel; and one large send wakes the peer once. */
#define SMALL_PIECE 1024
#define TLS_RECORD ((size_t)16 * 1024)

/* What errno means after recv() or sendmsg(). */
static int judge_errno(void)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return GW_EAGAIN;
    return GW_ECLOSED;
}

/* ---- plain -------------------------------------------------------------- */

ssize_t gwd_transport_receive(int fd, char *base, size_t room)
{
    ssize_t got = recv(fd, base, room, 0);

    if (got > 0)
        return got;
    return got == 0 ? GW_ECLOSED : judge_errno();
}

static bool pieces_are_small(const gwd_queue *queue)
{
    size_t count = gwd_queue_count(queue);

    return count > 1 && gwd_queue_bytes(queue) < count * SMALL_PIECE;
}

static ssize_t send_some(const gwd_stream *stream)
{
    const gwd_queue *queue = stream->queue;
    gwd_loop *loop = stream->kind->loop;
    struct iovec iov[PIECES];
    struct msghdr msg;
    int count;

    if (pieces_are_small(queue)) {
        const char *base;
        size_t len =
            gwd_queue_gather(queue, loop->output, sizeof(loop->output), &base);
        return send(stream->fd, base, len, MSG_NOSIGNAL);
    }
    count = gwd_queue_peek(queue, iov, PIECES);
    if (count == 1)
        return send(stream->fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL);
    memset(&msg, 0, sizeof(msg));
    msg.msg_iov = iov;
    msg.msg_iovlen = count;
    return sendmsg(stream->fd, &msg, MSG_NOSIGNAL);
}

static ssize_t plain_write(gwd_stream *stream)
{
    ssize_t sent;

    do {
        sent = send_some(stream);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0 ? sent : judge_errno();
}

/* ---- TLS ---------------------------------------------------------------- */

/* Handshakes of strangers fail all the time: nothing for the usual log. */
static ssize_t report(const gwd_stream *stream, ssize_t result)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof(peer);
    char name[GWD_PEER_LEN + 1] = "?";

    if (result != GW_EPROTO)
        return result;
    if (getpeername(stream->fd, (struct sockaddr *)&peer, &len) == 0)
        gwd_peer_format((struct sockaddr *)&peer, name);
    gwd_log(GWD_LOG_DEBUG, "%s: TLS failed: %s", name,
            gwd_tls_conn_reason(stream->tls));
    return result;
}

/* Pieces are put together: each record costs bytes, and a system call. */
static ssize_t tls_write(gwd_stream *stream)
{
    gwd_loop *loop = stream->kind->loop;
    const char *base;
    size_t len;

    if (stream->queue == NULL)
        return gwd_tls_conn_flush(stream->tls);
    len = gwd_queue_gather(stream->queue, loop->output, TLS_RECORD, &base);

    return report(stream, gwd_tls_conn_write(stream->tls, base, len));
}

static short event_of(gwd_tls_want want)
{
    return want == GWD_TLS_WANT_READ ? EV_READ : EV_WRITE;
}

/* ---- either ------------------------------------------------------------- */

ssize_t gwd_transport_read(gwd_stream *stream, char *base, size_t room)
{
    if (stream->tls == NULL)
        return gwd_transport_receive(stream->fd, base, room);
    return report(stream, gwd_tls_conn_read(stream->tls, base, room));
}

bool gwd_transport_has_more(const gwd_stream *stream)
{
    return stream->tls != NULL && gwd_tls_conn_has_more(stream->tls);
}

ssize_t gwd_transport_write(gwd_stream *stream)
{
    return stream->tls == NULL ? plain_write(stream) : tls_write(stream);
}

bool gwd_transport_has_output(const gwd_stream *stream)
{
    return stream->queue != NULL ||
           (stream->tls != NULL && gwd_tls_conn_has_output(stream->tls));
}

short gwd_transport_events(const gwd_stream *stream, bool reading)
{
    const gwd_tls_conn *tls = stream->tls;
    bool writing = gwd_transport_has_output(stream);
    short events = 0;

    if (reading)
        events |= tls == NULL ? EV_READ : event_of(gwd_tls_conn_read_want(tls));
    if (writing)
        events |=
            tls == NULL ? EV_WRITE : event_of(gwd_tls_conn_write_want(tls));
    return events;
}

void gwd_transport_goodbye(gwd_stream *stream)
{
    if (stream->tls != NULL)
        gwd_tls_conn_goodbye(stream->tls);
}
