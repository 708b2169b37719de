/* Options and their values: setting, checking, freeing. */
#include "conf/options.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf/check.h"
#include "conf/formats.h"
#include "secret.h"

int gwd_options_fail(gwd_options *options, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(options->error, sizeof(options->error), format, args);
    va_end(args);
    for (char *p = options->error; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
    return GW_EINVAL;
}

int gwd_options_no_memory(gwd_options *options)
{
    gwd_options_fail(options, "out of memory");
    return GW_ENOMEM;
}

static void *field_of(const gwd_options *options, const gwd_option *option)
{
    return (char *)options + option->offset;
}

/* ---- values: one function per type -------------------------------------- */

static bool parse_number(const gwd_option *option, const char *text,
                         uint64_t *out)
{
    uint64_t value = 0;
    size_t len = strlen(text);

    if (len == 0 || len > 15)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    if (value < option->min || value > option->max)
        return false;
    *out = value;
    return true;
}

static bool set_number(void *field, const gwd_option *option, const char *text)
{
    return parse_number(option, text, field);
}

static bool set_flag(void *field, const gwd_option *option, const char *text)
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

static bool set_choice(void *field, const gwd_option *option, const char *text)
{
    for (uint64_t i = 0; option->words[i] != NULL; i++) {
        if (strcmp(text, option->words[i]) == 0) {
            *(uint64_t *)field = i;
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
    bool (*set)(void *field, const gwd_option *option, const char *text);
    bool (*fits)(const char *text);
    const char *allowed; /* NULL: depends on the option */
} types[GWD_OPTION_TYPES] = {
    [GWD_OPTION_FLAG] = {set_flag, NULL, "yes or no"},
    [GWD_OPTION_NUMBER] = {set_number, NULL, NULL},
    [GWD_OPTION_CHOICE] = {set_choice, NULL, NULL},
    [GWD_OPTION_TEXT] = {NULL, is_text, "any text"},
    [GWD_OPTION_HOST] = {NULL, gwd_is_host, "an address or host name, no port"},
    [GWD_OPTION_ADDRESS] = {NULL, gwd_is_address,
                            "HOST:PORT like 10.0.0.5:1236"},
    [GWD_OPTION_LISTEN] =
        {NULL, gwd_is_listen,
         "PROTOCOL://HOST:PORT like "
         "websocket://0.0.0.0:7272, PROTOCOL being websocket, "
         "wss, text, frame or tcp"},
    [GWD_OPTION_ORIGIN] = {NULL, gwd_is_origin,
                           "an origin like https://example.com, "
                           "https://*.example.com or null"},
    [GWD_OPTION_NETWORK] = {NULL, gwd_is_network,
                            "an address or network like 10.0.0.0/8"},
    [GWD_OPTION_TOKEN] = {NULL, gwd_is_token, "a word like mqtt"},
    [GWD_OPTION_SNI] = {NULL, gwd_is_sni, "HOST CERTIFICATE KEY"},
};

void gwd_option_takes(const gwd_option *option,
                      char out[GWD_OPTION_TAKES_LEN + 1])
{
    const size_t size = GWD_OPTION_TAKES_LEN + 1;
    size_t len;

    if (types[option->type].allowed != NULL) {
        snprintf(out, size, "%s", types[option->type].allowed);
        return;
    }
    if (option->type == GWD_OPTION_NUMBER) {
        snprintf(out, size, "a number from %llu to %llu",
                 (unsigned long long)option->min,
                 (unsigned long long)option->max);
        return;
    }
    len = (size_t)snprintf(out, size, "one of");
    for (int i = 0; option->words[i] != NULL; i++)
        len += (size_t)snprintf(out + len, size - len, "%s %s",
                                i == 0 ? "" : ",", option->words[i]);
}

static int bad_value(gwd_options *options, const gwd_option *option,
                     const char *place, const char *value)
{
    char allowed[GWD_OPTION_TAKES_LEN + 1];

    gwd_option_takes(option, allowed);
    if (option->flags & GWD_OPTION_SECRET)
        return gwd_options_fail(options, "%s: not allowed; it takes %s", place,
                                allowed);
    return gwd_options_fail(options,
                            "%s: \"%.100s\" is not allowed; it takes "
                            "%s",
                            place, value, allowed);
}

/* ---- fields ------------------------------------------------------------- */

static void clear_texts(gwd_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
    texts->items = NULL;
    texts->count = 0;
}

static bool add_text(gwd_texts *texts, char *copy)
{
    char **items =
        realloc(texts->items, (texts->count + 1) * sizeof(texts->items[0]));

    if (items == NULL) {
        free(copy);
        return false;
    }
    items[texts->count++] = copy;
    texts->items = items;
    return true;
}

static void replace_text(char **field, char *copy)
{
    if (*field != NULL)
        gw_secret_wipe(*field, strlen(*field)); /* it may be the key */
    free(*field);
    *field = copy;
}

static int store_text(gwd_options *options, const gwd_option *option,
                      const char *value, size_t len)
{
    void *field = field_of(options, option);
    char *copy = strndup(value, len);

    if (copy == NULL)
        return gwd_options_no_memory(options);
    if (!(option->flags & GWD_OPTION_REPEAT))
        replace_text(field, copy);
    else if (!add_text(field, copy))
        return gwd_options_no_memory(options);
    return GW_OK;
}

/* The next value of a list, without the blanks around it. */
static gw_slice next_value(const char **at)
{
    size_t len = strcspn(*at, ",");
    gw_slice value = gw_slice_of(*at, len);

    *at += (*at)[len] == ',' ? len + 1 : len;
    while (value.len > 0 && isspace((unsigned char)value.base[0]))
        value = gw_slice_of(value.base + 1, value.len - 1);
    while (value.len > 0 && isspace((unsigned char)value.base[value.len - 1]))
        value.len--;
    return value;
}

/* Checks one value and adds it. */
static int add_value(gwd_options *options, const gwd_option *option,
                     const char *place, gw_slice value)
{
    char *copy = strndup(value.base, value.len);
    bool fits = copy != NULL && types[option->type].fits(copy);
    int result = copy == NULL ? gwd_options_no_memory(options)
                 : fits       ? store_text(options, option, copy, value.len)
                              : bad_value(options, option, place, copy);

    free(copy);
    return result;
}

static int set_list(gwd_options *options, const gwd_option *option,
                    const char *place, const char *text)
{
    const char *end = text + strlen(text);
    const char *at = text;
    int result;

    do {
        result = add_value(options, option, place, next_value(&at));
    } while (result == GW_OK && at < end);
    /* "a," has an empty second value. */
    if (result == GW_OK && end > text && end[-1] == ',')
        return bad_value(options, option, place, "");
    return result;
}

static int set_one(gwd_options *options, const gwd_option *option,
                   const char *place, const char *value)
{
    bool (*set)(void *, const gwd_option *, const char *) =
        types[option->type].set;

    if (set != NULL ? !set(field_of(options, option), option, value)
                    : !types[option->type].fits(value))
        return bad_value(options, option, place, value);
    return set != NULL ? GW_OK
                       : store_text(options, option, value, strlen(value));
}

int gwd_option_set(gwd_options *options, const gwd_option *option,
                   gwd_source source, const char *place, const char *value)
{
    unsigned char *from = &options->source[option - gwd_option_table];
    int result;

    if ((option->flags & GWD_OPTION_REPEAT) && *from != source)
        clear_texts(field_of(options, option));
    result = option->flags & GWD_OPTION_REPEAT
                 ? set_list(options, option, place, value)
                 : set_one(options, option, place, value);
    if (result == GW_OK)
        *from = (unsigned char)source;
    return result;
}

/* ---- two sets of options ------------------------------------------------ */

static bool same_texts(const gwd_texts *a, const gwd_texts *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    }
    return true;
}

bool gwd_option_same(const gwd_option *option, const gwd_options *a,
                     const gwd_options *b)
{
    const void *first = field_of(a, option);
    const void *second = field_of(b, option);

    if (option->flags & GWD_OPTION_REPEAT)
        return same_texts(first, second);
    if (option->type == GWD_OPTION_FLAG)
        return *(const bool *)first == *(const bool *)second;
    if (types[option->type].set != NULL)
        return *(const uint64_t *)first == *(const uint64_t *)second;
    return strcmp(*(char *const *)first, *(char *const *)second) == 0;
}

static int copy_texts(const gwd_option *option, gwd_options *to,
                      const gwd_texts *from)
{
    int result = GW_OK;

    clear_texts(field_of(to, option));
    for (size_t i = 0; result == GW_OK && i < from->count; i++)
        result = store_text(to, option, from->items[i], strlen(from->items[i]));
    return result;
}

int gwd_option_copy(const gwd_option *option, gwd_options *to,
                    const gwd_options *from)
{
    const void *field = field_of(from, option);
    size_t row = (size_t)(option - gwd_option_table);

    to->source[row] = from->source[row];
    if (option->flags & GWD_OPTION_REPEAT)
        return copy_texts(option, to, field);
    if (option->type == GWD_OPTION_FLAG)
        *(bool *)field_of(to, option) = *(const bool *)field;
    else if (types[option->type].set != NULL)
        *(uint64_t *)field_of(to, option) = *(const uint64_t *)field;
    else
        return store_text(to, option, *(char *const *)field,
                          strlen(*(char *const *)field));
    return GW_OK;
}

/* ---- all of them -------------------------------------------------------- */

static bool is_single_text(const gwd_option *option)
{
    return types[option->type].set == NULL &&
           !(option->flags & GWD_OPTION_REPEAT);
}

int gwd_options_init(gwd_options *options)
{
    memset(options, 0, sizeof(*options));
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];
        int result = GW_OK;

        if (option->preset != NULL)
            result = gwd_option_set(options, option, GWD_SOURCE_DEFAULT,
                                    option->key, option->preset);
        else if (is_single_text(option))
            result = store_text(options, option, "", 0);
        if (result < 0)
            return result;
    }
    return GW_OK;
}

void gwd_options_deinit(gwd_options *options)
{
    for (size_t i = 0; i < GWD_OPTION_COUNT; i++) {
        const gwd_option *option = &gwd_option_table[i];

        if (option->flags & GWD_OPTION_REPEAT)
            clear_texts(field_of(options, option));
        else if (is_single_text(option))
            replace_text(field_of(options, option), NULL);
    }
}
