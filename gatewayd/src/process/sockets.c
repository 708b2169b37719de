#include "process/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "core/listen.h"

static const gwd_socket none = {-1, 0};

/* Always false. */
static bool fail(char *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(char *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error, GWD_SOCKETS_ERROR_LEN + 1, format, args);
    va_end(args);
    return false;
}

/* ---- addresses ---------------------------------------------------------- */

void gwd_put_address(gw_buf *out, gw_slice address, uint16_t port)
{
    const char *colon = memrchr(address.base, ':', address.len);

    gw_buf_put(out, address.base, (size_t)(colon - address.base) + 1);
    gw_buf_put_int(out, port);
}

/* An IPv6 address is in brackets already, as options have it. */
static void put_host_and_port(gw_buf *out, const char *host, uint16_t port)
{
    gw_buf_put_str(out, host);
    gw_buf_put_char(out, ':');
    gw_buf_put_int(out, port);
}

/* Resolved once: it is part of every client_id. */
static bool resolve_lan_ip(gwd_sockets *s, char *error)
{
    const char *name = s->options->lan_ip;
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int result;

    if (gw_ipv4_parse(gw_slice_str(name), &s->lan_ip) == GW_OK)
        return true;
    result = getaddrinfo(name, NULL, &hints, &list);
    if (result != 0)
        return fail(error,
                    "lan_ip: %s: %s; it needs an IPv4 address, which is in "
                    "every client_id",
                    name, gai_strerror(result));
    s->lan_ip = ntohl(((struct sockaddr_in *)list->ai_addr)->sin_addr.s_addr);
    freeaddrinfo(list);
    if (s->lan_ip == 0)
        return fail(error,
                    "lan_ip: %s means 0.0.0.0, where nobody can connect to",
                    name);
    return true;
}

/* ---- one socket --------------------------------------------------------- */

/* `option` is where the address comes from. */
static bool open_one(gwd_socket *out, gw_slice address, bool shared,
                     const char *option, const char *hint, char *error)
{
    const char *why = NULL;
    int saved;

    out->fd = gwd_socket_listen(address, shared, &why);
    saved = errno;
    if (out->fd < 0)
        return fail(error, "cannot listen on %.*s (%s): %s%s", (int)address.len,
                    address.base, option, why,
                    saved == EADDRNOTAVAIL ? hint : "");
    out->port = gwd_socket_port(out->fd);
    /* Nobody could be told where we are. */
    return out->port != 0 ||
           fail(error, "cannot listen on %.*s (%s): %s", (int)address.len,
                address.base, option, strerror(errno));
}

static void close_one(gwd_socket *socket)
{
    if (socket->fd >= 0)
        close(socket->fd);
    socket->fd = -1;
}

static void shut_one(const gwd_socket *socket)
{
    if (socket->fd >= 0)
        gwd_socket_shut(socket->fd);
}

int gwd_socket_take(gwd_socket *socket)
{
    int fd = socket->fd;

    socket->fd = -1;
    return fd;
}

/* ---- opening ------------------------------------------------------------ */

/* Sharing would let us onto a port where another gatewayd shares, too: a
 * socket that shares with nobody finds that out. Port 0 is replaced by the one
 * that the kernel gave, because an explicit port outlives a shutdown(). */
static bool reserve(gwd_socket *first, gw_slice address, const char *option,
                    const char *hint, char *error)
{
    gw_slice host;
    uint16_t port = 0;

    gw_address_split(address, &host, &port);
    if (!open_one(first, address, port == 0, option, hint, error))
        return false;
    if (port != 0)
        close_one(first);
    return true;
}

/* `count` sockets on one address, at `out[0]`, `out[step]`… */
static bool open_shared(gwd_socket *out, size_t count, size_t step,
                        gw_slice address, const char *option, const char *hint,
                        char *error)
{
    gwd_socket first = none;
    gw_buf place;
    bool done = reserve(&first, address, option, hint, error);

    gw_buf_init(&place, NULL, 0);
    if (done)
        gwd_put_address(&place, address, first.port);
    if (place.error < 0)
        done = fail(error, "out of memory");
    for (size_t i = 0; done && i < count; i++)
        done = open_one(&out[i * step], gw_buf_slice(&place), true, option,
                        hint, error);
    gw_buf_deinit(&place);
    close_one(&first);
    return done;
}

