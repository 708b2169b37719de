/* Delivering one broadcast of 100 bytes, per connection: from the bytes on the
 * inner port to those on each client's socket. */
#include "gateway.h"

#include <gwclient/frame.h>
#include <gwclient/protocol.h>

enum { CLIENTS = 200, WARM_UP = 2, BROADCASTS = 20, BODY = 100 };

static gateway g;
static int fds[CLIENTS];
static char frame[GW_FRAME_HEAD_LEN + BODY];

void measured(void *arg)
{
    (void)arg;
    gwd_loop_turn(g.loop, false);
}

static void make_frame(void)
{
    gw_frame f = {.cmd = GW_CMD_SEND_TO_ALL, .flag = GW_FLAG_SCALAR};

    memset(frame + GW_FRAME_HEAD_LEN, 'x', BODY);
    f.body = gw_slice_of(frame + GW_FRAME_HEAD_LEN, BODY);
    need(gw_frame_encode_head(&f, (uint8_t *)frame) == 0, "a frame");
}

static void open_clients(void)
{
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = ask_for_websocket(&g);
        while (!has_input(fds[i]))
            gwd_loop_turn(g.loop, false);
        take_all(fds[i]);
    }
}

/* Our end of a connection to the inner port; `theirs` is the gateway's. */
static int open_inner(int *theirs)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(bind(listener, (struct sockaddr *)&in, len) == 0 &&
             listen(listener, 1) == 0 &&
             getsockname(listener, (struct sockaddr *)&in, &len) == 0 &&
             connect(fd, (struct sockaddr *)&in, len) == 0,
         "an inner connection");
    *theirs = accept(listener, NULL, NULL);
    fcntl(*theirs, F_SETFL, O_NONBLOCK);
    close(listener);
    gwd_inner_accept(g.inner, *theirs, "127.0.0.1:1");
    return fd;
}

static void broadcast(int fd, int theirs, bool counted)
{
    need(send(fd, frame, sizeof(frame), 0) == (ssize_t)sizeof(frame), "send");
    await_input(theirs);
    while (!has_input(fds[CLIENTS - 1])) {
        if (counted)
            measured(NULL);
        else
            gwd_loop_turn(g.loop, false);
    }
    for (int i = 0; i < CLIENTS; i++) {
        await_input(fds[i]);
        take_all(fds[i]);
    }
}

int main(void)
{
    int theirs, fd;

    gateway_start(&g);
    make_frame();
    open_clients();
    fd = open_inner(&theirs);
    for (int i = 0; i < WARM_UP + BROADCASTS; i++)
        broadcast(fd, theirs, i >= WARM_UP);
    printf("%d\n", CLIENTS * BROADCASTS);
    gateway_stop(&g);
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    close(fd);
    return 0;
}
