#include "pool.h"

#include "client_impl.h"

#include "address.h"

#include <stdio.h>

/* Host names are asked again after this; numeric addresses never change. */
#define RESOLVE_TTL_MS 30000u
/* A failure is believed so long by gw_pool_resolve_by(). */
#define UNRESOLVED_TTL_MS 5000u
/* And so is any answer by gw_pool_resolve_anew(). */
#define ANEW_MS UNRESOLVED_TTL_MS
/* A peer without connections and debts is forgotten after this. */
#define PEER_TTL_MS 60000u
/* One with debts that nobody asks for, or under suspicion, after this. */
#define DEBTOR_TTL_MS 600000u
#define SWEEP_MS 1000u
/* Connections that are used all the time are looked at so often. */
#define LOOK_MS 1000u

static int print_equal(const gw_print *a, const gw_print *b)
{
    return ((a->half[0] ^ b->half[0]) | (a->half[1] ^ b->half[1])) == 0;
}

void gw_pool_init(gw_client *c)
{
    c->pool.buckets = c->pool.first;
    c->pool.bucket_count = GW_POOL_BUCKETS;
}

static gw_peer **bucket_of(const gw_pool *pool, uint64_t hash)
{
    return &pool->buckets[hash & (pool->bucket_count - 1)];
}

static void put_peer(gw_pool *pool, gw_peer *peer)
{
    gw_peer **at = bucket_of(pool, peer->hash);

    peer->next = *at;
    *at = peer;
}

/* `count` of NULL, or NULL: out of memory. */
static gw_peer **buckets_new(gw_client *c, size_t count)
{
    gw_peer **buckets = c->pool.first;

    if (count != GW_POOL_BUCKETS)
        buckets = gw_mem_resize(&c->allocator, NULL, count, sizeof(gw_peer *));
    if (buckets != NULL)
        memset(buckets, 0, count * sizeof(gw_peer *));
    return buckets;
}

static void set_buckets(gw_client *c, gw_peer **buckets, size_t count)
{
    if (c->pool.buckets != c->pool.first)
        gw_mem_free(&c->allocator, c->pool.buckets);
    c->pool.buckets = buckets;
    c->pool.bucket_count = count;
}

/* Not to the number that there is. Without memory for it everything stays, and
 * only takes longer. */
static void rehash(gw_client *c, size_t count)
{
    gw_pool *pool = &c->pool;
    gw_peer **buckets = buckets_new(c, count);
    gw_peer *all = NULL, *peer;
    size_t i;

    if (buckets == NULL)
        return;
    for (i = 0; i < pool->bucket_count; i++) {
        while ((peer = pool->buckets[i]) != NULL) {
            pool->buckets[i] = peer->next;
            peer->next = all;
            all = peer;
        }
    }
    set_buckets(c, buckets, count);
    while ((peer = all) != NULL) {
        all = peer->next;
        put_peer(pool, peer);
    }
}

/* Peers are as many as client_ids name, and strangers make those up. */
static void grow(gw_client *c)
{
    if (c->pool.peer_count > 2 * c->pool.bucket_count)
        rehash(c, c->pool.bucket_count * 4);
}

/* Each sweep visits every bucket. */
static void shrink(gw_client *c)
{
    size_t count = c->pool.bucket_count;

    while (count > GW_POOL_BUCKETS && c->pool.peer_count < count / 8)
        count /= 4;
    if (count != c->pool.bucket_count)
        rehash(c, count);
}

static gw_peer *peer_new(gw_client *c, gw_slice address, uint64_t hash)
{
    gw_peer *peer = gw_mem_alloc(&c->allocator, sizeof *peer + address.len);

    if (peer == NULL)
        return NULL;
    memset(peer, 0, sizeof *peer);
    peer->hash = hash;
    peer->key = c->key.print;
    peer->address_len = address.len;
    memcpy(peer->address, address.base, address.len);
    peer->address[address.len] = '\0';
    c->pool.peer_count++;
    grow(c);
    put_peer(&c->pool, peer);
    return peer;
}

uint64_t gw_pool_hash(const gw_client *c, gw_slice address)
{
    return gw_siphash(address.base, address.len, c->seed[0]);
}

