/* What carries a stream's bytes: the socket itself, or TLS on it. Only stream.c
 * calls this, and linger.c; nothing here closes a stream. */
#ifndef GWD_TRANSPORT_H
#define GWD_TRANSPORT_H

#include "core/stream.h"

/* What has come at a socket, up to `room` bytes. GW_EAGAIN: nothing now.
 * GW_ECLOSED: nothing any more. */
ssize_t gwd_transport_receive(int fd, char *base, size_t room);

/* Input, up to `room` bytes. 0: the peer says good-bye and waits for ours.
 * GW_EAGAIN: none now. GW_ECLOSED: the connection is over. GW_EPROTO: TLS has
 * failed, and the log was told. */
ssize_t gwd_transport_read(gwd_stream *stream, char *base, size_t room);

/* There may be input though the socket does not say so. */
bool gwd_transport_has_more(const gwd_stream *stream);

/* Something waits to be sent: the queue, or what TLS has made of it. */
bool gwd_transport_has_output(const gwd_stream *stream);

/* Sends some of it: how many bytes of the queue are gone. Errors as above. */
ssize_t gwd_transport_write(gwd_stream *stream);

/* The events to watch for: EV_READ if `reading`, EV_WRITE while there is
 * output; the other one where TLS has it so. */
short gwd_transport_events(const gwd_stream *stream, bool reading);

/* Tells the peer that nothing follows, if the socket takes that at once. */
void gwd_transport_goodbye(gwd_stream *stream);

#endif
