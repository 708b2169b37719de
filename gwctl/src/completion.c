#include "completion.h"

#include <string.h>

#include "app.h"

/* Ends the quotes, escapes the one, and begins them again. */
void gwctl_completion_quote(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    }
    fputc('\'', out);
}

void gwctl_completion_words(FILE *out, const gwctl_command *command)
{
    for (size_t i = 0; command->words != NULL && command->words[i] != NULL; i++)
        fprintf(out, "%s%s", i == 0 ? "" : " ", command->words[i]);
}

void gwctl_completion_first_words(FILE *out)
{
    const char *last = "";

    for (size_t i = 0; i < GWCTL_COMMAND_COUNT; i++) {
        const char *name = gwctl_command_table[i].name;
        size_t len = strcspn(name, " ");

        if (strlen(last) >= len && strncmp(name, last, len) == 0 &&
            last[len] == ' ')
            continue;
        fprintf(out, "%s%.*s", i == 0 ? "" : " ", (int)len, name);
        last = name;
    }
}

int gwctl_completion(gwctl_app *app)
{
    static const struct {
        const char *shell;
        void (*print)(FILE *out);
    } shells[] = {{"bash", gwctl_completion_bash},
                  {"zsh", gwctl_completion_zsh},
                  {"fish", gwctl_completion_fish}};

    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(app->argv[0], shells[i].shell) == 0) {
            shells[i].print(stdout);
            return GWCTL_OK;
        }
    }
    return gwctl_misuse("completion: there is bash, zsh and fish; not "
                        "\"%.100s\"",
                        app->argv[0]);
}
