#include <string.h>

#include "conf/options.h"

#define NAME_COLUMN 2
#define TEXT_COLUMN 34
#define LAST_COLUMN 79

/* "  --start-port PORT"; returns its width. */
static int put_name(FILE *out, const gwd_option *option)
{
    int width = fprintf(out, "%*s--", NAME_COLUMN, "");

    for (const char *p = option->key; *p != '\0'; p++, width++)
        fputc(*p == '_' ? '-' : *p, out);
    if (option->argument != NULL)
        width += fprintf(out, " %s", option->argument);
    return width;
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

static void put_option(FILE *out, const gwd_option *option)
{
    char preset[160];
    int at = put_name(out, option);

    if (at >= TEXT_COLUMN - 1) {
        fputc('\n', out);
        at = 0;
    }
    fprintf(out, "%*s", TEXT_COLUMN - at, "");
    at = put_wrapped(out, option->help, TEXT_COLUMN);
    if (option->flags & GWD_OPTION_REPEAT)
        at = put_wrapped(out, "May be repeated.", at);
    if (option->preset != NULL && option->type != GWD_OPTION_FLAG) {
        snprintf(preset, sizeof(preset), "[%s]", option->preset);
        put_wrapped(out, preset, at);
    }
    fputc('\n', out);
}

void gwd_options_help(FILE *out)
{
    fputs("Usage: gatewayd [OPTION]...\n\n"
          "A gateway that pushes messages to browsers over WebSocket, with its "
          "Register.\nDefaults are in [brackets].\n\n",
          out);
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        if (!(gwd_option_table[i].flags & GWD_OPTION_SECRET))
            put_option(out, &gwd_option_table[i]);
    }
    fputs("\n--start-port PORT is also GATEWAYD_START_PORT in the environment, "
          "and a line\n\"start_port = PORT\" in the file. The command line "
          "wins, then the environment.\nThe key itself is only taken from "
          "GATEWAYD_SECRET_KEY and from a line\n\"secret_key = KEY\" in the "
          "file, never from the command line.\n",
          out);
}
