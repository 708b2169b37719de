#include "command.h"

#include <string.h>

#define CLUSTER GWCTL_USES_CLUSTER
#define JSON GWCTL_USES_JSON
#define ALWAYS GWCTL_USES_ALWAYS
#define SENDS                                                                  \
    (CLUSTER | GWCTL_USES_MESSAGES | GWCTL_USES_CONFIRM | JSON | ALWAYS)
#define ASKS (CLUSTER | JSON | ALWAYS)

#define FROM_STDIN                                                             \
    "A MESSAGE that is - is read from standard input: each line is a "         \
    "message, "                                                                \
    "without its newline; with --whole all of it is one."

static const char *const shells[] = {"bash", "zsh", "fish", NULL};
static const char *const measured[] = {"send-to-uid",    "send-to-group",
                                       "send-to-client", "send-to-all",
                                       "online",         NULL};

const char *const gwctl_subjects[GWCTL_SUBJECT_COUNT] = {
    "The cluster", "Messages",         "Left out", "Confirmation", "Users",
    "Groups",      "What is asked",    "Closing",  "How many",     "Watching",
    "Measuring",   "WebSocket client", "Output",   "Always",
};

/* The order is that of --help, the man page and the docs. After a change run
 * scripts/gen-options. */
const gwctl_command gwctl_command_table[GWCTL_COMMAND_COUNT] = {
    {"send-to-uid", "UID... MESSAGE", 2, GWCTL_MANY, SENDS, NULL,
     "Send a message to every connection of the users.", FROM_STDIN,
     gwctl_send_to_uid},
    {"send-to-group", "GROUP... MESSAGE", 2, GWCTL_MANY,
     SENDS | GWCTL_USES_EXCLUDE, NULL,
     "Send a message to every connection in the groups.",
     "A connection in two of them gets it twice. " FROM_STDIN,
     gwctl_send_to_group},
    {"send-to-client", "CLIENT_ID... MESSAGE", 2, GWCTL_MANY, SENDS, NULL,
     "Send a message to connections.",
     "Nobody tells whether they are still there; see online "
     "--client. " FROM_STDIN,
     gwctl_send_to_client},
    {"send-to-all", "MESSAGE", 1, 1, SENDS | GWCTL_USES_EXCLUDE, NULL,
     "Send a message to every connection.", FROM_STDIN, gwctl_send_to_all},
    {"online", "[NAME...]", 0, GWCTL_MANY, ASKS | GWCTL_USES_ONLINE, NULL,
     "Tell whether users are online, or how many connections there are.",
     "NAME is a uid, or with --client a client_id. Without any it tells the "
     "number of all connections. The exit status is 4 when one of them is not "
     "online.",
     gwctl_online},
    {"uids", "", 0, 0, ASKS | GWCTL_USES_GROUP, NULL,
     "List the users who are online, with their connections.", NULL,
     gwctl_uids},
    {"groups", "", 0, 0, ASKS, NULL, "List the groups, with their connections.",
     NULL, gwctl_groups},
    {"sessions", "", 0, 0, ASKS | GWCTL_USES_GROUP | GWCTL_USES_UID, NULL,
     "List the connections: uid, groups and session of each.",
     "With --uid or --group those of any of these.", gwctl_sessions},
    {"session get", "CLIENT_ID", 1, 1, ASKS, NULL,
     "Show a connection's session as JSON.",
     "The exit status is 4 when it is not online.", gwctl_session_get},
    {"session set", "CLIENT_ID [JSON]", 1, 2, ASKS | GWCTL_USES_CONFIRM, NULL,
     "Replace a connection's session.",
     "JSON is an object; - or nothing: it is read from standard input.",
     gwctl_session_set},
    {"session update", "CLIENT_ID [JSON]", 1, 2, ASKS | GWCTL_USES_CONFIRM,
     NULL, "Merge into a connection's session.",
     "JSON is an object; - or nothing: it is read from standard input. Members "
     "of objects are replaced one by one, at every depth, as "
     "array_replace_recursive() does.",
     gwctl_session_update},
    {"kick", "[CLIENT_ID...]", 0, GWCTL_MANY,
     ASKS | GWCTL_USES_CONFIRM | GWCTL_USES_KICK | GWCTL_USES_UID, NULL,
     "Close connections.", "Those named, and every connection of each --uid.",
     gwctl_kick},
    {"gateways", "", 0, 0, ASKS, NULL,
     "List the gateways: connections and round trip of each.",
     "The Register is asked for them, then each for the number of its "
     "connections: once to connect, and once more, which is the round trip.",
     gwctl_gateways},
    {"watch", "", 0, 0,
     ASKS | GWCTL_USES_COUNT | GWCTL_USES_WATCH | GWCTL_USES_GROUP, NULL,
     "Show connections per gateway and group, again and again.",
     "On a terminal the table stays in its place. Ctrl-C ends it.",
     gwctl_watch},
    {"listen", "URL", 1, 1,
     ASKS | GWCTL_USES_COUNT | GWCTL_USES_UID | GWCTL_USES_GROUP |
         GWCTL_USES_LISTEN,
     NULL, "Open a WebSocket and print what arrives.",
     "URL is ws://HOST:PORT/PATH, or wss:// over TLS. With --uid or --group "
     "the "
     "connection, once it has learned its client_id from the greeting, is "
     "bound through the cluster like any page. Ctrl-C ends it.",
     gwctl_listen},
    {"bench", "WHAT [NAME]", 1, 2, ASKS | GWCTL_USES_COUNT | GWCTL_USES_BENCH,
     measured, "Measure how fast messages are handled, or questions answered.",
     "WHAT is send-to-uid, send-to-group, send-to-client, send-to-all or "
     "online; NAME is whom. Those who are online get the messages.",
     gwctl_bench},
    {"completion", "SHELL", 1, 1, ALWAYS, shells,
     "Print the completion script for bash, zsh or fish.", NULL,
     gwctl_completion},
    {"help", "[COMMAND]", 0, 2, ALWAYS, NULL, "Show help.", NULL,
     gwctl_help_command},
};

