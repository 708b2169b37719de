#include "conf/options.h"

#include <stdio.h>

#include "core/ascii.h"

#define AT(field) offsetof(gwctl_options, field)
#define MIB ((uint64_t)1024 * 1024)
#define DAY_MS ((uint64_t)86400 * 1000)

#define REPEAT GWCTL_OPTION_REPEAT
#define ARGS_ONLY GWCTL_OPTION_ARGS_ONLY

#define CLUSTER GWCTL_USES_CLUSTER
#define MESSAGES GWCTL_USES_MESSAGES
#define LISTEN GWCTL_USES_LISTEN

/* The order is that of --help, the man page and the docs. After a change run
 * scripts/gen-options. */
const gwctl_option gwctl_option_table[GWCTL_OPTION_COUNT] = {
    {CLUSTER, "register", GWCTL_OPTION_ADDRESS, REPEAT | GWCTL_OPTION_COMMAS,
     AT(registers), "ADDRESS", "127.0.0.1:1236", 0, 0,
     "A Register that tells which gateways there are; the first that answers "
     "is believed."},
    {CLUSTER, "gateway", GWCTL_OPTION_ADDRESS, REPEAT | GWCTL_OPTION_COMMAS,
     AT(gateways), "ADDRESS", NULL, 0, 0,
     "The inner address of a gateway. When there are any, they are all that is "
     "asked, and no Register."},
    {CLUSTER, "secret_key_file", GWCTL_OPTION_FILE, 0, AT(secret_key_file),
     "FILE", NULL, 0, 0, "A file whose first line is the cluster's key."},
    {CLUSTER, "secret_key", GWCTL_OPTION_TEXT, GWCTL_OPTION_SECRET,
     AT(secret_key), "KEY", NULL, 0, 0,
     "The key itself. In a file or the environment only: every user of the "
     "machine can read a command line."},
    {CLUSTER, "timeout", GWCTL_OPTION_TIME, 0, AT(timeout), "SECONDS", "5", 1,
     DAY_MS,
     "How long one call may take, all gateways together; and the connection "
     "and handshake of listen."},
    {CLUSTER, "connect_timeout", GWCTL_OPTION_TIME, 0, AT(connect_timeout),
     "SECONDS", "3", 1, DAY_MS, "How long one attempt to connect may take."},

    {MESSAGES, "whole", GWCTL_OPTION_FLAG, ARGS_ONLY, AT(whole), NULL, "no", 0,
     0,
     "All of standard input is one message, newlines and all; else each line "
     "is one."},
    {MESSAGES, "raw", GWCTL_OPTION_FLAG, ARGS_ONLY, AT(raw), NULL, "no", 0, 0,
     "The message is sent as it is, and not framed for the client's "
     "protocol."},
    {GWCTL_USES_EXCLUDE, "exclude", GWCTL_OPTION_CLIENT_ID,
     REPEAT | GWCTL_OPTION_COMMAS | ARGS_ONLY, AT(exclude), "CLIENT_ID", NULL,
     0, 0, "A connection that gets no message."},
    {GWCTL_USES_CONFIRM, "confirm", GWCTL_OPTION_FLAG, 0, AT(confirm), NULL,
     "yes", 0, 0,
     "Wait until the gateways have handled what was sent; with --confirm=no "
     "exit status 0 only means that it was sent."},

    {GWCTL_USES_UID, "uid", GWCTL_OPTION_NAME, REPEAT | ARGS_ONLY, AT(uids),
     "UID", NULL, 0, 0,
     "sessions: those of this user; kick: every connection of this user; "
     "listen: bind the connection to it (one only)."},
    {GWCTL_USES_GROUP, "group", GWCTL_OPTION_NAME, REPEAT | ARGS_ONLY,
     AT(groups), "GROUP", NULL, 0, 0,
     "uids, sessions, watch: of this group only; listen: join it."},
    {GWCTL_USES_ONLINE, "client", GWCTL_OPTION_FLAG, ARGS_ONLY, AT(client),
     NULL, "no", 0, 0, "The names are client_ids, and not uids."},
    {GWCTL_USES_KICK, "message", GWCTL_OPTION_TEXT, ARGS_ONLY, AT(message),
     "TEXT", NULL, 0, 0, "The last message to the connection."},
    {GWCTL_USES_KICK, "now", GWCTL_OPTION_FLAG, ARGS_ONLY, AT(now), NULL, "no",
     0, 0, "Without sending what still waits for the connection."},

    {GWCTL_USES_COUNT, "count", GWCTL_OPTION_NUMBER, ARGS_ONLY, AT(count), "N",
     "0", 0, 1000000000,
     "How many: tables (watch), messages that arrived (listen); 0: no end. "
     "bench: messages or questions; 0: 1000."},
    {GWCTL_USES_WATCH, "interval", GWCTL_OPTION_TIME, 0, AT(interval),
     "SECONDS", "1", 50, DAY_MS, "How often the gateways are asked."},
    {GWCTL_USES_WATCH, "top", GWCTL_OPTION_NUMBER, 0, AT(top), "N", "20", 0,
     1000000,
     "How many groups are shown, the largest first; 0: none, which spares the "
     "gateways the work."},
    {GWCTL_USES_BENCH, "size", GWCTL_OPTION_NUMBER, ARGS_ONLY, AT(size),
     "BYTES", "100", 0, 10 * MIB - 1024, "How long each message is."},
    {GWCTL_USES_BENCH, "batch", GWCTL_OPTION_NUMBER, ARGS_ONLY, AT(batch), "N",
     "100", 1, 1000000,
     "So many messages are sent before the gateways are asked whether they "
     "have handled them."},

    {LISTEN, "send", GWCTL_OPTION_FLAG, ARGS_ONLY, AT(send), NULL, "no", 0, 0,
     "Send each line of standard input as a message."},
    {LISTEN, "binary", GWCTL_OPTION_FLAG, ARGS_ONLY, AT(binary), NULL, "no", 0,
     0, "Send binary messages, and not text."},
    {LISTEN, "ping", GWCTL_OPTION_TIME, 0, AT(ping), "SECONDS", "0", 0, DAY_MS,
     "How often a ping is sent; a connection on which nothing arrives until "
     "the next is given up. 0: never."},
    {LISTEN, "header", GWCTL_OPTION_HEADER, REPEAT, AT(headers),
     "\"NAME: VALUE\" or @FILE", NULL, 0, 0,
     "A header line of the request, or @FILE: every line of that file, but "
     "empty ones and those that begin with #. A header with a secret belongs "
     "there: the command line can be read by every user. @- is a file named "
     "\"-\"; for standard input it is @/dev/stdin. Host replaces that of the "
     "URL."},
    {LISTEN, "protocol", GWCTL_OPTION_TOKEN, REPEAT | ARGS_ONLY, AT(protocols),
     "NAME", NULL, 0, 0, "A subprotocol to offer."},
    {LISTEN, "ca_file", GWCTL_OPTION_FILE, 0, AT(ca_file), "FILE", NULL, 0, 0,
     "Certificates (PEM) to trust for wss://, in place of the system's."},
    {LISTEN, "insecure", GWCTL_OPTION_FLAG, 0, AT(insecure), NULL, "no", 0, 0,
     "Accept any certificate."},
    {LISTEN, "max_message", GWCTL_OPTION_NUMBER, 0, AT(max_message), "BYTES",
     "67108864", 125, 1024 * MIB, "A larger message ends the connection."},

    {GWCTL_USES_JSON, "json", GWCTL_OPTION_FLAG, 0, AT(json), NULL, "no", 0, 0,
     "JSON for scripts, an object a line, in place of text for people."},
    {GWCTL_USES_ALWAYS, "quiet", GWCTL_OPTION_FLAG, 0, AT(quiet), NULL, "no", 0,
     0, "No progress and no notices on standard error; errors only."},
    {GWCTL_USES_ALWAYS, "config", GWCTL_OPTION_FILE, GWCTL_OPTION_NO_FILE,
     AT(config), "FILE", NULL, 0, 0,
     "Read this file, and not ~/.config/gwctl.conf and /etc/gwctl.conf."},
    {GWCTL_USES_ALWAYS, "help", GWCTL_OPTION_FLAG, ARGS_ONLY, AT(help), NULL,
     "no", 0, 0, "Show help, of the command if there is one, and exit."},
    {GWCTL_USES_ALWAYS, "version", GWCTL_OPTION_FLAG, ARGS_ONLY, AT(version),
     NULL, "no", 0, 0, "Show the version and exit."},
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

const gwctl_option *gwctl_option_find(gw_slice name, char joint)
{
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        if (key_is(gwctl_option_table[i].key, name, joint))
            return &gwctl_option_table[i];
    }
    return NULL;
}

void gwctl_option_arg_name(const gwctl_option *option,
                           char out[GWCTL_OPTION_NAME_LEN + 1])
{
    snprintf(out, GWCTL_OPTION_NAME_LEN + 1, "--%s", option->key);
    for (char *p = out; *p != '\0'; p++)
        *p = *p == '_' ? '-' : *p;
}

void gwctl_option_env_name(const gwctl_option *option,
                           char out[GWCTL_OPTION_NAME_LEN + 1])
{
    snprintf(out, GWCTL_OPTION_NAME_LEN + 1, GWCTL_ENV_PREFIX "%s",
             option->key);
    for (char *p = out; *p != '\0'; p++)
        *p = gwctl_ascii_upper(*p);
}
