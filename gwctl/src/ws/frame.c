#include "ws/frame.h"

#define BIT_FIN 0x80u
#define BITS_RSV 0x70u
#define BITS_OPCODE 0x0fu
#define BIT_MASK 0x80u
#define BITS_LEN 0x7fu
#define CONTROL_BIT 0x8u
#define CONTROL_MAX 125u
#define LEN_16 126u
#define LEN_64 127u

typedef struct head {
    bool fin;
    gwctl_ws_opcode opcode;
    uint64_t len; /* of the payload */
    size_t size;  /* of the head */
} head;

static bool is_control(gwctl_ws_opcode opcode)
{
    return opcode & CONTROL_BIT;
}

static bool is_opcode(unsigned opcode)
{
    return opcode <= GWCTL_WS_BINARY ||
           (opcode >= GWCTL_WS_CLOSE && opcode <= GWCTL_WS_PONG);
}

/* The length behind the first two bytes, in its shortest form. */
static int read_length(gw_slice in, head *h)
{
    unsigned size = h->len == LEN_16 ? 2 : h->len == LEN_64 ? 8 : 0;
    uint64_t value = 0;

    h->size = 2 + size;
    if (size == 0)
        return GW_OK;
    if (in.len < h->size)
        return GW_EAGAIN;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | (uint8_t)in.base[2 + i];
    if (value < LEN_16 || (size == 8 && value <= UINT16_MAX) ||
        value >> 63 != 0)
        return GW_EPROTO;
    h->len = value;
    return GW_OK;
}

/* What the first two bytes tell is checked as soon as they are there. A server
 * masks nothing. */
static int read_head(gw_slice in, head *h)
{
    uint8_t first, second;

    if (in.len < 2)
        return GW_EAGAIN;
    first = (uint8_t)in.base[0];
    second = (uint8_t)in.base[1];
    h->fin = first & BIT_FIN;
    h->opcode = (gwctl_ws_opcode)(first & BITS_OPCODE);
    h->len = second & BITS_LEN;
    if ((first & BITS_RSV) || (second & BIT_MASK) || !is_opcode(h->opcode))
        return GW_EPROTO;
    if (is_control(h->opcode) && (!h->fin || h->len > CONTROL_MAX))
        return GW_EPROTO;
    return read_length(in, h);
}

/* Continuations only inside a message, and nothing else of data there. */
static int check_order(const gwctl_ws_reader *reader, const head *h,
                       uint64_t max)
{
    if (is_control(h->opcode))
        return GW_OK;
    if ((h->opcode == GWCTL_WS_CONTINUATION) != (reader->opcode != 0))
        return GW_EPROTO;
    if (h->len > max || reader->len > max - h->len)
        return GW_ETOOBIG;
    return GW_OK;
}

/* RFC 6455, 7.4: what may be on the wire. */
static bool is_close_code(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

static int read_close(gwctl_ws_frame *frame)
{
    gw_slice payload = frame->payload;

    frame->code = GWCTL_WS_NO_CODE;
    if (payload.len == 0)
        return GW_OK;
    if (payload.len == 1)
        return GW_EPROTO;
    frame->code =
        (uint16_t)((uint8_t)payload.base[0] << 8 | (uint8_t)payload.base[1]);
    frame->payload = gw_slice_of(payload.base + 2, payload.len - 2);
    return is_close_code(frame->code) ? GW_OK : GW_EPROTO;
}

static void read_data(gwctl_ws_reader *reader, const head *h,
                      gwctl_ws_frame *frame)
{
    frame->first = reader->opcode == 0;
    frame->opcode = frame->first ? h->opcode : reader->opcode;
    reader->opcode = h->fin ? GWCTL_WS_CONTINUATION : frame->opcode;
    reader->len = h->fin ? 0 : reader->len + h->len;
}

int gwctl_ws_read(gwctl_ws_reader *reader, gw_slice in, uint64_t max,
                  gwctl_ws_frame *frame, size_t *consumed)
{
    head h;
    int rc = read_head(in, &h);

    if (rc != GW_OK || (rc = check_order(reader, &h, max)) != GW_OK)
        return rc;
    if (in.len - h.size < h.len)
        return GW_EAGAIN;
    memset(frame, 0, sizeof(*frame));
    frame->opcode = h.opcode;
    frame->first = true;
    frame->last = h.fin;
    frame->payload = gw_slice_of(in.base + h.size, (size_t)h.len);
    *consumed = h.size + (size_t)h.len;
    if (!is_control(h.opcode))
        read_data(reader, &h, frame);
    return h.opcode == GWCTL_WS_CLOSE ? read_close(frame) : GW_OK;
}

size_t gwctl_ws_write_head(char out[GWCTL_WS_HEAD_MAX], gwctl_ws_opcode opcode,
                           uint64_t len, const char mask[GWCTL_WS_MASK_LEN])
{
    unsigned size = len < LEN_16 ? 0 : len <= UINT16_MAX ? 2 : 8;
    unsigned second = size == 0 ? (unsigned)len : size == 2 ? LEN_16 : LEN_64;

    out[0] = (char)(BIT_FIN | opcode);
    out[1] = (char)(BIT_MASK | second);
    for (unsigned i = size; i > 0; i--, len >>= 8)
        out[1 + i] = (char)(len & 0xff);
    memcpy(out + 2 + size, mask, GWCTL_WS_MASK_LEN);
    return 2 + size + GWCTL_WS_MASK_LEN;
}

void gwctl_ws_mask(char *out, const char *in, size_t len,
                   const char mask[GWCTL_WS_MASK_LEN])
{
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(in[i] ^ mask[i % GWCTL_WS_MASK_LEN]);
}
