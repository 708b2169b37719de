/* Streams whose TLS handshake has input: those that have an answer already,
 * then the others, as they came.
 *
 * A handshake takes long, and any number of strangers may come at once. So they
 * share a part of the time, and who does not get into this turn's waits for the
 * next one: nobody else waits for all of them. */
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

/* Somebody waits, and a turn is at its end that began at `began`
 * (gwd_loop_microseconds(); 0: nothing has happened in it): carries on the
 * first ones, one at least. */
void gwd_handshakes_run(gwd_handshakes *waiting, uint64_t began);

#endif