/* How many of the words the name has, when they are it; else 0. */
static int match(const char *name, char **argv, int argc)
{
    const char *blank = strchr(name, ' ');
    size_t len = blank == NULL ? strlen(name) : (size_t)(blank - name);

    if (argc < 1 || strlen(argv[0]) != len || memcmp(argv[0], name, len) != 0)
        return 0;
    if (blank == NULL)
        return 1;
    return argc >= 2 && strcmp(argv[1], blank + 1) == 0 ? 2 : 0;
}

const gwctl_command *gwctl_command_find(char **argv, int argc, int *words)
{
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        *words = match(gwctl_command_table[i].name, argv, argc);
        if (*words > 0)
            return &gwctl_command_table[i];
    }
    return NULL;
}

bool gwctl_command_takes(const gwctl_command *command,
                         const gwctl_option *option)
{
    return (command->uses & option->uses) != 0;
}

static int check_words(const gwctl_command *command, gwctl_options *options,
                       int argc)
{
    if (argc < command->min)
        return gwctl_options_fail(options, "%s: arguments are missing: %s",
                                  command->name, command->arguments);
    if (argc > command->max)
        return gwctl_options_fail(
            options,
            "%s: too many arguments; it takes "
            "%s",
            command->name,
            command->arguments[0] == '\0' ? "none" : command->arguments);
    return GW_OK;
}

int gwctl_command_check(const gwctl_command *command, gwctl_options *options,
                        int argc)
{
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];
        char name[GWCTL_OPTION_NAME_LEN + 1];

        if (options->source[i] != GWCTL_SOURCE_COMMAND_LINE ||
            gwctl_command_takes(command, option))
            continue;
        gwctl_option_arg_name(option, name);
        return gwctl_options_fail(options,
                                  "%s takes no %s; gwctl help %s "
                                  "lists its options",
                                  command->name, name, command->name);
    }
    return check_words(command, options, argc);
}