static bool open_at(gwd_sockets *s, gwd_socket *out, size_t count,
                    gw_slice address, const char *option, const char *hint,
                    char *error)
{
    if (s->gateways <= 1)
        return open_one(out, address, false, option, hint, error);
    return open_shared(out, count, s->options->listen.count, address, option,
                       hint, error);
}

static bool open_service(gwd_sockets *s, gwd_socket *out, const char *address,
                         const char *option, char *error)
{
    return open_at(s, out, 1, gw_slice_str(address), option, "", error);
}

static bool open_clients(gwd_sockets *s, char *error)
{
    for (size_t i = 0; i < s->options->listen.count; i++) {
        gwd_listen listen;

        gwd_listen_parse(s->options->listen.items[i], &listen);
        if (!open_at(s, &s->clients[i], s->gateways, listen.address, "listen",
                     "", error))
            return false;
    }
    return true;
}

static void put_inner_host(const gwd_sockets *s, gw_buf *out, uint16_t port)
{
    char lan_ip[GW_IPV4_TEXT_LEN + 1];
    const char *host = s->options->inner_listen;

    gw_ipv4_format(s->lan_ip, lan_ip);
    put_host_and_port(out, host[0] != '\0' ? host : lan_ip, port);
}

static bool open_inner(gwd_sockets *s, unsigned gateway, char *error)
{
    const gwd_options *o = s->options;
    bool own = o->inner_listen[0] != '\0';
    unsigned port = o->start_port == 0 ? 0 : (unsigned)o->start_port + gateway;
    gw_buf address;
    bool done;

    gw_buf_init(&address, NULL, 0);
    put_inner_host(s, &address, (uint16_t)port);
    done =
        address.error == GW_OK
            ? open_at(s, &s->inner[gateway], 1, gw_buf_slice(&address),
                      own ? "inner_listen, start_port" : "lan_ip, start_port",
                      own ? ""
                          : "; when others reach this machine under that "
                            "address all the same, set inner_listen = "
                            "0.0.0.0",
                      error)
            : fail(error, "out of memory");
    gw_buf_deinit(&address);
    return done;
}

static bool open_gateways(gwd_sockets *s, char *error)
{
    uint64_t start = s->options->start_port;

    if (start + s->gateways - 1 > UINT16_MAX)
        return fail(error, "start_port: %u leaves too few ports for %u workers",
                    (unsigned)start, s->gateways);
    for (unsigned i = 0; i < s->gateways; i++) {
        if (!open_inner(s, i, error))
            return false;
    }
    return open_clients(s, error);
}

static gwd_socket *new_sockets(size_t count)
{
    gwd_socket *sockets = calloc(count + 1, sizeof(*sockets));

    for (size_t i = 0; sockets != NULL && i < count; i++)
        sockets[i] = none;
    return sockets;
}

static bool open_all(gwd_sockets *s, char *error)
{
    const gwd_options *o = s->options;

    return resolve_lan_ip(s, error) &&
           (o->no_register || open_service(s, &s->reg, o->register_listen,
                                           "register_listen", error)) &&
           (o->status_listen[0] == '\0' ||
            open_service(s, &s->status, o->status_listen, "status_listen",
                         error)) &&
           (s->gateways == 0 || open_gateways(s, error));
}

bool gwd_sockets_open(gwd_sockets *s, const gwd_options *options,
                      char error[GWD_SOCKETS_ERROR_LEN + 1])
{
    bool done;

    s->options = options;
    s->gateways = options->register_only ? 0 : (unsigned)options->workers;
    s->reg = none;
    s->status = none;
    s->clients = new_sockets(s->gateways * options->listen.count);
    s->inner = new_sockets(s->gateways);
    done = s->clients != NULL && s->inner != NULL
               ? open_all(s, error)
               : fail(error, "out of memory");
    if (!done)
        gwd_sockets_close(s);
    return done;
}

