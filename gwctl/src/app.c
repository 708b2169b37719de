#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/signals.h"
#include "core/text.h"

#define MESSAGE_LEN 1500

/* ---- telling ------------------------------------------------------------- */

/* Causes come from the system and from peers. */
static void tell(const char *format, va_list args)
{
    char text[MESSAGE_LEN];

    vsnprintf(text, sizeof(text), format, args);
    fputs("gwctl: ", stderr);
    gwctl_text_print(stderr, gw_slice_str(text));
    fputc('\n', stderr);
}

int gwctl_misuse(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(format, args);
    va_end(args);
    return GWCTL_USAGE;
}

void gwctl_warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(format, args);
    va_end(args);
}

void gwctl_note(const gwctl_app *app, const char *format, ...)
{
    va_list args;

    if (app->options->quiet)
        return;
    va_start(args, format);
    tell(format, args);
    va_end(args);
}

/* What is written from now on goes nowhere: to write what is left, and how it
 * ended, would mean to wait for the reader again. */
static int give_up_output(void)
{
    int fd = open("/dev/null", O_WRONLY);

    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
        return GWCTL_SYSTEM;
    close(fd);
    clearerr(stdout);
    return GWCTL_OK;
}

int gwctl_flush_output(void)
{
    static bool told;
    bool failed = ferror(stdout);
    int error;

    if (failed && gwctl_stopped())
        return give_up_output();
    if (fflush(stdout) == 0 && !failed)
        return GWCTL_OK;
    error = errno;
    if (error == EINTR && gwctl_stopped())
        return give_up_output();
    if (error == EPIPE)
        gwctl_signals_broken_pipe();
    if (!told)
        gwctl_warn("standard output: %s", strerror(error));
    told = true;
    return GWCTL_SYSTEM;
}

/* ---- results ------------------------------------------------------------- */

int gwctl_status_of(int code)
{
    switch (code) {
    case GW_OK:
        return GWCTL_OK;
    case GW_EPARTIAL:
    case GW_EUNCONFIRMED:
        return GWCTL_PARTIAL;
    case GW_EINVAL:
    case GW_ETOOBIG:
    case GW_EUTF8:
        return GWCTL_USAGE;
    case GW_ENOMEM:
    case GW_EIO:
        return GWCTL_SYSTEM;
    default:
        return GWCTL_UNREACHABLE;
    }
}

int gwctl_worse(int a, int b)
{
    static const int rank[] = {
        [GWCTL_OK] = 0,          [GWCTL_NO] = 1,    [GWCTL_PARTIAL] = 2,
        [GWCTL_UNREACHABLE] = 3, [GWCTL_USAGE] = 4, [GWCTL_SYSTEM] = 5};

    return rank[a] >= rank[b] ? a : b;
}

static int count_address(void *arg, gw_slice address)
{
    size_t *count = arg;

    (void)address;
    ++*count;
    return 0;
}

/* The list is believed for a second, so this costs no question. */
static bool all_failed(gwctl_app *app, size_t failures)
{
    size_t gateways = 0;

    if (gw_gateways(app->client, count_address, &gateways) != GW_OK)
        return true; /* nor could the Register be asked: its key is the same */
    return failures >= gateways;
}

static bool nothing_was_sent(gwctl_app *app)
{
    gw_client_stats stats = {.size = sizeof(stats)};
    uint64_t before = app->sent;

    gw_client_get_stats(app->client, &stats);
    app->sent = stats.frames_sent;
    return stats.frames_sent == before;
}

/* One that is late was reached, and may still handle what was sent. One that
 * closes the connection instead has most likely refused the key. */
static bool any_late(const gw_failure *list, size_t failures)
{
    for (size_t i = 0; i < failures; i++) {
        if (list[i].code == GW_ETIMEDOUT)
            return true;
    }
    return false;
}

/* Nobody could tell whether that client_id's gateway is one: the list does not
 * say, or there was none. A number needs no resolving, so there it is a listed
 * name that could not be resolved. */
static bool is_unknown(const gw_failure *f)
{
    switch (f->code) {
    case GW_EUNLISTED:
    case GW_ENOGATEWAY:
    case GW_EREGISTER:
    case GW_EREGISTERREPLY:
        return true;
    case GW_ERESOLVE:
        return f->address[strspn(f->address, "0123456789.:")] == '\0';
    default:
        return false;
    }
}

