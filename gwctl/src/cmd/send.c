/* send-to-uid, send-to-group, send-to-client, send-to-all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <gwclient/frame.h>
#include <gwclient/protocol.h>

#include "app.h"
#include "cmd/target.h"
#include "core/lines.h"
#include "core/progress.h"

typedef struct sending {
    gwctl_app *app;
    gwctl_target target;
    uint64_t sent;    /* to every gateway, or to some */
    uint64_t asked;   /* of those */
    uint64_t pending; /* to every gateway, and not asked about yet */
    uint64_t confirmed;
    int status;
    bool stop; /* nothing more can be sent */
    gwctl_progress progress;
} sending;

static void send_message(sending *s, gw_slice body)
{
    gw_message message = gw_message_of(body.base, body.len);
    int code;
    int status;

    if (s->app->options->raw)
        message.flags |= GW_FLAG_RAW;
    code = gwctl_target_send(s->app->client, &s->target, &message);
    status = gwctl_result(s->app, code);
    s->status = gwctl_worse(s->status, status);
    if (code == GW_OK)
        s->pending++;
    if (gwctl_is_shown(status))
        gwctl_progress_tell(&s->progress, ++s->sent);
    else
        s->stop = true;
}

static void confirm(sending *s)
{
    bool confirmed;

    if (s->sent == s->asked)
        return;
    s->asked = s->sent;
    s->status = gwctl_worse(s->status, gwctl_confirm(s->app, &confirmed));
    if (confirmed)
        s->confirmed += s->pending;
    s->pending = 0;
}

static void tell_input_error(sending *s, int error)
{
    int status = GWCTL_SYSTEM;

    if (error == EFBIG)
        status = gwctl_misuse("the frame is larger than gateways accept "
                              "(%zu bytes)",
                              GW_FRAME_MAX);
    else
        gwctl_warn("standard input: %s", strerror(error));
    s->status = gwctl_worse(s->status, status);
}

/* What is there is sent, and confirmed before we wait for more. */
static void send_lines(sending *s, gwctl_lines *lines)
{
    gw_slice line;
    int error = 0;

    while (!s->stop && error == 0) {
        while (!s->stop && gwctl_lines_next(lines, &line))
            send_message(s, line);
        confirm(s);
        if (lines->ended || s->stop)
            return;
        error = gwctl_lines_wait(lines);
    }
    if (error != 0)
        tell_input_error(s, error);
}

static void send_whole(sending *s, gwctl_lines *lines)
{
    gw_slice text;
    int error = gwctl_lines_read_all(lines, &text);

    if (error != 0) {
        tell_input_error(s, error);
        return;
    }
    send_message(s, text);
    confirm(s);
}

static void send_input(sending *s)
{
    gwctl_lines lines;

    gwctl_lines_init(&lines, STDIN_FILENO);
    lines.max = GW_FRAME_MAX;
    if (s->app->options->whole)
        send_whole(s, &lines);
    else
        send_lines(s, &lines);
    gwctl_lines_deinit(&lines);
}

static void report(const sending *s)
{
    gwctl_json *json = &s->app->json;

    if (!s->app->options->json)
        return;
    gwctl_json_open(json, NULL);
    gwctl_json_int(json, "sent", (int64_t)s->sent);
    if (s->app->options->confirm)
        gwctl_json_int(json, "confirmed", (int64_t)s->confirmed);
    else
        gwctl_json_null(json, "confirmed");
    gwctl_json_close(json);
    gwctl_json_end_line(json);
}

static int run(gwctl_app *app, gwctl_target_kind kind)
{
    const char *message = app->argv[app->argc - 1];
    bool from_input = strcmp(message, "-") == 0;
    sending s = {.app = app};

    if (app->options->whole && !from_input)
        return gwctl_misuse("--whole is for a message from standard input: -");
    s.status = gwctl_target_init(&s.target, kind, app->argv,
                                 (size_t)app->argc - 1, app->options);
    if (s.status == GWCTL_OK) {
        gwctl_progress_start(&s.progress, "messages sent", 0);
        s.progress.wanted = s.progress.wanted && !app->options->quiet;
        if (from_input) {
            send_input(&s);
        } else {
            send_message(&s, gw_slice_str(message));
            confirm(&s);
        }
        gwctl_progress_end(&s.progress);
        if (s.sent > 0 && s.status == GWCTL_USAGE)
            s.status = GWCTL_PARTIAL; /* usage would mean: nothing was sent */
        report(&s);
    }
    gwctl_target_deinit(&s.target);
    return s.status;
}

int gwctl_send_to_uid(gwctl_app *app)
{
    return run(app, GWCTL_TARGET_UIDS);
}

int gwctl_send_to_group(gwctl_app *app)
{
    return run(app, GWCTL_TARGET_GROUPS);
}

int gwctl_send_to_client(gwctl_app *app)
{
    return run(app, GWCTL_TARGET_CLIENTS);
}

int gwctl_send_to_all(gwctl_app *app)
{
    return run(app, GWCTL_TARGET_ALL);
}
