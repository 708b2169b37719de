/* watch: how many connections there are, again and again. */
#include <inttypes.h>
#include <stdlib.h>

#include "app.h"
#include "cmd/counts.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/signals.h"
#include "core/table.h"
#include "core/terminal.h"
#include "core/text.h"

/* What one round found. */
typedef struct watch_round {
    gwctl_gateway_list gateways;
    gwctl_keys groups; /* folded */
    int64_t total;
    int code;           /* why there is nothing, or GW_OK */
    char *groups_error; /* why groups are missing, or NULL */
    bool cut;           /* told to stop before all was asked */
} watch_round;

static int by_rank(const void *a, const void *b)
{
    const gwctl_keyed *const *left = a;
    const gwctl_keyed *const *right = b;

    if ((*left)->connections != (*right)->connections)
        return (*left)->connections > (*right)->connections ? -1 : 1;
    return *left < *right ? -1 : *left > *right;
}

/* The largest groups first, without disturbing the order that is searched. */
static const gwctl_keyed **ranked(const gwctl_keys *keys)
{
    const gwctl_keyed **list = malloc((keys->count + 1) * sizeof(*list));

    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < keys->count; i++)
        list[i] = &keys->items[i];
    if (keys->count > 0)
        qsort(list, keys->count, sizeof(*list), by_rank);
    return list;
}

/* ---- asking -------------------------------------------------------------- */

static void note_groups(gwctl_app *app, watch_round *r, int code)
{
    const char *text = gwctl_error(app, code);

    if (code == GW_OK || r->groups_error != NULL)
        return;
    r->groups_error = gwctl_copy(text, strlen(text));
}

/* One that has just failed would hold up each question about groups, too; the
 * table tells of it. Without memory all are asked. */
static void narrow(gwctl_app *app, const gwctl_gateway_list *list)
{
    gw_slice *answered;
    size_t count = 0;

    if (list->failed == 0)
        return;
    answered = gwctl_realloc(NULL, list->count, sizeof(*answered));
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].connections >= 0)
            answered[count++] = gw_slice_str(list->items[i].address);
    }
    gw_client_set_gateways(app->client, answered, count);
    free(answered);
}

static void ask_groups(gwctl_app *app, watch_round *r)
{
    static const char stopped[] = "stopped before all were counted";
    gwctl_keys names = {NULL, 0, 0};

    if (app->options->top == 0)
        return;
    narrow(app, &r->gateways);
    gwctl_groups_named(app->options, &names);
    if (names.count == 0 && !gwctl_stopped())
        note_groups(app, r, gwctl_groups_list(app->client, &names));
    if (names.count > 0 && !gwctl_stopped())
        note_groups(app, r,
                    gwctl_groups_count(app->client, &names, &r->groups));
    gwctl_keys_deinit(&names);
    gwctl_app_set_gateways(app);
    r->cut = gwctl_stopped();
    if (r->cut && r->groups_error == NULL)
        r->groups_error = gwctl_copy(stopped, sizeof(stopped) - 1);
}

/* Gateways that fail are in the table, and do not end the watch. */
static void ask(gwctl_app *app, watch_round *r)
{
    memset(r, 0, sizeof(*r));
    r->code = gwctl_gateways_ask(app, &r->gateways);
    for (size_t i = 0; i < r->gateways.count; i++) {
        if (r->gateways.items[i].connections > 0)
            r->total += r->gateways.items[i].connections;
    }
    r->cut = r->code == GW_OK && r->gateways.count == 0;
    if (r->gateways.failed < r->gateways.count)
        ask_groups(app, r);
}

static void end_round(watch_round *r)
{
    gwctl_gateways_free(&r->gateways);
    gwctl_keys_deinit(&r->groups);
    free(r->groups_error);
}

/* ---- showing ------------------------------------------------------------- */

