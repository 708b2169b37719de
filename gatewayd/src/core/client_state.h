/* Inside of a client. Every byte here counts: an idle client owns this struct,
 * what the hub keeps for it, and nothing else (design rule 8). */
#ifndef GWD_CLIENT_STATE_H
#define GWD_CLIENT_STATE_H

#include <stddef.h>

#include "client/handshake.h"
#include "client/ip.h"
#include "client/websocket.h"
#include "core/client.h"
#include "core/clients.h"
#include "core/encoding.h"
#include "core/random.h"
#include "core/ring.h"

#define GWD_CLIENT_SIZE_MAX 320

/* gwd_stream.phase of a client */
enum {
    GWD_CLIENT_NEW,       /* nobody was told of it yet: the PROXY header is not
                             whole */
    GWD_CLIENT_HANDSHAKE, /* the upgrade request is not whole yet */
    GWD_CLIENT_OPEN,
    GWD_CLIENT_DOOMED,  /* ends with this turn, in the hub until then */
    GWD_CLIENT_REFUSED, /* out of the hub: awaits the request, to refuse it */
    GWD_CLIENT_CLOSING, /* out of the hub; its stream is flushing, or ended */
    GWD_CLIENT_PHASES
};

/* gwd_timeout.flags of a client */
enum {
    GWD_CLIENT_COUNTED = 1,   /* among those of its address */
    GWD_CLIENT_IPV6 = 2,      /* `ip` is a place in the book of addresses */
    GWD_CLIENT_PINGED = 4,    /* and silent since */
    GWD_CLIENT_PROBATION = 8, /* to be closed if nothing is bound to it */
};

#define GWD_CLIENT_AGE_BITS 17
#define GWD_CLIENT_AGE_MAX ((1u << GWD_CLIENT_AGE_BITS) - 1)

struct gwd_client {
    gwd_stream stream; /* `note`: the client's port */
    gwd_member member;
    struct gwd_worker *worker;           /* see gwd_client_worker() */
    uint32_t ip;                         /* see client_address.c */
    uint32_t born : GWD_CLIENT_AGE_BITS; /* second when this phase began */
    uint32_t beats : 15; /* heartbeats since its last message, at most… */
    gwd_timeout timeout; /* `note`: second of its last sign of life */
    union {
        struct gwd_waiting *waiting;  /* NEW, HANDSHAKE: messages that came too
                                         early, or NULL */
        gwd_ws_reader reader;         /* OPEN, websocket */
        size_t scanned;               /* OPEN, text */
        gwd_close_reason reason;      /* DOOMED */
        gwd_handshake_result refusal; /* REFUSED */
    } u;
};

/* What is spoken on a port, once the client is open. */
typedef struct gwd_client_speech {
    /* Uses up one unit of what arrived: its length, or 0 when it is not whole,
     * or when the client is gone. */
    size_t (*read)(gwd_client *client, const char *base, size_t len);
    gwd_encoding encoding;
    /* The others are NULL where there is no such thing. */
    void (*forget)(gwd_client *client); /* frees what it has read */
    void (*ping)(gwd_client *client);   /* asks for a sign of life */
    void (*goodbye)(gwd_client *client, uint16_t code);
    bool handshake; /* not open from the beginning */
} gwd_client_speech;

extern const gwd_client_speech gwd_client_speech_websocket;
extern const gwd_client_speech gwd_client_speech_text;
extern const gwd_client_speech gwd_client_speech_frame;
extern const gwd_client_speech gwd_client_speech_tcp;

struct gwd_client_port {
    gwd_stream_kind kind; /* of the clients that came in here */
    gwd_clients *clients;
    gwd_client_port *next;
    gwd_client_port_config config;
    const gwd_client_speech *speech;
    gwd_encoding encoding;
};

/* Copied texts; one block of memory, to be freed. */
typedef struct gwd_client_list {
    gw_slice *items;
    size_t count;
} gwd_client_list;

/* What gwd_clients_reload() replaces as a whole. */
typedef struct gwd_clients_lists {
    gwd_client_list greeting; /* one */
    gwd_client_list origins;
    gwd_networks proxies;
} gwd_clients_lists;

struct gwd_clients {
    gwd_clients_config config; /* its texts are not to be used: see below */
    gwd_clients_lists lists;
    gwd_client_list protocols;
    gwd_message *ping; /* NULL: the heartbeat sends nothing */
    struct event heartbeat;
    gwd_ring ring;
    gwd_random_stock ids;
    gwd_client_port *ports;
    struct gwd_addresses *addresses; /* client_address.c */
    struct gwd_crowds *crowds;       /* client_limits.c; NULL: never used */
    unsigned refused;                /* clients in GWD_CLIENT_REFUSED */
};

