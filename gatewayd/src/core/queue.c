#include "core/queue.h"

#include <stdlib.h>
#include <gwclient/error.h>

#define FIRST_CAP 4u
#define CAP_MAX (1u << 28)
/* Small copies behind others go into chunks of this size. */
#define GATHER_SIZE ((size_t)2048)
/* In a long queue, a reference to a chunk this small costs more than a copy. */
#define LONG 64
#define SMALL 64

static gwd_queue *resize(gwd_queue *queue, uint32_t cap)
{
    gwd_queue *grown =
        realloc(queue, sizeof(*grown) + cap * sizeof(grown->chunks[0]));

    if (grown != NULL)
        grown->cap = cap;
    return grown;
}

static gwd_queue *new_queue(void)
{
    gwd_queue *queue = resize(NULL, FIRST_CAP);

    if (queue != NULL) {
        queue->bytes = 0;
        queue->sent = 0;
        queue->first = 0;
        queue->count = 0;
    }
    return queue;
}

/* Room for one more chunk at the end. */
static int make_room(gwd_queue **queue)
{
    gwd_queue *q = *queue;

    if (q == NULL) {
        q = new_queue();
    } else if (q->first + q->count < q->cap) {
        return GW_OK;
    } else if (q->first >= q->cap / 2) {
        memmove(q->chunks, q->chunks + q->first,
                q->count * sizeof(q->chunks[0]));
        q->first = 0;
    } else {
        q = q->cap >= CAP_MAX ? NULL : resize(q, q->cap * 2);
    }
    if (q == NULL)
        return GW_ENOMEM;
    *queue = q;
    return GW_OK;
}

static int append(gwd_queue **queue, gwd_chunk *chunk)
{
    gwd_queue *q;

    if (make_room(queue) < 0)
        return GW_ENOMEM;
    q = *queue;
    q->chunks[q->first + q->count] = chunk;
    q->count++;
    q->bytes += chunk->len;
    return GW_OK;
}

/* Into the last chunk, when it is ours alone and has room. */
static int gather(gwd_queue *queue, const void *base, size_t len)
{
    gwd_chunk *last = queue->chunks[queue->first + queue->count - 1];

    if (last->refs != 1 || last->cap - last->len < len)
        return 0;
    memcpy(last->data + last->len, base, len);
    last->len += (uint32_t)len;
    queue->bytes += len;
    return 1;
}

int gwd_queue_copy(gwd_queue **queue, const void *base, size_t len)
{
    gwd_chunk *chunk;

    if (len == 0)
        return GW_OK;
    if (*queue != NULL && gather(*queue, base, len))
        return GW_OK;
    chunk = gwd_chunk_alloc(len, *queue == NULL ? len : GATHER_SIZE);
    if (chunk == NULL)
        return GW_ENOMEM;
    memcpy(chunk->data, base, len);
    if (append(queue, chunk) < 0) {
        gwd_chunk_unref(&chunk);
        return GW_ENOMEM;
    }
    return GW_OK;
}

static bool is_better_copied(const gwd_queue *queue, const gwd_chunk *chunk)
{
    return queue != NULL && queue->count >= LONG && chunk->len <= SMALL;
}

int gwd_queue_put(gwd_queue **queue, gwd_chunk *chunk)
{
    if (is_better_copied(*queue, chunk))
        return gwd_queue_copy(queue, chunk->data, chunk->len);
    if (append(queue, chunk) < 0)
        return GW_ENOMEM;
    gwd_chunk_ref(chunk);
    return GW_OK;
}

int gwd_queue_peek(const gwd_queue *queue, struct iovec *iov, int max)
{
    uint32_t count =
        queue->count < (uint32_t)max ? queue->count : (uint32_t)max;
    uint32_t skip = queue->sent;

    for (uint32_t i = 0; i < count; i++) {
        gwd_chunk *chunk = queue->chunks[queue->first + i];

        iov[i].iov_base = chunk->data + skip;
        iov[i].iov_len = chunk->len - skip;
        skip = 0;
    }
    return (int)count;
}

size_t gwd_queue_gather(const gwd_queue *queue, char *buffer, size_t room,
                        const char **base)
{
    const gwd_chunk *chunk = queue->chunks[queue->first];
    size_t skip = queue->sent;
    size_t len = chunk->len - skip;

    *base = chunk->data + skip;
    if (len >= room)
        return room;
    if (queue->count == 1)
        return len;
    *base = buffer;
    len = 0;
    for (uint32_t i = 0; i < queue->count && len < room; i++, skip = 0) {
        size_t part;

        chunk = queue->chunks[queue->first + i];
        part = chunk->len - skip < room - len ? chunk->len - skip : room - len;
        memcpy(buffer + len, chunk->data + skip, part);
        len += part;
    }
    return len;
}

void gwd_queue_drop(gwd_queue **queue, size_t len)
{
    gwd_queue *q = *queue;

    q->bytes -= len;
    while (q->count > 0) {
        gwd_chunk *chunk = q->chunks[q->first];
        size_t left = chunk->len - q->sent;

        if (len < left) {
            q->sent += (uint32_t)len;
            return;
        }
        len -= left;
        gwd_chunk_unref(&q->chunks[q->first]);
        q->sent = 0;
        q->first++;
        q->count--;
    }
    gwd_queue_free(queue);
}

void gwd_queue_free(gwd_queue **queue)
{
    gwd_queue *q = *queue;

    if (q == NULL)
        return;
    for (uint32_t i = 0; i < q->count; i++)
        gwd_chunk_unref(&q->chunks[q->first + i]);
    free(q);
    *queue = NULL;
}
