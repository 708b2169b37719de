#include "worker_stage.h"

#include <stdio.h>
#include <string.h>
#include <gwclient/frame.h>
#include <gwclient/protocol.h>

fake_core *core;

void commands(int conn, unsigned cmd, const char *body)
{
    gw_frame frame = {.cmd = (uint8_t)cmd,
                      .flag = GW_FLAG_SCALAR,
                      .body = gw_slice_str(body)};
    uint8_t bytes[GW_FRAME_HEAD_LEN + 256];

    gw_frame_encode_head(&frame, bytes);
    memcpy(bytes + GW_FRAME_HEAD_LEN, body, frame.body.len);
    fake_core_receive_on(core, conn, bytes, GW_FRAME_HEAD_LEN + frame.body.len);
}

void introduce_with(int conn, const char *json)
{
    commands(conn, GW_CMD_WORKER_CONNECT, json);
}

void introduce(int conn, const char *key)
{
    char json[128];

    snprintf(json, sizeof(json), "{\"worker_key\":\"%s\",\"secret_key\":\"\"}",
             key);
    introduce_with(conn, json);
}

void says(int client, const char *message)
{
    gwd_inner_events.on_message(core->inner, fake_core_client(core, client),
                                gw_slice_str(message));
}

static const char *name_of(unsigned cmd)
{
    switch (cmd) {
    case GW_CMD_ON_CONNECT:
        return "connect";
    case GW_CMD_ON_MESSAGE:
        return "message";
    case GW_CMD_ON_CLOSE:
        return "close";
    case GW_CMD_ON_WEBSOCKET_CONNECT:
        return "upgrade";
    case GW_CMD_PING:
        return "ping";
    default:
        return "?";
    }
}

const char *told(int conn)
{
    static char text[4096];
    fake_conn *c = &core->conns[conn];
    size_t at = 0;
    size_t len = 0;

    text[0] = '\0';
    while (at < c->len) {
        gw_frame f;
        size_t used;

        assert_int_equal(gw_frame_decode(gw_slice_of(c->got + at, c->len - at),
                                         GW_FRAME_MAX, &f, &used),
                         GW_OK);
        assert_int_equal(f.flag, f.cmd == GW_CMD_ON_WEBSOCKET_CONNECT ? 0 : 1);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
                                len == 0 ? "" : ", ", name_of(f.cmd));
        if (f.connection_id != 0) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, " %u",
                                    f.connection_id);
        }
        if (f.ext.len > 0) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, " [%.*s]",
                                    (int)f.ext.len, f.ext.base);
        }
        if (f.body.len > 0) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, " %.*s",
                                    (int)f.body.len, f.body.base);
        }
        at += used;
    }
    c->len = 0;
    return text;
}

void expect_told(int conn, const char *want)
{
    assert_string_equal(told(conn), want);
}

int times(const char *text, const char *what)
{
    int count = 0;

    for (; (text = strstr(text, what)) != NULL; text += strlen(what)) {
        count++;
    }
    return count;
}

int setup_with(gwd_inner_config config)
{
    config.send_to_worker_buffer_size = 1000;
    core = fake_core_new_with(config);
    return 0;
}

int setup(void **state)
{
    (void)state;
    return setup_with((gwd_inner_config){0});
}

int teardown(void **state)
{
    (void)state;
    fake_core_free(core);
    return 0;
}

void upgrades(int client)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    gwd_http_head head;
    size_t used;

    gwd_http_head_read(gw_slice_str(request), &head, &used);
    gwd_inner_events.on_websocket_connect(
        core->inner, fake_core_client(core, client), &head);
}
