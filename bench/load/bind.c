/* Gives each connection a uid of its own and a group, through the inner ports
 * that the client_ids name. */
#include "load.h"

#include <arpa/inet.h>
#include <unistd.h>

#define BATCH ((size_t)16 * 1024)
#define FRAMES_MAX 256 /* bytes of one connection's two frames */

typedef struct gateway {
    uint32_t ip;
    uint16_t port;
    int fd;
    size_t len;
    char batch[BATCH];
} gateway;

static gateway gateways[GATEWAYS_MAX];
static unsigned gateway_count;

static gateway *gateway_of(const conn *c)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    gateway *g = gateways;

    for (; g < gateways + gateway_count; g++) {
        if (g->ip == c->gateway_ip && g->port == c->gateway)
            return g;
    }
    if (gateway_count++ == GATEWAYS_MAX)
        die("too many gateways");
    peer.sin_addr.s_addr = htonl(c->gateway_ip);
    peer.sin_port = htons(c->gateway);
    g->ip = c->gateway_ip;
    g->port = c->gateway;
    g->len = 0;
    g->fd = blocking_dial(&peer);
    return g;
}

static void flush(gateway *g)
{
    blocking_send(g->fd, g->batch, g->len);
    g->len = 0;
}

static void bind_one(gateway *g, const conn *c, unsigned index)
{
    char name[32];

    if (g->len + FRAMES_MAX > BATCH)
        flush(g);
    snprintf(name, sizeof(name), "u%u", index);
    g->len += inner_bind(g->batch + g->len, c->id, name);
    snprintf(name, sizeof(name), "g%u", index % set.groups);
    g->len += inner_join(g->batch + g->len, c->id, name);
}

void bind_all(const conn *conns, unsigned count, unsigned first,
              unsigned stride)
{
    for (unsigned i = 0; i < count; i++) {
        if (conn_is_open(&conns[i]))
            bind_one(gateway_of(&conns[i]), &conns[i], first + i * stride);
    }
    for (unsigned i = 0; i < gateway_count; i++) {
        gateways[i].len += inner_fence(gateways[i].batch + gateways[i].len);
        flush(&gateways[i]);
    }
    for (unsigned i = 0; i < gateway_count; i++) {
        blocking_read_reply(gateways[i].fd);
        close(gateways[i].fd);
    }
    gateway_count = 0;
}
