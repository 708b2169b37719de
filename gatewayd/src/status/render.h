/* How the daemon is, in the formats of those who ask. No sockets. */
#ifndef GWD_STATUS_RENDER_H
#define GWD_STATUS_RENDER_H

#include <stdbool.h>

#include "buf.h"
#include "core/slots.h"

typedef struct gwd_status_view {
    const gwd_slots *slots;
    gw_slice places; /* where it listens, as in the ready line */
    uint32_t now;    /* gwd_loop_seconds() */
    uint64_t now_us; /* gwd_loop_microseconds() */
    uint64_t own_pid;
} gwd_status_view;

/* Seconds from then to the view's; 0 for what another process has noted since.
 */
uint32_t gwd_status_since(const gwd_status_view *view, uint64_t second);

/* Its loop has not turned for a while. */
bool gwd_status_hangs(const gwd_status_view *view, const gwd_slot *slot);

/* "ok" or what is wrong, one line. True: all processes run, none hangs, and
 * each gateway is announced to some Register. */
bool gwd_status_put_health(gw_buf *out, const gwd_status_view *view);

/* Prometheus text exposition, version 0.0.4. Sums are left to who reads it. */
void gwd_status_put_metrics(gw_buf *out, const gwd_status_view *view);

/* One JSON object: version, uptime, totals, and an object per process. */
void gwd_status_put_json(gw_buf *out, const gwd_status_view *view);

/* Part of it: the members "uids" and "groups" of one process, and of all
 * together. These sums are of what the processes' own lists have: who is in
 * none of them has no part in a sum. GW_ENOMEM sets the buffer's error. */
void gwd_status_put_tops(gw_buf *out, const gwd_top_lists *lists);
void gwd_status_put_top_sums(gw_buf *out, const gwd_top_lists *lists,
                             size_t count);

/* The dashboard, which reads that JSON, and what a browser may do with it. */
extern const char gwd_dashboard[];
extern const size_t gwd_dashboard_len;
extern const char gwd_dashboard_policy[]; /* Content-Security-Policy */

/* ---- what the formats share ---------------------------------------------- */

typedef struct gwd_status_field {
    const char *key;  /* in JSON; in Prometheus, after "gatewayd_" */
    const char *help; /* what it is */
    size_t offset;    /* of the uint64_t in gwd_metrics */
    bool counter;     /* else a gauge */
} gwd_status_field;

#define GWD_STATUS_FIELDS 13
extern const gwd_status_field gwd_status_fields[GWD_STATUS_FIELDS];
extern const char *const gwd_status_reasons[GWD_CLOSE_REASONS];

uint64_t gwd_status_value(const gwd_metrics *metrics,
                          const gwd_status_field *field);

/* Added up over all processes. */
void gwd_status_sum(const gwd_slots *slots, gwd_metrics *sum);

#endif
