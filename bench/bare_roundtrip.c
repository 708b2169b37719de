/* The floor that a question is measured against: send() to each gateway, then
 * recv() from each.
 *
 *   bare_roundtrip IP:PORT[,IP:PORT]... SECONDS HEX
 *
 * HEX is a frame with a reply. Prints microseconds per call. */
#include "bare.h"

#include <stdio.h>
#include <stdlib.h>

static void call_once(const bare_call *call)
{
    for (size_t i = 0; i < call->count; i++)
        blocking_send(call->fds[i], call->frame, call->len);
    for (size_t i = 0; i < call->count; i++)
        blocking_read_reply(call->fds[i]);
}

int main(int argc, char **argv)
{
    static bare_call call;

    if (argc != 4) {
        fputs("usage: bare_roundtrip IP:PORT[,...] SECONDS HEX\n", stderr);
        return 1;
    }
    bare_call_init(&call, argv[1], argv[3]);
    bare_loop(&call, atof(argv[2]), call_once);
    return 0;
}
