/* Files that options name: the certificates, and the secrets. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "conf/check.h"
#include "conf/formats.h"
#include "core/journal.h"
#include "secret.h"
#include "utf8.h"

#define SECRET_FILE_MAX 4096

/* ---- certificates ------------------------------------------------------- */

/* 0, or errno. Nothing is opened: it may be a pipe that can be read once. */
static int try_file(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0 || faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) < 0)
        return errno;
    return S_ISDIR(st.st_mode) ? EISDIR : 0;
}

static int check_file(gwd_options *options, const char *key, const char *path,
                      gwd_load_phase phase)
{
    int error = path[0] == '\0' ? 0 : try_file(path);

    if (error == 0 || (error == EACCES && phase == GWD_LOAD_ANEW))
        return GW_OK;
    return gwd_options_fail(options, "%s: %s: %s", key, path, strerror(error));
}

static int check_word(gwd_options *options, gw_slice word, gwd_load_phase phase)
{
    char *path = strndup(word.base, word.len);
    int result = path == NULL ? gwd_options_no_memory(options)
                              : check_file(options, "tls_sni", path, phase);

    free(path);
    return result;
}

static int check_sni(gwd_options *options, gwd_load_phase phase)
{
    int result = GW_OK;

    for (size_t i = 0; result == GW_OK && i < options->tls_sni.count; i++) {
        gw_slice words[GWD_SNI_WORDS];

        result = gwd_sni_parse(options->tls_sni.items[i], words);
        for (int w = 1; result == GW_OK && w < GWD_SNI_WORDS; w++)
            result = check_word(options, words[w], phase);
    }
    return result;
}

static const char *first_tls_listener(const gwd_options *options)
{
    for (size_t i = 0; i < options->listen.count; i++) {
        gwd_listen listen;

        if (gwd_listen_parse(options->listen.items[i], &listen) == GW_OK &&
            listen.tls)
            return options->listen.items[i];
    }
    return NULL;
}

static int check_pair(gwd_options *options)
{
    bool certificate = options->tls_certificate[0] != '\0';
    bool key = options->tls_key[0] != '\0';
    const char *listener = first_tls_listener(options);

    if (certificate != key)
        return gwd_options_fail(options, "%s is set without %s",
                                certificate ? "tls_certificate" : "tls_key",
                                certificate ? "tls_key" : "tls_certificate");
    if (listener != NULL && !key && !options->register_only)
        return gwd_options_fail(
            options, "listen: %s needs tls_certificate and tls_key", listener);
    return GW_OK;
}

int gwd_options_check_tls(gwd_options *options, gwd_load_phase phase)
{
    int result = check_pair(options);

    if (result == GW_OK)
        result = check_file(options, "tls_certificate",
                            options->tls_certificate, phase);
    if (result == GW_OK)
        result = check_file(options, "tls_key", options->tls_key, phase);
    return result < 0 ? result : check_sni(options, phase);
}

/* ---- secrets ------------------------------------------------------------ */

typedef struct secret {
    const char *key; /* the option; KEY_file names the file */
    size_t value;    /* where they are in gwd_options */
    size_t file;
} secret;

static const secret secrets[] = {
    {"secret_key", offsetof(gwd_options, secret_key),
     offsetof(gwd_options, secret_key_file)},
    {"status_token", offsetof(gwd_options, status_token),
     offsetof(gwd_options, status_token_file)},
};

static char **value_of(gwd_options *options, const secret *s)
{
    return (char **)(void *)((char *)options + s->value);
}

static const char *text_at(const gwd_options *options, size_t offset)
{
    return *(char *const *)(const void *)((const char *)options + offset);
}

static int fail_file(gwd_options *options, const secret *s, const char *why)
{
    return gwd_options_fail(options, "%s_file: %s: %s", s->key,
                            text_at(options, s->file), why);
}

static int take_secret(gwd_options *options, const secret *s, const char *text)
{
    char **value = value_of(options, s);
    char *copy = strdup(text);

    if (copy == NULL)
        return gwd_options_no_memory(options);
    gw_secret_wipe(*value, strlen(*value));
    free(*value);
    *value = copy;
    return GW_OK;
}

/* Up to `size` bytes, however they come; -1 with errno. */
static ssize_t read_all(int fd, char *out, size_t size)
{
    size_t len = 0;
    ssize_t got;

    while (len < size && (got = read(fd, out + len, size - len)) != 0) {
        if (got > 0)
            len += (size_t)got;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)len;
}

