/* Streams whose TLS handshake has input, in the order in which it came.
 *
 * A handshake takes long, and any number of strangers may come at once. So they
 * share a part of each turn, and what does not fit into it waits for the next
 * one: nobody else waits for all of them. */
#ifndef GWD_HANDSHAKES_H
#define GWD_HANDSHAKES_H

#include "core/stream.h"

typedef struct gwd_handshakes {
    struct gwd_tls_place *first;
    struct gwd_tls_place **end;
} gwd_handshakes;

void gwd_handshakes_init(gwd_handshakes *waiting);

/* A stream that waits already keeps its place. */
void gwd_handshakes_add(gwd_handshakes *waiting, gwd_stream *stream);

/* One that does not wait is fine. */
void gwd_handshakes_remove(gwd_handshakes *waiting, gwd_stream *stream);

/* At the end of a turn: carries on the oldest ones, one at least. */
void gwd_handshakes_run(gwd_handshakes *waiting);

#endif
