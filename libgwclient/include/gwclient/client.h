/* The client of a GatewayWorker cluster.
 *
 * A `gw_client` finds the gateways of a cluster through its Registers, keeps
 * connections to them, and sends them commands. It blocks, starts no thread
 * and owns no signal handler. One thread at a time may use a handle; several
 * handles are independent. After fork() the child may go on using its copy:
 * connections of the parent are dropped there, never shared.
 *
 * Every function that talks to gateways returns
 *   GW_OK             every gateway concerned was served;
 *   GW_EPARTIAL       some were not (perhaps none was); what the others gave
 *                     was delivered, and gw_client_failures() names those that
 *                     failed;
 *   another GW_E…     nothing was done (for GW_ENOMEM, and for GW_EIO of
 *                     several gateways: perhaps not everything; for
 *                     GW_ETIMEDOUT, GW_ECLOSED, GW_EAUTH, GW_EIO and GW_EPROTO
 *                     of one gateway: nobody knows); gw_client_error() says
 *                     why.
 *
 * Of the arguments: GW_EINVAL is a key of no type, one of GW_KEY_JSON outside
 * of a list, or a gw_select without fields; GW_EUTF8 a string in a list of keys
 * that is not UTF-8; GW_ETOOBIG a frame above GW_FRAME_MAX. A reply above
 * `max_reply` is GW_ETOOBIG, too.
 *
 * "All gateways" are those that the Register lists at the time of the call. A
 * call by client_ids that concerns only one gateway never returns GW_EPARTIAL:
 * the gateway's own failure is its result (and is listed, too).
 *
 * Time: one deadline per call, `timeout_ms` after its start on the monotonic
 * clock, covers the question to the Register, connecting, sending and receiving
 * on all gateways together, which are served in parallel. Within it one attempt
 * to connect may take `connect_timeout_ms`. The addresses of a name are tried
 * in turn, the one that was reached last before the others, and each but the
 * last for at most half of the time that is left. Only a host name adds to the
 * time: names are resolved by getaddrinfo(), which cannot be bounded, but no
 * name is begun with once the deadline has passed. Numeric addresses are never
 * resolved.
 *
 * Callbacks run after all gateways have answered or failed, in the Register's
 * order but those of one IP address together, as in the reference, and get
 * slices of the replies that are valid during the callback only. A callback
 * returns 0 to go on; anything else ends the call and becomes its result. A
 * callback must not use its client (GW_EBUSY) or free it; it may leave by
 * longjmp() if gw_client_reset() is called before the client's next use. */
#ifndef GWCLIENT_CLIENT_H
#define GWCLIENT_CLIENT_H

#include "frame.h"
#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- making a client ----------------------------------------------------- */

/* A client, which only these functions look into. */
typedef struct gw_client gw_client;

/* Settings at creation. Fill with gw_options_init() and change what differs;
 * `size` lets later versions add members. Strings are copied. */
typedef struct gw_options {
    size_t size;

    const char *const *registers; /* "host:port", "[v6]:port"; tried in order */
    size_t register_count;        /* default: one, 127.0.0.1:1236 */
    gw_slice secret_key;          /* default: empty */

    unsigned connect_timeout_ms; /* one connection attempt; default 3000 */
    unsigned timeout_ms;         /* a whole call; default 5000 */

    int persistent;             /* keep connections between calls; default 1 */
    unsigned pool_max_idle;     /* idle connections per gateway and key;
                                   default 4 */
    unsigned pool_idle_timeout; /* seconds an idle one is kept; default 60 */
    unsigned register_ttl_ms;   /* how long a list of gateways is believed;
                                   0: ask at every call; default 1000 */
    size_t max_reply;           /* bytes one gateway may answer;
                                   default 256 MiB */

    const gw_allocator *allocator; /* copied; default: the C library's */

    int trust_client_ids; /* connect to whatever address a client_id names,
                             see gw_client_set_trust_client_ids(); default 0 */
} gw_options;

/* Sets every member to its default. */
void gw_options_init(gw_options *options);

/* Makes a client; no connection is made yet. `options` may be NULL.
 * GW_EINVAL: an address that is not host:port (mostly the port is missing:
 * "10.0.0.1"), or more than 64; a key that is not UTF-8, or longer than 64 KiB;
 * a timeout of 0; a `size` that gw_options_init() did not set. GW_ENOMEM.
 * GW_EIO: the system gives no random bytes, or on Windows no sockets. On
 * failure `*client` is NULL. */
int gw_client_new(gw_client **client, const gw_options *options);

/* Closes every connection and frees the client. NULL is allowed. Commands that
 * were sent are not taken back. */
void gw_client_free(gw_client *client);

/* ---- settings ------------------------------------------------------------ */

