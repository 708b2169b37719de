/* What the processes of one daemon know of each other: a slot for each, in
 * memory that they share. Made before the first fork; a process writes its own
 * slot, the master what it knows of its children, a whole number at a time. */
#ifndef GWD_SLOTS_H
#define GWD_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/metrics.h"
#include "core/tops.h"

typedef struct gwd_slot {
    gwd_metrics metrics; /* counters survive the process's restart */
    uint64_t pid;
    uint64_t up;        /* 1 from the end of its start to its end */
    uint64_t restarts;  /* by the master */
    uint64_t started;   /* seconds since 1970 */
    uint64_t since;     /* the same by gwd_loop_seconds() */
    uint64_t registers; /* that it is announced to now */
    uint64_t beat;      /* gwd_loop_seconds() when its loop last turned */
    gwd_tops tops;
} gwd_slot;

typedef struct gwd_slots {
    unsigned gateways;  /* processes; their slots come first */
    bool with_services; /* one more slot: Register and status have their own
                           process, or there is no gateway */
    uint64_t started;   /* of the daemon, seconds since 1970 */
    uint32_t since;     /* the same by gwd_loop_seconds() */
    gwd_slot *items;
    /* Of what they have hashed alike; filled before the first fork. */
    uint8_t seed[GW_SIPHASH_SEED_LEN];
} gwd_slots;

/* GW_ENOMEM. */
int gwd_slots_init(gwd_slots *slots, unsigned gateways, bool with_services);
void gwd_slots_deinit(gwd_slots *slots);

unsigned gwd_slots_count(const gwd_slots *slots);

/* "0", "1", … or "services". */
#define GWD_SLOT_NAME_LEN 15
void gwd_slot_name(const gwd_slots *slots, unsigned number,
                   char out[GWD_SLOT_NAME_LEN + 1]);

/* The process begins, and has ended: what it only had while it lived goes. */
void gwd_slot_begin(gwd_slot *slot);
void gwd_slot_end(gwd_slot *slot);

/* The bytes of memory that this process has; 0: unknown. */
uint64_t gwd_resident_memory(void);

#endif
