/* Encoding one sendToUid and handing it to the kernel, on a connection that is
 * in the pool. */
#include "measured.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <gwclient/gwclient.h>

enum { WARM_UP = 16, OPERATIONS = 1000 };

static gw_client *client;
static int rc;

void measured(void *arg)
{
    const gw_key uid = gw_key_slice(gw_slice_of("user-42", 7));

    rc = gw_send_to_uids(client, &uid, 1, arg);
}

static int listen_somewhere(char address[32])
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(bind(fd, (struct sockaddr *)&in, len) == 0 && listen(fd, 1) == 0 &&
             getsockname(fd, (struct sockaddr *)&in, &len) == 0,
         "a listening socket");
    snprintf(address, 32, "127.0.0.1:%d", ntohs(in.sin_port));
    return fd;
}

/* As a gateway would: takes it, so that buffers never fill. */
static void take(int fd)
{
    static char sink[65536];

    await_input(fd);
    need(recv(fd, sink, sizeof(sink), 0) > 0, "recv");
}

int main(void)
{
    char body[100], address[32];
    gw_message message = {{body, sizeof(body)}, GW_FLAG_SCALAR};
    gw_slice gateway;
    int fd = -1;
    int listener = listen_somewhere(address);

    memset(body, 'x', sizeof(body));
    gateway = gw_slice_of(address, strlen(address));
    need(gw_client_new(&client, NULL) == GW_OK &&
             gw_client_set_gateways(client, &gateway, 1) == GW_OK,
         "a client");
    for (int i = 0; i < WARM_UP + OPERATIONS; i++) {
        if (i < WARM_UP) {
            const gw_key uid = gw_key_slice(gw_slice_of("user-42", 7));

            rc = gw_send_to_uids(client, &uid, 1, &message);
        } else {
            measured(&message);
        }
        need(rc == GW_OK, "gw_send_to_uids()");
        if (fd < 0)
            fd = accept(listener, NULL, NULL);
        take(fd);
    }
    printf("%d\n", OPERATIONS);
    gw_client_free(client);
    close(fd);
    close(listener);
    return 0;
}