/* They change what the next calls use. Each returns GW_OK, or GW_EINVAL,
 * GW_ENOMEM or GW_EBUSY, and then changes nothing. Connections and cached lists
 * are kept per address, key and Register list, so one client may serve several
 * clusters in turn. */

/* The Registers, tried in this order; the one that answers after others have
 * failed is tried first for 30 s. GW_EINVAL: an address that is not host:port,
 * none, or more than 64. */
int gw_client_set_registers(gw_client *client, const gw_slice *addresses,
                            size_t count);

/* The cluster's key. GW_EINVAL: it is not UTF-8, or longer than 64 KiB. */
int gw_client_set_secret_key(gw_client *client, gw_slice key);

/* How long an attempt to connect and a whole call may take. GW_EINVAL: one of
 * them is 0. */
int gw_client_set_timeouts(gw_client *client, unsigned connect_timeout_ms,
                           unsigned timeout_ms);

/* Whether connections are kept between calls.
 *
 * Without persistent connections (or with `max_idle` 0) a command ends with the
 * connection, before a gateway can refuse the key: a wrong key is noticed by
 * questions only, and gw_flush() reports such commands as unconfirmed. */
int gw_client_set_persistent(gw_client *client, int persistent);

/* How long a Register's list of gateways is believed; 0: ask at every call. */
int gw_client_set_register_ttl(gw_client *client, unsigned ttl_ms);

/* Whether client_ids are followed wherever they lead.
 *
 * A client_id names its gateway, and browsers may send any. So a call by
 * client_ids connects only to gateways that gw_client_set_gateways() named or
 * that the Register's list has. The list may be old: it is kept as long as no
 * newer one came, whatever the TTL. When it lacks a gateway (or there is none
 * yet), the Register is asked once within the call, beside the gateways that
 * are known already; for one that it does not list the call has GW_EUNLISTED:
 * the client is not there, unless its gateway lives but has not announced
 * itself to that Register yet, or is cut off from it. Whether it is remains
 * unknown when the Register gives no list (GW_EREGISTER, GW_EREGISTERREPLY), an
 * empty one (GW_ENOGATEWAY), or one with a name that cannot be resolved now
 * (GW_ERESOLVE). In all these cases nothing was sent to that address. Not 0:
 * none of this; who can choose a client_id gets the secret key. */
int gw_client_set_trust_client_ids(gw_client *client, int trust);

/* How many idle connections are kept per gateway and key, of a host name per
 * address, and for how long; 0: none, as without persistence. One with
 * commands that nothing has confirmed is kept for 10 minutes. */
int gw_client_set_pool(gw_client *client, unsigned max_idle,
                       unsigned idle_timeout_s);

/* Names the gateways of the cluster: "all gateways" are these then, and no
 * Register is asked, until a call with count 0. For a program that knows them
 * by other means. Client_ids in the replies of one under a host name have the
 * name's first IPv4 address. GW_EINVAL: an address that is not host:port, or
 * more than 4096. */
int gw_client_set_gateways(gw_client *client, const gw_slice *addresses,
                           size_t count);

/* ---- what happened ------------------------------------------------------- */

/* What the last call met, in one English line that names peers and causes;
 * "" after success. The text of GW_ENOGATEWAY is that of PHP and has a newline
 * in it. GW_EBUSY leaves that of the call which is under way; gw_strerror()
 * tells of it. Never holds a key or a message. Valid until the next call. */
const char *gw_client_error(const gw_client *client);

/* A gateway that a call could not serve. */
typedef struct gw_failure {
    const char *address; /* "host:port" as the Register gave it */
    int code;            /* GW_E… */
    const char *cause;   /* one English line */
} gw_failure;

/* The gateways that the last call could not serve: their number, and in `*list`
 * where they are. Valid until the next call. */
size_t gw_client_failures(const gw_client *client, const gw_failure **list);

/* What a client has done since it was made. */
typedef struct gw_client_stats {
    size_t size;               /* set by the caller: sizeof(gw_client_stats) */
    uint64_t connects;         /* connections opened to gateways */
    uint64_t reuses;           /* commands sent on a pooled connection */
    uint64_t stale;            /* pooled connections found closed */
    uint64_t register_lookups; /* questions to a Register */
    uint64_t frames_sent;      /* commands, authorisation not counted */
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint64_t failures; /* gateways that a call could not serve */
    size_t idle;       /* connections in the pool now */
} gw_client_stats;

/* Fills as much of `*stats` as its `size` says. */
void gw_client_get_stats(const gw_client *client, gw_client_stats *stats);

/* Drops the call that a longjmp() out of a callback interrupted. Connections
 * whose reply was not wholly read are closed. Harmless at any other time; a
 * callback that calls it and returns has ended its call. */
