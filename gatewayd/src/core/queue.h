/* Output that the kernel has not taken yet: references to chunks, in order.
 * Exists only while there is some, so an idle connection owns none; and while
 * it is one whole chunk, as a message on its way mostly is, it needs no memory
 * but its pointer: that is the chunk's, marked by its lowest bit. */
#ifndef GWD_QUEUE_H
#define GWD_QUEUE_H

#include <sys/uio.h>

#include "core/chunk.h"

typedef struct gwd_queue gwd_queue; /* not to be looked into */

/* Appends; makes the queue when `*queue` is NULL. GW_ENOMEM leaves it as it
 * was. gwd_queue_put() takes its own reference; gwd_queue_copy() copies, and
 * puts small pieces together. */
int gwd_queue_put(gwd_queue **queue, gwd_chunk *chunk);
int gwd_queue_copy(gwd_queue **queue, const void *base, size_t len);

/* All that waits, in bytes and in chunks. The queue may be NULL. */
size_t gwd_queue_bytes(const gwd_queue *queue);
size_t gwd_queue_count(const gwd_queue *queue);

/* The first pieces, at most `max`: returns how many. */
int gwd_queue_peek(const gwd_queue *queue, struct iovec *iov, int max);

/* The first bytes in one piece, at most `room` (above 0): returns how many.
 * They lie in the chunk where they are together, else are copied into `buffer`.
 */
size_t gwd_queue_gather(const gwd_queue *queue, char *buffer, size_t room,
                        const char **base);

/* Drops `len` bytes from the front; frees and NULLs an emptied queue.
 * GW_ENOMEM: nothing is dropped. */
int gwd_queue_drop(gwd_queue **queue, size_t len);

void gwd_queue_free(gwd_queue **queue);

#endif
