/* A page sends its client_id to the application, which binds it. Here we are
 * both. */
#include "cmd/listen.h"

static size_t skip_blanks(gw_slice text, size_t at)
{
    while (at < text.len && memchr(" \t\r\n", text.base[at], 4) != NULL)
        at++;
    return at;
}

/* The client_id that stands at `at`, behind blanks, a colon and a quote. */
static bool read_id(gw_slice text, size_t at, gw_client_id *id)
{
    at = skip_blanks(text, at);
    if (at >= text.len || text.base[at] != ':')
        return false;
    at = skip_blanks(text, at + 1);
    if (at + GW_CLIENT_ID_LEN + 2 > text.len || text.base[at] != '"' ||
        text.base[at + 1 + GW_CLIENT_ID_LEN] != '"')
        return false;
    return gw_client_id_parse(gw_slice_of(text.base + at + 1, GW_CLIENT_ID_LEN),
                              id) == GW_OK;
}

bool gwctl_find_client_id(gw_slice message, gw_client_id *id)
{
    static const char name[] = "\"client_id\"";
    const size_t len = sizeof(name) - 1;

    for (size_t at = 0; at + len <= message.len; at++) {
        if (memcmp(message.base + at, name, len) == 0 &&
            read_id(message, at + len, id))
            return true;
    }
    return false;
}

static int bind_all(gwctl_app *app, const gw_client_id *id)
{
    const gwctl_options *options = app->options;
    int code = GW_OK;

    if (options->uids.count > 0)
        code = gw_bind_uid(app->client, id, gw_key_str(options->uids.items[0]));
    for (size_t i = 0; code == GW_OK && i < options->groups.count; i++)
        code = gw_join_group(app->client, id,
                             gw_key_str(options->groups.items[i]));
    if (code == GW_OK)
        code = gw_flush(app->client);
    return gwctl_result(app, code);
}

int gwctl_listen_bind(gwctl_listener *l, gw_slice message)
{
    gw_client_id id;
    int status;

    if (!l->binding)
        return GWCTL_OK;
    l->binding = false;
    if (!gwctl_find_client_id(message, &id)) {
        gwctl_warn("the first message tells no client_id: nothing is bound");
        return GWCTL_PARTIAL;
    }
    status = bind_all(l->app, &id);
    if (status == GWCTL_OK)
        gwctl_listen_print_bound(l, &id);
    return status;
}
