#include <string.h>

#include "conf/options.h"

#define NAME_COLUMN 2
#define TEXT_COLUMN 34
#define LAST_COLUMN 79

/* "  --start-port PORT"; returns its width. */
static int put_name(FILE *out, const gwd_option *option)
{
    char name[GWD_OPTION_NAME_LEN + 1];

    gwd_option_arg_name(option, name);
    return fprintf(out, "%*s%s%s%s", NAME_COLUMN, "", name,
                   option->argument != NULL ? " " : "",
                   option->argument != NULL ? option->argument : "");
}

/* Breaks `text` at blanks, from column `at` on; returns the last column. */
static int put_wrapped(FILE *out, const char *text, int at)
{
    while (*text != '\0') {
        int len = (int)strcspn(text, " ");

        if (at > TEXT_COLUMN && at + 1 + len > LAST_COLUMN) {
            fprintf(out, "\n%*s", TEXT_COLUMN, "");
            at = TEXT_COLUMN;
        }
        if (at > TEXT_COLUMN)
            at += fprintf(out, " ");
        at += fprintf(out, "%.*s", len, text);
        text += len;
        text += strspn(text, " ");
    }
    return at;
}

static void put_default(FILE *out, const gwd_option *option, int at)
{
    char text[160];

    if (option->preset == NULL || option->type == GWD_OPTION_FLAG)
        return;
    snprintf(text, sizeof(text), "[%s]", option->preset);
    put_wrapped(out, text, at);
}

static int put_words(FILE *out, const gwd_option *option, int at)
{
    char takes[GWD_OPTION_TAKES_LEN + 1];
    char text[GWD_OPTION_TAKES_LEN + 10];

    if (option->type != GWD_OPTION_CHOICE)
        return at;
    gwd_option_takes(option, takes);
    snprintf(text, sizeof(text), "Takes %s.", takes);
    return put_wrapped(out, text, at);
}

static void put_option(FILE *out, const gwd_option *option)
{
    int at = put_name(out, option);

    if (at >= TEXT_COLUMN - 1) {
        fputc('\n', out);
        at = 0;
    }
    fprintf(out, "%*s", TEXT_COLUMN - at, "");
    at = put_wrapped(out, option->help, TEXT_COLUMN);
    at = put_words(out, option, at);
    if (option->flags & GWD_OPTION_REPEAT)
        at = put_wrapped(out, "May be repeated.", at);
    put_default(out, option, at);
    fputc('\n', out);
}

static void put_subject(FILE *out, gwd_option_subject subject)
{
    fprintf(out, "\n%s:\n", gwd_option_subjects[subject]);
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];

        if (option->subject == subject && !(option->flags & GWD_OPTION_SECRET))
            put_option(out, option);
    }
}

void gwd_options_help(FILE *out)
{
    fputs("Usage: gatewayd [OPTION]...\n\n"
          "A gateway that pushes messages to browsers over WebSocket, with its "
          "Register.\nDefaults are in [brackets].\n",
          out);
    for (int i = 0; i < GWD_OPTION_SUBJECTS; i++)
        put_subject(out, (gwd_option_subject)i);
    fputs("\n--start-port PORT is also GATEWAYD_START_PORT in the environment, "
          "and a line\n\"start_port = PORT\" in the file. The command line "
          "wins, then the environment.\nValues of a repeatable option may be "
          "separated by commas.\n"
          "The key itself is only taken from GATEWAYD_SECRET_KEY and from a "
          "line\n\"secret_key = KEY\" in the file, never from the command "
          "line.\n",
          out);
}
