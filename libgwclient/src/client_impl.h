/* The client handle and what its files share. */
#ifndef GW_SRC_CLIENT_IMPL_H
#define GW_SRC_CLIENT_IMPL_H

#include "call.h"
#include "mem.h"
#include "net.h"
#include "pool.h"
#include "registry.h"
#include "report.h"
#include "settings.h"

#include "buf.h"
#include <gwclient/gwclient.h>
#include "siphash.h"

/* Where replies are read first; most are shorter than this. */
#define GW_SCRATCH_LEN 16384

struct gw_client {
    gw_allocator allocator;
    uint8_t seed[2][GW_SIPHASH_SEED_LEN];
    gw_fork_guard fork_guard;
    uint64_t busy;  /* the number of the call under way, or 0 */
    uint64_t calls; /* that have begun */

    gw_registers *registers;
    gw_secret_key key;
    unsigned connect_timeout_ms;
    unsigned timeout_ms;
    int persistent;
    unsigned max_idle;
    unsigned idle_timeout_s;
    unsigned register_ttl_ms;
    int trust_client_ids;
    size_t max_reply;

    gw_pool pool;
    gw_registry registry;
    gw_list *fixed; /* gateways that the caller named, or NULL */
    gw_call call;
    gw_report report;
    gw_client_stats stats;
    char *scratch;
};

static inline gw_print gw_print_of(const gw_client *c, const void *base,
                                   size_t len)
{
    gw_print print;

    print.half[0] = gw_siphash(base, len, c->seed[0]);
    print.half[1] = gw_siphash(base, len, c->seed[1]);
    return print;
}

#endif
