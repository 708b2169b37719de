/* The binary frame of the inner port: 28 bytes of header, ext_data, body. All
 * integers are big-endian on the wire and host-endian here. */
#ifndef GWCLIENT_FRAME_H
#define GWCLIENT_FRAME_H

#include "types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the header. */
#define GW_FRAME_HEAD_LEN 28

/* GatewayWorker refuses frames above this. */
#define GW_FRAME_MAX ((size_t)10 * 1024 * 1024)

/* A frame. Its lengths are those of `ext` and `body`. */
typedef struct gw_frame {
    uint8_t cmd;  /* GW_CMD_… */
    uint8_t flag; /* GW_FLAG_… */
    uint16_t local_port;
    uint16_t client_port;
    uint16_t gateway_port;
    uint32_t local_ip;
    uint32_t client_ip;
    uint32_t connection_id;
    gw_slice ext;
    gw_slice body;
} gw_frame;

/* Writes the header that goes before `ext` and `body`, whose lengths it takes
 * from the frame. GW_ETOOBIG when the whole would not fit 32 bits. */
int gw_frame_encode_head(const gw_frame *frame,
                         uint8_t head[GW_FRAME_HEAD_LEN]);

/* Reads the first frame of `in`. The frame's slices point into `in`.
 *
 * Returns 0 and sets `*consumed` to the frame's length;
 *   GW_EAGAIN   the frame is not whole yet; `*consumed` is its length when the
 *               header tells it, else 0;
 *   GW_EPROTO   its lengths contradict each other;
 *   GW_ETOOBIG  it is longer than `max` bytes. */
int gw_frame_decode(gw_slice in, size_t max, gw_frame *frame, size_t *consumed);

#ifdef __cplusplus
}
#endif

#endif /* GWCLIENT_FRAME_H */