gw_peer *gw_pool_peer(gw_client *c, gw_slice address, uint64_t hash)
{
    gw_peer *peer = *bucket_of(&c->pool, hash);

    for (; peer != NULL; peer = peer->next) {
        if (peer->hash == hash && print_equal(&peer->key, &c->key.print) &&
            gw_slice_equal(gw_peer_address(peer), address))
            return peer;
    }
    return peer_new(c, address, hash);
}

/* A peer is remembered here under the numbers from which its address was made;
 * one of the same IP under a host name is another peer. */
static gw_peer **recent_of(gw_client *c, const gw_client_id *id)
{
    uint32_t mix = (id->ip ^ id->port) * 2654435769u;

    return &c->pool.recent[mix >> 28 & (GW_POOL_RECENT - 1)];
}

gw_peer *gw_pool_peer_of(gw_client *c, const gw_client_id *id)
{
    gw_peer **recent = recent_of(c, id);
    char text[GW_IPV4_TEXT_LEN + 1 + 5 + 1];
    gw_slice address;
    size_t len;

    if (*recent != NULL && id->ip != 0 && (*recent)->ip == id->ip &&
        (*recent)->port == id->port &&
        print_equal(&(*recent)->key, &c->key.print))
        return *recent;
    gw_ipv4_format(id->ip, text);
    len = strlen(text);
    len += (size_t)snprintf(text + len, sizeof text - len, ":%u",
                            (unsigned)id->port);
    address = gw_slice_of(text, len);
    *recent = gw_pool_peer(c, address, gw_pool_hash(c, address));
    /* A number: nothing is asked, and nothing can fail. */
    if (*recent != NULL)
        gw_pool_resolve(c, *recent, c->call.now);
    return *recent;
}

static int is_resolved(const gw_peer *peer, uint64_t now)
{
    return peer->endpoints.count > 0 &&
           (peer->resolved_at == UINT64_MAX ||
            now - peer->resolved_at < RESOLVE_TTL_MS);
}

/* What it was resolved to before stays when it cannot be now. */
static int resolve(gw_peer *peer, uint64_t now)
{
    gw_endpoints found;
    gw_slice host;
    uint32_t ip;
    int rc;

    if (gw_address_split(gw_peer_address(peer), &host, &peer->port) != 0)
        return GW_ERESOLVE;
    rc = gw_net_resolve(host, peer->port, &found);
    peer->unresolved_at = rc == GW_ERESOLVE ? gw_net_now() : 0;
    if (rc != GW_OK)
        return rc;
    memcpy(peer->endpoints.items, found.items,
           found.count * sizeof *found.items);
    peer->endpoints.count = found.count;
    peer->ip = gw_net_first_ipv4(found.items, found.count);
    peer->resolved_at = gw_ipv4_parse(host, &ip) == 0 ? UINT64_MAX : now;
    return GW_OK;
}

static int is_named(const gw_peer *peer)
{
    gw_slice host;
    uint16_t port;

    return gw_address_split(gw_peer_address(peer), &host, &port) == 0 &&
           gw_host_is_name(host);
}

int gw_pool_resolve(gw_client *c, gw_peer *peer, uint64_t now)
{
    if (is_resolved(peer, now))
        return GW_OK;
    peer->endpoints.count = 0;
    /* Other names may have taken long. */
    if (is_named(peer) && gw_net_now() >= c->call.deadline)
        return GW_ETIMEDOUT;
    return resolve(peer, now);
}

int gw_pool_resolve_by(gw_peer *peer, uint64_t now, uint64_t deadline)
{
    uint64_t clock;

    if (is_resolved(peer, now))
        return GW_OK;
    clock = gw_net_now(); /* other hosts may have taken long */
    if (clock >= deadline || (peer->unresolved_at != 0 &&
                              clock - peer->unresolved_at < UNRESOLVED_TTL_MS))
        return GW_ERESOLVE;
    peer->endpoints.count = 0;
    return resolve(peer, now);
}

int gw_pool_resolve_anew(gw_client *c, gw_peer *peer)
{
    uint64_t clock = gw_net_now();
    uint64_t asked = peer->resolved_at > peer->unresolved_at
                         ? peer->resolved_at
                         : peer->unresolved_at;

    if (asked >= c->call.begun || clock - asked < ANEW_MS)
        return peer->unresolved_at != 0 ? GW_ERESOLVE : GW_OK;
    return clock >= c->call.deadline ? GW_ERESOLVE : resolve(peer, c->call.now);
}

/* ---- connections -------------------------------------------------------- */

