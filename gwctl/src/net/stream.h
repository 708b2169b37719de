/* A connection to a server, plain or TLS. Non-blocking once it stands. */
#ifndef GWCTL_STREAM_H
#define GWCTL_STREAM_H

#include <stdint.h>

#include "net/tls.h"

typedef struct gwctl_stream {
    int fd;
    gwctl_tls *tls; /* NULL: plain */
} gwctl_stream;

typedef struct gwctl_stream_goal {
    const char *host;
    const char *name; /* what its certificate has to be for */
    uint16_t port;
    bool tls;
    const char *ca_file; /* see gwctl_tls_new() */
    bool insecure;
    uint64_t connect_timeout; /* ms, for each address of the host */
} gwctl_stream_goal;

/* Resolves, connects and does the handshake of TLS, until `deadline` (see
 * gwctl_now_ms()); only resolving may take longer. 0, or GWCTL_NET_FAILED:
 * `error` says why, and there is nothing to close. */
int gwctl_stream_open(gwctl_stream *stream, const gwctl_stream_goal *goal,
                      uint64_t deadline, char error[GWCTL_NET_ERROR_LEN + 1]);
void gwctl_stream_close(gwctl_stream *stream);

/* After so long without a sign of life the network is gone. */
#define GWCTL_STREAM_LOST_MS 60000

/* Whether what was sent is repeated in vain, and nothing was heard of the peer
 * for so many ms. A peer whose buffers are full acknowledges even so. False
 * where the system does not tell, and while nothing is on its way: then the
 * kernel probes, and the connection ends by itself. */
bool gwctl_stream_is_lost(const gwctl_stream *stream, unsigned ms);

/* As gwctl_tls_read() and gwctl_tls_write(). A connection that the peer reset
 * is at its end, too. */
ssize_t gwctl_stream_read(gwctl_stream *stream, void *out, size_t len,
                          char error[GWCTL_NET_ERROR_LEN + 1]);
ssize_t gwctl_stream_write(gwctl_stream *stream, const void *base, size_t len,
                           char error[GWCTL_NET_ERROR_LEN + 1]);

#endif
