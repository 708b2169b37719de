/* What arrives from a client, by the phase that it is in. */
#include "client/proxy.h"
#include "core/client_state.h"
#include "core/log.h"

static void refuse_proxy(gwd_client *client, const char *why)
{
    char text[GWD_IP_TEXT_LEN + 1];
    gwd_ip ip = gwd_client_ip(client);

    gwd_ip_format(&ip, text);
    gwd_log(GWD_LOG_WARNING, "client %s: %s, closed", text, why);
    gwd_client_drop(client, GWD_CLOSE_PROTOCOL);
}

static bool is_trusted(const gwd_client *client)
{
    const gwd_networks *proxies = &gwd_clients_of(client)->lists.proxies;
    gwd_ip ip = gwd_client_ip(client);

    return proxies->count == 0 || gwd_networks_have(proxies, &ip);
}

/* The PROXY header, which stands in front of everything. */
static size_t read_proxy(gwd_client *client, const char *base, size_t len)
{
    size_t consumed = 0;
    gwd_proxy proxy;
    int result = is_trusted(client)
                     ? gwd_proxy_read(gw_slice_of(base, len), &proxy, &consumed)
                     : GW_EAUTH;

    if (result == GW_EAGAIN)
        return 0;
    if (result == GW_EAUTH) {
        refuse_proxy(client, "is not in trusted_proxies");
        return 0;
    }
    if (result < 0) {
        refuse_proxy(client, "sent no valid PROXY header");
        return 0;
    }
    if (gwd_ip_known(&proxy.ip)) {
        client->stream.note = proxy.port;
        if (gwd_client_set_ip(client, &proxy.ip) < 0) {
            gwd_client_drop(client, GWD_CLOSE_ERROR);
            return 0;
        }
    }
    if (gwd_client_start_tls(client))
        gwd_client_enter(client);
    return consumed;
}

static size_t read_open(gwd_client *client, const char *base, size_t len)
{
    return gwd_client_port_of(client)->speech->read(client, base, len);
}

static size_t read_nothing(gwd_client *client, const char *base, size_t len)
{
    (void)client;
    (void)base;
    (void)len;
    return 0;
}

/* Uses up one unit: its length, or 0 when it is not whole, or when the client
 * is gone. */
static size_t (*const readers[GWD_CLIENT_PHASES])(gwd_client *, const char *,
                                                  size_t) = {
    [GWD_CLIENT_NEW] = read_proxy,
    [GWD_CLIENT_HANDSHAKE] = gwd_client_read_handshake,
    [GWD_CLIENT_OPEN] = read_open,
    [GWD_CLIENT_DOOMED] = read_nothing,
    [GWD_CLIENT_REFUSED] = gwd_client_read_refused,
    [GWD_CLIENT_CLOSING] = read_nothing,
};

ssize_t gwd_client_on_data(gwd_stream *stream, const char *base, size_t len)
{
    gwd_client *client =
        (gwd_client *)((char *)stream - offsetof(gwd_client, stream));
    size_t used = 0;
    size_t step = 1;
    bool plain = stream->tls == NULL;

    gwd_client_note_life(client);
    /* What follows the start of TLS is not for us. */
    while (used < len && step > 0 && plain == (stream->tls == NULL)) {
        step = readers[stream->phase](client, base + used, len - used);
        used += step;
    }
    return (ssize_t)used;
}