static void conn_free(gw_client *c, gw_conn *conn)
{
    gw_net_close(conn->fd);
    gw_mem_free(&c->allocator, conn);
}

gw_conn *gw_pool_adopt(gw_client *c, gw_socket fd)
{
    gw_conn *conn = gw_mem_alloc(&c->allocator, sizeof *conn);

    if (conn == NULL) {
        gw_net_close(fd);
        return NULL;
    }
    memset(conn, 0, sizeof *conn);
    conn->fd = fd;
    c->stats.connects++;
    return conn;
}

void gw_pool_drop(gw_client *c, gw_peer *peer, gw_conn *conn)
{
    peer->lost += conn->unconfirmed;
    conn_free(c, conn);
}

void gw_pool_died(gw_client *c, gw_peer *peer, gw_conn *conn)
{
    /* A gateway that does not like our key closes without a word. */
    if (conn->authorised && !conn->proven)
        peer->suspect = 1;
    gw_pool_drop(c, peer, conn);
}

/* Out of the idle list, at its place there. */
static gw_conn *take_out(gw_client *c, gw_peer *peer, gw_conn **at)
{
    gw_conn *conn = *at;

    if (conn != NULL) {
        *at = conn->next;
        peer->idle_count--;
        c->pool.idle_count--;
    }
    return conn;
}

/* On it alone can be asked what became of what it carried. */
static int is_too_old(const gw_client *c, const gw_conn *conn, uint64_t now)
{
    uint64_t ttl = c->idle_timeout_s * (uint64_t)1000;

    if (conn->unconfirmed > 0 && ttl > 0 && ttl < DEBTOR_TTL_MS)
        ttl = DEBTOR_TTL_MS;
    return now - conn->idle_since >= ttl;
}

/* Where all has been replied to, all was heard. */
static int is_unheard(gw_conn *conn, uint64_t now)
{
    if (conn->unconfirmed == 0 || now - conn->looked_at < LOOK_MS)
        return 0;
    conn->looked_at = now;
    return gw_net_is_unheard(conn->fd);
}

/* Where the youngest one that is fit for use, and leads there, has its place in
 * the list; or the list's end. Closes those before it that are not fit. */
static gw_conn **find_fit(gw_client *c, gw_peer *peer, uint32_t ip,
                          uint64_t now)
{
    gw_conn **at = &peer->idle;
    gw_conn *conn;

    while ((conn = *at) != NULL) {
        int quiet;

        if (ip != 0 && conn->ip != ip) {
            at = &conn->next;
            continue;
        }
        quiet = gw_net_is_quiet(conn->fd);
        if (quiet && !is_too_old(c, conn, now) && !is_unheard(conn, now))
            break;
        take_out(c, peer, at);
        if (quiet) {
            gw_pool_drop(c, peer, conn);
        } else {
            c->stats.stale++;
            gw_pool_died(c, peer, conn);
        }
    }
    return at;
}

gw_conn *gw_pool_take(gw_client *c, gw_peer *peer, uint32_t ip, uint64_t now)
{
    return take_out(c, peer, find_fit(c, peer, ip, now));
}

int gw_pool_may_block(gw_client *c, gw_peer *peer, uint64_t now)
{
    if (is_resolved(peer, now) || !is_named(peer))
        return 0;
    return *find_fit(c, peer, 0, now) == NULL;
}

gw_conn *gw_pool_take_unconfirmed(gw_client *c, gw_peer *peer)
{
    gw_conn **at = &peer->idle;
    gw_conn *conn;

    while ((conn = *at) != NULL) {
        if (conn->unconfirmed == 0) {
            at = &conn->next;
            continue;
        }
        take_out(c, peer, at);
        if (gw_net_is_quiet(conn->fd))
            return conn;
        c->stats.stale++;
        gw_pool_died(c, peer, conn);
    }
    return NULL;
}

gw_peer *gw_pool_next(const gw_client *c, const gw_peer *peer)
{
    const gw_pool *pool = &c->pool;
    gw_peer **bucket =
        peer == NULL ? pool->buckets : bucket_of(pool, peer->hash);
    gw_peer *next = peer == NULL ? *bucket : peer->next;

    for (;;) {
        for (; next != NULL; next = next->next) {
            if (print_equal(&next->key, &c->key.print))
                return next;
        }
        if (++bucket == pool->buckets + pool->bucket_count)
            return NULL;
        next = *bucket;
    }
}