/* Others who read the file would take a byte order mark for a part of the key,
 * and we the first letter of UTF-16 for all of it. A NUL stands behind `text`.
 */
static bool first_line_is_text(gw_slice text)
{
    size_t end = strcspn(text.base, "\r\n");

    return gwd_without_mark(text).len == text.len &&
           (end == text.len || text.base[end] != '\0');
}

static int read_secret(gwd_options *options, const secret *s, int fd)
{
    char text[SECRET_FILE_MAX + 1];
    ssize_t len = read_all(fd, text, SECRET_FILE_MAX);
    bool is_text;
    int result;

    if (len < 0)
        return fail_file(options, s, strerror(errno));
    text[len] = '\0';
    is_text = first_line_is_text(gw_slice_of(text, (size_t)len));
    text[strcspn(text, "\r\n")] = '\0';
    if (!is_text)
        result = fail_file(options, s,
                           "its first line has a byte order mark or a zero "
                           "byte; save it as UTF-8 without a mark");
    else if (text[0] == '\0')
        result = fail_file(options, s, "its first line is empty");
    else if (strlen(text) == SECRET_FILE_MAX)
        result = fail_file(options, s, "its first line is too long");
    else
        result = take_secret(options, s, text);
    gw_secret_wipe(text, sizeof(text));
    return result;
}

static void warn_if_open(int fd, const char *path)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && (st.st_mode & S_IROTH))
        fprintf(stderr,
                "%sgatewayd: warning: every user of this machine can "
                "read %s\n",
                gwd_journal_mark(LOG_WARNING), path);
}

/* A secret cannot change while we run: what is no longer there, or no longer
 * for us to read, is no reason to stop. */
static bool may_keep(const gwd_options *options, const gwd_options *running,
                     const secret *s, int error)
{
    return running != NULL &&
           (error == EACCES ||
            strcmp(text_at(options, s->file), text_at(running, s->file)) == 0);
}

/* A pipe was read at the start, and would hold us up now. */
static bool is_plain(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 || S_ISREG(st.st_mode);
}

static int load_secret(gwd_options *options, const gwd_options *running,
                       const secret *s)
{
    const char *path = text_at(options, s->file);
    int result;
    int fd;

    if (path[0] == '\0')
        return GW_OK;
    if (text_at(options, s->value)[0] != '\0')
        return gwd_options_fail(options,
                                "%s and %s_file are both set; take one of "
                                "them away",
                                s->key, s->key);
    if (running != NULL && !is_plain(path))
        return take_secret(options, s, text_at(running, s->value));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && may_keep(options, running, s, errno))
        return take_secret(options, s, text_at(running, s->value));
    if (fd < 0)
        return fail_file(options, s, strerror(errno));
    result = read_secret(options, s, fd);
    if (result == GW_OK && running == NULL)
        warn_if_open(fd, path);
    close(fd);
    return result;
}

/* It travels as JSON: nobody could show another one. And whoever speaks the
 * protocol in PHP shows none at all for "0", which is false there. */
static int check_key(gwd_options *options)
{
    gw_slice rest = gw_slice_str(options->secret_key);
    uint32_t character;

    if (strcmp(options->secret_key, "0") == 0)
        return gwd_options_fail(options, "the secret key is \"0\", which PHP "
                                         "takes for none");
    while (rest.len > 0) {
        size_t len = gw_utf8_decode(rest, &character);

        if (len == 0)
            return gwd_options_fail(options, "the secret key is not UTF-8");
        rest = gw_slice_of(rest.base + len, rest.len - len);
    }
    return GW_OK;
}

/* What "Authorization: Bearer" can carry. */
static int check_token(gwd_options *options)
{
    for (const char *p = options->status_token; *p != '\0'; p++) {
        if (*p <= ' ' || *p > '~')
            return gwd_options_fail(options,
                                    "status_token: not allowed; it takes "
                                    "visible ASCII characters without blanks");
    }
    return GW_OK;
}

int gwd_options_load_secrets(gwd_options *options, const gwd_options *running)
{
    int result = GW_OK;

    for (size_t i = 0;
         result == GW_OK && i < sizeof(secrets) / sizeof(secrets[0]); i++)
        result = load_secret(options, running, &secrets[i]);
    if (result == GW_OK)
        result = check_key(options);
    return result < 0 ? result : check_token(options);
}
