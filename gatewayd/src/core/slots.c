#include "core/slots.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <gwclient/error.h>

#include "core/loop.h"

unsigned gwd_slots_count(const gwd_slots *slots)
{
    return slots->gateways + (slots->with_services ? 1 : 0);
}

static size_t size_of(const gwd_slots *slots)
{
    return gwd_slots_count(slots) * sizeof(gwd_slot);
}

int gwd_slots_init(gwd_slots *slots, unsigned gateways, bool with_services)
{
    void *memory;

    slots->gateways = gateways;
    slots->with_services = with_services;
    slots->started = (uint64_t)time(NULL);
    slots->since = gwd_loop_seconds();
    memory = mmap(NULL, size_of(slots), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    slots->items = memory == MAP_FAILED ? NULL : memory;
    return slots->items == NULL ? GW_ENOMEM : GW_OK;
}

void gwd_slots_deinit(gwd_slots *slots)
{
    if (slots->items != NULL)
        munmap(slots->items, size_of(slots));
    slots->items = NULL;
}

void gwd_slot_name(const gwd_slots *slots, unsigned number,
                   char out[GWD_SLOT_NAME_LEN + 1])
{
    if (number < slots->gateways)
        snprintf(out, GWD_SLOT_NAME_LEN + 1, "%u", number);
    else
        snprintf(out, GWD_SLOT_NAME_LEN + 1, "services");
}

void gwd_slot_begin(gwd_slot *slot)
{
    slot->pid = (uint64_t)getpid();
    slot->started = (uint64_t)time(NULL);
    slot->since = gwd_loop_seconds();
}

/* All who came are counted again when they go, but by a process that died. */
static uint64_t left_behind(const gwd_metrics *m)
{
    uint64_t left = m->accepted;

    for (size_t i = 0; i < GWD_CLOSE_REASONS; i++)
        left -= m->closed[i];
    return left;
}

void gwd_slot_end(gwd_slot *slot)
{
    static const gwd_top_lists none;
    gwd_metrics *m = &slot->metrics;

    m->closed[GWD_CLOSE_CRASH] += left_behind(m);
    slot->up = 0;
    slot->pid = 0;
    slot->registers = 0;
    m->connections = m->uids = m->groups = m->workers = 0;
    m->loop_lag_us = m->memory = 0;
    gwd_tops_publish(&slot->tops, &none);
}

/* Linux tells the present size, others the largest so far. */
uint64_t gwd_resident_memory(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long long pages = 0;
    struct rusage usage;

    if (file != NULL) {
        if (fscanf(file, "%*u %llu", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    if (pages > 0)
        return pages * (uint64_t)sysconf(_SC_PAGESIZE);
    if (getrusage(RUSAGE_SELF, &usage) < 0)
        return 0;
    return (uint64_t)usage.ru_maxrss * 1024;
}
