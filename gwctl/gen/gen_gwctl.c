/* A tool of the build: writes the tables of commands and options as parts of
 * the documentation (scripts/gen-options runs it), and the completion scripts
 * that are installed.
 *
 *   gen_gwctl markdown-commands|markdown-options|man-commands|man-options
 *   gen_gwctl bash|zsh|fish */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "completion.h"

#define COLUMNS 78

/* ---- text ---------------------------------------------------------------- */

/* What is typed, and not read, has characters that prose has not. */
static bool is_code(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr("_*{}[]/:+=", word[i]) != NULL)
            return i + 1 < len || word[i] == ']';
    }
    return len > 2 && word[0] == '-' && word[1] == '-';
}

static void put_man(FILE *out, const char *text, size_t len)
{
    static const struct {
        char byte;
        const char *text;
    } escapes[] = {{'\\', "\\e"},   {'-', "\\-"},   {'"', "\\(dq"},
                   {'\'', "\\(aq"}, {'^', "\\(ha"}, {'~', "\\(ti"},
                   {'`', "\\(ga"}};

    for (size_t i = 0; i < len; i++) {
        const char *escape = NULL;

        for (size_t j = 0; j < sizeof(escapes) / sizeof(escapes[0]); j++) {
            if (escapes[j].byte == text[i])
                escape = escapes[j].text;
        }
        if (escape != NULL)
            fputs(escape, out);
        else
            fputc(text[i], out);
    }
}

/* Breaks at blanks. A dot or quote at the beginning of a line would be a
 * request. */
static void put_man_text(FILE *out, const char *text)
{
    size_t at = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");

        if (at > 0)
            fputc(at + 1 + len > COLUMNS ? '\n' : ' ', out);
        at = at > 0 && at + 1 + len <= COLUMNS ? at + 1 + len : len;
        if (text[0] == '.')
            fputs("\\&", out);
        put_man(out, text, len);
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void put_markdown(FILE *out, const char *text, size_t len, bool code)
{
    if (code)
        fputc('`', out);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '|' || (!code && strchr("\\`*_<", text[i]) != NULL))
            fputc('\\', out);
        fputc(text[i], out);
    }
    if (code)
        fputc('`', out);
}

static void put_markdown_text(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        size_t code = len;

        while (code > 1 && strchr(".,;:", text[code - 1]) != NULL)
            code--;
        put_markdown(out, text, code, is_code(text, code));
        put_markdown(out, text + code, len - code, false);
        text += len;
        text += strspn(text, " ");
        if (*text != '\0')
            fputc(' ', out);
    }
}

/* ---- commands ------------------------------------------------------------ */

static void option_names(char *out, size_t size, const gwctl_command *command)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];
        char name[GWCTL_OPTION_NAME_LEN + 1];

        if (option->uses &
                (GWCTL_USES_CLUSTER | GWCTL_USES_JSON | GWCTL_USES_ALWAYS) ||
            !gwctl_command_takes(command, option))
            continue;
        gwctl_option_arg_name(option, name);
        len += (size_t)snprintf(out + len, size - len, "%s%s",
                                len == 0 ? "" : ", ", name);
    }
}

static void markdown_commands(FILE *out)
{
    fputs("| command | | its own options |\n|---|---|---|\n", out);
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const gwctl_command *command = &gwctl_command_table[i];
        char names[500];

        option_names(names, sizeof(names), command);
        fprintf(out, "| `%s%s%s` | ", command->name,
                command->arguments[0] == '\0' ? "" : " ", command->arguments);
        put_markdown_text(out, command->help);
        if (command->more != NULL) {
            fputc(' ', out);
            put_markdown_text(out, command->more);
        }
        fputs(" |", out);
        if (names[0] != '\0') {
            fputc(' ', out);
            put_markdown_text(out, names);
            fputc(' ', out);
        }
        fputs("|\n", out);
    }
}

static void man_commands(FILE *out)
{
    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const gwctl_command *command = &gwctl_command_table[i];
        char names[520] = "Options: ";

        fputs(".TP\n\\fB", out);
        put_man(out, command->name, strlen(command->name));
        fputs("\\fR", out);
        if (command->arguments[0] != '\0') {
            fputs(" \\fI", out);
            put_man(out, command->arguments, strlen(command->arguments));
            fputs("\\fR", out);
        }
        fputc('\n', out);
        put_man_text(out, command->help);
        if (command->more != NULL)
            put_man_text(out, command->more);
        option_names(names + 9, sizeof(names) - 10, command);
        if (names[9] == '\0')
            continue;
        strcat(names, ".");
        put_man_text(out, names);
    }
}

