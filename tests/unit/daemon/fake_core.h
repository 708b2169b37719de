/* The inner port's neighbours without sockets: what is written to a stream or
 * sent to a client lands in memory. For unit tests and the fuzzer. */
#ifndef FAKE_CORE_H
#define FAKE_CORE_H

#include <stdbool.h>

#include "core/client.h"
#include "fake_loop.h"
#include "inner/inner.h"

#define FAKE_CLIENTS 8
#define FAKE_PEERS 4 /* inner connections, from "127.0.0.1:9" and so on */

/* A client: what it was sent, each message followed by "|"; ends with "<kick>",
 * "<destroy>" or "<drop N>", N being the gwd_close_reason. */
typedef struct fake_client {
    gwd_member member;
    struct gwd_worker *worker;
    char got[4096];
    size_t len;
} fake_client;

typedef struct fake_core {
    gwd_hub *hub;
    gwd_inner *inner;
    fake_loop *loop;
    fake_conn *conns;   /* the loop's */
    const char *log;    /* the loop's, too */
    const char *remote; /* where all clients are; NULL: 10.0.0.1 */
    fake_client clients[FAKE_CLIENTS];
} fake_core;

/* One at a time, in a global that the fakes reach. `key` may be "". */
fake_core *fake_core_new(const char *key);

/* The same with other settings; loop and hub are filled in. */
fake_core *fake_core_new_with(gwd_inner_config config);
void fake_core_free(fake_core *core);

/* Client number `index` is there with this id, or arrives: the workers hear of
 * it. It leaves. */
void fake_core_connect(fake_core *core, int index, uint32_t id);
void fake_core_arrive(fake_core *core, int index, uint32_t id);
void fake_core_leave(fake_core *core, int index);
gwd_client *fake_core_client(fake_core *core, int index);

/* Bytes for an inner connection, given whole or with what was left over from
 * before; opens the connection at first use. */
void fake_core_receive(fake_core *core, const void *base, size_t len);
void fake_core_receive_on(fake_core *core, int conn, const void *base,
                          size_t len);

/* The end of an inner connection. */
void fake_core_hang_up(fake_core *core, int conn);

void fake_core_pass(fake_core *core, uint32_t seconds);

/* Forgets replies, log and what clients got. */
void fake_core_clear(fake_core *core);

#endif
