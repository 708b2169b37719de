/* ws_load: what its files share.
 *
 * A parent publishes and judges; each of its children holds a share of the
 * WebSockets and counts what arrives. They share one block of memory, and
 * children wake the parent through an eventfd: nobody polls, since the server
 * that is measured wants the processor, too. */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <openssl/ssl.h>

#include "blocking.h"

#define MESSAGE_MAX (64 * 1024)
#define PROCESSES_MAX 128
#define GATEWAYS_MAX 256

/* A message is "T", the time in nanoseconds as 16 hexadecimal digits, its kind,
 * and x's up to its size. */
#define MESSAGE_HEAD 18

typedef enum load_kind {
    KIND_ALL,   /* to everybody */
    KIND_UID,   /* to one */
    KIND_GROUP, /* to one group */
    KIND_COUNT
} load_kind;

/* Latencies in nanoseconds, within 1.6 %. */
#define HIST_FINE 64
#define HIST_SIZE (HIST_FINE * 42)

typedef struct load_hist {
    uint64_t count[HIST_SIZE];
} load_hist;

void hist_add(load_hist *hist, uint64_t value);
void hist_merge(load_hist *into, const load_hist *from);
uint64_t hist_total(const load_hist *hist);
/* The value that `share` of all (0 to 1) do not exceed; 0 when there is none.
 */
uint64_t hist_percentile(const load_hist *hist, double share);

typedef struct load_settings {
    struct sockaddr_in server;
    unsigned count;      /* connections in all */
    unsigned processes;  /* that hold them */
    unsigned parallel;   /* handshakes under way at once, in each process */
    unsigned groups;     /* connection i is in group i % groups */
    const char *path;    /* of the request; {i} and {g} are replaced */
    bool ids;            /* wait for the greeting with the client_id */
    SSL_CTX *tls;        /* or NULL */
    unsigned publishers; /* connections to each gateway */
    bool http;           /* publish by POST, not by frames of the inner port */
    struct sockaddr_in publish[GATEWAYS_MAX]; /* each gets every message */
    unsigned gateways;
    const char *publish_path; /* {c} is replaced by the channel */
} load_settings;

extern load_settings set;

/* What one child tells. Counters only grow. */
typedef struct load_share {
    _Atomic uint64_t opened;
    _Atomic uint64_t failed; /* before they were open */
    _Atomic uint64_t lost;   /* connections that ended after */
    _Atomic uint64_t arrived;
    _Atomic uint64_t goal; /* wake the parent when so many have arrived */
    _Atomic uint64_t done; /* commands obeyed */
    _Atomic uint64_t busy; /* nanoseconds that the last command took */
    load_hist hist[KIND_COUNT];
} load_share;

extern load_share *shares; /* one per process */
extern int wake_fd;        /* eventfd: a child has something to tell */

uint64_t now_ns(void);
void wake_parent(void);

/* ---- children ----------------------------------------------------------- */

typedef enum load_order {
    ORDER_BIND,  /* uid u<i> and group g<i % groups>, through inner ports */
    ORDER_SLOW,  /* every argument-th stops reading; 0: all read */
    ORDER_RESET, /* the histograms */
} load_order;

typedef struct load_command {
    uint32_t order;
    uint32_t argument;
} load_command;

/* Holds the connections first, first + stride, … until `commands` ends. */
_Noreturn void run_child(unsigned number, int commands);

/* Whether connection `i` stopped reading, when every `every`-th did. */
static inline bool is_slow(unsigned i, unsigned every)
{
    return every > 0 && i % every == 0;
}

typedef struct conn {
    int fd;
    uint32_t id;        /* of its client_id */
    uint16_t gateway;   /* inner port of its client_id */
    uint8_t state;      /* see conn.c */
    uint8_t want_write; /* TLS: what epoll waits for */
    uint32_t gateway_ip;
    uint32_t kept_len;
    char *kept; /* a part of a frame or of the handshake, or NULL */
    SSL *ssl;
} conn;

/* ---- conn.c ------------------------------------------------------------- */

void conn_setup(int epoll, unsigned number);
void conn_start(conn *c, unsigned index);
void conn_event(conn *c);
bool conn_is_open(const conn *c);
/* Stops or goes on reading. */
void conn_watch(conn *c, bool reading);

/* ---- receive.c ---------------------------------------------------------- */

/* Takes what arrived on an open connection; false: it is broken. */
bool receive(conn *c, const char *base, size_t len, load_share *share);
/* Between reads: the time, and whether the goal is reached. */
void receive_tick(uint64_t now);
void receive_check(load_share *share);

/* ---- bind.c ------------------------------------------------------------- */

void bind_all(const conn *conns, unsigned count, unsigned first,
              unsigned stride);

/* ---- publish.c ---------------------------------------------------------- */

void publish_open(unsigned publishers, bool as_workers);
void publish_close(void);
/* Queues one message stamped `stamp`; sent when enough are queued, or by
 * publish_flush(). `number` names the uid or group. */
void publish(load_kind kind, unsigned number, uint64_t stamp, size_t size);
void publish_filler(unsigned uid, size_t size);
void publish_flush(void);

/* ---- inner.c: frames of the inner port ---------------------------------- */

/* Each returns the length written. */
size_t inner_head(char *out, unsigned command, uint32_t connection,
                  size_t ext_len, size_t body_len);
size_t inner_bind(char *out, uint32_t connection, const char *uid);
size_t inner_join(char *out, uint32_t connection, const char *group);
size_t inner_fence(char *out);
size_t inner_worker(char *out, unsigned number);

/* ---- measure.c ---------------------------------------------------------- */

/* Obeys one line of standard input. False: there is nothing more to do. */
bool measure_line(char *line);
void wait_open(void);
extern int command_fds[PROCESSES_MAX];

#endif
