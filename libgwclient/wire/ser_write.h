/* PHP serialize() output, piece by piece. The caller counts the elements. */
#ifndef GW_WIRE_SER_WRITE_H
#define GW_WIRE_SER_WRITE_H

#include "buf.h"

void gw_ser_put_null(gw_buf *buf);
void gw_ser_put_bool(gw_buf *buf, int value);
void gw_ser_put_int(gw_buf *buf, int64_t num);
void gw_ser_put_string(gw_buf *buf, gw_slice s);
void gw_ser_put_key(gw_buf *buf, const gw_key *key); /* INT or STRING, as is */
void gw_ser_put_array(gw_buf *buf, size_t count);    /* "a:N:{" */
void gw_ser_put_array_end(gw_buf *buf);

#endif
