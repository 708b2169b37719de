/* The array of a call's targets, and those kept for the next call. */
#ifndef GW_SRC_TARGETS_H
#define GW_SRC_TARGETS_H

#include "target.h"

/* Puts a new target at `index`; NULL: out of memory, and the call's code says
 * so. */
gw_target *gw_targets_insert(gw_client *c, size_t index);

/* Closes what the target still has open and keeps it for the next call. */
void gw_targets_release(gw_client *c, gw_target *t);

/* Empties a buffer and frees it when it is large. */
void gw_targets_shrink(gw_buf *buf);

#endif
