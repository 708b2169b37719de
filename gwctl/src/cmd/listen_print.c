#include "cmd/listen.h"

#include "core/clock.h"
#include "core/text.h"

static gwctl_json *begin(gwctl_listener *l, const char *event)
{
    gwctl_json *json = &l->app->json;

    gwctl_json_open(json, NULL);
    gwctl_json_text(json, "event", event);
    gwctl_json_number(json, "time", gwctl_wall_clock());
    return json;
}

static void finish(gwctl_json *json)
{
    gwctl_json_close(json);
    gwctl_json_end_line(json);
}

void gwctl_listen_print_open(gwctl_listener *l)
{
    gwctl_json *json;

    if (!l->app->options->json) {
        gwctl_note(l->app, "connected to %.300s%s%s", l->app->argv[0],
                   l->ws.protocol[0] == '\0' ? "" : ", speaking ",
                   l->ws.protocol);
        return;
    }
    json = begin(l, "open");
    gwctl_json_text(json, "url", l->app->argv[0]);
    gwctl_json_text(json, "protocol", l->ws.protocol);
    finish(json);
}

void gwctl_listen_print_message(gwctl_listener *l, const gwctl_ws_event *event)
{
    bool text = event->opcode == GWCTL_WS_TEXT;
    gwctl_json *json;

    if (!l->app->options->json) {
        gwctl_text_print(stdout, event->payload);
        fputc('\n', stdout);
        return;
    }
    json = begin(l, "message");
    gwctl_json_text(json, "opcode", text ? "text" : "binary");
    if (text)
        gwctl_json_bytes(json, "data", event->payload);
    else
        gwctl_json_base64(json, "data", event->payload);
    finish(json);
}

void gwctl_listen_print_ping(gwctl_listener *l, gw_slice payload)
{
    gwctl_json *json;

    if (!l->app->options->json)
        return;
    json = begin(l, "ping");
    gwctl_json_bytes(json, "data", payload);
    finish(json);
}

void gwctl_listen_print_pong(gwctl_listener *l)
{
    double ms = (double)(gwctl_now_ns() - l->ping_sent_ns) / 1e6;
    gwctl_json *json;

    if (l->ping_sent_ns == 0)
        return; /* nobody asked */
    if (!l->app->options->json) {
        gwctl_note(l->app, "pong after %.3f ms", ms);
        return;
    }
    json = begin(l, "pong");
    gwctl_json_number(json, "round_trip_ms", ms);
    finish(json);
}

void gwctl_listen_print_bound(gwctl_listener *l, const gw_client_id *id)
{
    const gwctl_options *options = l->app->options;
    char text[GW_CLIENT_ID_LEN + 1];
    gwctl_json *json;

    gw_client_id_format(id, text);
    if (!options->json) {
        gwctl_note(l->app, "%s is bound", text);
        return;
    }
    json = begin(l, "bound");
    gwctl_json_text(json, "client_id", text);
    if (options->uids.count > 0)
        gwctl_json_text(json, "uid", options->uids.items[0]);
    else
        gwctl_json_null(json, "uid");
    gwctl_json_list(json, "groups");
    for (size_t i = 0; i < options->groups.count; i++)
        gwctl_json_text(json, NULL, options->groups.items[i]);
    gwctl_json_list_end(json);
    finish(json);
}

void gwctl_listen_print_close(gwctl_listener *l, uint16_t code, gw_slice reason)
{
    gwctl_json *json;

    if (!l->app->options->json) {
        gwctl_note(l->app, "closed: %u%s%.*s%s", (unsigned)code,
                   reason.len > 0 ? " " : "", (int)reason.len,
                   reason.len > 0 ? reason.base : "",
                   code == GWCTL_WS_ABNORMAL ? " (without a close frame)" : "");
        return;
    }
    json = begin(l, "close");
    gwctl_json_int(json, "code", code);
    gwctl_json_bytes(json, "reason", reason);
    finish(json);
}
