/* What the bare programs share: blocking sockets with nothing around them. Any
 * failure ends the program. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stddef.h>

#include "blocking.h"

#define BARE_FRAME_MAX 4096
#define BARE_PEERS_MAX 64
#define BARE_SAMPLES_MAX 1000000

/* Gateways, and what is sent to each of them. */
typedef struct bare_call {
    int fds[BARE_PEERS_MAX];
    size_t count;
    unsigned char frame[BARE_FRAME_MAX];
    size_t len;
} bare_call;

/* Seconds of the monotonic clock. */
double bare_now(void);

/* Connects to "IP:PORT". */
int bare_dial(const char *address);

/* Returns when the gateway has handled all that was sent before. */
void bare_fence(int fd);

/* "IP:PORT,IP:PORT…" and a frame in hex. */
void bare_call_init(bare_call *call, const char *addresses, const char *hex);

/* Runs `fn` over and over for so many seconds, then a fence on each
 * connection; prints microseconds per call, the fences included. */
typedef void (*bare_fn)(const bare_call *call);
void bare_loop(const bare_call *call, double seconds, bare_fn fn);

/* Runs `fn` once in a while, when the gateway sleeps again, and times each by
 * itself; prints the median in microseconds. */
void bare_single(const bare_call *call, double seconds, bare_fn fn);

#endif
