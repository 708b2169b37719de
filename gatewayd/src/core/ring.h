/* Timeouts in whole seconds on a ring of slots.
 *
 * A timeout lies in the slot of the second it is due, modulo the number of
 * slots: arming and disarming are O(1), and a second's passing touches one
 * slot. A timeout further away than one turn of the ring stays in its slot
 * until its turn comes. Costs 24 bytes in the owner and nothing else. Time is
 * an argument: any clock that counts seconds, and may wrap around.
 *
 * A process that stood still learns of what came meanwhile before its clock
 * ticks again. So that nothing of that is late from its beginning, the ring is
 * told first how far it is behind. */
#ifndef GWD_RING_H
#define GWD_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GWD_RING_SLOTS 64

/* Embedded in its owner; zero it before use. */
typedef struct gwd_timeout gwd_timeout;
struct gwd_timeout {
    gwd_timeout *next;
    gwd_timeout **back; /* what points to this one; NULL when not armed */
    uint32_t due;
    uint32_t note : 28; /* the owner's, both: they fill a hole */
    uint32_t flags : 4;
};

/* The timeout has passed; it is disarmed. May arm and disarm any timeout. */
typedef void (*gwd_timeout_fn)(gwd_timeout *timeout);

typedef struct gwd_ring gwd_ring;
struct gwd_ring {
    gwd_timeout_fn fn;
    gwd_ring *next;  /* the loop's list of rings */
    uint32_t now;    /* the second of the last advance */
    uint32_t behind; /* so many more have begun since */
    gwd_timeout *slots[GWD_RING_SLOTS];
};

void gwd_ring_init(gwd_ring *ring, uint32_t now, gwd_timeout_fn fn);

/* It is `now`, and the timeouts that are due have to wait a little. */
static inline void gwd_ring_note(gwd_ring *ring, uint32_t now)
{
    if ((int32_t)(now - ring->now) > 0)
        ring->behind = now - ring->now;
}

static inline uint32_t gwd_ring_now(const gwd_ring *ring)
{
    return ring->now + ring->behind;
}

/* Fires not before `seconds` (at most 2^30) have passed since the ring's now,
 * and less than two seconds after that. Arming an armed timeout moves it. */
void gwd_ring_arm(gwd_ring *ring, gwd_timeout *timeout, uint32_t seconds);
void gwd_ring_disarm(gwd_timeout *timeout);

static inline bool gwd_timeout_armed(const gwd_timeout *timeout)
{
    return timeout->back != NULL;
}

/* It is `now`: calls the ring's function for every timeout that is due. */
void gwd_ring_advance(gwd_ring *ring, uint32_t now);

#endif
