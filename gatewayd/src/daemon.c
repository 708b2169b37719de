#include "daemon.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <gwclient/version.h>

#include "address.h"
#include "buf.h"
#include "core/clients.h"
#include "core/listen.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/random.h"
#include "daemon_tls.h"
#include "hub/hub.h"
#include "inner/inner.h"
#include "register/register.h"

#define SHUTDOWN_SECONDS 5
#define ANNOUNCE_SECONDS 2

/* Everything that runs. NULL and 0: not there. */
typedef struct daemon_parts {
    const gwd_options *options;
    gwd_loop *loop;
    gwd_hub *hub;
    gwd_tls *tls;
    gwd_clients *clients;
    gwd_inner *inner;
    gwd_register *reg;
    gwd_listener **listeners;
    size_t listener_count;
    gwd_announcer **announcers;
    size_t announcer_count;
    struct event signals[3];
    gw_buf places;   /* where clients connect, for the ready line */
    gw_buf services; /* and everybody else */
} daemon_parts;

static bool complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Always false. */
static bool complain(const char *format, ...)
{
    va_list args;

    fputs("gatewayd: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return false;
}

static gw_slice secret_of(const daemon_parts *d)
{
    return gw_slice_str(d->options->secret_key);
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
    gwd_inner_accept(arg, fd, name);
}

static void accept_register(void *arg, int fd, const struct sockaddr *peer)
{
    char name[GWD_PEER_LEN + 1];

    gwd_peer_format(peer, name);
    gwd_register_accept(arg, fd, name);
}

/* ---- starting ----------------------------------------------------------- */

/* "host:port" with the port that was really taken. */
static void put_address(gw_buf *out, gw_slice address, uint16_t port)
{
    const char *colon = memrchr(address.base, ':', address.len);

    gw_buf_put(out, address.base, (size_t)(colon - address.base) + 1);
    gw_buf_put_int(out, port);
}

/* Listens, and adds "LABELhost:port" to `places`. 0 after a complaint, else the
 * port. */
static uint16_t listen_on(daemon_parts *d, gw_buf *places, const char *label,
                          gw_slice address, gwd_accept_fn fn, void *arg)
{
    const char *why = NULL;
    gwd_listener *listener = gwd_listener_new(d->loop, address, fn, arg, &why);
    uint16_t port;

    if (listener == NULL) {
        complain("cannot listen on %s%.*s: %s", label, (int)address.len,
                 address.base, why);
        return 0;
    }
    d->listeners[d->listener_count++] = listener;
    port = gwd_listener_port(listener);
    gw_buf_put_str(places, places->len == 0 ? "" : ", ");
    gw_buf_put_str(places, label);
    put_address(places, address, port);
    return port;
}

static bool start_register(daemon_parts *d, uint16_t *port)
{
    if (d->options->no_register)
        return true;
    d->reg = gwd_register_new(d->loop, secret_of(d));
    if (d->reg == NULL)
        return complain("out of memory");
    *port = listen_on(d, &d->services, "register ",
                      gw_slice_str(d->options->register_listen),
                      accept_register, d->reg);
    return *port != 0;
}

static gwd_inner_config inner_config(const daemon_parts *d)
{
    const gwd_options *o = d->options;

    return (gwd_inner_config){
        .loop = d->loop,
        .hub = d->hub,
        .secret_key = secret_of(d),
        .router = (gwd_router_mode)o->router,
        .without_worker = (gwd_without_worker)o->without_worker,
        .send_to_worker_buffer_size = o->send_to_worker_buffer_size,
        .ping_workers = strcmp(o->lan_ip, "127.0.0.1") != 0,
    };
}

static bool start_inner(daemon_parts *d, uint16_t *port)
{
    const gwd_options *o = d->options;
    const char *host = o->inner_listen[0] != '\0' ? o->inner_listen : o->lan_ip;
    gwd_inner_config config = inner_config(d);
    gw_buf address;

    d->inner = gwd_inner_new(&config);
    if (d->inner == NULL)
        return complain("out of memory");
    gw_buf_init(&address, NULL, 0);
    gw_buf_put_str(&address, host);
    gw_buf_put_char(&address, ':');
    gw_buf_put_int(&address, (int64_t)o->start_port);
    *port = address.error < 0
                ? 0
                : listen_on(d, &d->services, "inner ", gw_buf_slice(&address),
                            accept_inner, d->inner);
    gw_buf_deinit(&address);
    return *port != 0;
}

static bool listen_for_clients(daemon_parts *d, const char *text)
{
    gwd_client_port_config config = {0};
    gwd_client_port *port;
    gwd_listen listen;
    gw_slice host;
    char scheme[32];

    gwd_listen_parse(text, &listen);
    gw_address_split(listen.address, &host, &config.port);
    config.protocol = (gwd_client_protocol)listen.protocol;
    config.tls = listen.tls ? d->tls : NULL;
    config.binary = listen.binary;
    config.proxy_protocol = listen.proxy_protocol;
    snprintf(scheme, sizeof(scheme), "%.*s", (int)listen.scheme.len,
             listen.scheme.base);
    port = gwd_clients_add_port(d->clients, &config);
    return port == NULL ? complain("out of memory")
                        : listen_on(d, &d->places, scheme, listen.address,
                                    accept_client, port) != 0;
}

static gwd_client_texts texts_of(const gwd_texts *texts)
{
    return (gwd_client_texts){texts->items, texts->count};
}

static gwd_clients_config clients_config(const daemon_parts *d,
                                         uint16_t inner_port)
{
    const gwd_options *o = d->options;
    gwd_clients_config config = {
        .loop = d->loop,
        .hub = d->hub,
        .events = &gwd_inner_events,
        .events_arg = d->inner,
        .gateway_port = inner_port,
        .websocket_protocols = texts_of(&o->websocket_protocols),
        .ping_interval = (unsigned)o->ping_interval,
        .ping_not_response_limit = (unsigned)o->ping_not_response_limit,
        .ping_data = gw_slice_str(o->ping_data),
        .greeting = gw_slice_str(o->greeting),
        .allowed_origins = texts_of(&o->allowed_origins),
        .trusted_proxies = texts_of(&o->trusted_proxies),
        .handshake_timeout = (unsigned)o->handshake_timeout,
        .close_unbound_after = (unsigned)o->close_unbound_after,
        .websocket_ping = (unsigned)o->websocket_ping,
        .max_package_size = o->max_package_size,
        .send_to_client_buffer_size = o->send_to_client_buffer_size,
        .close_when_full = o->send_to_client_full == 1,
        .max_connections = o->max_connections,
        .max_connections_per_ip = o->max_connections_per_ip,
    };

    gw_ipv4_parse(gw_slice_str(o->lan_ip), &config.gateway_ip);
    return config;
}

static bool start_clients(daemon_parts *d, uint16_t inner_port)
{
    const gwd_options *o = d->options;
    gwd_clients_config config = clients_config(d, inner_port);

    d->clients = gwd_clients_new(&config);
    if (d->clients == NULL)
        return complain("out of memory");
    for (size_t i = 0; i < o->listen.count; i++) {
        if (!listen_for_clients(d, o->listen.items[i]))
            return false;
        /* Applications get in however many clients there are. */
        gwd_listener_keep_reserve(d->listeners[d->listener_count - 1]);
    }
    return true;
}

/* Where our own Register is reached from this machine: a wildcard address is
 * no destination. */
static void put_own_register(const daemon_parts *d, gw_buf *out, uint16_t port)
{
    gw_slice listen = gw_slice_str(d->options->register_listen);
    gw_slice host;
    uint16_t ignored;

    gw_address_split(listen, &host, &ignored);
    if (host.len == 7 && memcmp(host.base, "0.0.0.0", 7) == 0)
        listen = gw_slice_str("127.0.0.1:0");
    else if (host.len == 2 && memcmp(host.base, "::", 2) == 0)
        listen = gw_slice_str("[::1]:0");
    put_address(out, listen, port);
}

static bool announce_to(daemon_parts *d, gw_slice reg, uint16_t inner_port)
{
    gw_buf own;
    gwd_announcer *announcer = NULL;

    gw_buf_init(&own, NULL, 0);
    gw_buf_put_str(&own, d->options->lan_ip);
    gw_buf_put_char(&own, ':');
    gw_buf_put_int(&own, inner_port);
    if (own.error == GW_OK)
        announcer =
            gwd_announcer_new(d->loop, reg, gw_buf_slice(&own), secret_of(d));
    gw_buf_deinit(&own);
    if (announcer == NULL)
        return complain("out of memory");
    d->announcers[d->announcer_count++] = announcer;
    return true;
}

static bool start_announcers(daemon_parts *d, uint16_t register_port,
                             uint16_t inner_port)
{
    const gwd_texts *addresses = &d->options->register_address;
    gw_buf own;
    bool done = true;

    for (size_t i = 0; done && i < addresses->count; i++)
        done = announce_to(d, gw_slice_str(addresses->items[i]), inner_port);
    if (addresses->count > 0)
        return done;
    gw_buf_init(&own, NULL, 0);
    put_own_register(d, &own, register_port);
    done = announce_to(d, gw_buf_slice(&own), inner_port);
    gw_buf_deinit(&own);
    return done;
}

static bool start_hub(daemon_parts *d)
{
    uint8_t seed[GW_SIPHASH_SEED_LEN];

    if (gwd_random_bytes(seed, sizeof(seed)) < 0)
        return complain("the system gives no random bytes");
    d->hub = gwd_hub_new(seed);
    return d->hub != NULL || complain("out of memory");
}

static bool start_tls(daemon_parts *d)
{
    char error[GWD_TLS_ERROR_LEN + 1];

    if (!gwd_daemon_wants_tls(d->options))
        return true;
    d->tls = gwd_daemon_tls_new(d->options, error);
    return d->tls != NULL || complain("%s", error);
}

/* WebSockets listen last: who gets in finds everything there. */
static bool start_gateway(daemon_parts *d, uint16_t register_port)
{
    uint16_t inner_port = 0;

    return start_tls(d) && start_hub(d) && start_inner(d, &inner_port) &&
           start_clients(d, inner_port) &&
           start_announcers(d, register_port, inner_port);
}

/* ---- the process -------------------------------------------------------- */

static void on_stop_signal(evutil_socket_t number, short what, void *arg)
{
    daemon_parts *d = arg;

    (void)what;
    gwd_log(GWD_LOG_INFO, "signal %d: shutting down", (int)number);
    gwd_loop_stop(d->loop);
}

static void on_hangup(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    (void)arg;
    gwd_log(GWD_LOG_INFO, "SIGHUP ignored: there is nothing to reload");
}

static bool watch_signals(daemon_parts *d)
{
    static const struct {
        int number;
        event_callback_fn fn;
    } watched[] = {{SIGTERM, on_stop_signal},
                   {SIGINT, on_stop_signal},
                   {SIGHUP, on_hangup}};

    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
        if (event_assign(&d->signals[i], d->loop->base, watched[i].number,
                         EV_SIGNAL | EV_PERSIST, watched[i].fn, d) < 0 ||
            event_add(&d->signals[i], NULL) < 0)
            return complain("cannot watch signals");
    }
    return true;
}