static void print_json(gwctl_app *app, const watch_round *r)
{
    gwctl_json *json = &app->json;
    const gwctl_keyed **groups = ranked(&r->groups);

    gwctl_json_open(json, NULL);
    gwctl_json_number(json, "time", gwctl_wall_clock());
    if (r->gateways.count > 0)
        gwctl_json_int(json, "connections", r->total);
    else
        gwctl_json_null(json, "connections");
    if (r->code != GW_OK && r->gateways.count == 0)
        gwctl_json_text(json, "error", gw_client_error(app->client));
    gwctl_json_list(json, "gateways");
    for (size_t i = 0; i < r->gateways.count; i++) {
        const gwctl_gateway *gateway = &r->gateways.items[i];

        gwctl_json_open(json, NULL);
        gwctl_json_text(json, "gateway", gateway->address);
        if (gateway->connections >= 0)
            gwctl_json_int(json, "connections", gateway->connections);
        else
            gwctl_json_null(json, "connections");
        if (gateway->connections < 0)
            gwctl_json_text(json, "error", gateway->cause);
        gwctl_json_close(json);
    }
    gwctl_json_list_end(json);
    gwctl_json_list(json, "groups");
    for (size_t i = 0;
         groups != NULL && i < r->groups.count && i < app->options->top; i++) {
        gwctl_json_open(json, NULL);
        gwctl_json_key(json, "group", &groups[i]->key);
        gwctl_json_int(json, "connections", groups[i]->connections);
        gwctl_json_close(json);
    }
    gwctl_json_list_end(json);
    if (r->groups_error != NULL)
        gwctl_json_text(json, "groups_error", r->groups_error);
    gwctl_json_close(json);
    gwctl_json_end_line(json);
    free(groups);
}

static int64_t before_of(const watch_round *last, const char *address)
{
    for (size_t i = 0; i < last->gateways.count; i++) {
        if (strcmp(last->gateways.items[i].address, address) == 0)
            return last->gateways.items[i].connections;
    }
    return -1;
}

/* "+3", "-1", or nothing. */
static void put_change(gwctl_table *table, int64_t now, int64_t before)
{
    char text[24] = "";

    if (now >= 0 && before >= 0 && now != before)
        snprintf(text, sizeof(text), "%+" PRId64, now - before);
    gwctl_table_put_str(table, text);
}

static void put_gateways(gwctl_table *table, const watch_round *r,
                         const watch_round *last)
{
    for (size_t i = 0; i < r->gateways.count; i++) {
        const gwctl_gateway *gateway = &r->gateways.items[i];

        gwctl_table_put_str(table, gateway->address);
        if (gateway->connections >= 0)
            gwctl_table_put_int(table, gateway->connections);
        else
            gwctl_table_put_str(table, "-");
        put_change(table, gateway->connections,
                   before_of(last, gateway->address));
        gwctl_table_put_str(table,
                            gateway->cause == NULL ? "ok" : gateway->cause);
    }
}

static void put_groups(gwctl_table *table, const watch_round *r,
                       const watch_round *last, size_t top)
{
    const gwctl_keyed **groups = ranked(&r->groups);

    if (groups != NULL && r->groups.count > 0) {
        gwctl_table_put_str(table, "");
        gwctl_table_put_str(table, "");
        gwctl_table_put_str(table, "");
        gwctl_table_put_str(table, "");
        gwctl_table_put_str(table, "GROUP");
        gwctl_table_put_str(table, "CONNECTIONS");
        gwctl_table_put_str(table, "");
        gwctl_table_put_str(table, "");
    }
    for (size_t i = 0; groups != NULL && i < r->groups.count && i < top; i++) {
        const gwctl_keyed *group = groups[i];
        const gwctl_keyed *before = gwctl_keys_find(&last->groups, &group->key);

        gwctl_table_put_key(table, &group->key);
        gwctl_table_put_int(table, group->connections);
        put_change(table, group->connections,
                   before == NULL ? -1 : before->connections);
        gwctl_table_put_str(table, "");
    }
    free(groups);
}

/* Cut where the terminal would begin another line. */
static void print_line(const char *text, size_t columns, const char *end)
{
    gwctl_buf line = {NULL, 0, 0};
    size_t width;

    gwctl_text_escape(&line, gw_slice_str(text));
    printf("%.*s%s",
           (int)gwctl_text_fit(gwctl_buf_slice(&line), columns, &width),
           line.len == 0 ? "" : line.base, end);
    gwctl_buf_deinit(&line);
}

