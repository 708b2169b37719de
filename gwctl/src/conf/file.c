/* A file of options: lines `name = value`, empty lines, and comments that begin
 * with # or ;. gatewayd reads its file, which looks the same, through inih;
 * here that would be a dependency for what is one function: inih cuts long
 * lines, and takes " ;" within a value for a comment. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/formats.h"
#include "conf/options.h"
#include "core/ascii.h"
#include "core/memory.h"
#include "core/text.h"

#define FILE_MAX ((size_t)1024 * 1024)
#define PLACE_LEN 300
#define KEY_FILE_MAX 4096
#define NAME_MAX_LEN 32 /* of an option */

static gw_slice trimmed(const char *base, size_t len)
{
    while (len > 0 && gwctl_ascii_is_space(base[0])) {
        base++;
        len--;
    }
    while (len > 0 && gwctl_ascii_is_space(base[len - 1]))
        len--;
    return gw_slice_of(base, len);
}

static bool looks_like_a_name(gw_slice key)
{
    if (key.len == 0 || key.len > NAME_MAX_LEN)
        return false;
    for (size_t i = 0; i < key.len; i++) {
        char c = key.base[i];

        if ((c < 'a' || c > 'z') && c != '_' && c != '-')
            return false;
    }
    return true;
}

/* What looks like no name is not told: the file may be that of the key, which
 * ends in = when it is base64. */
static int fail_unknown(gwctl_options *options, const char *where, gw_slice key)
{
    bool is_told = looks_like_a_name(key);

    return gwctl_options_fail(options,
                              "%s%s%.*s: unknown option; gwctl --help "
                              "lists all",
                              where, is_told ? ": " : "",
                              is_told ? (int)key.len : 0, key.base);
}

static int set_from_file(gwctl_options *options, gwctl_source source,
                         const char *where, gw_slice key, gw_slice value)
{
    const gwctl_option *option = gwctl_option_find(key, '_');
    char place[PLACE_LEN];
    char *copy;
    int result;

    if (option == NULL)
        return fail_unknown(options, where, key);
    snprintf(place, sizeof(place), "%s: %s", where, option->key);
    if (option->flags & (GWCTL_OPTION_NO_FILE | GWCTL_OPTION_ARGS_ONLY))
        return gwctl_options_fail(options, "%s: not allowed in a file", place);
    if (options->source[option - gwctl_option_table] == source &&
        !(option->flags & GWCTL_OPTION_REPEAT))
        return gwctl_options_fail(options, "%s: given twice", place);
    copy = gwctl_copy(value.base, value.len);
    result = gwctl_option_set(options, option, source, place, copy);
    gwctl_wipe(copy, value.len); /* it may be the key */
    free(copy);
    return result;
}

static int read_line(gwctl_options *options, gwctl_source source,
                     const char *where, gw_slice line)
{
    const char *equals;
    size_t len;

    if (line.len == 0 || line.base[0] == '#' || line.base[0] == ';')
        return GW_OK;
    if (memchr(line.base, '\0', line.len) != NULL)
        return gwctl_options_fail(options, "%s: a zero byte is not allowed",
                                  where);
    equals = memchr(line.base, '=', line.len);
    if (equals == NULL)
        return gwctl_options_fail(options, "%s: not \"name = value\"", where);
    len = (size_t)(equals - line.base);
    return set_from_file(options, source, where, trimmed(line.base, len),
                         trimmed(equals + 1, line.len - len - 1));
}

/* The next line without the blanks around it. */
static gw_slice take_line(gw_slice *text)
{
    const char *newline = memchr(text->base, '\n', text->len);
    size_t len =
        newline == NULL ? text->len : (size_t)(newline - text->base) + 1;
    gw_slice line = trimmed(text->base, len);

    *text = gw_slice_of(text->base + len, text->len - len);
    return line;
}

/* Some editors begin a file with U+FEFF. */
static gw_slice without_mark(gw_slice text)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t len = sizeof(mark) - 1;

    if (text.len < len || memcmp(text.base, mark, len) != 0)
        return text;
    return gw_slice_of(text.base + len, text.len - len);
}

int gwctl_options_read_text(gwctl_options *options, gwctl_source source,
                            gw_slice text, const char *name)
{
    char where[PLACE_LEN - 80];
    unsigned number = 0;
    int result = GW_OK;

    text = without_mark(text);
    while (result == GW_OK && text.len > 0) {
        gw_slice line = take_line(&text);

        snprintf(where, sizeof(where), "%.200s:%u", name, ++number);
        result = read_line(options, source, where, line);
    }
    return result;
}

/* ---- from the disk ------------------------------------------------------ */

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

static ssize_t read_path(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error;
    ssize_t len;

    if (fd < 0)
        return -1;
    len = read_all(fd, out, size);
    error = errno;
    close(fd);
    errno = error;
    return len;
}

int gwctl_options_read_file(gwctl_options *options, gwctl_source source,
                            const char *path)
{
    char *text = gwctl_realloc(NULL, FILE_MAX, 1);
    ssize_t len = read_path(path, text, FILE_MAX);
    int result;

    if (len < 0)
        result = gwctl_options_fail(options, "%s: %s", path, strerror(errno));
    else if ((size_t)len == FILE_MAX)
        result = gwctl_options_fail(options, "%s: larger than %zu bytes", path,
                                    FILE_MAX - 1);
    else
        result = gwctl_options_read_text(options, source,
                                         gw_slice_of(text, (size_t)len), path);
    if (len > 0)
        gwctl_wipe(text, (size_t)len); /* the key may be in it */
    free(text);
    return result;
}

