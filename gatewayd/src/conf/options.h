/* The daemon's options: one table drives command line, environment, file,
 * --help, the checks, the documentation, the man page and the sample file (the
 * last three through scripts/gen-options).
 *
 * An option `ping_interval` is `--ping-interval` on the command line,
 * GATEWAYD_PING_INTERVAL in the environment and `ping_interval` in the file.
 * The command line wins over the environment, the environment over the file. An
 * empty variable counts as unset, unless the option MAY_BE_EMPTY. Values of a
 * repeatable option are separated by commas, or given one by one; those of a
 * higher source replace those of a lower one. */
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

#define GWD_OPTION_COUNT 48

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
    /* where browsers connect */
    gwd_texts listen;      /* see gwd_listen_parse() */
    char *tls_certificate; /* file names */
    char *tls_key;
    gwd_texts tls_sni;        /* "HOST CERTIFICATE KEY" */
    char *tls_ciphers;        /* OpenSSL's notation */
    uint64_t tls_min_version; /* 0: 1.2, 1: 1.3 */
    gwd_texts allowed_origins;
    gwd_texts trusted_proxies; /* addresses and networks */
    gwd_texts websocket_protocols;
    /* the cluster */
    char *register_listen;
    gwd_texts register_address;
    bool no_register;
    bool register_only;
    uint64_t register_grace;
    char *lan_ip;
    uint64_t start_port;
    char *inner_listen;
    char *secret_key;
    char *secret_key_file;
    uint64_t router;         /* gwd_router_mode */
    uint64_t without_worker; /* gwd_without_worker */
    uint64_t send_to_worker_buffer_size;
    /* clients */
    char *greeting;
    uint64_t ping_interval;
    uint64_t ping_not_response_limit;
    char *ping_data;
    uint64_t websocket_ping;
    uint64_t handshake_timeout;
    uint64_t close_unbound_after;
    uint64_t max_package_size;
    uint64_t send_to_client_buffer_size;
    uint64_t send_to_client_full; /* 0: drop the message, 1: close */
    uint64_t max_connections;
    uint64_t max_connections_per_ip;
    /* the process */
    uint64_t workers;
    char *user;
    char *group;
    char *pid_file;
    uint64_t log_level; /* gwd_log_level */
    char *log_target;
    uint64_t log_format; /* gwd_log_format */
    char *status_listen;
    char *status_token;
    char *status_token_file;
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
void gwd_options_deinit(gwd_options *options); /* wipes the secrets */

/* Everything: file, environment (`env` like environ), command line, then the
 * checks of gwd_options_check(), and the secrets from their files; unless help
 * or version is asked for. GW_EINVAL, GW_ENOMEM: see `error`. */
int gwd_options_load(gwd_options *options, int argc, char **argv, char **env);

/* The parts of it. gwd_options_read_text() takes a file's contents; `name` is
 * for error texts. */
int gwd_options_read_args(gwd_options *options, int argc, char **argv);
int gwd_options_read_env(gwd_options *options, char **env);
int gwd_options_read_file(gwd_options *options, const char *path);
int gwd_options_read_text(gwd_options *options, gw_slice text,
                          const char *name);

/* Whether the options fit together, and the files, user and group that they
 * name are there. GW_EINVAL. */
int gwd_options_check(gwd_options *options);

/* What --help prints. */
void gwd_options_help(FILE *out);

/* ---- loading anew -------------------------------------------------------- */

struct gwd_option;

/* Options whose value has changed, in the order of the table: for a log line
 * that names them. */
typedef struct gwd_options_changes {
    const struct gwd_option *reloaded[GWD_OPTION_COUNT]; /* take effect now */
    size_t reloaded_count;
    const struct gwd_option *restart[GWD_OPTION_COUNT]; /* need a restart */
    size_t restart_count;
} gwd_options_changes;

/* What SIGHUP does: loads from the same arguments and environment, and the file
 * as it is now, into `fresh`, which the call initialises and the caller deinits
 * in any case.
 *
 * GW_OK: `fresh` is what to run with from now on: options that need a restart
 * have their running values in it, so they are told again the next time.
 * GW_EINVAL, GW_ENOMEM: fresh->error says why, `changes` is empty, and
 * `running` stays in force; it is never changed.
 *
 * The process may have become another user since the start. So a file that it
 * is not permitted to read is no error here: the secrets stay, and certificates
 * are TLS's to complain about. Nothing is written to standard error. */
int gwd_options_reload(const gwd_options *running, gwd_options *fresh, int argc,
                       char **argv, char **env, gwd_options_changes *changes);

/* ---- a listener ---------------------------------------------------------- */

