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

struct gwd_queue {
    size_t bytes;   /* all that waits */
    uint32_t sent;  /* bytes of the first chunk that are gone already */
    uint32_t first; /* index of the first chunk */
    uint32_t count;
    uint32_t cap;
    gwd_chunk *chunks[];
};

/* ---- one whole chunk ---------------------------------------------------- */

static gwd_queue *of_single(gwd_chunk *chunk)
{
    return (gwd_queue *)((uintptr_t)chunk | 1);
}

static gwd_chunk *single_of(const gwd_queue *queue)
{
    uintptr_t word = (uintptr_t)queue;

    return word & 1 ? (gwd_chunk *)(word - 1) : NULL;
}

/* ---- a list ------------------------------------------------------------- */

static gwd_queue *resize(gwd_queue *queue, uint32_t cap)
{
    gwd_queue *grown =
        realloc(queue, sizeof(*grown) + cap * sizeof(grown->chunks[0]));

    if (grown != NULL)
        grown->cap = cap;
    return grown;
}

/* A list of the one chunk there is so far. */
static gwd_queue *new_list(gwd_chunk *chunk)
{
    gwd_queue *queue = resize(NULL, FIRST_CAP);

    if (queue != NULL) {
        queue->bytes = chunk->len;
        queue->sent = 0;
        queue->first = 0;
        queue->count = 1;
        queue->chunks[0] = chunk;
    }
    return queue;
}

/* Room for one more chunk at the end of what is not empty. */
static int make_room(gwd_queue **queue)
{
    gwd_queue *q = *queue;
    gwd_chunk *single = single_of(q);

    if (single != NULL) {
        q = new_list(single);
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

    if (*queue == NULL) {
        *queue = of_single(chunk);
        return GW_OK;
    }
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
    gwd_chunk *last = single_of(queue);
    bool listed = last == NULL;

    if (listed)
        last = queue->chunks[queue->first + queue->count - 1];
    if (last->refs != 1 || last->cap - last->len < len)
        return 0;
    memcpy(last->data + last->len, base, len);
    last->len += (uint32_t)len;
    if (listed)
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

size_t gwd_queue_bytes(const gwd_queue *queue)
{
    const gwd_chunk *single = single_of(queue);

    if (queue == NULL)
        return 0;
    return single != NULL ? single->len : queue->bytes;
}

size_t gwd_queue_count(const gwd_queue *queue)
{
    if (queue == NULL)
        return 0;
    return single_of(queue) != NULL ? 1 : queue->count;
}

static bool is_better_copied(const gwd_queue *queue, const gwd_chunk *chunk)
{
    return chunk->len <= SMALL && gwd_queue_count(queue) >= LONG;
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

static int peek_single(gwd_chunk *chunk, struct iovec *iov)
{
    iov->iov_base = chunk->data;
    iov->iov_len = chunk->len;
    return 1;
}

static int peek_list(const gwd_queue *queue, struct iovec *iov, int max)
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

int gwd_queue_peek(const gwd_queue *queue, struct iovec *iov, int max)
{
    gwd_chunk *single = single_of(queue);

    return single != NULL ? peek_single(single, iov)
                          : peek_list(queue, iov, max);
}

static size_t gather_list(const gwd_queue *queue, char *buffer, size_t room)
{
    const gwd_chunk *chunk;
    size_t skip = queue->sent;
    size_t len = 0;

    for (uint32_t i = 0; i < queue->count && len < room; i++, skip = 0) {
        size_t part;

        chunk = queue->chunks[queue->first + i];
        part = chunk->len - skip < room - len ? chunk->len - skip : room - len;
        memcpy(buffer + len, chunk->data + skip, part);
        len += part;
    }
    return len;
}

size_t gwd_queue_gather(const gwd_queue *queue, char *buffer, size_t room,
                        const char **base)
{
    struct iovec first = {NULL, 0};

    gwd_queue_peek(queue, &first, 1);
    *base = first.iov_base;
    if (first.iov_len >= room)
        return room;
    if (gwd_queue_count(queue) == 1)
        return first.iov_len;
    *base = buffer;
    return gather_list(queue, buffer, room);
}

static void drop_of_list(gwd_queue **queue, size_t len)
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

int gwd_queue_drop(gwd_queue **queue, size_t len)
{
    gwd_chunk *single = single_of(*queue);

    if (single != NULL) {
        if (len == single->len) {
            gwd_chunk_unref(&single);
            *queue = NULL;
            return GW_OK;
        }
        if (make_room(queue) < 0)
            return GW_ENOMEM;
    }
    drop_of_list(queue, len);
    return GW_OK;
}

void gwd_queue_free(gwd_queue **queue)
{
    gwd_queue *q = *queue;
    gwd_chunk *single = single_of(q);

    *queue = NULL;
    if (single != NULL) {
        gwd_chunk_unref(&single);
    } else if (q != NULL) {
        for (uint32_t i = 0; i < q->count; i++)
            gwd_chunk_unref(&q->chunks[q->first + i]);
        free(q);
    }
}
