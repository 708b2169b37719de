#include "settings.h"

#include <string.h>

#include "address.h"

gwd_inner_config gwd_settings_inner(const gwd_options *o)
{
    return (gwd_inner_config){
        .secret_key = gw_slice_str(o->secret_key),
        .router = (gwd_router_mode)o->router,
        .without_worker = (gwd_without_worker)o->without_worker,
        .send_to_worker_buffer_size = o->send_to_worker_buffer_size,
        .ping_workers = strcmp(o->lan_ip, "127.0.0.1") != 0,
        .named = gw_ipv4_parse(gw_slice_str(o->lan_ip), &(uint32_t){0}) < 0,
    };
}

static gwd_client_texts texts_of(const gwd_texts *texts)
{
    return (gwd_client_texts){texts->items, texts->count};
}

gwd_clients_config gwd_settings_clients(const gwd_options *o)
{
    return (gwd_clients_config){
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
}

gwd_client_port_config gwd_settings_port(const gwd_options *o, size_t i,
                                         struct gwd_tls *tls)
{
    gwd_client_port_config config = {0};
    gwd_listen listen;

    gwd_listen_parse(o->listen.items[i], &listen);
    config.protocol = (gwd_client_protocol)listen.protocol;
    config.tls = listen.tls ? tls : NULL;
    config.binary = listen.binary;
    config.proxy_protocol = listen.proxy_protocol;
    return config;
}
