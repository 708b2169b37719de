/* Options and their values: setting, checking, freeing. */
#include "conf/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/formats.h"
#include "core/memory.h"

int gwctl_options_fail(gwctl_options *options, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(options->error, sizeof(options->error), format, args);
    va_end(args);
    return GW_EINVAL;
}

static void *field_of(gwctl_options *options, const gwctl_option *option)
{
    return (char *)options + option->offset;
}

/* ---- values: one function per type -------------------------------------- */

static bool in_range(const gwctl_option *option, uint64_t value)
{
    return value >= option->min && value <= option->max;
}

static bool set_number(void *field, const gwctl_option *option,
                       const char *text)
{
    size_t len = strlen(text);
    uint64_t value;

    if (len == 0 || len > 15 || strspn(text, "0123456789") != len)
        return false;
    value = strtoull(text, NULL, 10);
    if (!in_range(option, value))
        return false;
    *(uint64_t *)field = value;
    return true;
}

/* Seconds, of which up to three digits behind the point count. */
static bool set_time(void *field, const gwctl_option *option, const char *text)
{
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    uint64_t ms;

    if (whole == 0 || whole > 12)
        return false;
    ms = strtoull(text, NULL, 10) * 1000;
    if (*rest == '.') {
        size_t digits = strspn(++rest, "0123456789");

        for (size_t i = 0, unit = 100; i < digits && i < 3; i++, unit /= 10)
            ms += (uint64_t)(rest[i] - '0') * unit;
        rest += digits;
    }
    if (*rest != '\0' || !in_range(option, ms))
        return false;
    *(uint64_t *)field = ms;
    return true;
}

static bool set_flag(void *field, const gwctl_option *option, const char *text)
{
    static const char *const words[] = {"no",   "yes", "off", "on", "false",
                                        "true", "0",   "1",   NULL};
    (void)option;
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(text, words[i]) == 0) {
            *(bool *)field = i % 2 == 1;
            return true;
        }
    }
    return false;
}

static bool is_text(const char *text)
{
    (void)text;
    return true;
}

/* `set` stores into the field; types without it are texts that `fits`. */
static const struct {
    bool (*set)(void *field, const gwctl_option *option, const char *text);
    bool (*fits)(const char *text);
    const char *allowed; /* NULL: depends on the option */
} types[GWCTL_OPTION_TYPES] = {
    [GWCTL_OPTION_FLAG] = {set_flag, NULL, "yes or no"},
    [GWCTL_OPTION_NUMBER] = {set_number, NULL, NULL},
    [GWCTL_OPTION_TIME] = {set_time, NULL, NULL},
    [GWCTL_OPTION_TEXT] = {NULL, is_text, "any text"},
    [GWCTL_OPTION_NAME] = {NULL, gwctl_is_name, "a name"},
    [GWCTL_OPTION_FILE] = {NULL, is_text, "the name of a file"},
    [GWCTL_OPTION_ADDRESS] = {NULL, gwctl_is_address,
                              "HOST:PORT like 10.0.0.5:1236"},
    [GWCTL_OPTION_CLIENT_ID] = {NULL, gwctl_is_client_id, "20 hex digits"},
    [GWCTL_OPTION_HEADER] = {NULL, gwctl_is_headers,
                             "a header line like "
                             "\"Origin: null\", or @FILE"},
    [GWCTL_OPTION_TOKEN] = {NULL, gwctl_is_token, "a word like mqtt"},
};

void gwctl_option_takes(const gwctl_option *option,
                        char out[GWCTL_OPTION_TAKES_LEN + 1])
{
    const size_t size = GWCTL_OPTION_TAKES_LEN + 1;

    if (types[option->type].allowed != NULL)
        snprintf(out, size, "%s", types[option->type].allowed);
    else if (option->type == GWCTL_OPTION_TIME)
        snprintf(out, size, "seconds like 2 or 0.5, from %g to %g",
                 (double)option->min / 1000, (double)option->max / 1000);
    else
        snprintf(out, size, "a number from %llu to %llu",
                 (unsigned long long)option->min,
                 (unsigned long long)option->max);
}

