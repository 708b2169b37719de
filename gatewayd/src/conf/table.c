#include "conf/options.h"

#include <ctype.h>
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

const char *const gwd_option_subjects[GWD_OPTION_SUBJECTS] = {
    [GWD_SUBJECT_LISTEN] = "Where clients connect",
    [GWD_SUBJECT_TLS] = "TLS",
    [GWD_SUBJECT_CLUSTER] = "The cluster",
    [GWD_SUBJECT_WORKERS] = "With and without BusinessWorkers",
    [GWD_SUBJECT_TIMES] = "Heartbeat and timeouts",
    [GWD_SUBJECT_LIMITS] = "Limits",
    [GWD_SUBJECT_PROCESS] = "Processes, log and status",
    [GWD_SUBJECT_PROGRAM] = "Configuration",
};

#define LISTEN GWD_SUBJECT_LISTEN
#define TLS GWD_SUBJECT_TLS
#define CLUSTER GWD_SUBJECT_CLUSTER
#define WORKERS GWD_SUBJECT_WORKERS
#define TIMES GWD_SUBJECT_TIMES
#define LIMITS GWD_SUBJECT_LIMITS
#define PROCESS GWD_SUBJECT_PROCESS
#define PROGRAM GWD_SUBJECT_PROGRAM

/* The order is that of --help, the man page, the docs and the sample file.
 * After a change run scripts/gen-options. */
