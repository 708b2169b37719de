/* Files that options name: the certificates, and the key of the cluster. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/check.h"
#include "conf/formats.h"
#include "secret.h"

#define KEY_FILE_MAX 4096

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

/* ---- the key of the cluster --------------------------------------------- */

static int fail_file(gwd_options *options, const char *why)
{
    return gwd_options_fail(options, "secret_key_file: %s: %s",
                            options->secret_key_file, why);
}

static int take_key(gwd_options *options, const char *key)
{
    char *copy = strdup(key);

    if (copy == NULL)
        return gwd_options_no_memory(options);
    gw_secret_wipe(options->secret_key, strlen(options->secret_key));
    free(options->secret_key);
    options->secret_key = copy;
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

static int read_key(gwd_options *options, int fd)
{
    char text[KEY_FILE_MAX + 1];
    ssize_t len = read_all(fd, text, KEY_FILE_MAX);
    int result;

    if (len < 0)
        return fail_file(options, strerror(errno));
    text[len] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (text[0] == '\0')
        result = fail_file(options, "its first line is empty");
    else if (strlen(text) == KEY_FILE_MAX)
        result = fail_file(options, "its first line is too long");
    else
        result = take_key(options, text);
    gw_secret_wipe(text, sizeof(text));
    return result;
}

static void warn_if_open(int fd, const char *path)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && (st.st_mode & S_IROTH))
        fprintf(stderr,
                "gatewayd: warning: every user of this machine can "
                "read %s\n",
                path);
}

/* The key cannot change while we run: what is no longer there, or no longer for
 * us to read, is no reason to stop. */
static bool may_keep_key(const gwd_options *options, const gwd_options *running,
                         int error)
{
    return running != NULL &&
           (error == EACCES ||
            strcmp(options->secret_key_file, running->secret_key_file) == 0);
}

/* A pipe was read at the start, and would hold us up now. */
static bool is_plain(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 || S_ISREG(st.st_mode);
}

int gwd_options_load_key(gwd_options *options, const gwd_options *running)
{
    const char *path = options->secret_key_file;
    int result;
    int fd;

    if (path[0] == '\0')
        return GW_OK;
    if (options->secret_key[0] != '\0')
        return gwd_options_fail(options, "secret_key and secret_key_file are "
                                         "both set; take one of them away");
    if (running != NULL && !is_plain(path))
        return take_key(options, running->secret_key);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && may_keep_key(options, running, errno))
        return take_key(options, running->secret_key);
    if (fd < 0)
        return fail_file(options, strerror(errno));
    result = read_key(options, fd);
    if (result == GW_OK && running == NULL)
        warn_if_open(fd, path);
    close(fd);
    return result;
}