static int bad_value(gwctl_options *options, const gwctl_option *option,
                     const char *place, const char *value)
{
    char allowed[GWCTL_OPTION_TAKES_LEN + 1];

    gwctl_option_takes(option, allowed);
    if (option->type == GWCTL_OPTION_HEADER) /* it may be a secret */
        return gwctl_options_fail(options, "%s: not allowed; it takes %s",
                                  place, allowed);
    return gwctl_options_fail(options,
                              "%s: \"%.100s\" is not allowed; it takes "
                              "%s",
                              place, value, allowed);
}

/* ---- texts -------------------------------------------------------------- */

static void drop_text(char *text)
{
    if (text != NULL)
        gwctl_wipe(text, strlen(text)); /* it may be the key */
    free(text);
}

static void set_text(char **field, const char *value, size_t len)
{
    drop_text(*field);
    *field = gwctl_copy(value, len);
}

void gwctl_texts_clear(gwctl_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        drop_text(texts->items[i]);
    free(texts->items);
    memset(texts, 0, sizeof(*texts));
}

void gwctl_texts_append(gwctl_texts *texts, const char *value, size_t len)
{
    texts->items =
        gwctl_realloc(texts->items, texts->count + 1, sizeof(*texts->items));
    texts->items[texts->count++] = gwctl_copy(value, len);
}

/* One value of a text's type, which may be a part of `value`. */
static int set_one(gwctl_options *options, const gwctl_option *option,
                   const char *place, const char *value, size_t len)
{
    char *copy = gwctl_copy(value, len);
    int result = GW_OK;

    if (!types[option->type].fits(copy))
        result = bad_value(options, option, place, copy);
    else if (option->flags & GWCTL_OPTION_REPEAT)
        gwctl_texts_append(field_of(options, option), copy, len);
    else
        set_text(field_of(options, option), copy, len);
    drop_text(copy);
    return result;
}

static int set_several(gwctl_options *options, const gwctl_option *option,
                       const char *place, const char *value)
{
    for (;;) {
        size_t len = strcspn(value, ",");
        size_t start = strspn(value, " ");
        size_t end = len;
        int result;

        start = start > len ? len : start;
        while (end > start && value[end - 1] == ' ')
            end--;
        result = set_one(options, option, place, value + start, end - start);
        if (result < 0 || value[len] == '\0')
            return result;
        value += len + 1;
    }
}

int gwctl_option_set(gwctl_options *options, const gwctl_option *option,
                     gwctl_source source, const char *place, const char *value)
{
    unsigned char *from = &options->source[option - gwctl_option_table];

    if (source < *from)
        return GW_OK;
    if ((option->flags & GWCTL_OPTION_REPEAT) && *from != source)
        gwctl_texts_clear(field_of(options, option));
    *from = (unsigned char)source;
    if (types[option->type].set != NULL)
        return types[option->type].set(field_of(options, option), option, value)
                   ? GW_OK
                   : bad_value(options, option, place, value);
    if (option->flags & GWCTL_OPTION_COMMAS)
        return set_several(options, option, place, value);
    return set_one(options, option, place, value, strlen(value));
}

bool gwctl_option_given(const gwctl_options *options, const char *key)
{
    const gwctl_option *option = gwctl_option_find(gw_slice_str(key), '_');

    return options->source[option - gwctl_option_table] != GWCTL_SOURCE_DEFAULT;
}

/* ---- all of them -------------------------------------------------------- */

static bool is_single_text(const gwctl_option *option)
{
    return types[option->type].set == NULL &&
           !(option->flags & GWCTL_OPTION_REPEAT);
}

void gwctl_options_init(gwctl_options *options)
{
    memset(options, 0, sizeof(*options));
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];

        if (option->preset != NULL)
            gwctl_option_set(options, option, GWCTL_SOURCE_DEFAULT, option->key,
                             option->preset);
        else if (is_single_text(option))
            set_text(field_of(options, option), "", 0);
    }
}

void gwctl_options_deinit(gwctl_options *options)
{
    for (size_t i = 0; i < GWCTL_OPTION_COUNT; i++) {
        const gwctl_option *option = &gwctl_option_table[i];

        if (option->flags & GWCTL_OPTION_REPEAT)
            gwctl_texts_clear(field_of(options, option));
        else if (is_single_text(option))
            drop_text(*(char **)field_of(options, option));
    }
}
