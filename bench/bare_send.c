/* The floor that a sender is measured against: the same bytes with send(), and
 * nothing around it.
 *
 *   bare_send IP:PORT[,IP:PORT]... SECONDS loop|single HEX
 *
 * HEX is a frame without reply; each gateway gets it. Prints microseconds per
 * call. `loop` ends with a question to each gateway, which proves that all was
 * handled; `single` times each call by itself, when the gateway sleeps. */
#include "bare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void call_once(const bare_call *call)
{
    for (size_t i = 0; i < call->count; i++)
        blocking_send(call->fds[i], call->frame, call->len);
}

int main(int argc, char **argv)
{
    static bare_call call;

    if (argc != 5) {
        fputs("usage: bare_send IP:PORT[,...] SECONDS loop|single HEX\n",
              stderr);
        return 1;
    }
    bare_call_init(&call, argv[1], argv[4]);
    if (strcmp(argv[3], "single") == 0)
        bare_single(&call, atof(argv[2]), call_once);
    else
        bare_loop(&call, atof(argv[2]), call_once);
    return 0;
}
