#include "core/ring.h"

#include <string.h>

void gwd_ring_init(gwd_ring *ring, uint32_t now, gwd_timeout_fn fn)
{
    memset(ring, 0, sizeof(*ring));
    ring->now = now;
    ring->fn = fn;
}

static void insert(gwd_ring *ring, gwd_timeout *timeout)
{
    gwd_timeout **slot = &ring->slots[timeout->due % GWD_RING_SLOTS];

    timeout->next = *slot;
    timeout->back = slot;
    if (*slot != NULL)
        (*slot)->back = &timeout->next;
    *slot = timeout;
}

void gwd_ring_arm(gwd_ring *ring, gwd_timeout *timeout, uint32_t seconds)
{
    gwd_ring_disarm(timeout);
    /* One more: the current second is already partly gone. */
    timeout->due = gwd_ring_now(ring) + seconds + 1;
    insert(ring, timeout);
}

void gwd_ring_disarm(gwd_timeout *timeout)
{
    if (timeout->back == NULL)
        return;
    *timeout->back = timeout->next;
    if (timeout->next != NULL)
        timeout->next->back = timeout->back;
    timeout->next = NULL;
    timeout->back = NULL;
}

/* The slot's list is taken off first, so what `fn` arms is not met again. Its
 * head is a local: a timeout that `fn` disarms leaves it in the usual way. */
static void run_slot(gwd_ring *ring, gwd_timeout **slot)
{
    gwd_timeout *list = *slot;

    *slot = NULL;
    if (list != NULL)
        list->back = &list;
    while (list != NULL) {
        gwd_timeout *timeout = list;

        gwd_ring_disarm(timeout);
        if ((int32_t)(timeout->due - ring->now) <= 0)
            ring->fn(timeout);
        else
            insert(ring, timeout);
    }
}

void gwd_ring_advance(gwd_ring *ring, uint32_t now)
{
    uint32_t first = ring->now + 1;
    uint32_t steps = now - ring->now;

    if ((int32_t)steps <= 0)
        return;
    if (steps > GWD_RING_SLOTS)
        steps = GWD_RING_SLOTS;
    ring->now = now;
    ring->behind = 0;
    for (uint32_t i = 0; i < steps; i++)
        run_slot(ring, &ring->slots[(first + i) % GWD_RING_SLOTS]);
}
