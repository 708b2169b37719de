/* Workers and clients that come, speak and go in any order. Each step is a
 * byte, who (high bits) does what (low bits), and what it needs: a length and
 * so many bytes. What is left behind at the end, the leak checker sees. */
#include "steps.h"

#include <gwclient/protocol.h>

#include "fake_core.h"

static fake_core *core;

static void receive(int conn, unsigned cmd, gw_slice ext, gw_slice body)
{
    gw_frame frame = {.cmd = (uint8_t)cmd,
                      .flag = 1,
                      .connection_id = (uint32_t)conn + 1,
                      .ext = ext,
                      .body = body};
    uint8_t bytes[GW_FRAME_HEAD_LEN + 512];
    size_t len = GW_FRAME_HEAD_LEN;

    HOLDS(gw_frame_encode_head(&frame, bytes) == GW_OK);
    if (ext.len > 0) {
        memcpy(bytes + len, ext.base, ext.len);
    }
    len += ext.len;
    if (body.len > 0) {
        memcpy(bytes + len, body.base, body.len);
    }
    len += body.len;
    fake_core_receive_on(core, conn, bytes, len);
}

static void upgrade(int client, gw_slice bytes)
{
    gwd_http_head head;
    size_t consumed;

    if (gwd_http_head_read(bytes, &head, &consumed) == GW_OK) {
        gwd_inner_events.on_websocket_connect(
            core->inner, fake_core_client(core, client), &head);
    }
}

static void client_step(int client, unsigned what, gw_slice *in)
{
    bool here = core->clients[client].member.id != 0;

    switch (what) {
    case 0:
        if (here) {
            fake_core_leave(core, client);
        } else {
            fake_core_arrive(core, client, (uint32_t)client + 1);
        }
        break;
    case 1:
        if (here) {
            gwd_inner_events.on_message(
                core->inner, fake_core_client(core, client), take(in));
        }
        break;
    case 2:
        if (here) {
            upgrade(client, take(in));
        }
        break;
    default:
        fake_core_pass(core, 1);
        break;
    }
}

static void worker_step(int conn, unsigned what, gw_slice *in)
{
    fake_conn *c = &core->conns[conn];
    gw_slice first;

    switch (what) {
    case 4:
        receive(conn, GW_CMD_WORKER_CONNECT, gw_slice_of(NULL, 0), take(in));
        break;
    case 5:
        first = take(in);
        receive(conn, first.len == 0 ? 0 : (uint8_t)first.base[0], first,
                take(in));
        break;
    case 6:
        fake_core_hang_up(core, conn);
        break;
    default:
        if (c->stream != NULL) {
            c->queued = c->queued == 0 ? 10 : 0;
        }
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice in = gw_slice_of(data, size);
    unsigned mode = size == 0 ? 0 : data[0];

    core = fake_core_new_with((gwd_inner_config){
        .router = (gwd_router_mode)(mode & 1),
        .without_worker = (gwd_without_worker)(mode >> 1 & 1),
        .send_to_worker_buffer_size = 10,
        .ping_workers = (mode & 4) != 0,
    });
    while (in.len > 0) {
        unsigned step = take_byte(&in);

        if ((step & 7) < 4) {
            client_step((int)(step >> 3) % FAKE_CLIENTS, step & 7, &in);
        } else {
            worker_step((int)(step >> 3) % FAKE_PEERS, step & 7, &in);
        }
        HOLDS(gwd_inner_worker_count(core->inner) <= FAKE_PEERS);
    }
    fake_core_free(core);
    return 0;
}
