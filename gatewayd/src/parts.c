#include "parts.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "core/clients.h"
#include "core/keepalive.h"
#include "core/listen.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/random.h"
#include "hub/hub.h"
#include "inner/inner.h"
#include "register/register.h"
#include "settings.h"
#include "status/status.h"
#include "tls/context.h"
#include "top_lists.h"

#define SHUTDOWN_SECONDS 5
#define ANNOUNCE_SECONDS 2

/* NULL and 0: not there. */
struct gwd_parts {
    gwd_parts_config config;
    const gwd_options *options;
    gwd_slot *slot;
    gwd_loop *loop;
    struct event second;
    size_t most_streams; /* for gwd_memory_ebbs() */
    gwd_hub *hub;
    gwd_top_lists_maker *tops;
    gwd_clients *clients;
    gwd_inner *inner;
    gwd_register *reg;
    gwd_status *status;
    gwd_listener **listeners;
    size_t listener_count;
    gwd_announcer **announcers;
    size_t announcer_count;
};

static bool no_memory(void)
{
    return gwd_log_failure("out of memory");
}

gwd_loop *gwd_parts_loop(gwd_parts *parts)
{
    return parts->loop;
}

gwd_slot *gwd_parts_slot(gwd_parts *parts)
{
    return parts->slot;
}

/* ---- what listeners do with connections --------------------------------- */

static void accept_client(void *arg, int fd, const struct sockaddr *peer)
{
    gwd_clients_accept(arg, fd, peer);
}

static void accept_inner(void *arg, int fd, const struct sockaddr *peer)
{
    char name[GWD_PEER_LEN + 1];

    gwd_peer_format(peer, name);
    gwd_keepalive_start(fd);
    gwd_inner_accept(arg, fd, name);
}

static void accept_register(void *arg, int fd, const struct sockaddr *peer)
{
    char name[GWD_PEER_LEN + 1];

    gwd_peer_format(peer, name);
    gwd_keepalive_start_strict(fd);
    gwd_register_accept(arg, fd, name);
}

static void accept_status(void *arg, int fd, const struct sockaddr *peer)
{
    (void)peer;
    gwd_status_accept(arg, fd);
}

static bool listen_on(gwd_parts *p, gwd_socket *socket, gwd_accept_fn fn,
                      void *arg)
{
    gwd_listener *listener = gwd_listener_new(p->loop, socket->fd, fn, arg);

    if (listener == NULL)
        return gwd_log_failure("cannot listen: %s", strerror(errno));
    gwd_socket_take(socket);
    p->listeners[p->listener_count++] = listener;
    return true;
}

/* ---- services ----------------------------------------------------------- */

static bool start_register(gwd_parts *p)
{
    if (p->options->no_register)
        return true;
    p->reg = gwd_register_new(p->loop, gw_slice_str(p->options->secret_key));
    if (p->reg == NULL)
        return no_memory();
    gwd_register_hold(p->reg, (uint32_t)p->options->register_grace);
    return listen_on(p, &p->config.sockets->reg, accept_register, p->reg);
}

static bool start_status(gwd_parts *p)
{
    gw_buf places;

    if (p->config.sockets->status.fd < 0)
        return true;
    gw_buf_init(&places, NULL, 0);
    gwd_sockets_describe(p->config.sockets, &places);
    if (places.error == GW_OK)
        p->status =
            gwd_status_new(p->loop, p->config.slots, gw_buf_slice(&places),
                           gw_slice_str(p->options->status_token));
    gw_buf_deinit(&places);
    return p->status == NULL ? no_memory()
                             : listen_on(p, &p->config.sockets->status,
                                         accept_status, p->status);
}

/* ---- a gateway ---------------------------------------------------------- */

static gwd_socket *inner_socket(const gwd_parts *p)
{
    return &p->config.sockets->inner[p->config.number];
}

static bool start_hub(gwd_parts *p)
{
    uint8_t seed[GW_SIPHASH_SEED_LEN];

    if (gwd_random_bytes(seed, sizeof(seed)) < 0)
        return gwd_log_failure("the system gives no random bytes");
    p->hub = gwd_hub_new(seed);
    if (p->hub != NULL && p->options->status_listen[0] != '\0') {
        p->tops = gwd_top_lists_new(p->loop, p->hub, &p->slot->tops,
                                    p->config.slots->seed);
        return p->tops != NULL || no_memory();
    }
    return p->hub != NULL || no_memory();
}

