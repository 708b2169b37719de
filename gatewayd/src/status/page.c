#include <stddef.h>
#include <stdio.h>
#include <gwclient/version.h>

#include "status/render.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta http-equiv=\"refresh\" content=\"5\">\n<title>gatewayd</title>\n"
    "<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;"
    "padding:0 1rem}\n"
    "table{border-collapse:collapse;display:block;overflow-x:auto}\n"
    "th,td{padding:.2rem .8rem;text-align:right;border-bottom:1px solid "
    "#8884}\n"
    "th:first-child{text-align:left;font-weight:normal}\n"
    "thead th{font-weight:bold}\n"
    "</style>\n<h1>gatewayd " GW_VERSION "</h1>\n";

static void put_escaped(gw_buf *out, gw_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.base[i]) {
        case '<':
            gw_buf_put_str(out, "&lt;");
            break;
        case '&':
            gw_buf_put_str(out, "&amp;");
            break;
        default:
            gw_buf_put_char(out, text.base[i]);
        }
    }
}

static void put_number(gw_buf *out, uint64_t number)
{
    gw_buf_put_str(out, "<td>");
    gw_buf_put_int(out, (int64_t)number);
}

static void put_heading(gw_buf *out, const char *text)
{
    gw_buf_put_str(out, "<tr><th scope=\"row\">");
    gw_buf_put_str(out, text);
}

static void put_columns(gw_buf *out, const gwd_slots *slots)
{
    char name[GWD_SLOT_NAME_LEN + 1];

    gw_buf_put_str(out, "<table>\n<thead><tr><th>process<th>all");
    for (unsigned i = 0; i < gwd_slots_count(slots); i++) {
        gwd_slot_name(slots, i, name);
        gw_buf_put_str(out, "<th scope=\"col\">");
        gw_buf_put_str(out, name);
        if (!slots->items[i].up)
            gw_buf_put_str(out, " (down)");
    }
    gw_buf_put_str(out, "</thead>\n<tbody>\n");
}

/* One row: `value` of the sum, then of each process. */
static void put_row(gw_buf *out, const gwd_slots *slots, const char *heading,
                    const gwd_metrics *sum, const gwd_status_field *field)
{
    put_heading(out, heading);
    put_number(out, gwd_status_value(sum, field));
    for (unsigned i = 0; i < gwd_slots_count(slots); i++)
        put_number(out, gwd_status_value(&slots->items[i].metrics, field));
    gw_buf_put_char(out, '\n');
}

static void put_closed(gw_buf *out, const gwd_slots *slots,
                       const gwd_metrics *sum)
{
    for (size_t r = 0; r < GWD_CLOSE_REASONS; r++) {
        char heading[64];
        const gwd_status_field field = {
            .offset = offsetof(gwd_metrics, closed) + r * sizeof(uint64_t)};

        if (sum->closed[r] == 0)
            continue;
        snprintf(heading, sizeof(heading), "Connections that ended: %s",
                 gwd_status_reasons[r]);
        put_row(out, slots, heading, sum, &field);
    }
}

void gwd_status_put_page(gw_buf *out, const gwd_status_view *view)
{
    static const gwd_status_field memory = {.offset =
                                                offsetof(gwd_metrics, memory)};
    static const gwd_status_field lag = {
        .offset = offsetof(gwd_metrics, loop_lag_us)};
    gwd_metrics sum;

    gwd_status_sum(view->slots, &sum);
    gw_buf_put_str(out, head);
    gw_buf_put_str(out, "<p>");
    put_escaped(out, view->places);
    gw_buf_put_str(out, "<p>Up for ");
    gw_buf_put_int(out, (int64_t)(view->now - view->slots->started));
    gw_buf_put_str(out, " s\n");
    put_columns(out, view->slots);
    for (size_t i = 0; i < GWD_STATUS_FIELDS; i++)
        put_row(out, view->slots, gwd_status_fields[i].help, &sum,
                &gwd_status_fields[i]);
    put_closed(out, view->slots, &sum);
    put_row(out, view->slots, "Resident memory, bytes", &sum, &memory);
    put_row(out, view->slots, "Longest turn in the last second, µs", &sum,
            &lag);
    gw_buf_put_str(out, "</table>\n");
}
