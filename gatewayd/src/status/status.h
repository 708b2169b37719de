/* The status server: /healthz, /metrics and /status over HTTP. Reads only, and
 * is for monitoring: not for the public. */
#ifndef GWD_STATUS_H
#define GWD_STATUS_H

#include <gwclient/types.h>

struct gwd_loop;
struct gwd_slots;
typedef struct gwd_status gwd_status;

/* The slots must outlive it; `places`, where the daemon listens, is copied.
 * NULL: ENOMEM. */
gwd_status *gwd_status_new(struct gwd_loop *loop, const struct gwd_slots *slots,
                           gw_slice places);

/* Answers who is here, takes nobody new; call while the loop still exists. */
void gwd_status_free(gwd_status *status);

/* Takes over a freshly accepted non-blocking `fd`. */
void gwd_status_accept(gwd_status *status, int fd);

#endif
