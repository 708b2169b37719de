/* One question to the Registers: which gateways are there? Driven by the poll
 * loop of a call, so that it shares the call's deadline. */
#ifndef GW_SRC_LOOKUP_H
#define GW_SRC_LOOKUP_H

#include "dial.h"
#include "registry.h"

typedef enum gw_lookup_state {
    GW_LOOKUP_IDLE,
    GW_LOOKUP_CONNECT,
    GW_LOOKUP_SEND,
    GW_LOOKUP_RECV
} gw_lookup_state;

typedef struct gw_lookup {
    gw_lookup_state state;
    gw_list_source first; /* who is asked first */
    size_t turn;          /* so many have failed */
    gw_endpoints endpoints;
    gw_dial dial;
    gw_socket fd;
    uint64_t limit;    /* of waiting for this Register */
    uint64_t deadline; /* of the call */
    size_t sent;
    gw_buf request; /* holds the key */
    gw_buf reply;
    gw_buf unreached; /* "tcp://ADDRESS CAUSE; …" */
    gw_buf bad; /* the first answer that was none: "tcp://… return …" */
    const gw_list *list; /* the result; NULL: no gateway at all */
} gw_lookup;

void gw_lookup_init(gw_client *c);

/* Both return GW_EAGAIN while the question is under way; GW_OK, and then
 * `list`; or GW_EREGISTER, GW_EREGISTERREPLY, GW_ENOMEM. */
int gw_lookup_start(gw_client *c, uint64_t deadline);
int gw_lookup_step(gw_client *c, int ready, uint64_t now);

/* What the poll loop waits for. 0: nothing. */
int gw_lookup_wants(const gw_lookup *l, gw_pollfd *fd, uint64_t *limit);

/* What went wrong, in the reference's words, and as the call's error. */
void gw_lookup_put_cause(const gw_client *c, int code, gw_buf *to);
int gw_lookup_report(gw_client *c, int code);
int gw_lookup_report_none(gw_client *c);

/* Gives up, wipes and frees. */
void gw_lookup_cancel(gw_client *c);

#endif
