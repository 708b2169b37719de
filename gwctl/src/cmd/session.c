/* session get, set, update. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <gwclient/frame.h>
#include <gwclient/session.h>

#include "app.h"
#include "core/lines.h"
#include "core/text.h"

/* A byte of a session may be six of JSON, and no frame takes more. */
#define JSON_MAX (6 * GW_FRAME_MAX)

static int tell_offline(const gwctl_app *app)
{
    gwctl_warn("%s is not online", app->argv[0]);
    return GWCTL_NO;
}

/* ---- get ----------------------------------------------------------------- */

static void print_json(gwctl_app *app, const char *id, gw_slice session)
{
    gwctl_json_open(&app->json, NULL);
    gwctl_json_text(&app->json, "client_id", id);
    gwctl_json_session(&app->json, "session", session);
    gwctl_json_close(&app->json);
    gwctl_json_end_line(&app->json);
}

static int print_text(gw_slice session)
{
    gwctl_buf safe = {NULL, 0, 0};
    char *json;
    size_t len;
    int code = gw_session_to_json(NULL, session, &json, &len);

    if (code == GW_OK) {
        gwctl_text_escape_json(&safe, gw_slice_of(json, len));
        gwctl_buf_put_str(&safe, "\n");
        fwrite(safe.base, 1, safe.len, stdout);
        gwctl_buf_deinit(&safe);
        free(json);
        return GWCTL_OK;
    }
    gwctl_warn("the session has no JSON (%s); as PHP serialized it:",
               gw_strerror(code));
    gwctl_text_print(stdout, session);
    fputc('\n', stdout);
    return GWCTL_OK;
}

int gwctl_session_get(gwctl_app *app)
{
    gw_client_id id;
    gw_slice session;
    int status = gwctl_parse_id(app->argv[0], &id);

    if (status != GWCTL_OK)
        return status;
    status =
        gwctl_client_result(app, gw_get_session(app->client, &id, &session));
    if (status == GWCTL_NO || (status == GWCTL_OK && session.base == NULL))
        return tell_offline(app);
    if (status != GWCTL_OK)
        return status;
    if (app->options->json)
        print_json(app, app->argv[0], session);
    else
        status = print_text(session);
    return status;
}

/* ---- set, update --------------------------------------------------------- */

typedef int (*change_fn)(gw_client *client, const gw_client_id *id,
                         gw_slice session);

/* Nothing answers a change. So the gateway is asked whether the connection is
 * there: the answer comes after the change was handled, and tells whether it
 * could be. It proves nothing when our own connection has ended in between,
 * which gw_flush() knows. */
static int verify(gwctl_app *app, const gw_client_id *id)
{
    int online = 0;
    bool confirmed;
    int status;

    if (!app->options->confirm)
        return GWCTL_OK;
    status = gwctl_client_result(app, gw_is_online(app->client, id, &online));
    if (status == GWCTL_NO || (status == GWCTL_OK && !online))
        return tell_offline(app);
    if (status != GWCTL_OK)
        return status;
    return gwctl_confirm(app, &confirmed) == GWCTL_OK ? GWCTL_OK
                                                      : GWCTL_PARTIAL;
}

static int refuse(int code)
{
    return gwctl_misuse("the session has to be a JSON object: %s",
                        gw_strerror(code));
}

static int apply(gwctl_app *app, const gw_client_id *id, gw_slice json,
                 change_fn change)
{
    char *session;
    size_t len;
    int code = gw_session_from_json(NULL, json, &session, &len);
    int status;

    if (code == GW_ENOMEM) {
        gwctl_warn("%s", gw_strerror(code));
        return gwctl_status_of(code);
    }
    if (code != GW_OK)
        return refuse(code);
    status = gwctl_client_result(
        app, change(app->client, id, gw_slice_of(session, len)));
    free(session);
    if (status == GWCTL_NO)
        return tell_offline(app);
    return status == GWCTL_OK ? verify(app, id) : status;
}

static int apply_input(gwctl_app *app, const gw_client_id *id, change_fn change)
{
    gwctl_lines lines;
    gw_slice text;
    int error;
    int status = GWCTL_SYSTEM;

    gwctl_lines_init(&lines, STDIN_FILENO);
    lines.max = JSON_MAX;
    error = gwctl_lines_read_all(&lines, &text);
    if (error == EFBIG)
        status = refuse(GW_ETOOBIG);
    else if (error != 0)
        gwctl_warn("standard input: %s", strerror(error));
    else
        status = apply(app, id, text, change);
    gwctl_lines_deinit(&lines);
    return status;
}

static int run(gwctl_app *app, change_fn change)
{
    gw_client_id id;
    int status = gwctl_parse_id(app->argv[0], &id);

    if (status != GWCTL_OK)
        return status;
    if (app->argc < 2 || strcmp(app->argv[1], "-") == 0)
        return apply_input(app, &id, change);
    return apply(app, &id, gw_slice_str(app->argv[1]), change);
}

int gwctl_session_set(gwctl_app *app)
{
    return run(app, gw_set_session);
}

int gwctl_session_update(gwctl_app *app)
{
    return run(app, gw_update_session);
}
