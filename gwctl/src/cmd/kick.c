/* kick: closes connections. */
#include <stdlib.h>

#include "app.h"
#include "core/keys.h"

/* Those named, of which the ones that are not there are told. */
static int add_named(gwctl_app *app, gwctl_id_list *v)
{
    gw_client_id *ids;
    int status = gwctl_parse_ids(app->argv, (size_t)app->argc, &ids);

    for (int i = 0; status != GWCTL_USAGE && i < app->argc; i++) {
        int online = 0;
        int answer = gwctl_client_result(
            app, gw_is_online(app->client, &ids[i], &online));

        if (answer == GWCTL_OK && online) {
            gwctl_id_list_add(v, &ids[i]);
        } else if (answer == GWCTL_OK || answer == GWCTL_NO) {
            gwctl_warn("%s is not online", app->argv[i]);
            answer = GWCTL_NO;
        }
        status = gwctl_worse(status, answer);
    }
    free(ids);
    return status;
}

static int add_users(gwctl_app *app, gwctl_id_list *v)
{
    const gwctl_texts *uids = &app->options->uids;
    int status = GWCTL_OK;

    for (size_t i = 0; i < uids->count; i++) {
        size_t before = v->count;
        int code = gw_get_client_ids_by_uid(
            app->client, gw_key_str(uids->items[i]), gwctl_id_list_add, v);

        status = gwctl_worse(status, gwctl_result(app, code));
        if (code == GW_OK && v->count == before) {
            gwctl_warn("the user %s is not online", uids->items[i]);
            status = gwctl_worse(status, GWCTL_NO);
        }
    }
    return status;
}

static int close_one(gwctl_app *app, const gw_client_id *id)
{
    const char *text = app->options->message;
    gw_message last = gw_message_of(text, strlen(text));
    bool has_last = gwctl_option_given(app->options, "message");

    if (app->options->now)
        return gw_destroy_client(app->client, id);
    return gw_close_client(app->client, id, has_last ? &last : NULL);
}

static void print(gwctl_app *app, const gw_client_id *id)
{
    char text[GW_CLIENT_ID_LEN + 1];

    gw_client_id_format(id, text);
    if (!app->options->json) {
        puts(text);
        return;
    }
    gwctl_json_open(&app->json, NULL);
    gwctl_json_text(&app->json, "client_id", text);
    gwctl_json_close(&app->json);
    gwctl_json_end_line(&app->json);
}

int gwctl_kick(gwctl_app *app)
{
    gwctl_id_list v = {NULL, 0};
    bool confirmed;
    int status;

    if (app->argc == 0 && app->options->uids.count == 0)
        return gwctl_misuse("kick: a client_id or --uid is missing");
    if (app->options->now && gwctl_option_given(app->options, "message"))
        return gwctl_misuse("kick: --now leaves no time for a --message");
    status = add_named(app, &v);
    if (status != GWCTL_USAGE)
        status = gwctl_worse(status, add_users(app, &v));
    for (size_t i = 0; status != GWCTL_USAGE && i < v.count; i++) {
        int code = close_one(app, &v.items[i]);

        status = gwctl_worse(status, gwctl_result(app, code));
        if (code == GW_OK)
            print(app, &v.items[i]);
    }
    if (v.count > 0)
        status = gwctl_worse(status, gwctl_confirm(app, &confirmed));
    free(v.items);
    return status;
}
