/* What is called at the end of a turn, for each stream on a list. */
#ifndef GWD_STREAM_FLUSH_H
#define GWD_STREAM_FLUSH_H

#include "core/stream.h"

/* Writes what the kernel takes, and closes the stream when its time has come.
 * The stream may be gone afterwards. */
void gwd_stream_flush(gwd_stream *stream);

/* Carries the TLS handshake on with the input that it waited for. */
void gwd_stream_shake_hands(gwd_stream *stream);

#endif
