/* One `complete` for each command, option and word. */
#include <string.h>

#include "completion.h"

/* The condition under which the first word can come, or that a command has been
 * given. */
static void put_condition(FILE *out, const gwctl_command *command)
{
    char words[60];
    char *blank;

    if (command == NULL) {
        fputs("__gwctl_needs_command", out);
        return;
    }
    snprintf(words, sizeof(words), "%s", command->name);
    blank = strchr(words, ' ');
    if (blank != NULL)
        *blank = '\0';
    fprintf(out, "\"__fish_seen_subcommand_from %s", words);
    if (blank != NULL)
        fprintf(out, "; and __fish_seen_subcommand_from %s", blank + 1);
    fputc('"', out);
}

static void put_option(FILE *out, const gwctl_command *command,
                       const gwctl_option *option)
{
    char name[GWCTL_OPTION_NAME_LEN + 1];

    gwctl_option_arg_name(option, name);
    fputs("complete -c gwctl", out);
    if (command != NULL) {
        fputs(" -n ", out);
        put_condition(out, command);
    }
    fprintf(out, " -l %s", name + 2);
    if (option->type == GWCTL_OPTION_FILE)
        fputs(" -rF", out);
    else if (option->type != GWCTL_OPTION_FLAG)
        fputs(" -x", out);
    fputs(" -d ", out);
    gwctl_completion_quote(out, option->help);
    fputc('\n', out);
}

static bool is_general(const gwctl_option *option)
{
    return (option->uses &
            (GWCTL_USES_CLUSTER | GWCTL_USES_JSON | GWCTL_USES_ALWAYS)) != 0;
}

static void put_options(FILE *out, const gwctl_command *command)
{
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];

        if (option->flags & GWCTL_OPTION_SECRET)
            continue;
        if (command == NULL
                ? is_general(option)
                : gwctl_command_takes(command, option) && !is_general(option))
            put_option(out, command, option);
    }
}

/* The second words of commands whose first is that of `command`. */
static void put_second_words(FILE *out, const gwctl_command *command)
{
    size_t len = strcspn(command->name, " ") + 1;

    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const char *name = gwctl_command_table[i].name;

        if (strncmp(name, command->name, len) == 0)
            fprintf(out, " %s", name + len);
    }
}

static void put_name(FILE *out, const gwctl_command *command, bool *session)
{
    const char *blank = strchr(command->name, ' ');

    if (blank != NULL && !*session) {
        *session = true;
        fputs("complete -c gwctl -n __gwctl_needs_command -a session -d "
              "'Show or change the session of a connection.'\n",
              out);
    }
    fputs("complete -c gwctl -n ", out);
    if (blank == NULL) {
        put_condition(out, NULL);
    } else {
        fputs("'__fish_seen_subcommand_from session; and not "
              "__fish_seen_subcommand_from",
              out);
        put_second_words(out, command);
        fputc('\'', out);
    }
    fprintf(out, " -a %s -d ", blank == NULL ? command->name : blank + 1);
    gwctl_completion_quote(out, command->help);
    fputc('\n', out);
}

static void put_words(FILE *out, const gwctl_command *command)
{
    bool is_help = strcmp(command->name, "help") == 0;

    if (command->words == NULL && !is_help)
        return;
    fputs("complete -c gwctl -n ", out);
    put_condition(out, command);
    fputs(" -a '", out);
    if (is_help)
        gwctl_completion_first_words(out);
    gwctl_completion_words(out, command);
    fputs("'\n", out);
}

/* fish's own __fish_use_subcommand takes the value of an option for one. */
static void put_head(FILE *out)
{
    fputs("# fish completion for gwctl, written by: gwctl completion fish\n"
          "complete -c gwctl -f\n"
          "function __gwctl_needs_command\n"
          "    not __fish_seen_subcommand_from ",
          out);
    gwctl_completion_first_words(out);
    fputs("\nend\n", out);
}

void gwctl_completion_fish(FILE *out)
{
    bool session = false;

    put_head(out);
    put_options(out, NULL);
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const gwctl_command *command = &gwctl_command_table[i];

        put_name(out, command, &session);
        put_options(out, command);
        put_words(out, command);
    }
}