static void unwatch_signals(daemon_parts *d)
{
    for (size_t i = 0; i < sizeof(d->signals) / sizeof(d->signals[0]); i++) {
        if (event_initialized(&d->signals[i]))
            event_del(&d->signals[i]);
    }
}

/* Each client is a file descriptor: take all that we may have. */
static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        gwd_log(GWD_LOG_WARNING, "cannot raise the limit of open files");
}

static bool prepare(daemon_parts *d)
{
    const gwd_options *o = d->options;

    raise_file_limit();
    gw_buf_init(&d->places, NULL, 0);
    gw_buf_init(&d->services, NULL, 0);
    d->listeners = calloc(o->listen.count + 2, sizeof(gwd_listener *));
    d->announcers =
        calloc(o->register_address.count + 1, sizeof(gwd_announcer *));
    d->loop = gwd_loop_new();
    if (d->listeners == NULL || d->announcers == NULL || d->loop == NULL)
        return complain("cannot start the event loop");
    return watch_signals(d);
}

static bool start(daemon_parts *d)
{
    uint16_t register_port = 0;

    return prepare(d) && start_register(d, &register_port) &&
           (d->options->register_only || start_gateway(d, register_port));
}

/* Who asks our own Register after the ready line finds us there. */
static void await_announcement(daemon_parts *d)
{
    uint32_t end = gwd_loop_seconds() + ANNOUNCE_SECONDS;

    if (d->reg == NULL || d->options->register_only ||
        d->options->register_address.count > 0)
        return;
    while (gwd_register_count(d->reg) == 0 && !d->loop->stopped &&
           (int32_t)(end - gwd_loop_seconds()) > 0)
        gwd_loop_turn(d->loop, true);
}