static size_t of_gateways(const gw_failure *list, size_t failures)
{
    size_t count = 0;

    for (size_t i = 0; i < failures; i++)
        count += !is_unknown(&list[i]);
    return count;
}

const char *gwctl_error(const gwctl_app *app, int code)
{
    const char *text = gw_client_error(app->client);

    return text[0] == '\0' ? gw_strerror(code) : text;
}

int gwctl_result(gwctl_app *app, int code)
{
    bool unsent = nothing_was_sent(app);
    const gw_failure *list;
    size_t failures;

    if (code == GW_OK)
        return GWCTL_OK;
    failures = gw_client_failures(app->client, &list);
    for (size_t i = 0; i < failures; i++)
        gwctl_warn("%s: %s", list[i].address, list[i].cause);
    if (failures == 0)
        gwctl_warn("%s", gwctl_error(app, code));
    if (code == GW_EPARTIAL && unsent)
        return GWCTL_UNREACHABLE;
    if ((code == GW_EPARTIAL ||
         (code == GW_EUNCONFIRMED && !any_late(list, failures))) &&
        all_failed(app, of_gateways(list, failures)))
        return GWCTL_UNREACHABLE;
    return gwctl_status_of(code);
}

int gwctl_client_result(gwctl_app *app, int code)
{
    int status = gwctl_result(app, code);

    return code == GW_EUNLISTED ? GWCTL_NO : status;
}

int gwctl_confirm(gwctl_app *app, bool *confirmed)
{
    int code;

    *confirmed = false;
    if (!app->options->confirm)
        return GWCTL_OK;
    code = gw_flush(app->client);
    *confirmed = code == GW_OK;
    return gwctl_result(app, code);
}

/* ---- the client ---------------------------------------------------------- */

int gwctl_app_set_gateways(gwctl_app *app)
{
    const gwctl_texts *named = &app->options->gateways;
    gw_slice *list = gwctl_realloc(NULL, named->count, sizeof(*list));
    int code;

    for (size_t i = 0; i < named->count; i++)
        list[i] = gw_slice_str(named->items[i]);
    code = gw_client_set_gateways(app->client, list, named->count);
    free(list);
    return code;
}

int gwctl_app_open(gwctl_app *app)
{
    const gwctl_options *options = app->options;
    gw_options settings;
    int code;

    gw_options_init(&settings);
    settings.registers = (const char *const *)options->registers.items;
    settings.register_count = options->registers.count;
    settings.secret_key = gw_slice_str(options->secret_key);
    settings.timeout_ms = (unsigned)options->timeout;
    settings.connect_timeout_ms = (unsigned)options->connect_timeout;
    code = gw_client_new(&app->client, &settings);
    if (code == GW_OK)
        code = gwctl_app_set_gateways(app);
    if (code == GW_OK)
        return GWCTL_OK;
    /* The options have been looked at one by one. */
    gwctl_warn("%s", code == GW_EINVAL
                         ? "the secret key is not UTF-8, or there "
                           "are more than 64 Registers"
                         : gw_strerror(code));
    return gwctl_status_of(code);
}

/* ---- arguments ----------------------------------------------------------- */

int gwctl_parse_id(const char *text, gw_client_id *id)
{
    if (gw_client_id_parse(gw_slice_str(text), id) == GW_OK)
        return GWCTL_OK;
    return gwctl_misuse("\"%.100s\" is no client_id: those are 20 hex digits",
                        text);
}

int gwctl_parse_ids(char **words, size_t count, gw_client_id **ids)
{
    int status = GWCTL_OK;

    *ids = gwctl_realloc(NULL, count, sizeof(**ids));
    for (size_t i = 0; status == GWCTL_OK && i < count; i++)
        status = gwctl_parse_id(words[i], &(*ids)[i]);
    return status;
}

int gwctl_parse_keys(char **words, size_t count, gw_key **keys)
{
    *keys = gwctl_realloc(NULL, count, sizeof(**keys));
    for (size_t i = 0; i < count; i++) {
        gw_slice word = gw_slice_str(words[i]);

        if (word.len == 0 || !gwctl_is_utf8(word))
            return gwctl_misuse("a uid or group is %s",
                                word.len == 0 ? "empty" : "not UTF-8");
        (*keys)[i] = gw_key_slice(word);
    }
    return GWCTL_OK;
}