static bool start_inner(gwd_parts *p)
{
    gwd_inner_config config = gwd_settings_inner(p->options);

    config.loop = p->loop;
    config.hub = p->hub;
    p->inner = gwd_inner_new(&config);
    return p->inner == NULL
               ? no_memory()
               : listen_on(p, inner_socket(p), accept_inner, p->inner);
}

static bool listen_for_clients(gwd_parts *p, size_t i)
{
    gwd_socket *socket =
        gwd_sockets_client(p->config.sockets, p->config.number, i);
    gwd_client_port_config config =
        gwd_settings_port(p->options, i, p->config.tls);
    gwd_client_port *port;

    config.port = socket->port;
    port = gwd_clients_add_port(p->clients, &config);
    if (port == NULL)
        return no_memory();
    if (!listen_on(p, socket, accept_client, port))
        return false;
    /* Applications get in however many clients there are. */
    gwd_listener_keep_reserve(p->listeners[p->listener_count - 1]);
    return true;
}

static bool start_clients(gwd_parts *p)
{
    gwd_clients_config config = gwd_settings_clients(p->options);

    config.loop = p->loop;
    config.hub = p->hub;
    config.events = &gwd_inner_events;
    config.events_arg = p->inner;
    config.gateway_ip = p->config.sockets->lan_ip;
    config.gateway_port = inner_socket(p)->port;
    p->clients = gwd_clients_new(&config);
    if (p->clients == NULL)
        return no_memory();
    for (size_t i = 0; i < p->options->listen.count; i++) {
        if (!listen_for_clients(p, i))
            return false;
    }
    return true;
}

static bool announce_to(gwd_parts *p, gw_slice reg, gw_slice own)
{
    gwd_announcer *announcer = gwd_announcer_new(
        p->loop, reg, own, gw_slice_str(p->options->secret_key));

    if (announcer == NULL)
        return no_memory();
    gwd_announcer_count(announcer, &p->slot->registers);
    if (p->config.sockets->lan_ip >> 24 == IN_LOOPBACKNET)
        gwd_announcer_is_loopback(announcer);
    p->announcers[p->announcer_count++] = announcer;
    return true;
}

static bool announce_as(gwd_parts *p, gw_slice own)
{
    const gwd_texts *addresses = &p->options->register_address;
    gw_buf reg;
    bool done = true;

    for (size_t i = 0; done && i < addresses->count; i++)
        done = announce_to(p, gw_slice_str(addresses->items[i]), own);
    if (addresses->count > 0)
        return done;
    gw_buf_init(&reg, NULL, 0);
    gwd_sockets_put_own_register(p->config.sockets, &reg);
    done = reg.error == GW_OK ? announce_to(p, gw_buf_slice(&reg), own)
                              : no_memory();
    gw_buf_deinit(&reg);
    return done;
}

static bool start_announcers(gwd_parts *p)
{
    gw_buf own;
    bool done;

    gw_buf_init(&own, NULL, 0);
    gw_buf_put_str(&own, p->options->lan_ip);
    gw_buf_put_char(&own, ':');
    gw_buf_put_int(&own, inner_socket(p)->port);
    done =
        own.error == GW_OK ? announce_as(p, gw_buf_slice(&own)) : no_memory();
    gw_buf_deinit(&own);
    return done;
}

/* WebSockets listen last: who gets in finds everything there. */
static bool start_gateway(gwd_parts *p)
{
    return start_hub(p) && start_inner(p) && start_clients(p) &&
           start_announcers(p);
}

/* ---- once a second ------------------------------------------------------ */

void gwd_parts_refresh(gwd_parts *p)
{
    gwd_metrics *m = &p->slot->metrics;

    p->slot->beat = gwd_loop_seconds();
    if (p->hub != NULL) {
        m->connections = gwd_hub_count(p->hub);
        m->uids = gwd_hub_uid_count(p->hub);
        m->groups = gwd_hub_group_count(p->hub);
        m->workers = p->inner == NULL ? 0 : gwd_inner_worker_count(p->inner);
    }
    m->loop_lag_us = gwd_loop_take_lag(p->loop);
    m->memory = gwd_resident_memory();
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
    gwd_parts *p = arg;

    (void)fd;
    (void)what;
    gwd_parts_refresh(p);
    if (p->config.tls != NULL)
        gwd_tls_advance(p->config.tls, gwd_loop_seconds());
    if (p->tops != NULL)
        gwd_top_lists_tick(p->tops);
    gwd_log_report();
    if (gwd_memory_ebbs(&p->most_streams, p->loop->streams))
        gwd_memory_trim();
}

