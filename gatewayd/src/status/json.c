#include <stdlib.h>
#include <gwclient/version.h>

#include "json_write.h"
#include "status/render.h"

static void put_name(gw_buf *out, const char *name, bool first)
{
    gw_buf_put_str(out, first ? "\"" : ",\"");
    gw_buf_put_str(out, name);
    gw_buf_put_str(out, "\":");
}

static void put_number(gw_buf *out, const char *name, uint64_t number)
{
    put_name(out, name, false);
    gw_buf_put_int(out, (int64_t)number);
}

/* Begins with a comma. */
static void put_metrics(gw_buf *out, const gwd_metrics *m)
{
    for (size_t i = 0; i < GWD_STATUS_FIELDS; i++)
        put_number(out, gwd_status_fields[i].key,
                   gwd_status_value(m, &gwd_status_fields[i]));
    put_number(out, "memory", m->memory);
    put_number(out, "loop_lag_us", m->loop_lag_us);
    put_name(out, "closed", false);
    gw_buf_put_char(out, '{');
    for (size_t i = 0; i < GWD_CLOSE_REASONS; i++) {
        put_name(out, gwd_status_reasons[i], i == 0);
        gw_buf_put_int(out, (int64_t)m->closed[i]);
    }
    gw_buf_put_char(out, '}');
}

static void put_process(gw_buf *out, const gwd_status_view *view, unsigned i)
{
    const gwd_slot *slot = &view->slots->items[i];
    char name[GWD_SLOT_NAME_LEN + 1];

    gwd_slot_name(view->slots, i, name);
    put_name(out, "process", true);
    gw_json_put_string(out, gw_slice_str(name));
    put_name(out, "up", false);
    gw_buf_put_str(out, slot->up ? "true" : "false");
    put_name(out, "hangs", false);
    gw_buf_put_str(out, gwd_status_hangs(view, slot) ? "true" : "false");
    put_number(out, "pid", slot->pid);
    put_number(out, "restarts", slot->restarts);
    put_number(out, "started", slot->started);
    put_number(out, "uptime",
               slot->up ? gwd_status_since(view, slot->since) : 0);
    put_number(out, "registers", slot->registers);
    put_metrics(out, &slot->metrics);
}

/* ---- uids and groups ---------------------------------------------------- */

/* What the processes have now, in the order of their numbers. */
typedef struct tops {
    gwd_top_lists *lists;
    size_t count; /* of those that are known */
} tops;

static int read_tops(const gwd_status_view *view, tops *all)
{
    unsigned gateways = view->slots->gateways;

    all->count = 0;
    all->lists = calloc(gateways + 1, sizeof(all->lists[0]));
    if (all->lists == NULL)
        return GW_ENOMEM;
    for (unsigned i = 0; i < gateways; i++) {
        if (gwd_tops_read(&view->slots->items[i].tops, &all->lists[i]))
            all->count++;
        else
            all->lists[i].known = 0;
    }
    return GW_OK;
}

static void put_process_tops(gw_buf *out, const gwd_status_view *view,
                             const gwd_top_lists *lists)
{
    put_name(out, "top", false);
    if (lists->known == 0) {
        gw_buf_put_str(out, "null");
        return;
    }
    gw_buf_put_str(out, "{\"age\":");
    gw_buf_put_int(out, gwd_status_since(view, lists->made));
    gw_buf_put_char(out, ',');
    gwd_status_put_tops(out, lists);
    gw_buf_put_char(out, '}');
}

static void put_total_tops(gw_buf *out, const gwd_status_view *view,
                           const tops *all)
{
    unsigned gateways = view->slots->gateways;

    put_name(out, "top", false);
    if (all->count == 0) {
        gw_buf_put_str(out, "null");
        return;
    }
    /* Exact, or of the processes' own lists. */
    gw_buf_put_str(out, gateways == 1 ? "{\"exact\":true" : "{\"exact\":false");
    put_number(out, "processes", all->count);
    gw_buf_put_char(out, ',');
    gwd_status_put_top_sums(out, all->lists, gateways);
    gw_buf_put_char(out, '}');
}

static void put_processes(gw_buf *out, const gwd_status_view *view,
                          const tops *all)
{
    for (unsigned i = 0; i < gwd_slots_count(view->slots); i++) {
        gw_buf_put_str(out, i == 0 ? "{" : ",{");
        put_process(out, view, i);
        if (i < view->slots->gateways)
            put_process_tops(out, view, &all->lists[i]);
        gw_buf_put_char(out, '}');
    }
}

void gwd_status_put_json(gw_buf *out, const gwd_status_view *view)
{
    gwd_metrics sum;
    tops all;

    if (read_tops(view, &all) < 0) {
        gw_buf_fail(out, GW_ENOMEM);
        return;
    }
    gwd_status_sum(view->slots, &sum);
    gw_buf_put_str(out, "{\"version\":\"" GW_VERSION "\",\"listeners\":");
    gw_json_put_string(out, view->places);
    put_number(out, "started", view->slots->started);
    put_number(out, "uptime", gwd_status_since(view, view->slots->since));
    put_number(out, "clock_us", view->now_us);
    gw_buf_put_str(out, ",\"totals\":{\"processes\":");
    gw_buf_put_int(out, gwd_slots_count(view->slots));
    put_metrics(out, &sum);
    put_total_tops(out, view, &all);
    gw_buf_put_str(out, "},\"processes\":[");
    put_processes(out, view, &all);
    gw_buf_put_str(out, "]}\n");
    free(all.lists);
}
