/* Accepting a connection and answering its WebSocket handshake. */
#include "gateway.h"

enum { WARM_UP = 16, OPERATIONS = 300 };

static gateway g;

void measured(void *arg)
{
    (void)arg;
    gwd_loop_turn(g.loop, false);
}

int main(void)
{
    static int fds[WARM_UP + OPERATIONS];

    gateway_start(&g);
    for (int i = 0; i < WARM_UP + OPERATIONS; i++) {
        fds[i] = ask_for_websocket(&g);
        while (!has_input(fds[i])) {
            if (i < WARM_UP)
                gwd_loop_turn(g.loop, false);
            else
                measured(NULL);
        }
    }
    printf("%d\n", OPERATIONS);
    gateway_stop(&g);
    for (int i = 0; i < WARM_UP + OPERATIONS; i++)
        close(fds[i]);
    return 0;
}
