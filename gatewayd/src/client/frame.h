/* The frame protocol: a length of 32 bits, itself included, then the message.
 * Bytes in, messages out. */
#ifndef GWD_CLIENT_FRAME_H
#define GWD_CLIENT_FRAME_H

#include <gwclient/error.h>
#include <gwclient/types.h>

#define GWD_FRAME_HEAD_LEN 4

/* Reads the first frame of `in`; `*consumed` is its length, the message lies
 * behind the head, in place.
 *
 * GW_EAGAIN   the frame is not whole yet;
 * GW_EPROTO   the length does not even cover itself;
 * GW_ETOOBIG  the frame is larger than `max` bytes, head included.
 * The errors are told as soon as the length is there. */
int gwd_frame_read(gw_slice in, size_t max, gw_slice *message,
                   size_t *consumed);

/* The head in front of `len` bytes. `len` is at most UINT32_MAX - 4. */
void gwd_frame_put_head(char out[GWD_FRAME_HEAD_LEN], size_t len);

#endif
