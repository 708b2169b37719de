#include "tls/session.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <gwclient/error.h>

#include "tls/certificates.h"

/* Fairness: nobody keeps the loop busy with records that hold no data, either.
 * The socket goes on saying that it can be read. */
#define EVENT_BUDGET ((size_t)80 * 1024)

/* Who makes us answer (with new keys, say) without taking the answers is read
 * no further. Above the length of one record. */
#define BACKLOG_MAX ((size_t)32 * 1024)

struct gwd_tls_conn {
    SSL *ssl;
    gwd_tls_set *set; /* its certificates: a reload does not take them away */
    gwd_tls_place place;
    int fd;
    size_t budget;    /* bytes that may still be taken from the socket now */
    bool lost;        /* the socket has ended, or failed */
    bool has_more;    /* see gwd_tls_conn_has_more() */
    bool over;        /* nothing more can be read: `end` says why */
    bool broken;      /* TLS must not be spoken any more */
    bool known;       /* see gwd_tls_conn_is_new() */
    bool write_waits; /* SSL_write() needs input first */
    bool answered;    /* see gwd_tls_conn_has_answered() */
    bool reading;     /* answers to what is read are held… */
    bool held;        /* …so the kernel was not offered the backlog yet */
    int end;
    unsigned long error; /* OpenSSL's code */
    char *early;         /* what was read before TLS began, or NULL */
    size_t early_len;
    size_t early_used;
    char *backlog; /* encrypted, but the kernel has not taken it; or NULL */
    size_t backlog_len;
    size_t backlog_sent;
};

/* ---- the socket, as OpenSSL sees it ------------------------------------- */

static int take_early(gwd_tls_conn *conn, char *out, int room)
{
    size_t len = conn->early_len - conn->early_used;

    if (len > (size_t)room)
        len = (size_t)room;
    memcpy(out, conn->early + conn->early_used, len);
    conn->early_used += len;
    if (conn->early_used == conn->early_len) {
        free(conn->early);
        conn->early = NULL;
    }
    return (int)len;
}

static int on_bio_read(BIO *bio, char *out, int room)
{
    gwd_tls_conn *conn = BIO_get_data(bio);
    size_t len = (size_t)room < conn->budget ? (size_t)room : conn->budget;
    ssize_t got;

    BIO_clear_retry_flags(bio);
    if (conn->early != NULL)
        return take_early(conn, out, room);
    if (len == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    got = recv(conn->fd, out, len, 0);
    /* Less than asked for: the socket is empty, which saves a call. */
    conn->budget = got < (ssize_t)len ? 0 : conn->budget - len;
    if (got > 0)
        return (int)got;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        BIO_set_retry_read(bio);
    else
        conn->lost = true;
    return (int)got;
}

/* How much the kernel takes. Negative: the connection is lost. */
static ssize_t send_some(gwd_tls_conn *conn, const char *base, size_t len)
{
    ssize_t sent = send(conn->fd, base, len, MSG_NOSIGNAL);

    if (sent >= 0)
        return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return 0;
    conn->lost = true;
    return -1;
}

/* A peer may take its answers so slowly that some are always left. */
static void forget_sent(gwd_tls_conn *conn)
{
    if (conn->backlog_sent == 0)
        return;
    conn->backlog_len -= conn->backlog_sent;
    memmove(conn->backlog, conn->backlog + conn->backlog_sent,
            conn->backlog_len);
    conn->backlog_sent = 0;
}

static bool keep(gwd_tls_conn *conn, const char *base, size_t len)
{
    char *grown;

    forget_sent(conn);
    grown = realloc(conn->backlog, conn->backlog_len + len);
    if (grown == NULL)
        return false;
    memcpy(grown + conn->backlog_len, base, len);
    conn->backlog = grown;
    conn->backlog_len += len;
    return true;
}

/* Answers to what is read leave at the end of the turn, together with what the
 * owner has to say: the tickets of a handshake with the answer to the request
 * that came behind it.
 *
 * Takes all: OpenSSL fails (SSL_R_BAD_LENGTH) when it is to answer new keys
 * while half a record of data waits. */
static int on_bio_write(BIO *bio, const char *base, int len)
{
    gwd_tls_conn *conn = BIO_get_data(bio);
    ssize_t sent = 0;

    BIO_clear_retry_flags(bio);
    conn->answered = true;
    if (conn->backlog == NULL && !conn->reading)
        sent = send_some(conn, base, (size_t)len);
    if (sent < 0)
        return -1;
    if (conn->backlog == NULL && conn->reading)
        conn->held = true;
    if (sent < len && !keep(conn, base + sent, (size_t)(len - sent))) {
        conn->lost = true;
        return -1;
    }
    return len;
}

static long on_bio_ctrl(BIO *bio, int command, long number, void *arg)
{
    gwd_tls_conn *conn = BIO_get_data(bio);

    (void)number;
    (void)arg;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return conn->lost;
    default:
        return 0;
    }
}

