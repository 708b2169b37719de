/* A message on its way to clients, framed once per client protocol
 * (design rule 7). Reference counted; queues hold references. */
#ifndef GWD_MESSAGE_H
#define GWD_MESSAGE_H

#include <stdbool.h>
#include <gwclient/types.h>

typedef struct gwd_message gwd_message;

/* Copies `body`. `raw`: it goes out as it is, whatever the protocol. NULL when
 * out of memory. The caller holds the one reference. */
gwd_message *gwd_message_new(gw_slice body, bool raw);

gwd_message *gwd_message_ref(gwd_message *message);
void gwd_message_unref(gwd_message **message); /* NULLs the caller's pointer */

#endif
