/* bench: how fast messages are handled, or questions answered. What a rate
 * means is in the result: sending alone is only putting bytes into a socket, so
 * the time ends when the gateways have said that all is handled. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cmd/target.h"
#include "core/clock.h"
#include "core/hist.h"
#include "core/memory.h"
#include "core/progress.h"
#include "core/signals.h"

#define DEFAULT_COUNT 1000

typedef struct bench {
    gwctl_app *app;
    bool asks; /* questions, and not messages */
    gwctl_target target;
    gw_message message;
    uint64_t wanted;
    uint64_t done;      /* calls */
    uint64_t answered;  /* questions, by every gateway */
    uint64_t confirmed; /* messages that every gateway has handled */
    uint64_t pending;   /* sent to every gateway, not asked about yet */
    uint64_t unasked;   /* sent at all, not asked about yet */
    uint64_t failed;    /* calls that did not reach every gateway */
    uint64_t ns;
    int status;
    bool stop;
    gwctl_hist calls;
    gwctl_hist confirmations;
    gwctl_progress progress;
} bench;

/* ---- measuring ----------------------------------------------------------- */

static int ignore_id(void *arg, const gw_client_id *id)
{
    (void)arg;
    (void)id;
    return 0;
}

static int ask(bench *b)
{
    int64_t count;

    if (b->target.kind == GWCTL_TARGET_UIDS)
        return gw_get_client_ids_by_uid(b->app->client, b->target.keys[0],
                                        ignore_id, NULL);
    return gw_get_client_count(b->app->client, NULL, &count);
}

/* The same failure a thousand times is one line. With nobody there is nothing
 * to measure. */
static void note_failure(bench *b, int code)
{
    int status =
        b->failed++ == 0 ? gwctl_result(b->app, code) : gwctl_status_of(code);

    b->status = gwctl_worse(b->status, status);
    b->stop = b->stop || !gwctl_is_shown(status);
}

static void call_once(bench *b)
{
    uint64_t start = gwctl_now_ns();
    int code = b->asks
                   ? ask(b)
                   : gwctl_target_send(b->app->client, &b->target, &b->message);

    gwctl_hist_add(&b->calls, gwctl_now_ns() - start);
    b->unasked++;
    if (code == GW_OK)
        b->pending++;
    else
        note_failure(b, code);
    if (b->asks) {
        b->answered += b->pending;
        b->pending = 0;
    }
    if (!b->stop)
        gwctl_progress_tell(&b->progress, ++b->done);
}

static void confirm(bench *b)
{
    uint64_t start = gwctl_now_ns();
    int code = gw_flush(b->app->client);

    gwctl_hist_add(&b->confirmations, gwctl_now_ns() - start);
    if (code == GW_OK)
        b->confirmed += b->pending;
    else
        note_failure(b, code);
    b->pending = 0;
    b->unasked = 0;
}

static void run(bench *b)
{
    uint64_t batch = b->app->options->batch;
    uint64_t start = gwctl_now_ns();

    while (!b->stop && b->done < b->wanted && !gwctl_stopped()) {
        call_once(b);
        if (!b->asks && !b->stop && b->unasked == batch)
            confirm(b);
    }
    if (!b->asks && (b->stop ? b->pending : b->unasked) > 0)
        confirm(b);
    b->ns = gwctl_now_ns() - start;
}

/* ---- telling ------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *member; /* of JSON: a name that needs no quotes in jq */
    double percent;
} points[] = {{"p50", "p50", 50},
              {"p90", "p90", 90},
              {"p99", "p99", 99},
              {"p99.9", "p999", 99.9}};

#define POINTS (sizeof(points) / sizeof(points[0]))

static double per_second(const bench *b)
{
    uint64_t handled = b->asks ? b->answered : b->confirmed;

    return b->ns == 0 ? 0 : (double)handled / ((double)b->ns / 1e9);
}

static double ms_at(const gwctl_hist *hist, double percent)
{
    return (double)gwctl_hist_at(hist, percent) / 1e6;
}

static void put_times(gwctl_json *json, const char *name,
                      const gwctl_hist *hist)
{
    gwctl_json_open(json, name);
    for (size_t i = 0; i < POINTS; i++)
        gwctl_json_number(json, points[i].member,
                          ms_at(hist, points[i].percent));
    gwctl_json_number(json, "max", (double)hist->max / 1e6);
    gwctl_json_close(json);
}

