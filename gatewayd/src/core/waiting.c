#include <stdlib.h>

#include "core/chunk.h"
#include "core/client_state.h"
#include "core/encoding.h"
#include "core/log.h"

struct gwd_waiting {
    size_t bytes;
    size_t count;
    size_t cap;
    gwd_message *messages[];
};

static struct gwd_waiting *grow(struct gwd_waiting *waiting)
{
    size_t cap = waiting == NULL ? 4 : waiting->cap * 2;
    struct gwd_waiting *grown;

    if (waiting != NULL && waiting->count < waiting->cap)
        return waiting;
    grown = realloc(waiting, sizeof(*grown) + cap * sizeof(gwd_message *));
    if (grown == NULL)
        return NULL;
    if (waiting == NULL) {
        grown->bytes = 0;
        grown->count = 0;
    }
    grown->cap = cap;
    return grown;
}

bool gwd_waiting_add(struct gwd_waiting **waiting, gwd_message *message,
                     size_t limit)
{
    struct gwd_waiting *w = *waiting;
    gwd_chunk *chunk = gwd_message_encoded(message, GWD_ENCODING_RAW);

    if (w != NULL && w->bytes >= limit)
        return false;
    w = grow(w);
    if (w == NULL) {
        gwd_log(GWD_LOG_ERROR, "out of memory: a client in its handshake does "
                               "not get a message");
        return false;
    }
    *waiting = w;
    w->messages[w->count++] = gwd_message_ref(message);
    /* An empty message takes its place, too. */
    w->bytes += chunk->len + sizeof(gwd_message *);
    return true;
}

void gwd_waiting_free(struct gwd_waiting **waiting)
{
    struct gwd_waiting *w = *waiting;

    *waiting = NULL;
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->count; i++)
        gwd_message_unref(&w->messages[i]);
    free(w);
}

void gwd_waiting_flush(struct gwd_waiting **waiting, gwd_client *client)
{
    struct gwd_waiting *w = *waiting;

    *waiting = NULL;
    for (size_t i = 0; w != NULL && i < w->count; i++)
        gwd_client_send(client, w->messages[i]);
    gwd_waiting_free(&w);
}