/* What browsers speak there; ws:// and wss:// are websocket://. */
typedef enum gwd_listen_protocol {
    GWD_LISTEN_WEBSOCKET,
    GWD_LISTEN_TEXT,
    GWD_LISTEN_FRAME,
    GWD_LISTEN_TCP
} gwd_listen_protocol;

typedef struct gwd_listen {
    gwd_listen_protocol protocol;
    bool tls;            /* wss://, text+tls://, … */
    bool proxy_protocol; /* "… proxy_protocol": PROXY v1 or v2 comes first */
    bool binary;         /* "… binary": WebSocket messages go out binary */
    gw_slice scheme;     /* as written, with "://" */
    gw_slice address;    /* HOST:PORT */
} gwd_listen;

/* GW_EINVAL: not PROTOCOL://HOST:PORT [WORD]... The slices point into `text`.
 */
int gwd_listen_parse(const char *text, gwd_listen *listen);

/* ---- the table ---------------------------------------------------------- */

typedef enum gwd_option_type {
    GWD_OPTION_FLAG,    /* yes, no */
    GWD_OPTION_NUMBER,  /* min…max */
    GWD_OPTION_CHOICE,  /* the number of a word in `words` */
    GWD_OPTION_TEXT,    /* anything */
    GWD_OPTION_HOST,    /* an address or a name, without port */
    GWD_OPTION_ADDRESS, /* HOST:PORT */
    GWD_OPTION_LISTEN,  /* PROTOCOL://HOST:PORT [WORD]... */
    GWD_OPTION_ORIGIN,  /* https://example.com, null, ... */
    GWD_OPTION_NETWORK, /* 10.0.0.0/8, ::1 */
    GWD_OPTION_TOKEN,   /* a word as in HTTP headers */
    GWD_OPTION_SNI,     /* HOST CERTIFICATE KEY */
    GWD_OPTION_TYPES
} gwd_option_type;

/* What --help and the documentation put together, in this order. */
typedef enum gwd_option_subject {
    GWD_SUBJECT_LISTEN,
    GWD_SUBJECT_TLS,
    GWD_SUBJECT_CLUSTER,
    GWD_SUBJECT_WORKERS,
    GWD_SUBJECT_TIMES,
    GWD_SUBJECT_LIMITS,
    GWD_SUBJECT_PROCESS,
    GWD_SUBJECT_PROGRAM,
    GWD_OPTION_SUBJECTS
} gwd_option_subject;

extern const char *const gwd_option_subjects[GWD_OPTION_SUBJECTS]; /* titles */

/* bits of gwd_option.flags */
enum {
    GWD_OPTION_REPEAT = 1,        /* the field is a gwd_texts; no value has a
                                     comma in it */
    GWD_OPTION_SECRET = 2,        /* never shown; not from the command line */
    GWD_OPTION_NO_FILE = 4,       /* means nothing in a file */
    GWD_OPTION_ARGS_ONLY = 8,     /* command line only */
    GWD_OPTION_MAY_BE_EMPTY = 16, /* an empty variable is a value, not unset */
    GWD_OPTION_RELOAD = 32        /* SIGHUP changes it */
};

typedef struct gwd_option {
    gwd_option_subject subject;
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

/* "--start-port", and "GATEWAYD_START_PORT"; with a NUL. */
#define GWD_OPTION_ENV_PREFIX "GATEWAYD_"
#define GWD_OPTION_NAME_LEN 47
void gwd_option_arg_name(const gwd_option *option,
                         char out[GWD_OPTION_NAME_LEN + 1]);
void gwd_option_env_name(const gwd_option *option,
                         char out[GWD_OPTION_NAME_LEN + 1]);

/* What the option takes, in words: "a number from 0 to 65535". */
#define GWD_OPTION_TAKES_LEN 159
void gwd_option_takes(const gwd_option *option,
                      char out[GWD_OPTION_TAKES_LEN + 1]);

/* Sets one option from text; a repeatable one gets each of its values, which
 * are separated by commas. `place` is what an error begins with. What a source
 * says first of a repeatable option drops what lower sources said. */
int gwd_option_set(gwd_options *options, const gwd_option *option,
                   gwd_source source, const char *place, const char *value);

/* Whether both have the same value of it. */
bool gwd_option_same(const gwd_option *option, const gwd_options *a,
                     const gwd_options *b);

/* Gives `to` the value that `from` has. GW_ENOMEM. */
int gwd_option_copy(const gwd_option *option, gwd_options *to,
                    const gwd_options *from);

/* Writes options->error, printf-like, one line. Returns GW_EINVAL. */
int gwd_options_fail(gwd_options *options, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