/* ---- the key ------------------------------------------------------------ */

static unsigned source_of(const gwctl_options *options, const char *key)
{
    const gwctl_option *option = gwctl_option_find(gw_slice_str(key), '_');

    return options->source[option - gwctl_option_table];
}

static int fail_key(gwctl_options *options, const char *why)
{
    return gwctl_options_fail(options, "secret_key_file: %s: %s",
                              options->secret_key_file, why);
}

/* As gatewayd tells of it. */
static void warn_if_open(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0 || !(st.st_mode & S_IROTH))
        return;
    fputs("gwctl: warning: every user of this machine can read ", stderr);
    gwctl_text_print(stderr, gw_slice_str(path));
    fputc('\n', stderr);
}

/* Others who read the file would take a mark for a part of the key, and we the
 * first letter of UTF-16 for all of it. A NUL stands behind `text`. */
static bool first_line_is_text(gw_slice text)
{
    size_t end = strcspn(text.base, "\r\n");

    return without_mark(text).len == text.len &&
           (end == text.len || text.base[end] != '\0');
}

static int read_key(gwctl_options *options)
{
    char text[KEY_FILE_MAX + 1];
    ssize_t len = read_path(options->secret_key_file, text, KEY_FILE_MAX);
    bool is_text;
    int result = GW_OK;

    if (len < 0)
        return fail_key(options, strerror(errno));
    if (!options->quiet)
        warn_if_open(options->secret_key_file);
    text[len] = '\0';
    is_text = first_line_is_text(gw_slice_of(text, (size_t)len));
    text[strcspn(text, "\r\n")] = '\0';
    if (!is_text)
        result = fail_key(options, "its first line has a byte order mark or a "
                                   "zero byte; save it as UTF-8 without a "
                                   "mark");
    else if (text[0] == '\0')
        result = fail_key(options, "its first line is empty");
    else if (strlen(text) == KEY_FILE_MAX)
        result = fail_key(options, "its first line is too long");
    else
        result = gwctl_option_set(
            options, gwctl_option_find(gw_slice_str("secret_key"), '_'),
            (gwctl_source)source_of(options, "secret_key_file"),
            "secret_key_file", text);
    gwctl_wipe(text, sizeof(text));
    return result;
}

/* Of a key and a file, the one from the higher source counts. */
int gwctl_options_load_key(gwctl_options *options)
{
    unsigned key = source_of(options, "secret_key");
    unsigned file = source_of(options, "secret_key_file");

    if (options->secret_key_file[0] == '\0' || key > file)
        return GW_OK;
    if (key == file)
        return gwctl_options_fail(options, "secret_key and secret_key_file are "
                                           "both set; take one of them away");
    return read_key(options);
}

/* ---- headers ------------------------------------------------------------ */

/* What a line says is not told: it may be a secret. '#' may begin a name in
 * HTTP; here it is as in a file of options. */
static int read_header(gwctl_options *options, gw_slice line, const char *path,
                       unsigned number, gwctl_texts *out)
{
    char *copy;
    int result = GW_OK;

    if (line.len == 0 || line.base[0] == '#')
        return GW_OK;
    copy = gwctl_copy(line.base, line.len);
    if (strlen(copy) != line.len || !gwctl_is_header(copy))
        result = gwctl_options_fail(
            options, "header: %.200s:%u: not \"NAME: VALUE\"", path, number);
    else
        gwctl_texts_append(out, line.base, line.len);
    gwctl_wipe(copy, line.len);
    free(copy);
    return result;
}

int gwctl_options_read_headers(gwctl_options *options, gw_slice text,
                               const char *name, gwctl_texts *out)
{
    unsigned number = 0;
    int result = GW_OK;

    text = without_mark(text);
    while (result == GW_OK && text.len > 0)
        result = read_header(options, take_line(&text), name, ++number, out);
    return result;
}

static int read_header_file(gwctl_options *options, const char *path,
                            gwctl_texts *out)
{
    char *text = gwctl_realloc(NULL, FILE_MAX, 1);
    ssize_t len = read_path(path, text, FILE_MAX);
    int result;

    if (len >= 0 && (size_t)len < FILE_MAX && !options->quiet)
        warn_if_open(path);
    if (len < 0)
        result = gwctl_options_fail(options, "header: %.200s: %s", path,
                                    strerror(errno));
    else if ((size_t)len == FILE_MAX)
        result =
            gwctl_options_fail(options, "header: %.200s: larger than %zu bytes",
                               path, FILE_MAX - 1);
    else
        result = gwctl_options_read_headers(
            options, gw_slice_of(text, (size_t)len), path, out);
    if (len > 0)
        gwctl_wipe(text, (size_t)len);
    free(text);
    return result;
}

int gwctl_options_load_headers(gwctl_options *options)
{
    gwctl_texts all = {0};
    int result = GW_OK;

    for (size_t i = 0; i < options->headers.count && result == GW_OK; i++) {
        const char *item = options->headers.items[i];

        if (item[0] == '@')
            result = read_header_file(options, item + 1, &all);
        else
            gwctl_texts_append(&all, item, strlen(item));
    }
    gwctl_texts_clear(&options->headers);
    options->headers = all;
    return result;
}