static void print_json(const bench *b)
{
    gwctl_json *json = &b->app->json;

    gwctl_json_open(json, NULL);
    gwctl_json_text(json, "what", b->app->argv[0]);
    if (b->app->argc > 1)
        gwctl_json_text(json, "name", b->app->argv[1]);
    if (b->asks) {
        gwctl_json_int(json, "answered", (int64_t)b->answered);
    } else {
        gwctl_json_int(json, "sent", (int64_t)b->done);
        gwctl_json_int(json, "bytes", (int64_t)b->message.body.len);
        gwctl_json_int(json, "confirmed", (int64_t)b->confirmed);
        gwctl_json_int(json, "confirmations", (int64_t)b->confirmations.count);
    }
    gwctl_json_int(json, "failed", (int64_t)b->failed);
    gwctl_json_number(json, "seconds", (double)b->ns / 1e9);
    gwctl_json_number(json, "per_second", per_second(b));
    put_times(json, "call_ms", &b->calls);
    if (!b->asks)
        put_times(json, "confirmation_ms", &b->confirmations);
    gwctl_json_close(json);
    gwctl_json_end_line(json);
}

static void print_times(const char *name, const gwctl_hist *hist)
{
    printf("%-14s", name);
    for (size_t i = 0; i < POINTS; i++)
        printf(" %s %.3f ms,", points[i].name, ms_at(hist, points[i].percent));
    printf(" max %.3f ms\n", (double)hist->max / 1e6);
}

static void print_text(const bench *b)
{
    if (b->asks) {
        printf("answered       %" PRIu64 " in %.3f s\n", b->answered,
               (double)b->ns / 1e9);
    } else {
        printf("sent           %" PRIu64 " of %zu bytes in %.3f s\n", b->done,
               b->message.body.len, (double)b->ns / 1e9);
        printf("confirmed      %" PRIu64 ", asked %" PRIu64 " times\n",
               b->confirmed, b->confirmations.count);
    }
    printf("failed calls   %" PRIu64 "\n", b->failed);
    printf("rate           %.0f %s a second\n", per_second(b),
           b->asks ? "answered" : "confirmed");
    print_times(b->asks ? "questions" : "sending", &b->calls);
    if (!b->asks)
        print_times("confirming", &b->confirmations);
}

/* ---- arguments ----------------------------------------------------------- */

static int set_up(bench *b)
{
    static const struct {
        const char *what;
        gwctl_target_kind kind;
        int names; /* at least */
        bool asks;
    } kinds[] = {{"send-to-uid", GWCTL_TARGET_UIDS, 1, false},
                 {"send-to-group", GWCTL_TARGET_GROUPS, 1, false},
                 {"send-to-client", GWCTL_TARGET_CLIENTS, 1, false},
                 {"send-to-all", GWCTL_TARGET_ALL, 0, false},
                 {"online", GWCTL_TARGET_UIDS, 0, true}};
    const gwctl_app *app = b->app;
    int names = app->argc - 1;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        gwctl_target_kind kind = kinds[i].kind;

        if (strcmp(app->argv[0], kinds[i].what) != 0)
            continue;
        if (names < kinds[i].names || (names > 0 && kind == GWCTL_TARGET_ALL))
            return gwctl_misuse("bench %s takes %s name", kinds[i].what,
                                names > 0 ? "no" : "a");
        b->asks = kinds[i].asks;
        if (b->asks && names == 0)
            kind = GWCTL_TARGET_ALL;
        return gwctl_target_init(&b->target, kind, app->argv + 1, (size_t)names,
                                 app->options);
    }
    return gwctl_misuse("bench: \"%.100s\" cannot be measured; gwctl help "
                        "bench lists what can",
                        app->argv[0]);
}

static void set_message(bench *b)
{
    size_t size = (size_t)b->app->options->size;
    char *body = gwctl_realloc(NULL, size + 1, 1);

    memset(body, 'x', size);
    b->message = gw_message_of(body, size);
}

int gwctl_bench(gwctl_app *app)
{
    bench *b = gwctl_realloc(NULL, 1, sizeof(*b));
    int status;

    memset(b, 0, sizeof(*b));
    b->app = app;
    b->wanted = app->options->count == 0 ? DEFAULT_COUNT : app->options->count;
    set_message(b);
    status = set_up(b);
    if (status == GWCTL_OK) {
        gwctl_signals_catch();
        gwctl_progress_start(&b->progress, b->asks ? "answered" : "sent",
                             b->wanted);
        b->progress.wanted = b->progress.wanted && !app->options->quiet;
        run(b);
        gwctl_progress_end(&b->progress);
        if (b->done < b->wanted)
            b->status = gwctl_worse(b->status, GWCTL_PARTIAL);
        if (app->options->json)
            print_json(b);
        else
            print_text(b);
        status = b->status;
    }
    gwctl_target_deinit(&b->target);
    free((char *)(uintptr_t)b->message.body.base);
    free(b);
    return status;
}
