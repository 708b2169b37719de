#include "conf/options.h"

#include <string.h>

#define AT(field) offsetof(gwd_options, field)
#define MIB ((uint64_t)1024 * 1024)

static const char *const log_levels[] = {"error", "warning", "info", "debug",
                                         NULL};

const gwd_option gwd_option_table[GWD_OPTION_COUNT] = {
    {"listen", GWD_OPTION_LISTEN, GWD_OPTION_REPEAT, AT(listen), "URL",
     "websocket://0.0.0.0:7272", 0, 0, NULL,
     "Where browsers connect: websocket://HOST:PORT, [v6] in brackets."},
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
    {"lan_ip", GWD_OPTION_IPV4, 0, AT(lan_ip), "IP", "127.0.0.1", 0, 0, NULL,
     "Our address in the cluster. It is in every client_id, so applications "
     "must be able to reach it."},
    {"start_port", GWD_OPTION_NUMBER, 0, AT(start_port), "PORT", "2900", 0,
     65535, NULL, "Our port in the cluster, the inner port. 0: any free one."},
    {"inner_listen", GWD_OPTION_HOST, 0, AT(inner_listen), "HOST", NULL, 0, 0,
     NULL, "Where the inner port listens. Without it: lan_ip."},
    {"secret_key_file", GWD_OPTION_TEXT, 0, AT(secret_key_file), "FILE", NULL,
     0, 0, NULL,
     "A file whose first line is the cluster's key. Without a key, everybody "
     "who reaches the inner port may use it."},
    {"secret_key", GWD_OPTION_TEXT, GWD_OPTION_SECRET, AT(secret_key), "KEY",
     NULL, 0, 0, NULL,
     "The key itself. In the file or the environment only: a command line can "
     "be read by every user of the machine."},
    {"greeting", GWD_OPTION_TEXT, GWD_OPTION_MAY_BE_EMPTY, AT(greeting), "TEXT",
     "{\"type\":\"init\",\"client_id\":\"{client_id}\"}", 0, 0, NULL,
     "The first message to each client. {client_id} is replaced. Empty: none."},
    {"handshake_timeout", GWD_OPTION_NUMBER, 0, AT(handshake_timeout),
     "SECONDS", "10", 0, 3600, NULL,
     "A client that has not finished its handshake by then is closed. 0: "
     "never."},
    {"max_package_size", GWD_OPTION_NUMBER, 0, AT(max_package_size), "BYTES",
     "10485760", 1, 1024 * MIB, NULL,
     "The largest message that is taken from a client."},
    {"send_to_client_buffer_size", GWD_OPTION_NUMBER, 0,
     AT(send_to_client_buffer_size), "BYTES", "1024000", 1, 1024 * MIB, NULL,
     "Messages to a client are dropped while this much waits for it."},
    {"log_level", GWD_OPTION_CHOICE, 0, AT(log_level), "LEVEL", "info", 0, 0,
     log_levels, "What is logged, to standard error."},
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
