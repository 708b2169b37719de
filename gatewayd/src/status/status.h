/* The status server: a dashboard, /status, /metrics, /healthz and /livez over
 * HTTP. Reads only, and is for monitoring: not for the public. */
#ifndef GWD_STATUS_H
#define GWD_STATUS_H

#include <gwclient/types.h>

struct gwd_loop;
struct gwd_slots;
typedef struct gwd_status gwd_status;

/* The slots must outlive it; `places`, where the daemon listens, and `token`
 * are copied. Without a token, "", everybody may see all; /healthz and /livez
 * anybody may anyway. NULL: ENOMEM. */
gwd_status *gwd_status_new(struct gwd_loop *loop, const struct gwd_slots *slots,
                           gw_slice places, gw_slice token);

/* Answers who is here, takes nobody new; call while the loop still exists. */
void gwd_status_free(gwd_status *status);

/* Takes over a freshly accepted non-blocking `fd`. */
void gwd_status_accept(gwd_status *status, int fd);

#endif
