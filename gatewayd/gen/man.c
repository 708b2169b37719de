/* In the macros of man(7), which every formatter knows. */
#include <stdlib.h>
#include <string.h>

#include "gen.h"

#define COLUMNS 78

static const struct {
    char byte;
    const char *text;
} escapes[] = {
    {'\\', "\\e"},  {'-', "\\-"},   {'"', "\\(dq"}, {'\'', "\\(aq"},
    {'^', "\\(ha"}, {'~', "\\(ti"}, {'`', "\\(ga"},
};

static void put_text(FILE *out, const char *text, size_t len)
{
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

static void put_bold(FILE *out, const char *text, size_t len)
{
    fputs("\\fB", out);
    put_text(out, text, len);
    fputs("\\fR", out);
}

/* Wherever it comes to stand, a dot at the beginning of a line is no request.
 */
static void put_word(FILE *out, const char *word, size_t len)
{
    gen_code code = gen_find_code(word, len);

    if (word[0] == '.')
        fputs("\\&", out);
    put_text(out, word, code.start);
    if (code.end > code.start)
        put_bold(out, word + code.start, code.end - code.start);
    put_text(out, word + code.end, len - code.end);
}

static void put_heading(FILE *out, const gwd_option *option)
{
    bool secret = option->flags & GWD_OPTION_SECRET;
    char name[GWD_OPTION_NAME_LEN + 1];

    if (secret)
        gwd_option_env_name(option, name);
    else
        gwd_option_arg_name(option, name);
    fputs(".TP\n", out);
    put_bold(out, name, strlen(name));
    if (option->argument != NULL) {
        fputs(secret ? "=\\fI" : " \\fI", out);
        put_text(out, option->argument, strlen(option->argument));
        fputs("\\fR", out);
    }
    fputc('\n', out);
}

static void put_paragraph(FILE *out, const gwd_option *option)
{
    char takes[GWD_OPTION_TAKES_LEN + 1];

    gen_words(out, option->help, put_word);
    gen_takes(option, takes);
    if (takes[0] != '\0' && option->type != GWD_OPTION_FLAG) {
        fputs(" Takes ", out);
        gen_words(out, takes, put_word);
        fputc('.', out);
    }
    if (option->flags & GWD_OPTION_REPEAT)
        fputs(" May be repeated.", out);
    if (gen_has_default(option) && option->type != GWD_OPTION_FLAG) {
        fputs(" Default: ", out);
        put_bold(out, option->preset, strlen(option->preset));
        fputc('.', out);
    }
    if (option->flags & GWD_OPTION_RELOAD)
        fputs(" A reload changes it.", out);
}

static void put_option(FILE *out, const gwd_option *option)
{
    char *text = NULL;
    size_t len = 0;
    FILE *paragraph = open_memstream(&text, &len);

    if (paragraph == NULL)
        abort();
    put_heading(out, option);
    put_paragraph(paragraph, option);
    fclose(paragraph);
    gen_wrapped(out, text, "", COLUMNS);
    free(text);
}

void gen_man(FILE *out)
{
    for (int i = 0; i < GWD_OPTION_SUBJECTS; i++) {
        fprintf(out, ".SS \"%s\"\n", gwd_option_subjects[i]);
        gen_subject(out, (gwd_option_subject)i, put_option);
    }
}
