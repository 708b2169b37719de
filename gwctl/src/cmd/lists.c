/* uids, groups, sessions: what the gateways know. */
#include <stdlib.h>
#include <gwclient/session.h>

#include "app.h"
#include "cmd/counts.h"
#include "core/buf.h"
#include "core/keys.h"
#include "core/memory.h"
#include "core/table.h"

/* ---- uids and groups ----------------------------------------------------- */

static void print_keys(gwctl_app *app, const gwctl_keys *keys, const char *name,
                       const char *heading)
{
    gwctl_table table;

    gwctl_table_init(&table, heading);
    for (size_t i = 0; i < keys->count; i++) {
        const gwctl_keyed *item = &keys->items[i];

        if (!app->options->json) {
            gwctl_table_put_key(&table, &item->key);
            gwctl_table_put_int(&table, item->connections);
            continue;
        }
        gwctl_json_open(&app->json, NULL);
        gwctl_json_key(&app->json, name, &item->key);
        gwctl_json_int(&app->json, "connections", item->connections);
        gwctl_json_close(&app->json);
        gwctl_json_end_line(&app->json);
    }
    if (app->options->json)
        gwctl_table_deinit(&table);
    else
        gwctl_table_finish(&table);
}

static int add_uid(void *arg, const gw_row *row)
{
    if (row->uid.type != GW_KEY_NONE)
        gwctl_keys_add(arg, &row->uid, 1);
    return 0;
}

/* The keys of --group and --uid, for gw_select; free() both. */
static int fill_select(const gwctl_options *options, gw_select *select,
                       gw_key **groups, gw_key **uids)
{
    int status =
        gwctl_parse_keys(options->groups.items, options->groups.count, groups);

    if (status == GWCTL_OK)
        status =
            gwctl_parse_keys(options->uids.items, options->uids.count, uids);
    select->groups = *groups;
    select->group_count = options->groups.count;
    select->uids = *uids;
    select->uid_count = options->uids.count;
    return status;
}

/* Calls `fn` for each row that --group and --uid choose. */
static int select_rows(gwctl_app *app, unsigned fields, gw_row_fn fn, void *arg)
{
    gw_select select;
    gw_key *groups = NULL;
    gw_key *uids = NULL;
    int status;

    memset(&select, 0, sizeof(select));
    select.fields = fields;
    status = fill_select(app->options, &select, &groups, &uids);
    if (status == GWCTL_OK)
        status =
            gwctl_result(app, gw_select_clients(app->client, &select, fn, arg));
    free(groups);
    free(uids);
    return status;
}

int gwctl_uids(gwctl_app *app)
{
    gwctl_keys keys = {NULL, 0, 0};
    int status = select_rows(app, GW_FIELD_UID, add_uid, &keys);

    if (gwctl_is_shown(status)) {
        gwctl_keys_fold(&keys);
        print_keys(app, &keys, "uid", "UID CONNECTIONS>");
    }
    gwctl_keys_deinit(&keys);
    return status;
}

int gwctl_groups(gwctl_app *app)
{
    gwctl_keys names = {NULL, 0, 0};
    gwctl_keys counts = {NULL, 0, 0};
    int status = gwctl_result(app, gwctl_groups_list(app->client, &names));

    if (gwctl_is_shown(status)) {
        int code = gwctl_groups_count(app->client, &names, &counts);

        /* the gateways that fail are told once */
        status =
            gwctl_worse(status, status == GWCTL_OK ? gwctl_result(app, code)
                                                   : gwctl_status_of(code));
    }
    if (gwctl_is_shown(status))
        print_keys(app, &counts, "group", "GROUP CONNECTIONS>");
    gwctl_keys_deinit(&names);
    gwctl_keys_deinit(&counts);
    return status;
}

/* ---- sessions ------------------------------------------------------------ */

typedef struct listing {
    gwctl_app *app;
    gwctl_table table;
} listing;

static void print_row_json(gwctl_json *json, const gw_row *row, const char *id)
{
    gw_slice rest = row->groups;
    gw_key group;

    gwctl_json_open(json, NULL);
    gwctl_json_text(json, "client_id", id);
    gwctl_json_key(json, "uid", &row->uid);
    gwctl_json_list(json, "groups");
    while (gw_row_next_group(&rest, &group))
        gwctl_json_key(json, NULL, &group);
    gwctl_json_list_end(json);
    gwctl_json_session(json, "session", row->session);
    gwctl_json_close(json);
    gwctl_json_end_line(json);
}

static void put_groups(gwctl_table *table, gw_slice rest)
{
    gwctl_buf text = {NULL, 0, 0};
    gw_key group;
    char number[24];

    while (gw_row_next_group(&rest, &group)) {
        if (text.len > 0)
            gwctl_buf_put_str(&text, ",");
        if (group.type == GW_KEY_INT) {
            snprintf(number, sizeof(number), "%lld", (long long)group.num);
            gwctl_buf_put_str(&text, number);
        } else {
            gwctl_buf_put(&text, group.str.base, group.str.len);
        }
    }
    if (text.len == 0)
        gwctl_buf_put_str(&text, "-");
    gwctl_table_put(table, gwctl_buf_slice(&text));
    gwctl_buf_deinit(&text);
}

static void put_session(gwctl_table *table, gw_slice session)
{
    char *json;
    size_t len;

    if (gw_session_to_json(NULL, session, &json, &len) == GW_OK) {
        gwctl_table_put_json(table, gw_slice_of(json, len));
        free(json);
    } else {
        gwctl_table_put(table, session);
    }
}

static int print_row(void *arg, const gw_row *row)
{
    listing *l = arg;
    char id[GW_CLIENT_ID_LEN + 1];

    gw_client_id_format(&row->id, id);
    if (l->app->options->json) {
        print_row_json(&l->app->json, row, id);
        return 0;
    }
    gwctl_table_put_str(&l->table, id);
    gwctl_table_put_key(&l->table, &row->uid);
    put_groups(&l->table, row->groups);
    put_session(&l->table, row->session);
    return 0;
}

int gwctl_sessions(gwctl_app *app)
{
    listing l = {.app = app};
    int status;

    gwctl_table_init(&l.table, "CLIENT_ID UID GROUPS SESSION");
    status = select_rows(app, GW_FIELD_UID | GW_FIELD_GROUPS | GW_FIELD_SESSION,
                         print_row, &l);
    if (!app->options->json && gwctl_is_shown(status))
        gwctl_table_finish(&l.table);
    else
        gwctl_table_deinit(&l.table);
    return status;
}