/* ---- and after ---------------------------------------------------------- */

gwd_socket *gwd_sockets_client(const gwd_sockets *s, unsigned gateway,
                               size_t listen)
{
    return &s->clients[gateway * s->options->listen.count + listen];
}

static void close_gateway(gwd_sockets *s, unsigned gateway)
{
    for (size_t i = 0; i < s->options->listen.count; i++)
        close_one(gwd_sockets_client(s, gateway, i));
    close_one(&s->inner[gateway]);
}

static void close_services(gwd_sockets *s)
{
    close_one(&s->reg);
    close_one(&s->status);
}

void gwd_sockets_close(gwd_sockets *s)
{
    close_services(s);
    for (unsigned i = 0;
         s->clients != NULL && s->inner != NULL && i < s->gateways; i++)
        close_gateway(s, i);
    free(s->clients);
    free(s->inner);
    s->clients = NULL;
    s->inner = NULL;
}

void gwd_sockets_keep(gwd_sockets *s, const unsigned *gateway)
{
    if (gateway != NULL)
        close_services(s);
    for (unsigned i = 0; i < s->gateways; i++) {
        if (gateway == NULL || i != *gateway)
            close_gateway(s, i);
    }
}

void gwd_sockets_shut_gateway(const gwd_sockets *s, unsigned gateway)
{
    for (size_t i = 0; i < s->options->listen.count; i++)
        shut_one(gwd_sockets_client(s, gateway, i));
    shut_one(&s->inner[gateway]);
}

void gwd_sockets_shut_services(const gwd_sockets *s)
{
    shut_one(&s->reg);
    shut_one(&s->status);
}

/* ---- texts -------------------------------------------------------------- */

static void put_label(gw_buf *out, gw_slice label)
{
    gw_buf_put_str(out, out->len == 0 ? "" : ", ");
    gw_buf_put_slice(out, label);
}

static void put_clients(const gwd_sockets *s, gw_buf *out)
{
    for (size_t i = 0; i < s->options->listen.count; i++) {
        gwd_listen listen;

        gwd_listen_parse(s->options->listen.items[i], &listen);
        put_label(out, listen.scheme);
        gwd_put_address(out, listen.address, gwd_sockets_client(s, 0, i)->port);
    }
}

static void put_service(gw_buf *out, const char *label, const char *address,
                        const gwd_socket *socket)
{
    if (socket->port == 0)
        return;
    put_label(out, gw_slice_str(label));
    gwd_put_address(out, gw_slice_str(address), socket->port);
}

void gwd_sockets_describe(const gwd_sockets *s, gw_buf *out)
{
    const gwd_options *o = s->options;

    if (s->gateways > 0)
        put_clients(s, out);
    put_service(out, "register ", o->register_listen, &s->reg);
    for (unsigned i = 0; i < s->gateways; i++) {
        put_label(out, gw_slice_str("inner "));
        put_host_and_port(
            out, o->inner_listen[0] != '\0' ? o->inner_listen : o->lan_ip,
            s->inner[i].port);
    }
    put_service(out, "status ", o->status_listen, &s->status);
}

void gwd_sockets_put_own_register(const gwd_sockets *s, gw_buf *out)
{
    gw_slice listen = gw_slice_str(s->options->register_listen);
    gw_slice host;
    uint16_t ignored;

    gw_address_split(listen, &host, &ignored);
    if (host.len == 7 && memcmp(host.base, "0.0.0.0", 7) == 0)
        listen = gw_slice_str("127.0.0.1:0");
    else if (host.len == 2 && memcmp(host.base, "::", 2) == 0)
        listen = gw_slice_str("[::1]:0");
    gwd_put_address(out, listen, s->reg.port);
}
