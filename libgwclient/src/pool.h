/* Gateways that we know, and the idle connections to them.
 *
 * A connection in the pool is clean: every byte of every command was sent, and
 * every reply that was asked for was read. A call takes it out, so a connection
 * is dirty from its first byte on, and only a finished exchange puts it back;
 * every other end of the call closes it. */
#ifndef GW_SRC_POOL_H
#define GW_SRC_POOL_H

#include "net.h"

typedef struct gw_conn {
    struct gw_conn *next; /* in its peer's idle list */
    gw_socket fd;
    uint32_t ip; /* the IPv4 address it leads to; 0: it is another one */
    uint64_t idle_since;
    uint64_t looked_at;   /* when the kernel was asked if it is heard */
    uint64_t unconfirmed; /* commands sent since the last reply */
    int authorised;       /* our key, if any, and a command were sent */
    int proven;           /* a reply came, so the gateway accepted the key */
    int kept;             /* it has been in the pool */
} gw_conn;

/* SipHash twice with two secret seeds: tells keys apart without keeping them
 * beside the connections. */
typedef struct gw_print {
    uint64_t half[2];
} gw_print;

/* One gateway address under one secret key. */
typedef struct gw_peer {
    struct gw_peer *next; /* in its bucket */
    uint64_t hash;        /* of the address */
    gw_print key;
    uint64_t used_at;

    gw_conn *idle; /* the one used last comes first */
    size_t idle_count;
    uint64_t lost; /* unconfirmed commands on connections that are gone; told
                      once by gw_flush() */
    int suspect;   /* a connection died before any reply proved the key */

    gw_endpoints endpoints;
    uint64_t resolved_at;
    uint64_t unresolved_at; /* the last attempt failed then; 0: it did not */
    uint64_t known_by;  /* the serial of the list that has it; 0: none yet */
    size_t known_as;    /* and the name there, counted from 1; 0: itself */
    uint64_t target_of; /* the last call by client_ids that concerned it */
    uint32_t ip;        /* the first IPv4 address; 0: there is none */
    uint16_t port;

    size_t address_len;
    char address[1]; /* NUL-terminated, allocated with the struct */
} gw_peer;

#define GW_POOL_BUCKETS 64 /* at first; always a power of two */

#define GW_POOL_RECENT 16 /* likewise */

typedef struct gw_pool {
    gw_peer **buckets; /* `first`, or owned */
    size_t bucket_count;
    size_t peer_count;
    gw_peer *first[GW_POOL_BUCKETS];
    gw_peer *recent[GW_POOL_RECENT]; /* found by client_id */
    size_t idle_count;               /* over all peers */
    uint64_t swept_at;
} gw_pool;

static inline gw_slice gw_peer_address(const gw_peer *peer)
{
    return gw_slice_of(peer->address, peer->address_len);
}

/* Whether that is one of its IPv4 addresses, as in client_ids. A name may have
 * several; its gateway knows one of them as its own. */
static inline int gw_peer_is_at(const gw_peer *peer, uint32_t ip)
{
    size_t i;

    if (ip == peer->ip)
        return 1;
    for (i = 1; i < peer->endpoints.count; i++) {
        if (gw_net_first_ipv4(&peer->endpoints.items[i], 1) == ip)
            return 1;
    }
    return 0;
}

struct gw_client;

void gw_pool_init(struct gw_client *c);

uint64_t gw_pool_hash(const struct gw_client *c, gw_slice address);

/* The peer of an address (and its hash) under the client's current key, made
 * when it is new; NULL: out of memory. It stays until a later call's sweep. */
gw_peer *gw_pool_peer(struct gw_client *c, gw_slice address, uint64_t hash);

/* The same for the address that is in a client_id; it is resolved. */
gw_peer *gw_pool_peer_of(struct gw_client *c, const gw_client_id *id);

/* Resolves the peer's host unless that was done lately. GW_OK, GW_ERESOLVE,
 * GW_ENOMEM, or GW_ETIMEDOUT: it is a name, and the call's deadline has
 * passed. */
int gw_pool_resolve(struct gw_client *c, gw_peer *peer, uint64_t now);

/* Whether a command to the peer has to wait for a name server first: it has no
 * idle connection that is fit for use, either. */
int gw_pool_may_block(struct gw_client *c, gw_peer *peer, uint64_t now);

/* gw_pool_resolve() for a host that may be none of this call's: a failure is
 * believed for some seconds, too. GW_ERESOLVE also when the deadline has
 * passed, after which nobody is asked. */
int gw_pool_resolve_by(gw_peer *peer, uint64_t now, uint64_t deadline);

/* Resolves a name again that seems to stand for other addresses: at most every
 * few seconds, once in a call, and not after its deadline. When that fails the
 * peer stays as it is, and so does the failure for as long. GW_OK, GW_ERESOLVE,
 * GW_ENOMEM. */
int gw_pool_resolve_anew(struct gw_client *c, gw_peer *peer);

/* The youngest idle connection that is still fit for use, and leads to that
 * IPv4 address unless it is 0; NULL: none is. */
gw_conn *gw_pool_take(struct gw_client *c, gw_peer *peer, uint32_t ip,
                      uint64_t now);

/* An idle connection, open, with commands that no reply has confirmed; NULL:
 * there is none. Those that were closed meanwhile are accounted for. */
gw_conn *gw_pool_take_unconfirmed(struct gw_client *c, gw_peer *peer);

/* Walks over the peers under the current key. Start with NULL. */
gw_peer *gw_pool_next(const struct gw_client *c, const gw_peer *peer);

/* Wraps a connected socket, which is closed when memory is out (NULL). */
gw_conn *gw_pool_adopt(struct gw_client *c, gw_socket fd);

/* Whether a new connection to that IPv4 address may be one of the peer's: that
 * is where its host was found lately. */
int gw_pool_leads_to(const gw_peer *peer, uint32_t ip, uint64_t now);

/* Gives a clean connection back: kept, or closed as the settings say, which
 * count those to each address of a name by themselves. */
void gw_pool_put(struct gw_client *c, gw_peer *peer, gw_conn *conn,
                 uint64_t now);

/* Closes a connection that is out of the pool and keeps account of what it
 * leaves unconfirmed. */
void gw_pool_drop(struct gw_client *c, gw_peer *peer, gw_conn *conn);

/* The same, for one that the gateway ended. */
void gw_pool_died(struct gw_client *c, gw_peer *peer, gw_conn *conn);

/* Closes what was idle too long and forgets peers that nothing needs. Cheap
 * when called often: works once a second. */
void gw_pool_sweep(struct gw_client *c, uint64_t now);

/* Closes every idle connection. */
void gw_pool_clear(struct gw_client *c);

/* In a forked child: what the parent has open and has sent is the parent's. */
void gw_pool_disown(struct gw_client *c);

void gw_pool_deinit(struct gw_client *c);

#endif
