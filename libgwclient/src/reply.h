/* The shapes of replies: each is a strict walk over serialize() output, in
 * place. With a NULL visitor a walk only checks. */
#ifndef GW_SRC_REPLY_H
#define GW_SRC_REPLY_H

#include <gwclient/client.h>

/* The application's callback, and where the reply comes from. */
typedef struct gw_visitor {
    union {
        gw_client_id_fn id;
        gw_uid_client_fn uid;
        gw_session_fn session;
        gw_count_fn count;
        gw_key_fn key;
        gw_row_fn row;
    } fn;
    void *arg;
    gw_client_id at;      /* ip and port of the gateway */
    const uint64_t *busy; /* when the callback has made this another number */
    uint64_t number;      /* than that, its call is over: no more is read */
} gw_visitor;

/* All return 0, GW_EPROTO, or the callback's non-zero result. */
int gw_reply_int(gw_slice reply, int64_t *num);
int gw_reply_ids(gw_slice reply, gw_visitor *v);      /* list of ids */
int gw_reply_uids(gw_slice reply, gw_visitor *v);     /* uid => list of ids */
int gw_reply_sessions(gw_slice reply, gw_visitor *v); /* id => session */
int gw_reply_counts(gw_slice reply, gw_visitor *v);   /* group => int */
int gw_reply_keys(gw_slice reply, gw_visitor *v);     /* list of groups */
int gw_reply_rows(gw_slice reply, gw_visitor *v);     /* id => fields */

int gw_reply_check_int(gw_slice reply);
int gw_reply_check_ids(gw_slice reply);
int gw_reply_check_uids(gw_slice reply);
int gw_reply_check_sessions(gw_slice reply);
int gw_reply_check_counts(gw_slice reply);
int gw_reply_check_keys(gw_slice reply);
int gw_reply_check_rows(gw_slice reply);
int gw_reply_check_bytes(gw_slice reply); /* whatever it is */
int gw_reply_check_any(gw_slice reply);   /* any one value */

#endif