/* One for the whole process: OpenSSL numbers them, and not without end. */
static BIO_METHOD *socket_method(void)
{
    static BIO_METHOD *method;

    if (method != NULL)
        return method;
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
                          "gatewayd socket");
    if (method == NULL)
        return NULL;
    BIO_meth_set_read(method, on_bio_read);
    BIO_meth_set_write(method, on_bio_write);
    BIO_meth_set_ctrl(method, on_bio_ctrl);
    return method;
}

/* ---- a connection ------------------------------------------------------- */

gwd_tls_conn *gwd_tls_conn_new(gwd_tls *tls, int fd)
{
    gwd_tls_conn *conn = calloc(1, sizeof(*conn));
    BIO_METHOD *method = socket_method();
    BIO *bio = method == NULL ? NULL : BIO_new(method);

    if (conn != NULL)
        conn->ssl = SSL_new(tls->set->main);
    if (conn == NULL || bio == NULL || conn->ssl == NULL) {
        BIO_free(bio);
        gwd_tls_conn_free(&conn);
        ERR_clear_error();
        return NULL;
    }
    conn->fd = fd;
    conn->set = gwd_tls_set_ref(tls->set);
    BIO_set_data(bio, conn);
    BIO_set_init(bio, 1);
    SSL_set_bio(conn->ssl, bio, bio);
    SSL_set_accept_state(conn->ssl);
    return conn;
}

void gwd_tls_conn_free(gwd_tls_conn **conn)
{
    gwd_tls_conn *gone = *conn;

    *conn = NULL;
    if (gone == NULL)
        return;
    SSL_free(gone->ssl);
    gwd_tls_set_unref(&gone->set);
    free(gone->early);
    free(gone->backlog);
    free(gone);
}

int gwd_tls_conn_feed(gwd_tls_conn *conn, const void *base, size_t len)
{
    if (len == 0)
        return GW_OK;
    conn->early = malloc(len);
    if (conn->early == NULL)
        return GW_ENOMEM;
    memcpy(conn->early, base, len);
    conn->early_len = len;
    conn->early_used = 0;
    conn->has_more = true;
    return GW_OK;
}

