/* One stream with TLS on a real loop, over a real socket, and OpenSSL's client
 * at its other end. */
#ifndef GWD_TEST_TLS_STAGE_H
#define GWD_TEST_TLS_STAGE_H

#include "tls_peer.h"

#include "tls/context.h"

/* Notes all input. */
typedef struct owner {
    gwd_stream stream; /* first: a stream is its owner */
    gw_buf got;
    unsigned closed;
    unsigned secured;
    bool failed; /* what on_close saw */
} owner;

extern gwd_loop *loop;
extern char
    folder[PATH_LEN]; /* with certificates of these hosts: "main" of
                         main.test, "other" of other.test, "wild" of
                         *.wild.test; the key of "locked" is encrypted */
extern gwd_tls *tls;
extern char tls_error[GWD_TLS_ERROR_LEN + 1];
extern owner o;
extern gwd_stream_kind kind; /* of `o` */
extern tls_peer peer;
extern int fds[2]; /* the stream's end, and the peer's */

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/* For all tests of a program. */
int stage_make_files(void **state);
int stage_remove_files(void **state);

/* For each test: `tls` has the settings of "main". */
int stage_setup(void **state);
int stage_teardown(void **state);

/* Settings with the certificate NAME, and those of the streams to come. */
gwd_tls_config config_for(const char *name);
void use(const gwd_tls_config *config);

/* A new stream: without TLS; with it; on sockets that `pair` makes; and with
 * the handshake done. `version`: as of peer_begin(). */
void open_stream(void);
void accept_tls(int version);
void accept_tls_on(void (*pair)(int fds[2]), int version);
void connect_tls(int version);

bool is_closed(void *arg);
void await_close(bool failed);

/* Until so many bytes have come in all. */
void await_bytes(size_t len);

/* One message each way. */
void talk(void);

/* Ends both sides, whatever is left of them. */
void hang_up(void);

#endif
