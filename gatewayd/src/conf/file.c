/* The options file. inih reads it line by line through a function of ours. It
 * cuts long lines (at some 200 bytes, as most systems build it), so it only
 * gets their beginnings, to tell sections, comments and keys; values are taken
 * from the whole lines. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ini.h>

#include "conf/check.h"
#include "conf/formats.h"
#include "secret.h"

#define FILE_MAX ((size_t)1024 * 1024)
#define PLACE_LEN 300
#define NAME_MAX_LEN 32 /* of an option */

typedef struct ini_source {
    gwd_options *options;
    const char *name;
    gw_slice text; /* what is not read yet */
    gw_slice line; /* without blanks at its ends */
    unsigned number;
    int result;
} ini_source;

static int fail_at(ini_source *source, const char *text)
{
    return gwd_options_fail(source->options, "%s:%u: %s", source->name,
                            source->number, text);
}

static bool is_blank(char c)
{
    return isspace((unsigned char)c);
}

static gw_slice trimmed(gw_slice text)
{
    while (text.len > 0 && is_blank(text.base[0]))
        text = gw_slice_of(text.base + 1, text.len - 1);
    while (text.len > 0 && is_blank(text.base[text.len - 1]))
        text.len--;
    return text;
}

/* Indentation means nothing: inih would take such a line for more of the value
 * above it. */
static bool take_line(ini_source *source)
{
    const char *base = source->text.base;
    const char *newline;
    size_t len;

    if (source->text.len == 0)
        return false;
    newline = memchr(base, '\n', source->text.len);
    len = newline == NULL ? source->text.len : (size_t)(newline - base) + 1;
    source->text = gw_slice_of(base + len, source->text.len - len);
    source->line = trimmed(gw_slice_of(base, len));
    source->number++;
    return true;
}

/* inih would take what follows for a comment, and cut the value silently. */
static bool would_be_cut(gw_slice line)
{
    if (line.len == 0 || strchr(";#[", line.base[0]) != NULL)
        return false;
    for (size_t i = 1; i < line.len; i++) {
        if (line.base[i] == ';' && is_blank(line.base[i - 1]))
            return true;
    }
    return false;
}

static int check_line(ini_source *source)
{
    if (source->line.len > 0 &&
        memchr(source->line.base, '\0', source->line.len) != NULL)
        return fail_at(source, "a zero byte is not allowed");
    if (would_be_cut(source->line))
        return fail_at(source, "\" ;\" is not allowed in a value; comments "
                               "have lines of their own");
    return GW_OK;
}

/* fgets() for inih. */
static char *next_line(char *out, int size, void *arg)
{
    ini_source *source = arg;
    size_t len;

    if (source->result < 0 || !take_line(source))
        return NULL;
    source->result = check_line(source);
    if (source->result < 0)
        return NULL;
    len = source->line.len < (size_t)size - 2 ? source->line.len
                                              : (size_t)size - 2;
    if (len > 0)
        memcpy(out, source->line.base, len);
    memcpy(out + len, "\n", 2);
    return out;
}

static bool looks_like_a_name(const char *key)
{
    size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz_-");

    return len > 0 && len <= NAME_MAX_LEN && key[len] == '\0';
}

/* What looks like no name is not told: the file may be that of the key, which
 * ends in = when it is base64. */
static int fail_unknown(ini_source *source, const char *key)
{
    char place[PLACE_LEN];
    bool is_told = looks_like_a_name(key);

    snprintf(place, sizeof(place), "%s:%u%s%s", source->name, source->number,
             is_told ? ": " : "", is_told ? key : "");
    return gwd_options_fail(source->options,
                            "%s: unknown option; gatewayd --help lists all",
                            place);
}

static int set_from_file(ini_source *source, const char *key, const char *value)
{
    const gwd_option *option = gwd_option_find(gw_slice_str(key), '_');
    gwd_options *options = source->options;
    char place[PLACE_LEN];

    if (option == NULL)
        return fail_unknown(source, key);
    snprintf(place, sizeof(place), "%s:%u: %s", source->name, source->number,
             key);
    if (option->flags & (GWD_OPTION_NO_FILE | GWD_OPTION_ARGS_ONLY))
        return gwd_options_fail(options, "%s: not allowed in a file", place);
    if (options->source[option - gwd_option_table] == GWD_SOURCE_FILE &&
        !(option->flags & GWD_OPTION_REPEAT))
        return gwd_options_fail(options, "%s: given twice", place);
    return gwd_option_set(options, option, GWD_SOURCE_FILE, place, value);
}

/* What stands behind the first = or :, where inih ends the key, too. */
static int set_from_line(ini_source *source, const char *key)
{
    gw_slice line = source->line;
    gw_slice value;
    char *copy;
    size_t at = 0;
    int result;

    while (at < line.len && line.base[at] != '=' && line.base[at] != ':')
        at++;
    value = at == line.len
                ? gw_slice_of(line.base, 0)
                : trimmed(gw_slice_of(line.base + at + 1, line.len - at - 1));
    copy = strndup(value.base, value.len);
    if (copy == NULL)
        return gwd_options_no_memory(source->options);
    result = set_from_file(source, key, copy);
    gw_secret_wipe(copy, value.len); /* it may be the key */
    free(copy);
    return result;
}

/* 1 to go on: inih's way. */
static int on_pair(void *arg, const char *section, const char *key,
                   const char *value)
{
    ini_source *source = arg;

    (void)value;
    if (source->result < 0)
        return 0;
    if (section[0] != '\0' && strcmp(section, "gatewayd") != 0)
        source->result = fail_at(source, "unknown section; [gatewayd] or none");
    else
        source->result = set_from_line(source, key);
    return source->result == GW_OK;
}

/* inih goes on after a line that it cannot read, but tells the first one: it
 * may lie before the line that we did not like. */
int gwd_options_read_text(gwd_options *options, gw_slice text, const char *name)
{
    ini_source source = {
        .options = options, .name = name, .text = gwd_without_mark(text)};
    int line = ini_parse_stream(next_line, &source, on_pair, &source);

    if (line > 0 &&
        (source.result == GW_OK || (unsigned)line < source.number)) {
        source.number = (unsigned)line;
        return fail_at(&source, "not \"key = value\"");
    }
    return line < 0 ? gwd_options_no_memory(options) : source.result;
}

/* ---- from the disk ------------------------------------------------------ */

/* The file's length, or an error. */
static int read_all(gwd_options *options, const char *path, int fd, char *text)
{
    size_t len = 0;
    ssize_t got;

    while ((got = read(fd, text + len, FILE_MAX - len)) != 0) {
        if (got > 0)
            len += (size_t)got;
        else if (errno != EINTR)
            return gwd_options_fail(options, "%s: %s", path, strerror(errno));
        if (len == FILE_MAX)
            return gwd_options_fail(options, "%s: larger than %zu bytes", path,
                                    FILE_MAX - 1);
    }
    return (int)len;
}

static int read_fd(gwd_options *options, const char *path, int fd)
{
    char *text = malloc(FILE_MAX);
    int len = text == NULL ? gwd_options_no_memory(options)
                           : read_all(options, path, fd, text);
    int result = len;

    if (len >= 0) {
        result = gwd_options_read_text(options, gw_slice_of(text, (size_t)len),
                                       path);
        gw_secret_wipe(text, (size_t)len); /* the key may be in it */
    }
    free(text);
    return result;
}

int gwd_options_read_file(gwd_options *options, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result;

    if (fd < 0)
        return gwd_options_fail(options, "%s: %s", path, strerror(errno));
    result = read_fd(options, path, fd);
    close(fd);
    return result;
}
