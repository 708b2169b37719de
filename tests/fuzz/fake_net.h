/* The library's sockets and clock, played by a fuzz input: it says what
 * gateways and Registers do, how the bytes are cut, and when. Time passes only
 * while the library waits or resolves.
 *
 * Linked with --wrap: what asks the system in net.c is asked here. */
#ifndef FAKE_NET_H
#define FAKE_NET_H

#include "steps.h"

enum {
    FAKE_GATEWAYS = 4,
    FAKE_GATEWAY_PORT = 2900, /* and the next ones, on FAKE_IP */
    FAKE_REGISTER_PORT = 1236 /* and the next one */
};

#define FAKE_IP 0x0a000001u /* 10.0.0.1 */

/* What a gateway got in this call. */
typedef struct fake_traffic {
    unsigned wires;    /* connections that took a byte of a command */
    unsigned commands; /* whole frames: neither authorisation nor probe */
    int64_t counts;    /* the sum of the counts it gave as replies */
    int odd;           /* it gave a reply that is not the usual one */
} fake_traffic;

/* Starts anew. Every decision is a byte that is taken from `*script`; when it
 * has ended, all peers are well-behaved. */
void fake_net_reset(gw_slice *script);
unsigned fake_net_take(void);

/* Tells on stderr what happens, where GW_FUZZ_TRACE is set: for reading a
 * finding. */
void fake_net_trace(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Which gateways the Registers list, a bit each. */
void fake_net_list(unsigned gateways);
/* The library may connect to these, too. */
void fake_net_name(unsigned gateways);
/* Whether connections from now on must begin with the authorisation, and
 * whether client_ids may lead to gateways that nobody named. */
void fake_net_expect(int key, int trust);

uint64_t fake_net_clock(void);
uint64_t fake_net_resolving(void); /* so much of it went to host names */
void fake_net_pass(unsigned ms);
void fake_net_fork(void); /* the process is a child from now on */

unsigned fake_net_open(void); /* connections that are open */
/* FAKE_GATEWAYS: all others together, which a Register made up. */
fake_traffic fake_net_traffic(unsigned gateway);

/* A call has ended. It said that gateways in `failed` (a bit each) were not
 * served; what was sent to others is owed until a reply comes. */
void fake_net_settle(unsigned failed);

/* How many commands are owed, on connections that are closed by now, too. */
unsigned fake_net_owed(void);
void fake_net_forgive(void);

#endif
