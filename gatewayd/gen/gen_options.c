/* A tool of the build, run by scripts/gen-options: writes the table of options
 * as a part of the documentation.
 *
 *   gen_options markdown|man|sample */
#include <stdlib.h>
#include <string.h>

#include "gen.h"

void gen_subject(FILE *out, gwd_option_subject subject, gen_put_option put)
{
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        if (gwd_option_table[i].subject == subject)
            put(out, &gwd_option_table[i]);
    }
}

gen_code gen_find_code(const char *word, size_t len)
{
    gen_code code = {0, len};

    if (word[0] == '"' || word[0] == '(')
        code.start = 1;
    while (code.end > code.start && strchr(".,;:)\"", word[code.end - 1]))
        code.end--;
    for (size_t i = code.start; i < code.end; i++) {
        if (code.end - code.start > 1 && strchr("_*{}[]/:+", word[i]) != NULL)
            return code;
    }
    code.end = code.start;
    return code;
}

void gen_words(FILE *out, const char *text, gen_put_word put)
{
    while (*text != '\0') {
        size_t len = strcspn(text, " ");

        put(out, text, len);
        text += len;
        text += strspn(text, " ");
        if (*text != '\0')
            fputc(' ', out);
    }
}

void gen_wrapped(FILE *out, const char *text, const char *prefix,
                 size_t columns)
{
    size_t at = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");

        if (at > 0 && at + 1 + len > columns) {
            fputc('\n', out);
            at = 0;
        }
        if (at == 0)
            at = (size_t)fprintf(out, "%s", prefix);
        else
            at += (size_t)fprintf(out, " ");
        at += (size_t)fprintf(out, "%.*s", (int)len, text);
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

bool gen_in_file(const gwd_option *option)
{
    return !(option->flags & (GWD_OPTION_NO_FILE | GWD_OPTION_ARGS_ONLY));
}

bool gen_has_default(const gwd_option *option)
{
    return option->preset != NULL && gen_in_file(option);
}

void gen_takes(const gwd_option *option, char out[GWD_OPTION_TAKES_LEN + 1])
{
    static const bool tells[GWD_OPTION_TYPES] = {
        [GWD_OPTION_FLAG] = true,    [GWD_OPTION_NUMBER] = true,
        [GWD_OPTION_CHOICE] = true,  [GWD_OPTION_HOST] = true,
        [GWD_OPTION_ADDRESS] = true,
    };

    out[0] = '\0';
    if (tells[option->type] && gen_in_file(option))
        gwd_option_takes(option, out);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*write)(FILE *out);
    } kinds[] = {
        {"markdown", gen_markdown}, {"man", gen_man}, {"sample", gen_sample}};

    for (size_t i = 0; argc == 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(argv[1], kinds[i].name) == 0) {
            kinds[i].write(stdout);
            return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        }
    }
    fputs("usage: gen_options markdown|man|sample\n", stderr);
    return EXIT_FAILURE;
}
