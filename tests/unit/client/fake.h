/* Scripted gateways and Registers on 127.0.0.1, each a thread of the test.
 *
 * Every wait is for a condition and ends after FAKE_PATIENCE_MS; a wait that
 * was in vain fails the test. */
#ifndef GW_TEST_FAKE_H
#define GW_TEST_FAKE_H

#include <stddef.h>
#include <stdint.h>

#include <gwclient/gwclient.h>

#define FAKE_PATIENCE_MS 30000

typedef enum fake_mode {
    FAKE_ANSWER,
    FAKE_SILENT,  /* reads, and says nothing */
    FAKE_DEAF,    /* accepts, and does not even read */
    FAKE_HALF,    /* half of the reply, then nothing */
    FAKE_GARBAGE, /* a reply that is no serialize() output */
    FAKE_CLOSE,   /* closes when a frame has come */
    FAKE_RESET,   /* the same, with RST */
    FAKE_EXTRA,   /* a byte too many behind the reply */
    FAKE_DRIP     /* the reply byte by byte */
} fake_mode;

typedef struct fake fake;

fake *fake_gateway(void);
fake *fake_register(void);
fake *fake_gateway6(void); /* on ::1; NULL: there is no IPv6 here */
void fake_free(fake *f);

uint16_t fake_port(const fake *f);
/* "127.0.0.1:PORT", for as long as the fake lives. */
const char *fake_address(const fake *f);
gw_client_id fake_client(const fake *f, uint32_t connection);

/* Closes listener and connections, and comes back on the same port. */
void fake_stop(fake *f);
void fake_start(fake *f);
/* Closes the connections only, and returns when that is done. */
void fake_hang_up(fake *f);
/* Between these its thread only waits, and holds no memory of its own. */
void fake_rest(fake *f);
void fake_go_on(fake *f);

void fake_set_mode(fake *f, fake_mode mode);
/* Serialized answer to every command with a reply; NULL: by command. */
void fake_set_reply(fake *f, const void *base, size_t len);
void fake_set_reply_str(fake *f, const char *reply);
/* The key without which connections are closed; NULL: none is needed. */
void fake_set_key(fake *f, const char *key);
/* A Register's line, without its newline. */
void fake_set_line(fake *f, const char *line);
/* The line for these gateways. */
void fake_set_gateways(fake *f, fake *const *gateways, size_t count);

unsigned fake_accepts(fake *f); /* connections so far */
unsigned fake_open(fake *f);    /* connections that are open now */
/* A call may have returned before the gateway's thread has seen what it sent:
 * these count when so many have come, or after FAKE_PATIENCE_MS. */
unsigned fake_accepts_by(fake *f, unsigned want);
unsigned fake_frames_by(fake *f, unsigned want);
#define assert_accepts(f, want) assert_int_equal(fake_accepts_by(f, want), want)
#define assert_frames(f, want) assert_int_equal(fake_frames_by(f, want), want)
/* What came since the last fake_forget(), over all connections, in order. */
size_t fake_bytes(fake *f, uint8_t *out, size_t cap);
void fake_forget(fake *f);
/* How many times `text` is in those bytes. */
unsigned fake_count(fake *f, const char *text);

/* Until so many frames (or lines) have come since fake_forget(),
 * authorisation not counted. */
void fake_wait_frames(fake *f, unsigned count);
void fake_wait_open(fake *f, unsigned count);   /* are open now */
void fake_wait_closed(fake *f, unsigned count); /* have ended so far */

uint64_t fake_now(void); /* milliseconds, monotonic */

/* One of two addresses that refuse: nobody listens, and nobody else can, for
 * the ports are taken. */
const char *fake_refusing(unsigned which);
/* An address where connecting hangs: its listener's queue is full. */
typedef struct fake_full fake_full;
fake_full *fake_full_new(void);
const char *fake_full_address(const fake_full *full);
void fake_full_free(fake_full *full);

#endif
