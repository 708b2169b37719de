/* The text protocol: one message per line. Bytes in, messages out. */
#ifndef GWD_CLIENT_TEXT_H
#define GWD_CLIENT_TEXT_H

#include <gwclient/error.h>
#include <gwclient/types.h>

/* Reads the first line of `in`; `*consumed` is its length. The message is the
 * line without any "\r" and "\n" at its end, in place. `*scanned` is the
 * reader's state between calls, at first 0: how much of `in` was seen to hold
 * no "\n", so that a line that comes in drops is not searched over and over.
 *
 * GW_EAGAIN   the line is not whole yet;
 * GW_ETOOBIG  with its "\n" it has, or will have, `max` bytes or more, which is
 *             where GatewayWorker draws the line. */
int gwd_text_read(size_t *scanned, gw_slice in, size_t max, gw_slice *message,
                  size_t *consumed);

#endif
