/* What there is to tell. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "status/render.h"

#define AT(field) offsetof(gwd_metrics, field)

const gwd_status_field gwd_status_fields[GWD_STATUS_FIELDS] = {
    {"connections", "Clients connected now", AT(connections), false},
    {"uids", "Distinct uids bound now", AT(uids), false},
    {"groups", "Groups with a member now", AT(groups), false},
    {"workers", "BusinessWorkers attached now", AT(workers), false},
    {"accepted", "Clients' connections accepted", AT(accepted), true},
    {"opened", "Clients' handshakes finished", AT(opened), true},
    {"messages_in", "Messages from clients", AT(messages_in), true},
    {"messages_out", "Messages queued for clients, one for each receiver",
     AT(messages_out), true},
    {"bytes_in", "Bytes read from clients", AT(bytes_in), true},
    {"bytes_out", "Bytes sent to clients", AT(bytes_out), true},
    {"dropped", "Messages lost because a client's queue was full", AT(dropped),
     true},
    {"worker_dropped", "Events lost because a BusinessWorker's queue was full",
     AT(worker_dropped), true},
    {"inner_frames", "Commands on the inner port", AT(inner_frames), true},
};

const char *const gwd_status_reasons[GWD_CLOSE_REASONS] = {
#define GWD_CLOSE_TEXT(name, text) text,
    GWD_CLOSE_MAP(GWD_CLOSE_TEXT)
#undef GWD_CLOSE_TEXT
};

uint64_t gwd_status_value(const gwd_metrics *metrics,
                          const gwd_status_field *field)
{
    uint64_t value;

    memcpy(&value, (const char *)metrics + field->offset, sizeof(value));
    return value;
}

static void add(gwd_metrics *sum, const gwd_metrics *m)
{
    for (size_t i = 0; i < GWD_STATUS_FIELDS; i++) {
        const gwd_status_field *field = &gwd_status_fields[i];
        uint64_t value =
            gwd_status_value(sum, field) + gwd_status_value(m, field);

        memcpy((char *)sum + field->offset, &value, sizeof(value));
    }
    for (size_t i = 0; i < GWD_CLOSE_REASONS; i++)
        sum->closed[i] += m->closed[i];
    sum->memory += m->memory;
    if (m->loop_lag_us > sum->loop_lag_us)
        sum->loop_lag_us = m->loop_lag_us;
}

void gwd_status_sum(const gwd_slots *slots, gwd_metrics *sum)
{
    memset(sum, 0, sizeof(*sum));
    for (unsigned i = 0; i < gwd_slots_count(slots); i++)
        add(sum, &slots->items[i].metrics);
}

/* ---- /healthz ----------------------------------------------------------- */

/* Without a beat, which is due each second. */
#define HANGS_SECONDS 5

uint32_t gwd_status_since(const gwd_status_view *view, uint64_t second)
{
    int32_t since = (int32_t)(view->now - (uint32_t)second);

    return since > 0 ? (uint32_t)since : 0;
}

bool gwd_status_hangs(const gwd_status_view *view, const gwd_slot *slot)
{
    /* Who answers does not hang, however long it has just been busy. */
    return slot->up && slot->pid != view->own_pid &&
           gwd_status_since(view, slot->beat) >= HANGS_SECONDS;
}

/* NULL: all is well with it. */
static const char *complaint(const gwd_status_view *view, const gwd_slot *slot,
                             bool gateway)
{
    if (!slot->up)
        return "is not up";
    if (gwd_status_hangs(view, slot))
        return "hangs";
    return gateway && slot->registers == 0 ? "is announced to no Register"
                                           : NULL;
}

bool gwd_status_put_health(gw_buf *out, const gwd_status_view *view)
{
    for (unsigned i = 0; i < gwd_slots_count(view->slots); i++) {
        bool gateway = i < view->slots->gateways;
        const char *what = complaint(view, &view->slots->items[i], gateway);
        char name[GWD_SLOT_NAME_LEN + 1];

        if (what == NULL)
            continue;
        gwd_slot_name(view->slots, i, name);
        gw_buf_put_str(out, gateway ? "gateway process " : "");
        gw_buf_put_str(out, name);
        gw_buf_put_char(out, ' ');
        gw_buf_put_str(out, what);
        gw_buf_put_char(out, '\n');
        return false;
    }
    gw_buf_put_str(out, "ok\n");
    return true;
}