static inline gwd_client_port *gwd_client_port_of(const gwd_client *client)
{
    const char *kind = (const char *)client->stream.kind;

    return (gwd_client_port *)(kind - offsetof(gwd_client_port, kind));
}

static inline gwd_clients *gwd_clients_of(const gwd_client *client)
{
    return gwd_client_port_of(client)->clients;
}

/* A client that does not take its last bytes is cut off after so long. */
#define GWD_CLIENT_CLOSE_SECONDS 10
/* One that is kicked has a message to get, behind all that waits for it. */
#define GWD_CLIENT_KICK_SECONDS 60

/* ---- client.c ----------------------------------------------------------- */

/* A whole message came from the client. */
void gwd_client_on_message(gwd_client *client, gw_slice message);

/* The handshake is over: `answer` (may be empty), the greeting, then what was
 * sent before. */
void gwd_client_open(gwd_client *client, gw_slice answer);

/* Where the client comes from is known as far as its connection tells: it is
 * announced, or turned away. */
void gwd_client_enter(gwd_client *client);

/* Where the port has it: what follows is TLS. False: ENOMEM, and the client is
 * dropped. */
bool gwd_client_start_tls(gwd_client *client);

/* Its connection stands: opens the client, unless its protocol has a handshake
 * of its own. */
void gwd_client_may_open(gwd_client *client);

/* Out of the hub, and out of every phase that has memory of its own. Once; the
 * stream is left to the caller. */
void gwd_client_forget(gwd_client *client, gwd_close_reason reason);

/* Takes the client out of the hub and lets its stream end after the flush; who
 * does not take it within `seconds` is cut off. */
void gwd_client_leave(gwd_client *client, gwd_close_reason reason,
                      unsigned seconds);

/* The end of the turn will be the client's, after one attempt to send what is
 * queued: for where the hub is being walked, and may not change. */
void gwd_client_doom(gwd_client *client, gwd_close_reason reason);

/* Sends a close frame with `code` where there is such a thing, unless it is too
 * early. Closing is left to the caller. */
void gwd_client_say_goodbye(gwd_client *client, uint16_t code);

/* ---- what arrives on the stream ----------------------------------------- */

/* client_input.c */
ssize_t gwd_client_on_data(gwd_stream *stream, const char *base, size_t len);

/* client_websocket.c: the upgrade request, to be granted or refused. */
size_t gwd_client_read_handshake(gwd_client *client, const char *base,
                                 size_t len);
size_t gwd_client_read_refused(gwd_client *client, const char *base,
                               size_t len);

/* ---- client_timers.c ---------------------------------------------------- */

/* Begins to count the client's age, in this phase. */
void gwd_client_be_born(gwd_client *client);

/* Looks at the client again when the next of its times is up. */
void gwd_client_arm(gwd_client *client);
void gwd_client_on_timeout(gwd_timeout *timeout);

/* Whatever arrives is a sign of life. */
void gwd_client_note_life(gwd_client *client);

/* client_heartbeat.c. GW_ENOMEM. */
int gwd_clients_start_heartbeat(gwd_clients *clients);
void gwd_clients_stop_heartbeat(gwd_clients *clients);

/* ---- client_address.c: where clients are -------------------------------- */

int gwd_client_set_ip(gwd_client *client, const gwd_ip *ip); /* GW_ENOMEM */
gwd_ip gwd_client_ip(const gwd_client *client);
void gwd_client_clear_ip(gwd_client *client); /* unknown */
void gwd_addresses_free(struct gwd_addresses *addresses);

/* ---- client_limits.c: how many of them ---------------------------------- */

/* Counts the client among those of its address, unless it is already, or that
 * is a trusted proxy's. False: they are too many, or ENOMEM. */
bool gwd_client_count(gwd_client *client);

/* The same, for one that was there before the limit. */
void gwd_client_count_anyhow(gwd_client *client);

void gwd_client_discount(gwd_client *client);
void gwd_crowds_free(struct gwd_crowds *crowds);

/* ---- waiting.c: messages for a client whose handshake is not finished ---- */

/* False: the message was dropped. */
bool gwd_waiting_add(struct gwd_waiting **waiting, gwd_message *message,
                     size_t limit);
void gwd_waiting_free(struct gwd_waiting **waiting);
/* Hands them over in order, and frees. */
void gwd_waiting_flush(struct gwd_waiting **waiting, gwd_client *client);

#endif
