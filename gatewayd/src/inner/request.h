/* One command that arrived on the inner port, and the ways to answer it. */
#ifndef GWD_INNER_REQUEST_H
#define GWD_INNER_REQUEST_H

#include <stdbool.h>

#include <gwclient/frame.h>

#include "buf.h"
#include "core/log.h"
#include "core/message.h"
#include "core/ring.h"
#include "core/stream.h"
#include "hub/hub.h"
#include "inner/inner.h"
#include "inner/json.h"
#include "inner/workers.h"

typedef struct gwd_inner_conn gwd_inner_conn;

/* gwd_timeout.flags: a connection's, not a gwd_inner_timer's. */
#define GWD_INNER_CONN 1

/* What clients did while no worker was there, and no worker hears of any more.
 * An ON_CONNECT still comes later. */
typedef struct gwd_inner_unheard {
    uint64_t messages;   /* with without_worker = push, and so are… */
    uint64_t handshakes; /* ON_WEBSOCKET_CONNECT */
    uint64_t closes;     /* of clients that one had heard of */
} gwd_inner_unheard;

typedef struct gwd_inner_timer {
    gwd_timeout timeout;
    gwd_inner *inner;
    void (*fn)(gwd_inner *inner);
} gwd_inner_timer;

struct gwd_inner {
    gwd_stream_kind kind;        /* of who is no worker */
    gwd_stream_kind worker_kind; /* of who is */
    gwd_hub *hub;
    char *secret_key;
    size_t secret_key_len;
    gwd_inner_conn *conns;
    gwd_workers workers;
    gwd_without_worker without_worker;
    gwd_inner_unheard unheard;
    gwd_ring ring;
    gwd_inner_timer ping;   /* of all workers */
    gwd_inner_timer watch;  /* whether their machines answer */
    gwd_inner_timer report; /* armed while there is something to tell */
    uint64_t refused;       /* clients, since the last report: without_worker */
    uint32_t started;       /* gwd_loop_seconds() */
    gw_buf reply;           /* the reply being written; one at a time */
    gw_buf text;            /* unescaped JSON strings of the request */
    bool named;             /* see gwd_inner_config */
    bool freed;             /* goes with its last connection */
};

struct gwd_inner_conn {
    gwd_stream stream;
    gwd_inner *inner;
    gwd_inner_conn *prev;
    gwd_inner_conn *next;
    gwd_worker *worker;  /* NULL: not introduced as one */
    gwd_timeout timeout; /* GWD_INNER_CONN; until it is authorised, and again
                            when it was replaced */
    bool authorised;
    bool replaced; /* the worker has another one now: this one is told nothing
                      any more, but what it has sent is carried out */
    char peer[64]; /* "1.2.3.4:5" */
};

typedef struct gwd_request {
    gwd_inner *inner;
    gwd_inner_conn *conn;
    const gw_frame *frame;
} gwd_request;

/* Another connection is the worker that this one was. It ends with its peer, or
 * soon. */
void gwd_inner_conn_replace(gwd_inner_conn *conn);
#define GWD_REPLACED_SECONDS 10

/* A handler reports what is wrong with a request itself, through the log; the
 * connection goes on, as the reference's does. */
typedef void (*gwd_handler)(const gwd_request *request);

/* The handler of a command, or NULL. */
gwd_handler gwd_handler_of(unsigned cmd);

/* Logs "inner: PEER: CAUSE (cmd N)". */
void gwd_request_bad(const gwd_request *request, const char *cause);

/* The member that the frame addresses, or NULL: gone, which is not an error. */
gwd_member *gwd_request_member(const gwd_request *request);

/* The members whom a JSON value names as a uid or a group: `lookup` is
 * gwd_hub_uid() or gwd_hub_group(). NULL: nobody, or the value is no key. */
typedef gwd_party *(*gwd_lookup)(const gwd_hub *hub, const gw_key *key);
gwd_party *gwd_party_named(gwd_inner *inner, const gw_json_token *value,
                           gwd_lookup lookup);

/* The frame's body as a message for clients: raw bytes as they are, serialized
 * values as JSON. NULL: not to be had (logged). */
gwd_message *gwd_request_message(const gwd_request *request);

/* A reply: begin, append serialize() output to the buffer, end. A reply that
 * cannot be built closes the connection: a missing one would be answered by
 * the next. */
gw_buf *gwd_reply_begin(const gwd_request *request);
void gwd_reply_end(const gwd_request *request);
void gwd_reply_int(const gwd_request *request, int64_t num);
void gwd_reply_empty_array(const gwd_request *request);

/* Workers on other machines: NAT and firewalls forget silent connections. */
#define GWD_WORKER_PING_SECONDS 25
#define GWD_WORKER_WATCH_SECONDS 1

/* Some worker has come, or gone. inner.c */
void gwd_inner_on_workers(gwd_inner *inner);

/* events.c: what the timers do. */
void gwd_inner_ping(gwd_inner *inner);
void gwd_inner_watch(gwd_inner *inner);
void gwd_inner_report(gwd_inner *inner);

/* For when a worker has come: where none ever does, `unheard` is as meant. */
void gwd_inner_report_unheard(gwd_inner *inner);

/* Logs "inner: worker KEY: TEXT", events.c. */
void gwd_worker_log(gwd_log_level level, const gwd_worker *worker,
                    const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The handlers, one file per subject. */
#define GWD_DECLARE(name) void gwd_on_##name(const gwd_request *request)
GWD_DECLARE(worker_connect); /* handlers_auth.c */
GWD_DECLARE(client_connect);
GWD_DECLARE(ping);
GWD_DECLARE(send_to_one); /* handlers_send.c */
GWD_DECLARE(send_to_all);
GWD_DECLARE(send_to_uid);
GWD_DECLARE(send_to_group);
GWD_DECLARE(kick);
GWD_DECLARE(destroy);
GWD_DECLARE(bind_uid); /* handlers_bind.c */
GWD_DECLARE(unbind_uid);
GWD_DECLARE(join_group);
GWD_DECLARE(leave_group);
GWD_DECLARE(ungroup);
GWD_DECLARE(set_session); /* handlers_session.c */
GWD_DECLARE(update_session);
GWD_DECLARE(get_session);
GWD_DECLARE(get_all_sessions);
GWD_DECLARE(get_sessions_by_group);
GWD_DECLARE(is_online); /* handlers_query.c */
GWD_DECLARE(get_ids_by_uid);
GWD_DECLARE(batch_get_ids_by_uid);
GWD_DECLARE(get_count_by_group);
GWD_DECLARE(batch_get_count_by_group);
GWD_DECLARE(get_group_list);
GWD_DECLARE(select); /* handlers_select.c */
#undef GWD_DECLARE

#endif