/* What an operation that brought nothing means. */
static int judge(gwd_tls_conn *conn, int result)
{
    switch (SSL_get_error(conn->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return GW_EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        break;
    }
    conn->broken = conn->over = true;
    conn->error = ERR_peek_error();
    conn->end = conn->lost ? GW_ECLOSED : GW_EPROTO;
    ERR_clear_error();
    return conn->end;
}

static int clamp(size_t len)
{
    return len > INT_MAX ? INT_MAX : (int)len;
}

static ssize_t read_records(gwd_tls_conn *conn, char *base, size_t room)
{
    size_t got = 0;

    conn->budget = EVENT_BUDGET;
    conn->has_more = false;
    if (gwd_tls_conn_read_want(conn) == GWD_TLS_WANT_WRITE)
        return GW_EAGAIN;
    while (!conn->over && got < room) {
        int n;

        ERR_clear_error();
        n = SSL_read(conn->ssl, base + got, clamp(room - got));
        if (n > 0) {
            got += (size_t)n;
            continue;
        }
        n = judge(conn, n);
        if (n == GW_EAGAIN)
            return got > 0 ? (ssize_t)got : GW_EAGAIN;
        conn->end = n;
        conn->over = true;
    }
    if (got == 0)
        return conn->end;
    conn->has_more = true; /* an end to be told, or more than there is room */
    return (ssize_t)got;
}

ssize_t gwd_tls_conn_read(gwd_tls_conn *conn, char *base, size_t room)
{
    ssize_t got;

    conn->reading = true;
    got = read_records(conn, base, room);
    conn->reading = false;
    if (conn->broken)
        gwd_tls_conn_flush(conn); /* the owner will not: it says why */
    return got;
}

bool gwd_tls_conn_is_new(gwd_tls_conn *conn)
{
    if (conn->known || !SSL_is_init_finished(conn->ssl))
        return false;
    conn->known = true;
    return true;
}

bool gwd_tls_conn_is_known(const gwd_tls_conn *conn)
{
    return conn->known;
}

bool gwd_tls_conn_has_answered(const gwd_tls_conn *conn)
{
    return conn->answered;
}

gwd_tls_place *gwd_tls_conn_place(gwd_tls_conn *conn)
{
    return &conn->place;
}

bool gwd_tls_conn_has_more(const gwd_tls_conn *conn)
{
    return conn->has_more;
}

int gwd_tls_conn_flush(gwd_tls_conn *conn)
{
    ssize_t sent;

    conn->held = false;
    if (conn->backlog == NULL)
        return GW_OK;
    sent = send_some(conn, conn->backlog + conn->backlog_sent,
                     conn->backlog_len - conn->backlog_sent);
    if (sent < 0)
        return GW_ECLOSED;
    conn->backlog_sent += (size_t)sent;
    if (conn->backlog_sent < conn->backlog_len)
        return GW_EAGAIN;
    free(conn->backlog);
    conn->backlog = NULL;
    conn->backlog_len = conn->backlog_sent = 0;
    return GW_OK;
}

bool gwd_tls_conn_has_output(const gwd_tls_conn *conn)
{
    return conn->backlog != NULL;
}

ssize_t gwd_tls_conn_write(gwd_tls_conn *conn, const void *base, size_t len)
{
    int n = conn->held ? GW_OK : gwd_tls_conn_flush(conn);

    if (n < 0)
        return n;
    if (conn->broken)
        return conn->end;
    conn->budget = EVENT_BUDGET; /* a handshake may have to be read first */
    ERR_clear_error();
    n = SSL_write(conn->ssl, base, clamp(len));
    if (n <= 0)
        n = judge(conn, n);
    if (conn->held && gwd_tls_conn_flush(conn) == GW_ECLOSED)
        return GW_ECLOSED;
    conn->write_waits = n == GW_EAGAIN;
    return n == 0 ? GW_ECLOSED : n;
}

gwd_tls_want gwd_tls_conn_read_want(const gwd_tls_conn *conn)
{
    return conn->backlog_len - conn->backlog_sent > BACKLOG_MAX
               ? GWD_TLS_WANT_WRITE
               : GWD_TLS_WANT_READ;
}

gwd_tls_want gwd_tls_conn_write_want(const gwd_tls_conn *conn)
{
    return conn->write_waits && conn->backlog == NULL ? GWD_TLS_WANT_READ
                                                      : GWD_TLS_WANT_WRITE;
}

void gwd_tls_conn_goodbye(gwd_tls_conn *conn)
{
    if (conn->broken || conn->backlog != NULL || SSL_in_init(conn->ssl))
        return;
    ERR_clear_error();
    SSL_shutdown(conn->ssl);
    ERR_clear_error();
}

const char *gwd_tls_conn_reason(const gwd_tls_conn *conn)
{
    const char *text = ERR_reason_error_string(conn->error);

    return text != NULL ? text : "the connection ended";
}
