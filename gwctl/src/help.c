#include <string.h>

#include "app.h"
#include "command.h"

#define TEXT_COLUMN 32
#define LAST_COLUMN 79

/* Breaks `text` at blanks, from column `at` on; further lines begin at
 * `indent`. Returns the last column. */
static int put_wrapped(FILE *out, const char *text, int indent, int at)
{
    while (*text != '\0') {
        int len = (int)strcspn(text, " ");

        if (at > indent && at + 1 + len > LAST_COLUMN) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        }
        if (at > indent)
            at += fprintf(out, " ");
        at += fprintf(out, "%.*s", len, text);
        text += len;
        text += strspn(text, " ");
    }
    return at;
}

/* The text's column, on the next line when the name is too long. */
static void put_row(FILE *out, int at, const char *text)
{
    if (at >= TEXT_COLUMN - 1) {
        fputc('\n', out);
        at = 0;
    }
    fprintf(out, "%*s", TEXT_COLUMN - at, "");
    put_wrapped(out, text, TEXT_COLUMN, TEXT_COLUMN);
    fputc('\n', out);
}

static void put_option(FILE *out, const gwctl_option *option)
{
    char name[GWCTL_OPTION_NAME_LEN + 1];
    char text[700];
    bool flag = option->type == GWCTL_OPTION_FLAG;
    bool shows =
        option->preset != NULL && (!flag || strcmp(option->preset, "yes") == 0);
    int at;

    gwctl_option_arg_name(option, name);
    at = fprintf(out, "  %s%s%s", name, option->argument != NULL ? " " : "",
                 option->argument != NULL ? option->argument : "");
    snprintf(text, sizeof(text), "%s%s%s%s%s", option->help,
             option->flags & GWCTL_OPTION_REPEAT ? " May be repeated." : "",
             shows ? " [" : "", shows ? option->preset : "", shows ? "]" : "");
    put_row(out, at, text);
}

static void put_options(FILE *out, unsigned uses)
{
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];

        if ((option->uses & uses) && !(option->flags & GWCTL_OPTION_SECRET))
            put_option(out, option);
    }
}

static void put_exit(FILE *out)
{
    fputs(
        "\nExit status: 0 done, 1 in part or not confirmed, 2 wrong usage, "
        "3 nobody could\nbe reached, 4 not online, 5 no memory or no output.\n",
        out);
}

static void put_command(FILE *out, const gwctl_command *command)
{
    put_row(out, fprintf(out, "  %s %s", command->name, command->arguments),
            command->help);
}

void gwctl_help(FILE *out)
{
    fputs("Usage: gwctl [OPTION]... COMMAND [ARGUMENT]...\n\n"
          "Talks to the gateways of a GatewayWorker cluster.\n\nCommands:\n",
          out);
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++)
        put_command(out, &gwctl_command_table[i]);
    fputs("\nOptions of every command that talks to gateways:\n", out);
    put_options(out, GWCTL_USES_CLUSTER);
    fputs("\nOptions of all commands:\n", out);
    put_options(out, GWCTL_USES_JSON | GWCTL_USES_ALWAYS);
    fputs("\n`gwctl help COMMAND` shows a command's own. --timeout SECONDS is "
          "also\nGWCTL_TIMEOUT in the environment, and a line \"timeout = "
          "SECONDS\" in\n~/.config/gwctl.conf or /etc/gwctl.conf. The command "
          "line wins, then the\nenvironment. The key itself is only taken from "
          "GWCTL_SECRET_KEY and from a line\n\"secret_key = KEY\", never from "
          "the command line.\n",
          out);
    put_exit(out);
}

void gwctl_help_of(FILE *out, const gwctl_command *command)
{
    fprintf(out, "Usage: gwctl %s%s%s [OPTION]...\n\n", command->name,
            command->arguments[0] == '\0' ? "" : " ", command->arguments);
    put_wrapped(out, command->help, 0, 0);
    fputc('\n', out);
    if (command->more != NULL) {
        fputc('\n', out);
        put_wrapped(out, command->more, 0, 0);
        fputc('\n', out);
    }
    fputs("\nOptions:\n", out);
    put_options(out, command->uses);
    put_exit(out);
}

bool gwctl_help_of_first(FILE *out, const char *word)
{
    size_t len = strlen(word);
    bool any = false;

    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const gwctl_command *command = &gwctl_command_table[i];

        if (strncmp(command->name, word, len) != 0 || command->name[len] != ' ')
            continue;
        if (!any)
            fprintf(out, "Usage: gwctl %s COMMAND [ARGUMENT]...\n\nCommands:\n",
                    word);
        put_command(out, command);
        any = true;
    }
    if (any)
        fprintf(out, "\n`gwctl help %s COMMAND` shows a command's options.\n",
                word);
    return any;
}

int gwctl_help_command(gwctl_app *app)
{
    const gwctl_command *command;
    int words;

    if (app->argc == 0) {
        gwctl_help(stdout);
        return GWCTL_OK;
    }
    command = gwctl_command_find(app->argv, app->argc, &words);
    if (command == NULL && app->argc == 1 &&
        gwctl_help_of_first(stdout, app->argv[0]))
        return GWCTL_OK;
    if (command == NULL)
        return gwctl_misuse("there is no command %s; gwctl help lists all",
                            app->argv[0]);
    gwctl_help_of(stdout, command);
    return GWCTL_OK;
}