int gw_pool_leads_to(const gw_peer *peer, uint32_t ip, uint64_t now)
{
    return is_resolved(peer, now) && gw_peer_is_at(peer, ip);
}

static int is_full(const gw_client *c, const gw_peer *peer, uint32_t ip)
{
    const gw_conn *conn;
    size_t count = 0;

    if (peer->idle_count < c->max_idle)
        return 0;
    for (conn = peer->idle; conn != NULL; conn = conn->next)
        count += conn->ip == ip;
    return count >= c->max_idle;
}

void gw_pool_put(gw_client *c, gw_peer *peer, gw_conn *conn, uint64_t now)
{
    if (!c->persistent || is_full(c, peer, conn->ip)) {
        gw_pool_drop(c, peer, conn);
        return;
    }
    if (!conn->kept)
        gw_net_keep_alive(conn->fd);
    conn->kept = 1;
    conn->idle_since = now;
    conn->next = peer->idle;
    peer->idle = conn;
    peer->idle_count++;
    c->pool.idle_count++;
}

/* ---- sweeping ----------------------------------------------------------- */

static void close_old(gw_client *c, gw_peer *peer, uint64_t now)
{
    gw_conn **at = &peer->idle;
    gw_conn *conn;

    while ((conn = *at) != NULL) {
        if (!is_too_old(c, conn, now)) {
            at = &conn->next;
            continue;
        }
        take_out(c, peer, at);
        if (gw_net_is_quiet(conn->fd))
            gw_pool_drop(c, peer, conn);
        else
            gw_pool_died(c, peer, conn);
    }
}

static void peer_free(gw_client *c, gw_peer *peer)
{
    size_t i;

    for (i = 0; i < GW_POOL_RECENT; i++) {
        if (c->pool.recent[i] == peer)
            c->pool.recent[i] = NULL;
    }
    c->pool.peer_count--;
    gw_mem_free(&c->allocator, peer);
}

static int is_forgettable(const gw_peer *peer, uint64_t now)
{
    uint64_t ttl =
        peer->lost == 0 && !peer->suspect ? PEER_TTL_MS : DEBTOR_TTL_MS;

    return peer->idle == NULL && now - peer->used_at >= ttl;
}

void gw_pool_sweep(gw_client *c, uint64_t now)
{
    size_t i;

    if (now - c->pool.swept_at < SWEEP_MS)
        return;
    c->pool.swept_at = now;
    for (i = 0; i < c->pool.bucket_count; i++) {
        gw_peer **at = &c->pool.buckets[i];
        gw_peer *peer;

        while ((peer = *at) != NULL) {
            close_old(c, peer, now);
            if (is_forgettable(peer, now)) {
                *at = peer->next;
                peer_free(c, peer);
            } else {
                at = &peer->next;
            }
        }
    }
    shrink(c);
}

static void each_idle(gw_client *c,
                      void (*fn)(gw_client *, gw_peer *, gw_conn *))
{
    gw_peer *peer;
    gw_conn *conn;
    size_t i;

    for (i = 0; i < c->pool.bucket_count; i++) {
        for (peer = c->pool.buckets[i]; peer != NULL; peer = peer->next) {
            while ((conn = take_out(c, peer, &peer->idle)) != NULL)
                fn(c, peer, conn);
        }
    }
}

void gw_pool_clear(gw_client *c)
{
    each_idle(c, gw_pool_drop);
}

static void disown(gw_client *c, gw_peer *peer, gw_conn *conn)
{
    (void)peer;
    conn_free(c, conn);
}

void gw_pool_disown(gw_client *c)
{
    gw_peer *peer;
    size_t i;

    each_idle(c, disown);
    for (i = 0; i < c->pool.bucket_count; i++) {
        for (peer = c->pool.buckets[i]; peer != NULL; peer = peer->next)
            peer->lost = 0;
    }
}

void gw_pool_deinit(gw_client *c)
{
    gw_peer *peer;
    size_t i;

    gw_pool_clear(c);
    for (i = 0; i < c->pool.bucket_count; i++) {
        while ((peer = c->pool.buckets[i]) != NULL) {
            c->pool.buckets[i] = peer->next;
            peer_free(c, peer);
        }
    }
    set_buckets(c, c->pool.first, GW_POOL_BUCKETS);
}
