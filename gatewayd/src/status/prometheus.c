#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <gwclient/version.h>

#include "status/render.h"

#define NAME_MAX_LEN 63

static void put(gw_buf *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(gw_buf *out, const char *format, ...)
{
    char line[256];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    gw_buf_put_str(out, line);
}

static void put_head(gw_buf *out, const char *name, const char *type,
                     const char *help)
{
    put(out, "# HELP %s %s.\n# TYPE %s %s\n", name, help, name, type);
}

static const gwd_slot *slot_of(const gwd_status_view *view, unsigned number,
                               char name[GWD_SLOT_NAME_LEN + 1])
{
    gwd_slot_name(view->slots, number, name);
    return &view->slots->items[number];
}

/* Only gateways have clients. */
static void put_field(gw_buf *out, const gwd_status_view *view,
                      const gwd_status_field *field)
{
    char name[NAME_MAX_LEN + 1];
    char process[GWD_SLOT_NAME_LEN + 1];

    snprintf(name, sizeof(name), "gatewayd_%s%s", field->key,
             field->counter ? "_total" : "");
    put_head(out, name, field->counter ? "counter" : "gauge", field->help);
    for (unsigned i = 0; i < view->slots->gateways; i++) {
        const gwd_slot *slot = slot_of(view, i, process);

        put(out, "%s{process=\"%s\"} %" PRIu64 "\n", name, process,
            gwd_status_value(&slot->metrics, field));
    }
}

static void put_closed(gw_buf *out, const gwd_status_view *view)
{
    static const char name[] = "gatewayd_closed_total";
    char process[GWD_SLOT_NAME_LEN + 1];

    put_head(out, name, "counter", "Clients' connections that ended");
    for (unsigned i = 0; i < view->slots->gateways; i++) {
        const gwd_slot *slot = slot_of(view, i, process);

        for (size_t r = 0; r < GWD_CLOSE_REASONS; r++)
            put(out, "%s{process=\"%s\",reason=\"%s\"} %" PRIu64 "\n", name,
                process, gwd_status_reasons[r], slot->metrics.closed[r]);
    }
}

/* ---- the processes themselves -------------------------------------------- */

static void put_up(gw_buf *out, const gwd_slot *slot)
{
    put(out, "%" PRIu64, slot->up);
}

static void put_restarts(gw_buf *out, const gwd_slot *slot)
{
    put(out, "%" PRIu64, slot->restarts);
}

static void put_registers(gw_buf *out, const gwd_slot *slot)
{
    put(out, "%" PRIu64, slot->registers);
}

static void put_memory(gw_buf *out, const gwd_slot *slot)
{
    put(out, "%" PRIu64, slot->metrics.memory);
}

static void put_lag(gw_buf *out, const gwd_slot *slot)
{
    uint64_t us = slot->metrics.loop_lag_us;

    put(out, "%" PRIu64 ".%06u", us / 1000000, (unsigned)(us % 1000000));
}

static void put_started(gw_buf *out, const gwd_slot *slot)
{
    put(out, "%" PRIu64, slot->started);
}

static const struct {
    const char *name;
    const char *type;
    const char *help;
    void (*put_value)(gw_buf *out, const gwd_slot *slot);
} of_process[] = {
    {"gatewayd_up", "gauge", "Whether the process runs", put_up},
    {"gatewayd_restarts_total", "counter",
     "How often the master has started it again", put_restarts},
    {"gatewayd_registers", "gauge", "Registers that it is announced to now",
     put_registers},
    {"gatewayd_memory_bytes", "gauge", "Resident memory", put_memory},
    {"gatewayd_loop_lag_seconds", "gauge",
     "The longest turn of the event loop in the last second", put_lag},
    {"gatewayd_start_time_seconds", "gauge",
     "When it was started, in seconds since 1970", put_started},
};

static void put_processes(gw_buf *out, const gwd_status_view *view, size_t i)
{
    char process[GWD_SLOT_NAME_LEN + 1];

    put_head(out, of_process[i].name, of_process[i].type, of_process[i].help);
    for (unsigned n = 0; n < gwd_slots_count(view->slots); n++) {
        const gwd_slot *slot = slot_of(view, n, process);

        put(out, "%s{process=\"%s\"} ", of_process[i].name, process);
        of_process[i].put_value(out, slot);
        gw_buf_put_char(out, '\n');
    }
}

void gwd_status_put_metrics(gw_buf *out, const gwd_status_view *view)
{
    put_head(out, "gatewayd_info", "gauge", "The version, as a label");
    put(out, "gatewayd_info{version=\"%s\"} 1\n", GW_VERSION);
    for (size_t i = 0; i < sizeof(of_process) / sizeof(of_process[0]); i++)
        put_processes(out, view, i);
    if (view->slots->gateways == 0)
        return;
    for (size_t i = 0; i < GWD_STATUS_FIELDS; i++)
        put_field(out, view, &gwd_status_fields[i]);
    put_closed(out, view);
}