/* The line under the heading. A gateway that failed has its cause in the table;
 * what is told of groups may be more than that. */
static void print_trouble(gwctl_app *app, const watch_round *r, size_t columns,
                          const char *end)
{
    char text[600] = "";

    if (r->code != GW_OK && r->gateways.count == 0)
        snprintf(text, sizeof(text), "%s", gw_client_error(app->client));
    else if (r->groups_error != NULL)
        snprintf(text, sizeof(text), "groups: %s", r->groups_error);
    print_line(text, columns, end);
}

/* The heading line, and the table under it; on a terminal in place of the last
 * one. */
static void print_text(gwctl_app *app, const watch_round *r,
                       const watch_round *last)
{
    bool moves = gwctl_terminal_moves();
    const char *end = moves ? "\033[K\n" : "\n";
    size_t columns, lines;
    gwctl_table table;
    time_t now = time(NULL);
    char clock[32];
    char heading[100];

    strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&now));
    gwctl_terminal_size(&columns, &lines);
    if (moves)
        fputs("\033[H", stdout);
    snprintf(heading, sizeof(heading),
             "%s  %" PRId64 " connections, %zu gateways", clock, r->total,
             r->gateways.count);
    print_line(heading, columns, end);
    print_trouble(app, r, columns, end);
    gwctl_table_init(&table, "GATEWAY CONNECTIONS> CHANGE> STATE");
    put_gateways(&table, r, last);
    put_groups(&table, r, last, (size_t)app->options->top);
    gwctl_table_print(&table, stdout, columns, lines > 4 ? lines - 4 : lines,
                      end);
    fputs(moves ? "\033[J" : "\n", stdout);
    gwctl_table_deinit(&table);
}

static void show(gwctl_app *app, const watch_round *r, const watch_round *last)
{
    if (app->options->json)
        print_json(app, r);
    else
        print_text(app, r, last);
}

/* ---- the loop ------------------------------------------------------------ */

/* Its last status is that of the watch: a script that asks --count 1 wants to
 * know. */
static int status_of(const watch_round *r)
{
    if (r->gateways.count == 0)
        return r->code == GW_OK ? GWCTL_UNREACHABLE : gwctl_status_of(r->code);
    if (r->gateways.failed == r->gateways.count)
        return GWCTL_UNREACHABLE;
    if (r->gateways.failed > 0)
        return GWCTL_PARTIAL;
    /* that all failed to tell of groups leaves the counts of connections; to
     * be told to stop is no failure */
    return r->groups_error == NULL || r->cut ? GWCTL_OK : GWCTL_PARTIAL;
}

/* Until the next round. A new size of the terminal is no reason to ask. */
static void pause_until(gwctl_app *app, uint64_t deadline, const watch_round *r,
                        const watch_round *last)
{
    while (!gwctl_sleep_until(deadline) && !gwctl_stopped()) {
        print_text(app, r, last);
        fflush(stdout); /* the next round sees an error */
    }
}

int gwctl_watch(gwctl_app *app)
{
    const uint64_t wanted = app->options->count;
    uint64_t next = gwctl_now_ms();
    watch_round last;
    int status = GWCTL_OK;

    memset(&last, 0, sizeof(last));
    gwctl_signals_catch();
    if (!app->options->json && gwctl_terminal_moves()) {
        gwctl_signals_catch_resize();
        fputs("\033[2J", stdout);
    }
    for (uint64_t done = 1; !gwctl_stopped(); done++) {
        watch_round r;
        uint64_t now;

        ask(app, &r);
        /* the last table has all, and counts */
        if (r.cut && (done > 1 || r.gateways.count == 0)) {
            end_round(&r);
            break;
        }
        show(app, &r, &last);
        status = status_of(&r);
        if (gwctl_flush_output() != GWCTL_OK)
            status = GWCTL_SYSTEM;
        next += app->options->interval;
        now = gwctl_now_ms();
        next = next < now ? now : next;
        if (done != wanted && status != GWCTL_SYSTEM)
            pause_until(app, next, &r, &last);
        end_round(&last);
        last = r;
        if (done == wanted || status == GWCTL_SYSTEM)
            break;
    }
    end_round(&last);
    return status;
}
