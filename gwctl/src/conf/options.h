/* gwctl's options: one table drives command line, environment, files, --help,
 * completion, man page and documentation (the last two through
 * scripts/gen-options).
 *
 * An option `connect_timeout` is `--connect-timeout` on the command line,
 * GWCTL_CONNECT_TIMEOUT in the environment and `connect_timeout` in a file. The
 * command line wins over the environment, that over the user's file, that over
 * the system's. An empty variable counts as unset. Values of a repeatable
 * option are given one by one, or with commas between them where it says so;
 * those of a higher source replace those of a lower one. */
#ifndef GWCTL_OPTIONS_H
#define GWCTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <gwclient/error.h>
#include <gwclient/types.h>

/* A repeatable option's values, in the order given. */
typedef struct gwctl_texts {
    char **items;
    size_t count;
} gwctl_texts;

void gwctl_texts_append(gwctl_texts *texts, const char *value, size_t len);
void gwctl_texts_clear(gwctl_texts *texts); /* wipes them: they may be secret */

#define GWCTL_OPTION_COUNT 33

/* Where a value came from; a higher one replaces a lower one's. */
typedef enum gwctl_source {
    GWCTL_SOURCE_DEFAULT,
    GWCTL_SOURCE_SYSTEM_FILE,
    GWCTL_SOURCE_USER_FILE,
    GWCTL_SOURCE_ENVIRONMENT,
    GWCTL_SOURCE_COMMAND_LINE
} gwctl_source;

#define GWCTL_ERROR_LEN 511

/* A text that is not set is "". */
typedef struct gwctl_options {
    /* the cluster */
    gwctl_texts registers;
    gwctl_texts gateways;
    char *secret_key;
    char *secret_key_file;
    uint64_t timeout;         /* ms */
    uint64_t connect_timeout; /* ms */
    /* messages */
    bool whole;
    bool raw;
    gwctl_texts exclude;
    bool confirm;
    /* whom */
    gwctl_texts uids;
    gwctl_texts groups;
    bool client;
    char *message;
    bool now;
    /* how long */
    uint64_t count;
    uint64_t interval; /* ms */
    uint64_t top;
    uint64_t size;
    uint64_t batch;
    /* listen */
    bool send;
    bool binary;
    uint64_t ping; /* ms */
    gwctl_texts headers;
    gwctl_texts protocols;
    char *ca_file;
    bool insecure;
    uint64_t max_message;
    /* the program */
    bool json;
    bool quiet;
    char *config;
    bool help;
    bool version;

    unsigned char source[GWCTL_OPTION_COUNT]; /* gwctl_source, by table row */
    char error[GWCTL_ERROR_LEN + 1]; /* the place, what is wrong; not escaped */
} gwctl_options;

/* Sets the defaults. */
void gwctl_options_init(gwctl_options *options);
void gwctl_options_deinit(gwctl_options *options); /* wipes the key */

/* Files, environment (`env` like environ) and the command line; not yet what
 * stands in files that these name. What is not an option goes to the beginning
 * of `argv`, and `*argc` becomes its number, the program's name not counted.
 * GW_EINVAL: see `error`. */
int gwctl_options_load(gwctl_options *options, int *argc, char **argv,
                       char **env);

/* The parts of it. gwctl_options_read_text() takes a file's contents; `name` is
 * for error texts. */
int gwctl_options_read_args(gwctl_options *options, int *argc, char **argv);
int gwctl_options_read_env(gwctl_options *options, char **env);
int gwctl_options_read_file(gwctl_options *options, gwctl_source source,
                            const char *path);
int gwctl_options_read_text(gwctl_options *options, gwctl_source source,
                            gw_slice text, const char *name);

/* The key from its file, if there is one. */
int gwctl_options_load_key(gwctl_options *options);

/* The lines of the files in the place of headers that are "@FILE". */
int gwctl_options_load_headers(gwctl_options *options);

/* One file's contents, its lines behind those of `out`. */
int gwctl_options_read_headers(gwctl_options *options, gw_slice text,
                               const char *name, gwctl_texts *out);

/* ---- the table ---------------------------------------------------------- */

