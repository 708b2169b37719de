/* What a process counts. Lives in memory that other processes read, too (see
 * status/): only its own process writes it, a whole number at a time. */
#ifndef GWD_METRICS_H
#define GWD_METRICS_H

#include <stdint.h>

/* Why a client's connection ended; name, text of the `reason` label. */
#define GWD_CLOSE_MAP(X)                                                       \
    X(CLIENT, "client")                       /* it closed, or was lost */     \
    X(KICK, "kick")                           /* closeClient() */              \
    X(DESTROY, "destroy")                     /* destroyClient() */            \
    X(HANDSHAKE, "handshake")                 /* its request was refused */    \
    X(HANDSHAKE_TIMEOUT, "handshake_timeout") /* it never finished one */      \
    X(PROTOCOL, "protocol")                   /* broke its protocol's rules */ \
    X(TOO_BIG, "too_big")                     /* above max_package_size */     \
    X(HEARTBEAT, "heartbeat")                 /* ping_not_response_limit */    \
    X(PING_TIMEOUT, "ping_timeout")           /* websocket_ping */             \
    X(UNBOUND, "unbound")                     /* close_unbound_after */        \
    X(BUFFER_FULL, "buffer_full") /* send_to_client_full = close */            \
    X(NO_WORKER, "no_worker")     /* without_worker = strict */                \
    X(LIMIT, "limit")             /* max_connections… */                     \
    X(TLS, "tls")                 /* its TLS failed */                         \
    X(SHUTDOWN, "shutdown")                                                    \
    X(CRASH, "crash") /* its process ended without it */                       \
    X(ERROR, "error") /* out of memory */

typedef enum gwd_close_reason {
#define GWD_CLOSE_ENUM(name, text) GWD_CLOSE_##name,
    GWD_CLOSE_MAP(GWD_CLOSE_ENUM)
#undef GWD_CLOSE_ENUM
        GWD_CLOSE_REASONS
} gwd_close_reason;

typedef struct gwd_metrics {
    /* counters */
    uint64_t accepted;     /* clients' connections */
    uint64_t opened;       /* of them, those whose handshake was finished */
    uint64_t messages_in;  /* from clients */
    uint64_t messages_out; /* to clients: queued, one for each receiver */
    uint64_t bytes_in;     /* of clients' connections, framing included */
    uint64_t bytes_out;
    uint64_t dropped;        /* messages to clients whose queue was full */
    uint64_t worker_dropped; /* frames to workers whose queue was full */
    uint64_t inner_frames;   /* commands on the inner port */
    uint64_t closed[GWD_CLOSE_REASONS];
    /* as it stands, refreshed once a second */
    uint64_t connections;
    uint64_t uids;
    uint64_t groups;
    uint64_t workers;
    uint64_t loop_lag_us; /* the longest turn of the last second */
    uint64_t memory;      /* resident, bytes */
} gwd_metrics;

#endif