static bool start_loop(gwd_parts *p)
{
    static const struct timeval second = {1, 0};

    p->loop = gwd_loop_new();
    if (p->loop == NULL)
        return gwd_log_failure("cannot start the event loop");
    p->loop->metrics = &p->slot->metrics;
    if (event_assign(&p->second, p->loop->base, -1, EV_PERSIST, on_second, p) <
            0 ||
        event_add(&p->second, &second) < 0)
        return no_memory();
    return true;
}

/* ---- from start to stop ------------------------------------------------- */

static bool start(gwd_parts *p)
{
    const gwd_parts_config *c = &p->config;
    const gwd_options *o = c->options;

    p->options = o;
    p->slot = &c->slots->items[c->gateway ? c->number : c->slots->gateways];
    gwd_slot_begin(p->slot);
    p->listeners = calloc(o->listen.count + 3, sizeof(gwd_listener *));
    p->announcers =
        calloc(o->register_address.count + 1, sizeof(gwd_announcer *));
    if (p->listeners == NULL || p->announcers == NULL)
        return no_memory();
    return start_loop(p) &&
           (!c->services || (start_register(p) && start_status(p))) &&
           (!c->gateway || start_gateway(p));
}

gwd_parts *gwd_parts_start(const gwd_parts_config *config)
{
    gwd_parts *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        no_memory();
        return NULL;
    }
    p->config = *config;
    if (start(p))
        return p;
    gwd_parts_drain(p, false);
    gwd_parts_free(p);
    return NULL;
}

void gwd_parts_reload(gwd_parts *p)
{
    gwd_clients_config clients = gwd_settings_clients(p->options);
    gwd_inner_config inner = gwd_settings_inner(p->options);

    if (p->inner != NULL)
        gwd_inner_reload(p->inner, &inner);
    if (p->clients != NULL && gwd_clients_reload(p->clients, &clients) < 0)
        gwd_log(GWD_LOG_ERROR, "reload: out of memory, clients stay as they "
                               "were");
}

void gwd_parts_await_announcement(gwd_parts *p)
{
    uint32_t end = gwd_loop_seconds() + ANNOUNCE_SECONDS;

    if (p->reg == NULL || p->options->register_address.count > 0)
        return;
    while (gwd_register_count(p->reg) < p->config.sockets->gateways &&
           !p->loop->stopped && (int32_t)(end - gwd_loop_seconds()) > 0)
        gwd_loop_turn(p->loop, true);
}

void gwd_parts_drain(gwd_parts *p, bool in_haste)
{
    unsigned seconds = in_haste ? 0 : SHUTDOWN_SECONDS;

    for (size_t i = 0; i < p->listener_count; i++)
        gwd_listener_free(p->listeners[i]);
    p->listener_count = 0;
    for (size_t i = 0; i < p->announcer_count; i++)
        gwd_announcer_free(p->announcers[i]);
    p->announcer_count = 0;
    if (p->clients != NULL)
        gwd_clients_close_all(p->clients, seconds);
    /* Seconds pass until all is sent: nobody may come upon what is gone. */
    gwd_inner_free(p->inner);
    p->inner = NULL;
    gwd_register_free(p->reg);
    p->reg = NULL;
    gwd_status_free(p->status);
    p->status = NULL;
    if (p->loop != NULL &&
        (!gwd_loop_drain(p->loop, in_haste ? 0 : SHUTDOWN_SECONDS + 2) ||
         p->loop->unsent > 0))
        gwd_log(GWD_LOG_WARNING, "shut down with output left over");
    gwd_log_report();
}

void gwd_parts_free(gwd_parts *p)
{
    /* What still has a stream is given back by the end of the process. */
    if (p->loop != NULL && p->loop->streams > 0)
        return;
    gwd_top_lists_free(p->tops);
    gwd_clients_free(p->clients);
    gwd_hub_free(p->hub);
    if (p->loop != NULL && event_initialized(&p->second))
        event_del(&p->second);
    gwd_loop_free(p->loop);
    free(p->listeners);
    free(p->announcers);
    free(p);
}
