/* One call: which gateways, the poll loop, the deadline.
 *
 * A call has two phases. gw_call_all() and _ids() do all input and
 * output and return when every gateway has answered or failed; then
 * gw_call_deliver() walks over the replies, which the client owns: until then,
 * or until the next call begins. So a callback may even leave by longjmp(). */
#ifndef GW_SRC_CALL_H
#define GW_SRC_CALL_H

#include "lookup.h"
#include "target.h"

typedef struct gw_call {
    const gw_request *request;
    uint64_t begun;
    uint64_t now; /* as of the last poll */
    uint64_t deadline;

    gw_target **targets; /* in the Register's order */
    size_t count;
    size_t cap;
    gw_target *spare; /* of earlier calls, with small buffers */
    size_t spare_count;

    gw_lookup lookup;
    int looking;     /* a question to the Registers is under way */
    int cached;      /* the targets are from a list that was believed */
    int refreshed;   /* that list has been asked for again */
    int by_ids;      /* the targets are those of clients, not of a list */
    uint64_t serial; /* of calls by_ids and flushes; peers of none have 0 */
    const gw_list *list;

    gw_pollfd *fds;
    size_t fd_cap;
    uint32_t *numbers; /* room for the request's ids */
    size_t number_cap;
    gw_buf text;  /* ext_data of the request */
    gw_buf cause; /* why held targets could not begin */
    int code;     /* why the whole call failed, or 0 */
} gw_call;

void gw_call_init(gw_client *c);
void gw_call_deinit(gw_client *c);

/* Ends what is left of the last call and begins the next: GW_OK, or GW_EBUSY
 * inside a callback. Each gw_call_begin() that succeeds is followed by one
 * function of the next group, or by gw_call_fail(). */
int gw_call_begin(gw_client *c);

/* The same, and connections that were idle too long stay: gw_flush() still has
 * to ask them. */
int gw_call_begin_unswept(gw_client *c);

/* Asks every gateway that the Register lists. GW_OK, GW_EPARTIAL, or the error
 * for which nothing was done. */
int gw_call_all(gw_client *c, const gw_request *request);

/* Asks the gateways of these clients. When that is only one, its error is the
 * result. */
int gw_call_ids(gw_client *c, const gw_request *request,
                const gw_client_id *ids, size_t count);

/* Asks the gateways of the request's own clients. GW_EPARTIAL also where the
 * only one fails. */
int gw_call_clients(gw_client *c, const gw_request *request);

/* Only asks for the list: `call.list`. */
int gw_call_list(gw_client *c);

/* Ends the call with an error; for GW_OK does only that. */
int gw_call_fail(gw_client *c, int code);

/* Calls `fn` for each gateway that answered, when `code`, the result of the
 * first phase, lets it. Returns `fn`'s first non-zero result, else `code`. A
 * callback that resets the client ends it: then `busy` is no longer this call's
 * number, and its replies may be gone. */
typedef int (*gw_deliver_fn)(void *arg, gw_target *target);
int gw_call_deliver(gw_client *c, int code, gw_deliver_fn fn, void *arg);

/* ---- for the files that are parts of a call ----------------------------- */

/* Makes `request` the call's: GW_OK, GW_ETOOBIG, GW_ENOMEM. */
int gw_call_prepare(gw_client *c, const gw_request *request);

/* The poll loop: until every target has answered or failed. */
void gw_call_run(gw_client *c);

/* Ends the first phase. `partial` is what failures amount to; 0: the one
 * gateway's own code. */
int gw_call_finish(gw_client *c, int partial);

/* Forgets the targets; connections that are not back in the pool are closed. */
void gw_call_reset(gw_client *c);

/* Ends the call from within or after it: what is open is closed. Replies stay
 * until the next call begins, for a callback may be reading one. */
void gw_call_interrupt(gw_client *c);

#endif
