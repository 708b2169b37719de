/* Making requests: what commands and questions share. */
#ifndef GW_SRC_REQUEST_H
#define GW_SRC_REQUEST_H

#include "target.h"

#include <gwclient/protocol.h>

/* A command without ext_data and message. */
void gw_request_init(gw_request *r, gw_command cmd);

void gw_request_set_message(gw_request *r, const gw_message *message);

/* Whether each gateway's frame, with the clients that are its own, is one that
 * gateways accept: GW_OK, GW_ETOOBIG, or GW_ENOMEM. */
int gw_request_check_size(const gw_request *r, const gw_allocator *allocator);

/* The ext_data is a uid or group as it is; an integer is written into `text`.
 * GW_EINVAL: it is neither a string nor an integer. */
int gw_request_set_key(gw_request *r, gw_buf *text, const gw_key *key);

/* The ext_data is a JSON list. GW_EINVAL, GW_EUTF8, GW_ENOMEM, GW_ETOOBIG. */
int gw_request_set_keys(gw_request *r, gw_buf *text, const gw_key *keys,
                        size_t count);

/* [from, to) of the buffer: only once nothing more is appended. */
gw_slice gw_buf_part(const gw_buf *buf, size_t from, size_t to);

/* Appends the list; a key of no type sets GW_EINVAL on the buffer. */
void gw_request_put_keys(gw_buf *text, const gw_key *keys, size_t count);

#endif
