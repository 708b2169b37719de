/* online: users, connections, or how many there are. */
#include <inttypes.h>
#include <stdlib.h>

#include "app.h"
#include "core/keys.h"
#include "core/memory.h"
#include "core/table.h"

typedef struct search {
    gwctl_keys names;     /* folded */
    gwctl_id_list *found; /* the connections of each */
} search;

static int note(void *arg, const gw_key *uid, const gw_client_id *id)
{
    search *s = arg;
    const gwctl_keyed *name = gwctl_keys_find(&s->names, uid);

    if (id == NULL || name == NULL)
        return 0;
    return gwctl_id_list_add(&s->found[name - s->names.items], id);
}

static void print_uid_json(gwctl_json *json, const gw_key *uid,
                           const gwctl_id_list *f)
{
    char id[GW_CLIENT_ID_LEN + 1];

    gwctl_json_open(json, NULL);
    gwctl_json_key(json, "uid", uid);
    gwctl_json_bool(json, "online", f->count > 0);
    gwctl_json_int(json, "connections", (int64_t)f->count);
    gwctl_json_list(json, "client_ids");
    for (size_t i = 0; i < f->count; i++) {
        gw_client_id_format(&f->items[i], id);
        gwctl_json_text(json, NULL, id);
    }
    gwctl_json_list_end(json);
    gwctl_json_close(json);
    gwctl_json_end_line(json);
}

static int print_uids(gwctl_app *app, const search *s)
{
    gwctl_table table;
    int status = GWCTL_OK;

    gwctl_table_init(&table, "UID ONLINE CONNECTIONS>");
    for (int i = 0; i < app->argc; i++) {
        gw_key uid = gwctl_key_of(app->argv[i]);
        const gwctl_keyed *name = gwctl_keys_find(&s->names, &uid);
        const gwctl_id_list *f = &s->found[name - s->names.items];

        if (f->count == 0)
            status = GWCTL_NO;
        if (app->options->json) {
            print_uid_json(&app->json, &uid, f);
            continue;
        }
        gwctl_table_put_key(&table, &uid);
        gwctl_table_put_str(&table, f->count > 0 ? "yes" : "no");
        gwctl_table_put_int(&table, (int64_t)f->count);
    }
    if (!app->options->json)
        gwctl_table_finish(&table);
    else
        gwctl_table_deinit(&table);
    return status;
}

static int ask_uids(gwctl_app *app)
{
    search s = {{NULL, 0, 0}, NULL};
    gw_key *keys;
    int status = gwctl_parse_keys(app->argv, (size_t)app->argc, &keys);
    int code;

    if (status != GWCTL_OK) {
        free(keys);
        return status;
    }
    for (int i = 0; i < app->argc; i++) {
        gw_key uid = gwctl_key_of(app->argv[i]);

        gwctl_keys_add(&s.names, &uid, 0);
    }
    gwctl_keys_fold(&s.names);
    s.found = gwctl_realloc(NULL, s.names.count, sizeof(*s.found));
    memset(s.found, 0, s.names.count * sizeof(*s.found));
    /* Gateways before GatewayWorker 3.1.6 know no question about several. */
    if (app->argc == 1)
        code = gw_get_client_ids_by_uid(app->client, keys[0], gwctl_id_list_add,
                                        s.found);
    else
        code = gw_batch_get_client_ids_by_uid(app->client, keys,
                                              (size_t)app->argc, note, &s);
    status = gwctl_result(app, code);
    if (gwctl_is_shown(status))
        status = gwctl_worse(status, print_uids(app, &s));
    for (size_t i = 0; i < s.names.count; i++)
        free(s.found[i].items);
    free(s.found);
    gwctl_keys_deinit(&s.names);
    free(keys);
    return status;
}

static void print_client(gwctl_app *app, gwctl_table *table, const char *word,
                         int online)
{
    if (!app->options->json) {
        gwctl_table_put_str(table, word);
        gwctl_table_put_str(table, online ? "yes" : "no");
        return;
    }
    gwctl_json_open(&app->json, NULL);
    gwctl_json_text(&app->json, "client_id", word);
    gwctl_json_bool(&app->json, "online", online);
    gwctl_json_close(&app->json);
    gwctl_json_end_line(&app->json);
}

static int ask_clients(gwctl_app *app)
{
    gwctl_table table;
    gw_client_id *ids;
    int status = gwctl_parse_ids(app->argv, (size_t)app->argc, &ids);
    bool usable = status == GWCTL_OK;

    gwctl_table_init(&table, "CLIENT_ID ONLINE");
    for (int i = 0; usable && i < app->argc; i++) {
        int online = 0;
        int answer = gwctl_client_result(
            app, gw_is_online(app->client, &ids[i], &online));

        if (answer == GWCTL_OK && !online)
            answer = GWCTL_NO;
        status = gwctl_worse(status, answer);
        if (answer == GWCTL_OK || answer == GWCTL_NO)
            print_client(app, &table, app->argv[i], online);
    }
    if (usable && !app->options->json)
        gwctl_table_finish(&table);
    else
        gwctl_table_deinit(&table);
    free(ids);
    return status;
}

static int ask_count(gwctl_app *app)
{
    int64_t count = 0;
    int code = gw_get_client_count(app->client, NULL, &count);
    int status = gwctl_result(app, code);

    if (!gwctl_is_shown(status))
        return status;
    if (!app->options->json) {
        printf("%" PRId64 "\n", count);
        return status;
    }
    gwctl_json_open(&app->json, NULL);
    gwctl_json_int(&app->json, "connections", count);
    gwctl_json_close(&app->json);
    gwctl_json_end_line(&app->json);
    return status;
}

int gwctl_online(gwctl_app *app)
{
    if (app->argc == 0)
        return app->options->client
                   ? gwctl_misuse("--client: client_ids are missing")
                   : ask_count(app);
    return app->options->client ? ask_clients(app) : ask_uids(app);
}