/* ---- options ------------------------------------------------------------- */

static bool shows_default(const gwctl_option *option)
{
    return option->preset != NULL && (option->type != GWCTL_OPTION_FLAG ||
                                      strcmp(option->preset, "yes") == 0);
}

static void markdown_option(FILE *out, const gwctl_option *option)
{
    char name[GWCTL_OPTION_NAME_LEN + 1];
    bool secret = option->flags & GWCTL_OPTION_SECRET;
    bool kept = !(option->flags & GWCTL_OPTION_ARGS_ONLY);

    gwctl_option_arg_name(option, name);
    fputs("|", out);
    if (!secret)
        fprintf(out, " `%s%s%s` ", name, option->argument == NULL ? "" : " ",
                option->argument == NULL ? "" : option->argument);
    fputs("|", out);
    gwctl_option_env_name(option, name);
    if (kept)
        fprintf(out, " `%s` ", name);
    fputs("|", out);
    if (shows_default(option))
        fprintf(out, " `%s` ", option->preset);
    fputs("| ", out);
    put_markdown_text(out, option->help);
    if (option->flags & GWCTL_OPTION_REPEAT)
        fputs(option->flags & GWCTL_OPTION_COMMAS
                  ? " Repeatable; several with commas."
                  : " Repeatable.",
              out);
    fputs(" |\n", out);
}

static void markdown_options(FILE *out)
{
    for (unsigned i = 0; i < GWCTL_SUBJECT_COUNT; i++) {
        fprintf(out,
                "%s### %s\n\n| command line | environment | default | |\n"
                "|---|---|---|---|\n",
                i == 0 ? "" : "\n", gwctl_subjects[i]);
        for (size_t j = 0; j < GWCTL_OPTION_COUNT; j++) {
            if (gwctl_option_table[j].uses == 1u << i)
                markdown_option(out, &gwctl_option_table[j]);
        }
    }
}

static void man_option(FILE *out, const gwctl_option *option)
{
    char name[GWCTL_OPTION_NAME_LEN + 1];
    bool secret = option->flags & GWCTL_OPTION_SECRET;
    char text[900];

    if (secret)
        gwctl_option_env_name(option, name);
    else
        gwctl_option_arg_name(option, name);
    fputs(".TP\n\\fB", out);
    put_man(out, name, strlen(name));
    fputs("\\fR", out);
    if (option->argument != NULL) {
        fputs(secret ? "=\\fI" : " \\fI", out);
        put_man(out, option->argument, strlen(option->argument));
        fputs("\\fR", out);
    }
    fputc('\n', out);
    snprintf(text, sizeof(text), "%s%s%s%s%s%s", option->help,
             option->flags & GWCTL_OPTION_REPEAT ? " May be repeated." : "",
             option->flags & GWCTL_OPTION_ARGS_ONLY ? " Command line only."
                                                    : "",
             shows_default(option) ? " Default: " : "",
             shows_default(option) ? option->preset : "",
             shows_default(option) ? "." : "");
    put_man_text(out, text);
}

static void man_options(FILE *out)
{
    for (unsigned i = 0; i < GWCTL_SUBJECT_COUNT; i++) {
        fprintf(out, ".SS \"%s\"\n", gwctl_subjects[i]);
        for (size_t j = 0; j < GWCTL_OPTION_COUNT; j++) {
            if (gwctl_option_table[j].uses == 1u << i)
                man_option(out, &gwctl_option_table[j]);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*write)(FILE *out);
    } kinds[] = {{"markdown-commands", markdown_commands},
                 {"markdown-options", markdown_options},
                 {"man-commands", man_commands},
                 {"man-options", man_options},
                 {"bash", gwctl_completion_bash},
                 {"zsh", gwctl_completion_zsh},
                 {"fish", gwctl_completion_fish}};

    for (size_t i = 0; argc == 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(argv[1], kinds[i].name) == 0) {
            kinds[i].write(stdout);
            return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        }
    }
    fputs("usage: gen_gwctl markdown-commands|markdown-options|man-commands|"
          "man-options|bash|zsh|fish\n",
          stderr);
    return EXIT_FAILURE;
}
