/* The daemon's options: one table drives command line, environment, file,
 * --help and the checks.
 *
 * An option `ping_interval` is `--ping-interval` on the command line,
 * GATEWAYD_PING_INTERVAL in the environment and `ping_interval` in the file.
 * The command line wins over the environment, the environment over the file. An
 * empty variable counts as unset, unless the option MAY_BE_EMPTY. */
#ifndef GWD_OPTIONS_H
#define GWD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <gwclient/error.h>
#include <gwclient/types.h>

/* A repeatable option's values, in the order given. */
typedef struct gwd_texts {
    char **items;
    size_t count;
} gwd_texts;

#define GWD_OPTION_COUNT 19

/* Where a value came from; a higher one replaces a lower one's. */
typedef enum gwd_source {
    GWD_SOURCE_DEFAULT,
    GWD_SOURCE_FILE,
    GWD_SOURCE_ENVIRONMENT,
    GWD_SOURCE_COMMAND_LINE
} gwd_source;

#define GWD_OPTIONS_ERROR_LEN 511

/* Texts are never NULL after gwd_options_init(); an option that is not set is
 * "". Sizes are bytes, times are seconds. */
typedef struct gwd_options {
    gwd_texts listen;
    char *register_listen;
    gwd_texts register_address;
    bool no_register;
    bool register_only;
    uint64_t start_port;
    char *lan_ip;
    char *inner_listen;
    char *secret_key;
    char *secret_key_file;
    char *greeting;
    uint64_t handshake_timeout;
    uint64_t max_package_size;
    uint64_t send_to_client_buffer_size;
    uint64_t log_level; /* gwd_log_level */
    char *config;
    bool test_config;
    bool help;
    bool version;

    unsigned char source[GWD_OPTION_COUNT]; /* gwd_source, by table row */
    char error[GWD_OPTIONS_ERROR_LEN + 1];  /* one line: the place, what is
                                               wrong, what is allowed */
} gwd_options;

/* Sets the defaults. GW_ENOMEM. */
int gwd_options_init(gwd_options *options);
void gwd_options_deinit(gwd_options *options); /* wipes the key */

/* Everything: file, environment (`env` like environ), command line, then the
 * checks of gwd_options_check(), unless help or version is asked for.
 * GW_EINVAL, GW_ENOMEM: see `error`. */
int gwd_options_load(gwd_options *options, int argc, char **argv, char **env);

/* The parts of it. gwd_options_read_text() takes a file's contents; `name` is
 * for error texts. */
int gwd_options_read_args(gwd_options *options, int argc, char **argv);
int gwd_options_read_env(gwd_options *options, char **env);
int gwd_options_read_file(gwd_options *options, const char *path);
int gwd_options_read_text(gwd_options *options, gw_slice text,
                          const char *name);

/* Whether the options fit together; reads the secret key's file. */
int gwd_options_check(gwd_options *options);

/* What --help prints. */
void gwd_options_help(FILE *out);

/* ---- the table ---------------------------------------------------------- */

typedef enum gwd_option_type {
    GWD_OPTION_FLAG,    /* yes, no */
    GWD_OPTION_NUMBER,  /* min…max */
    GWD_OPTION_CHOICE,  /* the number of a word in `words` */
    GWD_OPTION_TEXT,    /* anything */
    GWD_OPTION_IPV4,    /* 10.0.0.5 */
    GWD_OPTION_HOST,    /* an address or a name, without port */
    GWD_OPTION_ADDRESS, /* HOST:PORT */
    GWD_OPTION_LISTEN,  /* PROTOCOL://HOST:PORT */
    GWD_OPTION_TYPES
} gwd_option_type;

/* bits of gwd_option.flags */
enum {
    GWD_OPTION_REPEAT = 1,       /* the field is a gwd_texts */
    GWD_OPTION_SECRET = 2,       /* never shown; not from the command line */
    GWD_OPTION_NO_FILE = 4,      /* means nothing in a file */
    GWD_OPTION_ARGS_ONLY = 8,    /* command line only */
    GWD_OPTION_MAY_BE_EMPTY = 16 /* an empty variable is a value, not unset */
};

typedef struct gwd_option {
    const char *key; /* lower-case words joined by _ */
    gwd_option_type type;
    unsigned flags;
    size_t offset;            /* of the field in gwd_options */
    const char *argument;     /* its name in --help; NULL for flags */
    const char *preset;       /* default, as text; NULL: none */
    uint64_t min, max;        /* NUMBER */
    const char *const *words; /* CHOICE, NULL-terminated */
    const char *help;
} gwd_option;

extern const gwd_option gwd_option_table[GWD_OPTION_COUNT];

/* By key, `joint` being what stands for _ in `name` ('-' on the command line).
 * NULL: unknown. */
const gwd_option *gwd_option_find(gw_slice name, char joint);

/* Sets one option from text. `place` is what an error begins with. A source's
 * first value of a repeatable option drops those of lower sources. */
int gwd_option_set(gwd_options *options, const gwd_option *option,
                   gwd_source source, const char *place, const char *value);

/* Writes options->error, printf-like, one line. Returns GW_EINVAL. */
int gwd_options_fail(gwd_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
