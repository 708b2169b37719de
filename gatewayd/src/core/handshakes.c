#include "core/handshakes.h"

#include "core/loop.h"
#include "core/stream_flush.h"
#include "tls/session.h"

#define SHARE_US 250 /* of a turn; the last one may take longer */

void gwd_handshakes_init(gwd_handshakes *waiting)
{
    waiting->first = NULL;
    waiting->end = &waiting->first;
}

void gwd_handshakes_add(gwd_handshakes *waiting, gwd_stream *stream)
{
    gwd_tls_place *place = gwd_tls_conn_place(stream->tls);

    if (place->link != NULL)
        return;
    place->owner = stream;
    place->next = NULL;
    place->link = waiting->end;
    *waiting->end = place;
    waiting->end = &place->next;
}

void gwd_handshakes_remove(gwd_handshakes *waiting, gwd_stream *stream)
{
    gwd_tls_place *place = gwd_tls_conn_place(stream->tls);

    if (place->link == NULL)
        return;
    *place->link = place->next;
    if (place->next == NULL)
        waiting->end = place->link;
    else
        place->next->link = place->link;
    place->link = NULL;
}

void gwd_handshakes_run(gwd_handshakes *waiting)
{
    uint64_t end;

    if (waiting->first == NULL)
        return;
    end = gwd_loop_microseconds() + SHARE_US;
    do {
        gwd_stream *stream = waiting->first->owner;

        gwd_handshakes_remove(waiting, stream);
        gwd_stream_shake_hands(stream);
    } while (waiting->first != NULL && gwd_loop_microseconds() < end);
}
