#include <string.h>

#include "gen.h"

static void put_text(FILE *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr("\\`*_|<", text[i]) != NULL)
            fputc('\\', out);
        fputc(text[i], out);
    }
}

/* In a table, | would end the cell even in code. */
static void put_code(FILE *out, const char *text, size_t len)
{
    fputc('`', out);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '|')
            fputc('\\', out);
        fputc(text[i], out);
    }
    fputc('`', out);
}

static void put_word(FILE *out, const char *word, size_t len)
{
    gen_code code = gen_find_code(word, len);

    put_text(out, word, code.start);
    if (code.end > code.start)
        put_code(out, word + code.start, code.end - code.start);
    put_text(out, word + code.end, len - code.end);
}

/* A cell; an empty one is without the second blank. */
static void put_code_cell(FILE *out, const char *text)
{
    fputs(" ", out);
    if (text[0] != '\0') {
        put_code(out, text, strlen(text));
        fputs(" ", out);
    }
    fputs("|", out);
}

static void put_words_cell(FILE *out, const char *text)
{
    fputs(" ", out);
    if (text[0] != '\0') {
        gen_words(out, text, put_word);
        fputs(" ", out);
    }
    fputs("|", out);
}

static void put_names(FILE *out, const gwd_option *option)
{
    char name[GWD_OPTION_NAME_LEN + 1];
    char arg[2 * GWD_OPTION_NAME_LEN] = "";

    put_code_cell(out, gen_in_file(option) ? option->key : "");
    gwd_option_arg_name(option, name);
    if (!(option->flags & GWD_OPTION_SECRET))
        snprintf(arg, sizeof(arg), "%s%s%s", name,
                 option->argument == NULL ? "" : " ",
                 option->argument == NULL ? "" : option->argument);
    put_code_cell(out, arg);
    gwd_option_env_name(option, name);
    put_code_cell(out, option->flags & GWD_OPTION_ARGS_ONLY ? "" : name);
}

static void put_option(FILE *out, const gwd_option *option)
{
    char takes[GWD_OPTION_TAKES_LEN + 1];
    char help[1000];

    fputc('|', out);
    put_names(out, option);
    put_code_cell(out, gen_has_default(option) ? option->preset : "");
    gen_takes(option, takes);
    put_words_cell(out, takes);
    put_words_cell(out, !gen_in_file(option)                ? ""
                        : option->flags & GWD_OPTION_RELOAD ? "reload"
                                                            : "restart");
    snprintf(help, sizeof(help), "%s%s", option->help,
             option->flags & GWD_OPTION_REPEAT ? " Repeatable." : "");
    put_words_cell(out, help);
    fputc('\n', out);
}

void gen_markdown(FILE *out)
{
    for (int i = 0; i < GWD_OPTION_SUBJECTS; i++) {
        fprintf(out,
                "%s### %s\n\n"
                "| file | command line | environment | default | takes "
                "| changed by | |\n|---|---|---|---|---|---|---|\n",
                i == 0 ? "" : "\n", gwd_option_subjects[i]);
        gen_subject(out, (gwd_option_subject)i, put_option);
    }
}
