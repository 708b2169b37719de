/* For #compdef: a function that _arguments and _describe do the work of. */
#include <string.h>

#include "completion.h"

/* In a specification of _arguments [ ] : and backslashes mean something. */
static void put_spec_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("[]:\\", *text) != NULL)
            fputc('\\', out);
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    }
}

static const char *action_of(const gwctl_option *option)
{
    return option->type == GWCTL_OPTION_FILE ? "_files" : " ";
}

static void put_option(FILE *out, const gwctl_option *option)
{
    char name[GWCTL_OPTION_NAME_LEN + 1];

    gwctl_option_arg_name(option, name);
    fprintf(out, "        '%s%s%s[",
            option->flags & GWCTL_OPTION_REPEAT ? "*" : "", name,
            option->argument != NULL ? "=" : "");
    put_spec_text(out, option->help);
    fputc(']', out);
    if (option->argument != NULL) {
        fputc(':', out);
        put_spec_text(out, option->argument);
        fprintf(out, ":%s", action_of(option));
    }
    fputs("' \\\n", out);
}

static void put_options(FILE *out, unsigned uses)
{
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];

        if ((option->uses & uses) && !(option->flags & GWCTL_OPTION_SECRET))
            put_option(out, option);
    }
}

/* 'name:help', one a line; `skip` is the number of leading bytes of the name to
 * leave out. */
static void put_described(FILE *out, const gwctl_command *command, size_t skip)
{
    fputs("        '", out);
    put_spec_text(out, command->name + skip);
    fputc(':', out);
    put_spec_text(out, command->help);
    fputs("'\n", out);
}

static void put_commands(FILE *out)
{
    bool session = false;

    fputs("    commands=(\n", out);
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const gwctl_command *command = &gwctl_command_table[i];

        if (strchr(command->name, ' ') == NULL)
            put_described(out, command, 0);
        else if (!session)
            fputs("        'session:Show or change the session of a "
                  "connection.'\n",
                  out);
        session = session || strchr(command->name, ' ') != NULL;
    }
    fputs("    )\n    sessions=(\n", out);
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const char *blank = strchr(gwctl_command_table[i].name, ' ');

        if (blank != NULL)
            put_described(out, &gwctl_command_table[i],
                          (size_t)(blank + 1 - gwctl_command_table[i].name));
    }
    fputs("    )\n", out);
}

static void put_case(FILE *out, const gwctl_command *command)
{
    fprintf(out, "    '%s')\n        _arguments -S \\\n", command->name);
    put_options(out, command->uses);
    /* With a blank for no words at all, options would only be listed. */
    fputs("        '*:argument:(", out);
    gwctl_completion_words(out, command);
    fputs(")' ;;\n", out);
}

void gwctl_completion_zsh(FILE *out)
{
    fputs("#compdef gwctl\n"
          "# zsh completion for gwctl, written by: gwctl completion zsh\n"
          "_gwctl() {\n"
          "    local -a commands sessions\n"
          "    local curcontext=\"$curcontext\" context state line command\n"
          "    typeset -A opt_args\n",
          out);
    put_commands(out);
    fputs("    _arguments -C -S \\\n", out);
    put_options(out, GWCTL_USES_CLUSTER | GWCTL_USES_JSON | GWCTL_USES_ALWAYS);
    fputs("        '1: :->command' \\\n"
          "        '*:: :->rest' && return\n"
          "    if [[ $state == command ]]; then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    command=$words[1]\n"
          "    if [[ $command == session ]]; then\n"
          "        if ((CURRENT == 2)); then\n"
          "            _describe command sessions\n"
          "            return\n"
          "        fi\n"
          "        command=\"session $words[2]\"\n"
          "        shift words\n"
          "        ((CURRENT--))\n"
          "    fi\n"
          "    case $command in\n",
          out);
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        if (strcmp(gwctl_command_table[i].name, "help") != 0)
            put_case(out, &gwctl_command_table[i]);
    }
    fputs("    help) _describe command commands ;;\n"
          "    esac\n"
          "}\n"
          "if [[ $funcstack[1] == _gwctl ]]; then\n"
          "    _gwctl \"$@\"\n"
          "else\n"
          "    compdef _gwctl gwctl\n"
          "fi\n",
          out);
}