void gw_client_reset(gw_client *client);

/* Closes idle connections and forgets cached lists. */
void gw_client_disconnect(gw_client *client);

/* Gets one "host:port". */
typedef int (*gw_address_fn)(void *arg, gw_slice address);

/* The gateways of the cluster. */
int gw_gateways(gw_client *client, gw_address_fn fn, void *arg);

/* ---- messages to browsers ------------------------------------------------ */

/* They are sent and not waited for; see gw_flush(). */

/* What is sent to a client. */
typedef struct gw_message {
    gw_slice body;
    unsigned flags; /* GW_FLAG_SCALAR, GW_FLAG_RAW (protocol.h) */
} gw_message;

/* The usual message: raw bytes, framed for the client by its gateway. */
static inline gw_message gw_message_of(const void *base, size_t len)
{
    gw_message m;
    m.body = gw_slice_of(base, len);
    m.flags = 0x01u;
    return m;
}

/* To one client. Also GW_OK when it is offline: nobody tells. */
int gw_send_to_client(gw_client *client, const gw_client_id *id,
                      const gw_message *message);

/* To every client, less the excluded. `exclude` may be NULL when the count is
 * 0. */
int gw_send_to_all(gw_client *client, const gw_message *message,
                   const gw_client_id *exclude, size_t exclude_count);

/* To these clients; asks only their gateways. An id that is listed twice gets
 * one copy. */
int gw_send_to_clients(gw_client *client, const gw_client_id *ids, size_t count,
                       const gw_message *message);

/* To every connection of each uid, in each gateway. An empty list is sent, too:
 * it reaches nobody, and tells whether the cluster can be reached. */
int gw_send_to_uids(gw_client *client, const gw_key *uids, size_t count,
                    const gw_message *message);

/* To every connection in each group: one in two groups gets two copies. */
int gw_send_to_groups(gw_client *client, const gw_key *groups, size_t count,
                      const gw_message *message, const gw_client_id *exclude,
                      size_t exclude_count);

/* ---- commands to one client, and to a group ------------------------------ */

/* Nobody can be bound to the uid "", "0" or 0, or be in a group of that name:
 * gateways take it for none, as PHP's empty() does. */

/* Sends `last` (NULL: nothing) and closes the client's connection. */
int gw_close_client(gw_client *client, const gw_client_id *id,
                    const gw_message *last);

/* Closes without flushing what is still queued for the client. */
int gw_destroy_client(gw_client *client, const gw_client_id *id);

/* Binds the client to a uid, in place of an earlier one. */
int gw_bind_uid(gw_client *client, const gw_client_id *id, gw_key uid);

/* Takes away whatever uid the client has; `uid` only travels along. */
int gw_unbind_uid(gw_client *client, const gw_client_id *id, gw_key uid);

/* Puts the client into a group, besides those that it is in. */
int gw_join_group(gw_client *client, const gw_client_id *id, gw_key group);

/* Takes the client out of a group. */
int gw_leave_group(gw_client *client, const gw_client_id *id, gw_key group);

/* Removes every connection of every gateway from the group. */
int gw_ungroup(gw_client *client, gw_key group);

/* Replaces the client's session. `session` is serialize() output of a PHP
 * array; gw_session_from_json() makes it. */
int gw_set_session(gw_client *client, const gw_client_id *id, gw_slice session);

/* Merges into the client's session like array_replace_recursive(). */
int gw_update_session(gw_client *client, const gw_client_id *id,
                      gw_slice session);

/* ---- questions ----------------------------------------------------------- */

/* Sets `*online` to 1 or 0. */
int gw_is_online(gw_client *client, const gw_client_id *id, int *online);

/* The client's session. `session->base` is NULL when the client is offline;
 * else it is what was stored, unchecked: serialize() output ("a:0:{}" when none
 * was set) unless somebody stored other bytes. Valid until the next call. */
int gw_get_session(gw_client *client, const gw_client_id *id,
                   gw_slice *session);

/* Gets one client. */
typedef int (*gw_client_id_fn)(void *arg, const gw_client_id *id);

/* The clients of a uid. */
int gw_get_client_ids_by_uid(gw_client *client, gw_key uid, gw_client_id_fn fn,
                             void *arg);

/* Called for each gateway and uid: once with `id` NULL, which tells that the
 * gateway knows the question, then once for each of the uid's connections. */
typedef int (*gw_uid_client_fn)(void *arg, const gw_key *uid,
                                const gw_client_id *id);

/* The clients of several uids. Needs GatewayWorker 3.1.6: older gateways do not
 * answer, and fail with GW_ETIMEDOUT. */
