/* The Register's lines, one JSON object each (protocol of GatewayWorker). */
#ifndef GW_WIRE_REGISTER_LINE_H
#define GW_WIRE_REGISTER_LINE_H

#include "buf.h"

typedef enum gw_register_event {
    GW_REGISTER_UNKNOWN, /* an event we do not know */
    GW_REGISTER_GATEWAY_CONNECT,
    GW_REGISTER_WORKER_CONNECT,
    GW_REGISTER_PING,
    GW_REGISTER_BROADCAST_ADDRESSES
} gw_register_event;

/* Strings are copied, escapes resolved, into `scratch`, which must outlive the
 * line. */
typedef struct gw_register_line {
    gw_register_event event;
    gw_slice address;    /* gateway_connect; base NULL: absent */
    gw_slice secret_key; /* base NULL: absent */
    gw_slice addresses;  /* broadcast_addresses: the JSON list or object */
} gw_register_line;

/* Reads one line, its newline taken off or not. GW_EPROTO, GW_EDEPTH, GW_EUTF8
 * when it is not a JSON object with an "event". */
int gw_register_line_read(gw_slice text, gw_buf *scratch,
                          gw_register_line *line);

/* Calls `fn` for each address of a broadcast: a list, or an object whose values
 * they are. GW_EPROTO when it is neither, or when a value is not "host:port";
 * `fn`'s non-zero result ends it. */
int gw_register_each_address(gw_slice addresses,
                             int (*fn)(void *arg, gw_slice address), void *arg);

/* The lines, newline included. */
void gw_register_put_worker_connect(gw_buf *buf, gw_slice secret_key);
void gw_register_put_gateway_connect(gw_buf *buf, gw_slice address,
                                     gw_slice secret_key);
void gw_register_put_addresses(gw_buf *buf, const gw_slice *addresses,
                               size_t count);
void gw_register_put_ping(gw_buf *buf);

#endif
