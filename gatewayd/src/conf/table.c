#include "conf/options.h"

#include <string.h>

#define AT(field) offsetof(gwd_options, field)
#define MIB ((uint64_t)1024 * 1024)

static const char *const log_levels[] = {"error", "warning", "info", "debug",
                                         NULL};
static const char *const log_formats[] = {"text", "json", NULL};
static const char *const tls_versions[] = {"1.2", "1.3", NULL};
static const char *const routers[] = {"least_connections", "random", NULL};
static const char *const without_worker[] = {"push", "strict", NULL};
static const char *const client_full[] = {"drop", "close", NULL};

/* The order is that of --help, the man page and the docs. */
const gwd_option gwd_option_table[GWD_OPTION_COUNT] = {
    {"listen", GWD_OPTION_LISTEN, GWD_OPTION_REPEAT, AT(listen), "URL",
     "websocket://0.0.0.0:7272", 0, 0, NULL,
     "Where clients connect: PROTOCOL://HOST:PORT, [v6] in brackets. PROTOCOL "
     "is websocket, text, frame or tcp; wss, or one of them with +tls behind "
     "it, is the same over TLS. \"proxy_protocol\" after a blank expects PROXY "
     "v1 or v2 first; \"binary\" sends WebSocket messages as binary."},
    {"tls_certificate", GWD_OPTION_TEXT, GWD_OPTION_RELOAD, AT(tls_certificate),
     "FILE", NULL, 0, 0, NULL, "The certificate chain for TLS listeners, PEM."},
    {"tls_key", GWD_OPTION_TEXT, GWD_OPTION_RELOAD, AT(tls_key), "FILE", NULL,
     0, 0, NULL, "Its private key, PEM."},
    {"tls_sni", GWD_OPTION_SNI, GWD_OPTION_REPEAT | GWD_OPTION_RELOAD,
     AT(tls_sni), "\"HOST CERTIFICATE KEY\"", NULL, 0, 0, NULL,
     "Another certificate for clients that ask for HOST; *.example.com covers "
     "one label."},
    {"tls_ciphers", GWD_OPTION_TEXT, GWD_OPTION_RELOAD, AT(tls_ciphers), "LIST",
     NULL, 0, 0, NULL,
     "Cipher list for TLS 1.2, in OpenSSL's notation. Without it: OpenSSL's "
     "own."},
    {"tls_min_version", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD,
     AT(tls_min_version), "VERSION", "1.2", 0, 0, tls_versions,
     "The oldest TLS version that is taken."},
    {"allowed_origins", GWD_OPTION_ORIGIN,
     GWD_OPTION_REPEAT | GWD_OPTION_RELOAD, AT(allowed_origins), "ORIGIN", NULL,
     0, 0, NULL,
     "Only pages from here may open a WebSocket: https://example.com, or "
     "https://*.example.com for all below it. Without any: all pages."},
    {"trusted_proxies", GWD_OPTION_NETWORK,
     GWD_OPTION_REPEAT | GWD_OPTION_RELOAD, AT(trusted_proxies), "NETWORK",
     NULL, 0, 0, NULL,
     "Proxies, as 10.0.0.0/8 or ::1, whose X-Forwarded-For, X-Real-IP or PROXY "
     "line tells the client's address."},
    {"websocket_protocols", GWD_OPTION_TOKEN, GWD_OPTION_REPEAT,
     AT(websocket_protocols), "NAME", NULL, 0, 0, NULL,
     "A WebSocket subprotocol that is accepted when a client offers it."},
    {"register_listen", GWD_OPTION_ADDRESS, 0, AT(register_listen), "ADDRESS",
     "127.0.0.1:1236", 0, 0, NULL,
     "Where our own Register listens, which tells applications and workers "
     "which gateways there are."},
    {"register_address", GWD_OPTION_ADDRESS, GWD_OPTION_REPEAT,
     AT(register_address), "ADDRESS", NULL, 0, 0, NULL,
     "A Register that this gateway announces itself to. Without any: our own."},
    {"no_register", GWD_OPTION_FLAG, 0, AT(no_register), NULL, "no", 0, 0, NULL,
     "Run no Register; register_address names another one."},
    {"register_only", GWD_OPTION_FLAG, 0, AT(register_only), NULL, "no", 0, 0,
     NULL, "Run the Register and no gateway."},
    {"lan_ip", GWD_OPTION_HOST, 0, AT(lan_ip), "HOST", "127.0.0.1", 0, 0, NULL,
     "Our address or name in the cluster, as announced to the Register; its "
     "IPv4 address is in every client_id. Applications and workers must be "
     "able "
     "to reach it."},
    {"start_port", GWD_OPTION_NUMBER, 0, AT(start_port), "PORT", "2900", 0,
     65535, NULL,
     "Our port in the cluster, the inner port; further worker processes take "
     "the ports after it. 0: any free one."},
    {"inner_listen", GWD_OPTION_HOST, 0, AT(inner_listen), "HOST", NULL, 0, 0,
     NULL,
     "Where the inner port listens, when that is not lan_ip: in a container, "
     "behind NAT."},
    {"secret_key_file", GWD_OPTION_TEXT, 0, AT(secret_key_file), "FILE", NULL,
     0, 0, NULL,
     "A file whose first line is the cluster's key. Without a key, everybody "
     "who reaches the inner port may use it."},
    {"secret_key", GWD_OPTION_TEXT, GWD_OPTION_SECRET, AT(secret_key), "KEY",
     NULL, 0, 0, NULL,
     "The key itself. In the file or the environment only: a command line can "
     "be read by every user of the machine."},
    {"router", GWD_OPTION_CHOICE, 0, AT(router), "MODE", "least_connections", 0,
     0, routers,
     "Which BusinessWorker serves a new client: least_connections, or random."},
    {"without_worker", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD, AT(without_worker),
     "MODE", "push", 0, 0, without_worker,
     "While no BusinessWorker is attached: push keeps clients and drops what "
     "they send; strict closes them, as GatewayWorker does."},
    {"send_to_worker_buffer_size", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(send_to_worker_buffer_size), "BYTES", "10240000", 1, 1024 * MIB, NULL,
     "Events for a BusinessWorker are dropped while this much waits for it."},
    {"greeting", GWD_OPTION_TEXT, GWD_OPTION_MAY_BE_EMPTY | GWD_OPTION_RELOAD,
     AT(greeting), "TEXT", "{\"type\":\"init\",\"client_id\":\"{client_id}\"}",
     0, 0, NULL,
     "The first message to each client that no BusinessWorker serves. "
     "{client_id} is replaced. Empty: none."},
    {"ping_interval", GWD_OPTION_NUMBER, 0, AT(ping_interval), "SECONDS", "0",
     0, 86400, NULL,
     "Heartbeat as in GatewayWorker: how often ping_data is sent to silent "
     "clients. 0: never."},
    {"ping_not_response_limit", GWD_OPTION_NUMBER, 0,
     AT(ping_not_response_limit), "COUNT", "0", 0, 10000, NULL,
     "Clients that send nothing for this many intervals are closed. 0: never."},
    {"ping_data", GWD_OPTION_TEXT, 0, AT(ping_data), "TEXT", NULL, 0, 0, NULL,
     "What the heartbeat sends. Empty: nothing."},
    {"websocket_ping", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD, AT(websocket_ping),
     "SECONDS", "0", 0, 86400, NULL,
     "A WebSocket that has been silent for so long is pinged, and closed when "
     "it stays silent for as long again. 0: never."},
    {"handshake_timeout", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(handshake_timeout), "SECONDS", "10", 0, 3600, NULL,
     "A client that has not finished its handshake by then is closed. 0: "
     "never."},
    {"close_unbound_after", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(close_unbound_after), "SECONDS", "0", 0, 86400, NULL,
     "A client that has neither a uid nor a group by then is closed. 0: "
     "never."},
    {"max_package_size", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(max_package_size), "BYTES", "10485760", 1, 1024 * MIB, NULL,
     "The largest message that is taken from a client."},
    {"send_to_client_buffer_size", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(send_to_client_buffer_size), "BYTES", "1024000", 1, 1024 * MIB, NULL,
     "A client is full while this much waits for it."},
    {"send_to_client_full", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD,
     AT(send_to_client_full), "POLICY", "drop", 0, 0, client_full,
     "What a message to a full client does: drop is lost, close ends the "
     "client, which may then come back and catch up."},
    {"max_connections", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(max_connections), "COUNT", "0", 0, 100000000, NULL,
     "More clients than this are turned away, per process. 0: as many as there "
     "are file descriptors."},
    {"max_connections_per_ip", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(max_connections_per_ip), "COUNT", "0", 0, 100000000, NULL,
     "More clients than this from one address are turned away, per process. 0: "
     "no limit."},
    {"workers", GWD_OPTION_NUMBER, 0, AT(workers), "COUNT", "1", 1, 256, NULL,
     "Gateway processes. With more than one, a master process starts them and "
     "restarts one that dies."},
    {"user", GWD_OPTION_TEXT, 0, AT(user), "NAME", NULL, 0, 0, NULL,
     "Become this user once everything is open."},
    {"group", GWD_OPTION_TEXT, 0, AT(group), "NAME", NULL, 0, 0, NULL,
     "Become this group. Without it: the user's own."},
    {"pid_file", GWD_OPTION_TEXT, 0, AT(pid_file), "FILE", NULL, 0, 0, NULL,
     "Write the process id there, and remove it at the end."},
    {"log_level", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD, AT(log_level), "LEVEL",
     "info", 0, 0, log_levels, "What is logged: error, warning, info, debug."},
    {"log_target", GWD_OPTION_TEXT, GWD_OPTION_RELOAD, AT(log_target), "TARGET",
     "stderr", 0, 0, NULL,
     "Where the log goes: stderr, syslog, or a file's absolute name. SIGHUP "
     "opens the file anew."},
    {"log_format", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD, AT(log_format),
     "FORMAT", "text", 0, 0, log_formats, "text, or json: one object a line."},
    {"status_listen", GWD_OPTION_ADDRESS, 0, AT(status_listen), "ADDRESS", NULL,
     0, 0, NULL,
     "Serves /healthz, /metrics (Prometheus) and /status over HTTP there."},
    {"config", GWD_OPTION_TEXT, GWD_OPTION_NO_FILE, AT(config), "FILE", NULL, 0,
     0, NULL, "Read options from this file, one \"key = value\" per line."},
    {"test_config", GWD_OPTION_FLAG, GWD_OPTION_ARGS_ONLY, AT(test_config),
     NULL, "no", 0, 0, NULL, "Check the options and exit."},
    {"help", GWD_OPTION_FLAG, GWD_OPTION_ARGS_ONLY, AT(help), NULL, "no", 0, 0,
     NULL, "Show this and exit."},
    {"version", GWD_OPTION_FLAG, GWD_OPTION_ARGS_ONLY, AT(version), NULL, "no",
     0, 0, NULL, "Show the version and exit."},
};

static bool key_is(const char *key, gw_slice name, char joint)
{
    if (strlen(key) != name.len)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (name.base[i] != (key[i] == '_' ? joint : key[i]))
            return false;
    }
    return true;
}

const gwd_option *gwd_option_find(gw_slice name, char joint)
{
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        if (key_is(gwd_option_table[i].key, name, joint))
            return &gwd_option_table[i];
    }
    return NULL;
}
