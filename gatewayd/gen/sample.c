#include <string.h>

#include "gen.h"

#define COLUMNS 79

/* What an option without a default could be given: its argument's name. */
static void put_line(FILE *out, const gwd_option *option)
{
    const char *value =
        option->preset != NULL ? option->preset : option->argument;
    size_t len = strlen(value);

    if (value[0] == '"') { /* quotes are the shell's */
        value++;
        len -= 2;
    }
    fprintf(out, ";%s = %.*s\n", option->key, (int)len, value);
}

static void put_option(FILE *out, const gwd_option *option)
{
    char takes[GWD_OPTION_TAKES_LEN + 1];
    char text[1000];

    if (!gen_in_file(option))
        return;
    gen_takes(option, takes);
    snprintf(text, sizeof(text), "%s%s%s%s%s%s", option->help,
             takes[0] == '\0' ? "" : " Takes ", takes,
             takes[0] == '\0' ? "" : ".",
             option->flags & GWD_OPTION_REPEAT ? " May be repeated." : "",
             option->flags & GWD_OPTION_RELOAD ? " A reload changes it." : "");
    fputc('\n', out);
    gen_wrapped(out, text, "# ", COLUMNS);
    put_line(out, option);
}

static bool has_options(gwd_option_subject subject)
{
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        if (gwd_option_table[i].subject == subject &&
            gen_in_file(&gwd_option_table[i]))
            return true;
    }
    return false;
}

void gen_sample(FILE *out)
{
    fputs(
        "# Options of gatewayd, for gatewayd --config FILE. What is commented "
        "out below is\n"
        "# the default, or a word in capitals where there is none. Comments "
        "have lines of\n"
        "# their own. gatewayd --config FILE --test-config checks this "
        "file.\n"
        "#\n"
        "# Options that may be repeated take several lines, or several "
        "values with commas\n"
        "# between them. SIGHUP loads this file anew; options that a reload "
        "does not change\n"
        "# need a restart.\n",
        out);
    for (int i = 0; i < GWD_OPTION_SUBJECTS; i++) {
        if (!has_options((gwd_option_subject)i))
            continue;
        fprintf(out, "\n\n# ---- %s ----\n", gwd_option_subjects[i]);
        gen_subject(out, (gwd_option_subject)i, put_option);
    }
}
