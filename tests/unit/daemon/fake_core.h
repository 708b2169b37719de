/* The inner port's neighbours without sockets: what is written to a stream or
 * sent to a client lands in memory. For unit tests and the fuzzer. */
#ifndef FAKE_CORE_H
#define FAKE_CORE_H

#include <stdbool.h>

#include "core/client.h"
#include "inner/inner.h"

#define FAKE_CLIENTS 8

/* A client: what it was sent, each message followed by "|"; ends with "<kick>"
 * or "<destroy>". */
typedef struct fake_client {
    gwd_member member;
    char got[4096];
    size_t len;
} fake_client;

typedef struct fake_core {
    gwd_hub *hub;
    gwd_inner *inner;
    fake_client clients[FAKE_CLIENTS];
    char replies[32768]; /* what the inner connection was answered */
    size_t reply_len;
    char log[8192];
    size_t log_len;
    bool closed; /* the inner connection */
} fake_core;

/* One at a time, in a global that the fakes reach. `key` may be "". */
fake_core *fake_core_new(const char *key);
void fake_core_free(fake_core *core);

/* Client number `index` arrives with this id. */
void fake_core_connect(fake_core *core, int index, uint32_t id);

/* Bytes for the inner connection, given whole or with what was left over from
 * before; opens the connection at first use. */
void fake_core_receive(fake_core *core, const void *base, size_t len);

/* Forgets replies, log and what clients got. */
void fake_core_clear(fake_core *core);

#endif