const gwd_option gwd_option_table[GWD_OPTION_COUNT] = {
    {LISTEN, "listen", GWD_OPTION_LISTEN, GWD_OPTION_REPEAT, AT(listen), "URL",
     "websocket://0.0.0.0:7272", 0, 0, NULL,
     "Where clients connect: PROTOCOL://HOST:PORT. PROTOCOL is websocket (or "
     "ws), text, frame or tcp; wss, or one of them followed by +tls, is the "
     "same over TLS. HOST is an address, IPv6 in brackets, or a name, which "
     "stands for its IPv4 address if it has one. [::] takes no IPv4; name "
     "0.0.0.0 too. Two words may follow after blanks: \"proxy_protocol\" when "
     "a proxy sends PROXY v1 or v2 ahead, \"binary\" to send WebSocket "
     "messages as binary frames."},
    {LISTEN, "allowed_origins", GWD_OPTION_ORIGIN,
     GWD_OPTION_REPEAT | GWD_OPTION_RELOAD, AT(allowed_origins), "ORIGIN", NULL,
     0, 0, NULL,
     "Only web pages from here may open a WebSocket: https://example.com, or "
     "https://*.example.com for every host below it; null means pages without "
     "an origin. Pages of apps are named by what they send, as file:// or "
     "capacitor://localhost. Programs that are no browser send none and are "
     "let in. Not set: every page may."},
    {LISTEN, "trusted_proxies", GWD_OPTION_NETWORK,
     GWD_OPTION_REPEAT | GWD_OPTION_RELOAD, AT(trusted_proxies), "NETWORK",
     NULL, 0, 0, NULL,
     "Proxies, as 10.0.0.0/8 or ::1, that are believed when X-Forwarded-For, "
     "X-Real-IP or a PROXY header tells a client's address. Not set: no such "
     "header of a request is believed, but a listener with proxy_protocol "
     "believes everybody."},
    {LISTEN, "websocket_protocols", GWD_OPTION_TOKEN, GWD_OPTION_REPEAT,
     AT(websocket_protocols), "NAME", NULL, 0, 0, NULL,
     "A WebSocket subprotocol that is accepted when a client offers it."},
    {TLS, "tls_certificate", GWD_OPTION_TEXT, GWD_OPTION_RELOAD,
     AT(tls_certificate), "FILE", NULL, 0, 0, NULL,
     "The certificate of TLS listeners and the chain behind it, PEM."},
    {TLS, "tls_key", GWD_OPTION_TEXT, GWD_OPTION_RELOAD, AT(tls_key), "FILE",
     NULL, 0, 0, NULL,
     "The private key of tls_certificate, PEM, not encrypted."},
    {TLS, "tls_sni", GWD_OPTION_SNI, GWD_OPTION_REPEAT | GWD_OPTION_RELOAD,
     AT(tls_sni), "\"HOST CERTIFICATE KEY\"", NULL, 0, 0, NULL,
     "Another certificate, for clients that ask for HOST; *.example.com covers "
     "one label. File names cannot have blanks or commas in them."},
    {TLS, "tls_ciphers", GWD_OPTION_TEXT, GWD_OPTION_RELOAD, AT(tls_ciphers),
     "LIST", NULL, 0, 0, NULL,
     "The ciphers of TLS 1.2, in OpenSSL's notation. Not set: OpenSSL's own "
     "choice."},
    {TLS, "tls_min_version", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD,
     AT(tls_min_version), "VERSION", "1.2", 0, 0, tls_versions,
     "The oldest TLS version that is accepted."},
    {CLUSTER, "register_listen", GWD_OPTION_ADDRESS, 0, AT(register_listen),
     "ADDRESS", "127.0.0.1:1236", 0, 0, NULL,
     "Where our own Register listens, which tells applications and "
     "BusinessWorkers which gateways there are."},
    {CLUSTER, "register_address", GWD_OPTION_ADDRESS, GWD_OPTION_REPEAT,
     AT(register_address), "ADDRESS", NULL, 0, 0, NULL,
     "A Register that this gateway announces itself to. Not set: our own."},
    {CLUSTER, "no_register", GWD_OPTION_FLAG, 0, AT(no_register), NULL, "no", 0,
     0, NULL, "Run no Register; register_address must name one."},
    {CLUSTER, "register_only", GWD_OPTION_FLAG, 0, AT(register_only), NULL,
     "no", 0, 0, NULL, "Run the Register and no gateway."},
    {CLUSTER, "register_grace", GWD_OPTION_NUMBER, 0, AT(register_grace),
     "SECONDS", "2", 0, 60, NULL,
     "For so long a Register that has just started tells nobody which gateways "
     "there are: those that had announced themselves before come back within a "
     "second, and by a list without them their clients would get nothing and "
     "count as offline. 0: it answers at once."},
    {CLUSTER, "lan_ip", GWD_OPTION_HOST, 0, AT(lan_ip), "HOST", "127.0.0.1", 0,
     0, NULL,
     "Our IPv4 address or name in the cluster, as announced to the Register; "
     "the address is part of every client_id. Applications and BusinessWorkers "
     "must be able to reach it."},
    {CLUSTER, "start_port", GWD_OPTION_NUMBER, 0, AT(start_port), "PORT",
     "2900", 0, 65535, NULL,
     "Our port in the cluster, called the inner port; further worker processes "
     "take the ports after it. 0: any free one."},
    {CLUSTER, "inner_listen", GWD_OPTION_HOST, 0, AT(inner_listen), "HOST",
     NULL, 0, 0, NULL,
     "Where the inner port listens when that is not lan_ip, as in a container "
     "or behind NAT; 0.0.0.0: on every address. [::] takes no IPv4."},
    {CLUSTER, "secret_key_file", GWD_OPTION_TEXT, 0, AT(secret_key_file),
     "FILE", NULL, 0, 0, NULL,
     "A file whose first line is the cluster's key. Without a key, whoever "
     "reaches the inner port may use it."},
    {CLUSTER, "secret_key", GWD_OPTION_TEXT, GWD_OPTION_SECRET, AT(secret_key),
     "KEY", NULL, 0, 0, NULL,
     "The key itself. In the file or the environment only: every user of the "
     "machine can read a command line."},
    {WORKERS, "router", GWD_OPTION_CHOICE, 0, AT(router), "MODE",
     "least_connections", 0, 0, routers,
     "Which BusinessWorker serves a new client: the one with the least "
     "clients, or one at random."},
    {WORKERS, "without_worker", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD,
     AT(without_worker), "MODE", "push", 0, 0, without_worker,
     "While no BusinessWorker is there: push keeps clients and drops what they "
     "send; strict closes them, as GatewayWorker does."},
    {WORKERS, "send_to_worker_buffer_size", GWD_OPTION_NUMBER,
     GWD_OPTION_RELOAD, AT(send_to_worker_buffer_size), "BYTES", "10240000", 1,
     1024 * MIB, NULL,
     "While this much waits for a BusinessWorker, further events for it are "
     "dropped."},
    {WORKERS, "greeting", GWD_OPTION_TEXT,
     GWD_OPTION_MAY_BE_EMPTY | GWD_OPTION_RELOAD, AT(greeting), "TEXT",
     "{\"type\":\"init\",\"client_id\":\"{client_id}\"}", 0, 0, NULL,
     "The first message to each client that no BusinessWorker serves; "
     "{client_id} in it is replaced. Empty: none."},
    {TIMES, "ping_interval", GWD_OPTION_NUMBER, 0, AT(ping_interval), "SECONDS",
     "0", 0, 86400, NULL,
     "GatewayWorker's heartbeat: how often ping_data is sent to silent "
     "clients. 0: never."},
    {TIMES, "ping_not_response_limit", GWD_OPTION_NUMBER, 0,
     AT(ping_not_response_limit), "COUNT", "0", 0, 10000, NULL,
     "Clients that send nothing for this many ping_intervals are closed. 0: "
     "never."},
    {TIMES, "ping_data", GWD_OPTION_TEXT, 0, AT(ping_data), "TEXT", NULL, 0, 0,
     NULL, "The message that the heartbeat sends. Not set: none."},
    {TIMES, "websocket_ping", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(websocket_ping), "SECONDS", "0", 0, 86400, NULL,
     "A WebSocket that has been silent for this long gets a ping frame, which "
     "browsers answer by themselves, and is closed when it stays silent for as "
     "long again. 0: never."},
    {TIMES, "handshake_timeout", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(handshake_timeout), "SECONDS", "10", 0, 3600, NULL,
     "A client that has not finished its handshake by then is closed. 0: "
     "never."},
    {TIMES, "close_unbound_after", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(close_unbound_after), "SECONDS", "0", 0, 86400, NULL,
     "A client that has neither a uid nor a group by then is closed. 0: "
     "never."},
    {LIMITS, "max_package_size", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(max_package_size), "BYTES", "10485760", 1, 1024 * MIB, NULL,
     "The largest message that a client may send; a larger one closes it."},
    {LIMITS, "send_to_client_buffer_size", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(send_to_client_buffer_size), "BYTES", "1024000", 1, 1024 * MIB, NULL,
     "A client is full while this much waits for it."},
    {LIMITS, "send_to_client_full", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD,
     AT(send_to_client_full), "POLICY", "drop", 0, 0, client_full,
     "What becomes of a message to a full client: drop loses the message; "
     "close ends the client, which may come back and catch up."},
    {LIMITS, "max_connections", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(max_connections), "COUNT", "0", 0, 100000000, NULL,
     "More clients than this are turned away, per worker process. 0: as many "
     "as there are file descriptors."},
    {LIMITS, "max_connections_per_ip", GWD_OPTION_NUMBER, GWD_OPTION_RELOAD,
     AT(max_connections_per_ip), "COUNT", "0", 0, 100000000, NULL,
     "More clients than this from one address (of IPv6: one /64 network) are "
     "turned away, per worker process. 0: no limit."},
    {PROCESS, "workers", GWD_OPTION_NUMBER, 0, AT(workers), "COUNT", "1", 1,
     256, NULL,
     "Gateway processes. With more than one, a master process starts them, and "
     "starts one that dies again."},
    {PROCESS, "user", GWD_OPTION_TEXT, 0, AT(user), "NAME", NULL, 0, 0, NULL,
     "Become this user once everything is open."},
    {PROCESS, "group", GWD_OPTION_TEXT, 0, AT(group), "NAME", NULL, 0, 0, NULL,
     "Become this group. Not set: the user's own."},
    {PROCESS, "pid_file", GWD_OPTION_TEXT, 0, AT(pid_file), "FILE", NULL, 0, 0,
     NULL,
     "Write the process id to this file (an absolute name), and remove it at "
     "the end."},
    {PROCESS, "log_level", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD, AT(log_level),
     "LEVEL", "info", 0, 0, log_levels,
     "Log messages of this level and the more serious ones."},
    {PROCESS, "log_target", GWD_OPTION_TEXT, GWD_OPTION_RELOAD, AT(log_target),
     "TARGET", "stderr", 0, 0, NULL,
     "Where the log goes: stderr, syslog, or a file's absolute name. SIGHUP "
     "opens the file anew."},
    {PROCESS, "log_format", GWD_OPTION_CHOICE, GWD_OPTION_RELOAD,
     AT(log_format), "FORMAT", "text", 0, 0, log_formats,
     "How log lines look; json is one object a line."},
    {PROCESS, "status_listen", GWD_OPTION_ADDRESS, 0, AT(status_listen),
     "ADDRESS", NULL, 0, 0, NULL,
     "Serve a dashboard, /status (JSON), /metrics (for Prometheus), /healthz "
     "and /livez here, over HTTP. Not set: nowhere."},
    {PROCESS, "status_token_file", GWD_OPTION_TEXT, 0, AT(status_token_file),
     "FILE", NULL, 0, 0, NULL,
     "A file whose first line is the token that the dashboard, /status and "
     "/metrics ask for: as a Bearer token, or as the password of any user. "
     "/healthz and /livez stay open."},
    {PROCESS, "status_token", GWD_OPTION_TEXT, GWD_OPTION_SECRET,
     AT(status_token), "TOKEN", NULL, 0, 0, NULL,
     "The token itself. In the file or the environment only: every user of the "
     "machine can read a command line."},
    {PROGRAM, "config", GWD_OPTION_TEXT, GWD_OPTION_NO_FILE, AT(config), "FILE",
     NULL, 0, 0, NULL,
     "Read options from this file, one \"key = value\" per line."},
    {PROGRAM, "test_config", GWD_OPTION_FLAG, GWD_OPTION_ARGS_ONLY,
     AT(test_config), NULL, "no", 0, 0, NULL,
     "Check the options, certificates included, and exit."},
    {PROGRAM, "help", GWD_OPTION_FLAG, GWD_OPTION_ARGS_ONLY, AT(help), NULL,
     "no", 0, 0, NULL, "Show this and exit."},
    {PROGRAM, "version", GWD_OPTION_FLAG, GWD_OPTION_ARGS_ONLY, AT(version),
     NULL, "no", 0, 0, NULL, "Show the version and exit."},
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

void gwd_option_arg_name(const gwd_option *option,
                         char out[GWD_OPTION_NAME_LEN + 1])
{
    snprintf(out, GWD_OPTION_NAME_LEN + 1, "--%s", option->key);
    for (char *p = out; *p != '\0'; p++)
        *p = *p == '_' ? '-' : *p;
}

void gwd_option_env_name(const gwd_option *option,
                         char out[GWD_OPTION_NAME_LEN + 1])
{
    snprintf(out, GWD_OPTION_NAME_LEN + 1, GWD_OPTION_ENV_PREFIX "%s",
             option->key);
    for (char *p = out; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
}
