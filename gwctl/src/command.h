/* The table of commands: drives the command line, --help, completion, man page
 * and documentation. */
#ifndef GWCTL_COMMAND_H
#define GWCTL_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "conf/options.h"

struct gwctl_app;

#define GWCTL_COMMAND_COUNT 18
#define GWCTL_MANY 1000000 /* words */

typedef struct gwctl_command {
    const char *name;         /* one word, or two: "session get" */
    const char *arguments;    /* as help shows them; "" for none */
    int min, max;             /* how many words may follow the name */
    unsigned uses;            /* GWCTL_USES_…: which options it takes */
    const char *const *words; /* what the first argument may be,
                                 NULL-terminated; NULL: anything */
    const char *help;         /* one line */
    const char *more;         /* a paragraph, or NULL */
    int (*run)(struct gwctl_app *app); /* returns a gwctl_exit */
} gwctl_command;

extern const gwctl_command gwctl_command_table[GWCTL_COMMAND_COUNT];

/* The command that the first word or two are; `*words` is how many those are.
 * NULL: none. */
const gwctl_command *gwctl_command_find(char **argv, int argc, int *words);

bool gwctl_command_takes(const gwctl_command *command,
                         const gwctl_option *option);

/* Whether the options that were given on the command line belong to the
 * command, and the number of arguments is right. GW_EINVAL: options->error. */
int gwctl_command_check(const gwctl_command *command, gwctl_options *options,
                        int argc);

/* One for each bit of `uses`: the titles of the documentation. */
#define GWCTL_SUBJECT_COUNT 14
extern const char *const gwctl_subjects[GWCTL_SUBJECT_COUNT];

/* ---- help ---------------------------------------------------------------- */

void gwctl_help(FILE *out);
void gwctl_help_of(FILE *out, const gwctl_command *command);

/* The commands of two words whose first is `word`; false: there are none. */
bool gwctl_help_of_first(FILE *out, const char *word);

/* ---- what the handlers are ----------------------------------------------- */

int gwctl_send_to_uid(struct gwctl_app *app);
int gwctl_send_to_group(struct gwctl_app *app);
int gwctl_send_to_client(struct gwctl_app *app);
int gwctl_send_to_all(struct gwctl_app *app);
int gwctl_online(struct gwctl_app *app);
int gwctl_uids(struct gwctl_app *app);
int gwctl_groups(struct gwctl_app *app);
int gwctl_sessions(struct gwctl_app *app);
int gwctl_session_get(struct gwctl_app *app);
int gwctl_session_set(struct gwctl_app *app);
int gwctl_session_update(struct gwctl_app *app);
int gwctl_kick(struct gwctl_app *app);
int gwctl_gateways(struct gwctl_app *app);
int gwctl_watch(struct gwctl_app *app);
int gwctl_listen(struct gwctl_app *app);
int gwctl_bench(struct gwctl_app *app);
int gwctl_completion(struct gwctl_app *app);
int gwctl_help_command(struct gwctl_app *app);

#endif
