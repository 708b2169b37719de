#include "core/handshakes.h"

#include "core/loop.h"
#include "core/stream_flush.h"
#include "tls/session.h"

/* What they get of a turn: a part of what all else took, so that a busy loop
 * does not let them starve, and this much at least. The last one may take
 * longer. */
#define SHARE(took) ((took) / 4)
#define SHARE_MIN_US 250

void gwd_handshakes_init(gwd_handshakes *waiting)
{
    waiting->first = NULL;
    waiting->end = &waiting->first;
}

/* Before what `link` points to. */
static void insert(gwd_handshakes *waiting, gwd_tls_place *place,
                   gwd_tls_place **link)
{
    place->link = link;
    place->next = *link;
    if (place->next == NULL)
        waiting->end = &place->next;
    else
        place->next->link = &place->next;
    *link = place;
}

void gwd_handshakes_add(gwd_handshakes *waiting, gwd_stream *stream)
{
    gwd_tls_place *place = gwd_tls_conn_place(stream->tls);

    if (place->link != NULL)
        return;
    place->owner = stream;
    /* What was spent on a hello is not to be lost to a timeout. */
    insert(waiting, place,
           gwd_tls_conn_has_answered(stream->tls) ? &waiting->first
                                                  : waiting->end);
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

static uint64_t share_of(uint64_t now, uint64_t began)
{
    uint64_t share = began == 0 ? 0 : SHARE(now - began);

    return share < SHARE_MIN_US ? SHARE_MIN_US : share;
}

void gwd_handshakes_run(gwd_handshakes *waiting, uint64_t began)
{
    uint64_t now = gwd_loop_microseconds();
    uint64_t end = now + share_of(now, began);

    do {
        gwd_stream *stream = waiting->first->owner;

        gwd_handshakes_remove(waiting, stream);
        gwd_stream_shake_hands(stream);
    } while (waiting->first != NULL && gwd_loop_microseconds() < end);
}
