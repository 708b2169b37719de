/* What the parts of listen share. */
#ifndef GWCTL_LISTEN_H
#define GWCTL_LISTEN_H

#include "app.h"
#include "core/lines.h"
#include "net/websocket.h"

typedef struct gwctl_listener {
    gwctl_app *app;
    gwctl_websocket ws;
    gwctl_lines input;
    uint64_t messages;       /* that arrived */
    bool binding;            /* --uid, --group: our client_id is waited for */
    uint64_t bind_deadline;  /* ms, as all deadlines */
    uint64_t close_deadline; /* once we have closed */
    uint64_t next_ping;
    uint64_t next_look;    /* whether the network is gone */
    uint64_t ping_sent_ns; /* 0: none is unanswered */
    uint64_t heard;        /* of ws.received, when a ping was due last */
    bool unsent;           /* output was dropped */
    int status;
    bool done;
} gwctl_listener;

/* Binds the connection, if that is still to be done, to what this message tells
 * as its client_id. Only the first can be the greeting: those after it are
 * written by anybody. GWCTL_OK, or what failed. */
int gwctl_listen_bind(gwctl_listener *l, gw_slice message);

/* The client_id in a greeting: after "client_id", a colon and a quote. */
bool gwctl_find_client_id(gw_slice message, gw_client_id *id);

/* Messages go to standard output, one a line; the rest is said on standard
 * error. With --json all are objects on standard output. */
void gwctl_listen_print_open(gwctl_listener *l);
void gwctl_listen_print_message(gwctl_listener *l, const gwctl_ws_event *event);
void gwctl_listen_print_ping(gwctl_listener *l, gw_slice payload);
void gwctl_listen_print_pong(gwctl_listener *l);
void gwctl_listen_print_bound(gwctl_listener *l, const gw_client_id *id);
void gwctl_listen_print_close(gwctl_listener *l, uint16_t code,
                              gw_slice reason);

#endif