static void say_ready(const daemon_parts *d)
{
    fprintf(stderr, "gatewayd " GW_VERSION " ready: %.*s%s%.*s\n",
            (int)d->places.len, d->places.base, d->places.len > 0 ? ", " : "",
            (int)d->services.len, d->services.base);
}

/* Nobody new; out of the Registers; good-bye to all; then wait until they have
 * taken what is queued for them. */
static void stop(daemon_parts *d)
{
    for (size_t i = 0; i < d->listener_count; i++)
        gwd_listener_free(d->listeners[i]);
    for (size_t i = 0; i < d->announcer_count; i++)
        gwd_announcer_free(d->announcers[i]);
    if (d->clients != NULL)
        gwd_clients_close_all(d->clients, SHUTDOWN_SECONDS);
    gwd_inner_free(d->inner);
    gwd_register_free(d->reg);
    if (d->loop != NULL && !gwd_loop_drain(d->loop, SHUTDOWN_SECONDS + 2))
        gwd_log(GWD_LOG_WARNING, "shut down with output left over");
}

static void release(daemon_parts *d)
{
    /* What still has a stream is given back by the end of the process. */
    if (d->loop != NULL && d->loop->streams == 0) {
        gwd_clients_free(d->clients);
        gwd_tls_free(d->tls);
        gwd_hub_free(d->hub);
        unwatch_signals(d);
        gwd_loop_free(d->loop);
    }
    free(d->listeners);
    free(d->announcers);
    gw_buf_deinit(&d->places);
    gw_buf_deinit(&d->services);
}

int gwd_daemon_run(const gwd_options *options)
{
    daemon_parts d = {.options = options};
    bool started;

    gwd_log_set_level((gwd_log_level)options->log_level);
    started = start(&d);
    if (started) {
        await_announcement(&d);
        say_ready(&d);
        gwd_loop_run(d.loop);
    }
    stop(&d);
    release(&d);
    return started ? EXIT_SUCCESS : GWD_EXIT_FAILURE;
}