int gw_batch_get_client_ids_by_uid(gw_client *client, const gw_key *uids,
                                   size_t count, gw_uid_client_fn fn,
                                   void *arg);

/* Gets one client and its session, "" when none was set. */
typedef int (*gw_session_fn)(void *arg, const gw_client_id *id,
                             gw_slice session);

/* The sessions of the clients in a group; `group` NULL: of every client. */
int gw_get_sessions(gw_client *client, const gw_key *group, gw_session_fn fn,
                    void *arg);

/* How many clients there are in a group, in all gateways together; `group`
 * NULL, or "": every client. */
int gw_get_client_count(gw_client *client, const gw_key *group, int64_t *count);

/* Called once for each gateway and group: the caller adds the counts up. */
typedef int (*gw_count_fn)(void *arg, const gw_key *group, int64_t count);

/* How many clients there are in each group. Needs GatewayWorker 3.1.17: older
 * gateways do not answer, and fail with GW_ETIMEDOUT. */
int gw_batch_get_client_count(gw_client *client, const gw_key *groups,
                              size_t count, gw_count_fn fn, void *arg);

/* Gets one group. */
typedef int (*gw_key_fn)(void *arg, const gw_key *key);

/* The groups that have clients. One that several gateways know is reported by
 * each. */
int gw_get_groups(gw_client *client, gw_key_fn fn, void *arg);

/* The client's uid is asked for. */
#define GW_FIELD_UID 0x01u
/* Its groups are asked for. */
#define GW_FIELD_GROUPS 0x02u
/* Its session is asked for. */
#define GW_FIELD_SESSION 0x04u

/* Which clients: all when every list is empty, else the union of the lists. */
typedef struct gw_select {
    unsigned fields; /* GW_FIELD_…, at least one */
    const gw_key *groups;
    size_t group_count;
    const gw_key *uids;
    size_t uid_count;
    const gw_client_id *ids; /* with this list alone, only their gateways are
                                asked */
    size_t id_count;
} gw_select;

/* What is known of one client. Valid during the callback only. */
typedef struct gw_row {
    gw_client_id id;
    gw_key uid;       /* GW_KEY_NONE: not bound or not asked for */
    gw_slice session; /* "": not set or not asked for */
    gw_slice groups;  /* walk it with gw_row_next_group() */
} gw_row;

/* Gets one client. */
typedef int (*gw_row_fn)(void *arg, const gw_row *row);

/* Uid, groups and session of clients, as far as `select` asks for them. */
int gw_select_clients(gw_client *client, const gw_select *select, gw_row_fn fn,
                      void *arg);

/* The next group of a row. Start with `*rest = row->groups`. Returns 1 and a
 * key, or 0 at the end. */
int gw_row_next_group(gw_slice *rest, gw_key *group);

/* ---- delivery ------------------------------------------------------------ */

/* Waits until the gateways have handled every command that this client sent
 * for the current key: a cheap question on each connection that still has
 * unanswered commands; replies come in order, so its reply proves the rest.
 *
 * GW_EUNCONFIRMED: a connection ended before it could be asked, did not answer
 * in time, or the client is not persistent; gw_client_failures() names each of
 * the gateways once, with GW_ETIMEDOUT if it was only silent. Each command is
 * reported as unconfirmed once, unless nobody asks within 10 minutes. */
int gw_flush(gw_client *client);

/* ---- any frame ----------------------------------------------------------- */

/* For commands that this header does not know, and that have no reply: one
 * would be taken for that of a later question. `id` NULL: all gateways, else
 * that client's, whose connection number is then put into the frame. */
int gw_send_frame(gw_client *client, const gw_client_id *id,
                  const gw_frame *frame);

/* Gets one gateway's reply: serialize() output. */
typedef int (*gw_reply_fn)(void *arg, gw_slice address, gw_slice reply);

/* The same for a command with a reply. */
int gw_query_frame(gw_client *client, const gw_client_id *id,
                   const gw_frame *frame, gw_reply_fn fn, void *arg);

/* Clients that a frame is about. Each gateway is told its own of them: its
 * ext_data is `before`, the JSON object {"1":1,"7":7} of their connections, and
 * `after`. */
typedef struct gw_frame_clients {
    const gw_client_id *ids;
    size_t count;
    gw_slice before;
    gw_slice after;
    int others; /* every listed gateway is asked, and no other; those that have
                   none of them with the frame's own ext_data */
} gw_frame_clients;

/* The same of the gateways of these clients. GW_EPARTIAL: some of them failed,
 * be it the only one. */
int gw_query_frame_clients(gw_client *client, const gw_frame *frame,
                           const gw_frame_clients *clients, gw_reply_fn fn,
                           void *arg);

#ifdef __cplusplus
}
#endif

#endif /* GWCLIENT_CLIENT_H */