typedef enum gwctl_option_type {
    GWCTL_OPTION_FLAG,    /* yes, no */
    GWCTL_OPTION_NUMBER,  /* min…max */
    GWCTL_OPTION_TIME,    /* seconds with a fraction; min…max, in ms */
    GWCTL_OPTION_TEXT,    /* anything */
    GWCTL_OPTION_NAME,    /* anything but nothing: a uid or group */
    GWCTL_OPTION_FILE,    /* a file's name */
    GWCTL_OPTION_ADDRESS, /* HOST:PORT */
    GWCTL_OPTION_CLIENT_ID,
    GWCTL_OPTION_HEADER, /* "Name: value", or "@FILE" with such lines */
    GWCTL_OPTION_TOKEN,  /* a word as in HTTP headers */
    GWCTL_OPTION_TYPES
} gwctl_option_type;

/* bits of gwctl_option.flags */
enum {
    GWCTL_OPTION_REPEAT = 1,    /* the field is a gwctl_texts */
    GWCTL_OPTION_COMMAS = 2,    /* several values, with commas between them */
    GWCTL_OPTION_SECRET = 4,    /* never shown; not from the command line */
    GWCTL_OPTION_ARGS_ONLY = 8, /* command line only */
    GWCTL_OPTION_NO_FILE = 16   /* means nothing in a file */
};

/* Which commands take an option: it has one of the bits of the command's
 * `uses`. Each bit is a subject of the documentation, in this order. */
enum {
    GWCTL_USES_CLUSTER = 1u << 0,
    GWCTL_USES_MESSAGES = 1u << 1,
    GWCTL_USES_EXCLUDE = 1u << 2,
    GWCTL_USES_CONFIRM = 1u << 3,
    GWCTL_USES_UID = 1u << 4,
    GWCTL_USES_GROUP = 1u << 5,
    GWCTL_USES_ONLINE = 1u << 6,
    GWCTL_USES_KICK = 1u << 7,
    GWCTL_USES_COUNT = 1u << 8,
    GWCTL_USES_WATCH = 1u << 9,
    GWCTL_USES_BENCH = 1u << 10,
    GWCTL_USES_LISTEN = 1u << 11,
    GWCTL_USES_JSON = 1u << 12,
    GWCTL_USES_ALWAYS = 1u << 13
};

typedef struct gwctl_option {
    unsigned uses;   /* one GWCTL_USES_… */
    const char *key; /* lower-case words joined by _ */
    gwctl_option_type type;
    unsigned flags;
    size_t offset;        /* of the field in gwctl_options */
    const char *argument; /* its name in --help; NULL for flags */
    const char *preset;   /* default, as text; NULL: none */
    uint64_t min, max;    /* NUMBER, TIME */
    const char *help;
} gwctl_option;

extern const gwctl_option gwctl_option_table[GWCTL_OPTION_COUNT];

/* By key, `joint` being what stands for _ in `name` ('-' on the command line).
 * NULL: unknown. */
const gwctl_option *gwctl_option_find(gw_slice name, char joint);

/* "--connect-timeout", and "GWCTL_CONNECT_TIMEOUT"; with a NUL. */
#define GWCTL_ENV_PREFIX "GWCTL_"
#define GWCTL_OPTION_NAME_LEN 47
void gwctl_option_arg_name(const gwctl_option *option,
                           char out[GWCTL_OPTION_NAME_LEN + 1]);
void gwctl_option_env_name(const gwctl_option *option,
                           char out[GWCTL_OPTION_NAME_LEN + 1]);

/* What the option takes, in words: "a number from 1 to 65535". */
#define GWCTL_OPTION_TAKES_LEN 159
void gwctl_option_takes(const gwctl_option *option,
                        char out[GWCTL_OPTION_TAKES_LEN + 1]);

/* Sets one option from text, unless a higher source has set it. `place` is what
 * an error begins with. GW_EINVAL. */
int gwctl_option_set(gwctl_options *options, const gwctl_option *option,
                     gwctl_source source, const char *place, const char *value);

/* Whether any source has set the option with this key. */
bool gwctl_option_given(const gwctl_options *options, const char *key);

/* Writes options->error, printf-like. Returns GW_EINVAL. */
int gwctl_options_fail(gwctl_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
