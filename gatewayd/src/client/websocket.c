#include "client/websocket.h"

#include <stdlib.h>

#include "client/utf8.h"

#define BIT_FIN 0x80u
#define BITS_RSV 0x70u
#define BITS_OPCODE 0x0fu
#define BIT_MASK 0x80u
#define BITS_LEN 0x7fu

#define CONTROL_BIT 0x8u
#define CONTROL_MAX 125u
#define LEN_16 126u
#define LEN_64 127u
#define MASK_LEN 4u

#define PIECE 512u /* of a text that is looked at ahead of time */

/* A frame's header. */
typedef struct frame {
    bool fin;
    gwd_ws_opcode opcode;
    uint64_t len; /* of the payload */
    size_t head;  /* bytes of the header, mask included */
    const char *mask;
} frame;

/* A message that comes in fragments, or a text whose frame is not whole. */
struct gwd_ws_message {
    gwd_ws_opcode opcode;
    gwd_utf8 utf8;
    bool open;    /* a fragment was taken in */
    bool whole;   /* nothing more belongs to it */
    size_t ahead; /* bytes of the coming frame that `utf8` has seen already */
    size_t len;
    size_t cap;
    char *data;
};

static bool is_control(gwd_ws_opcode opcode)
{
    return opcode & CONTROL_BIT;
}

static bool is_opcode(unsigned opcode)
{
    return opcode <= GWD_WS_BINARY ||
           (opcode >= GWD_WS_CLOSE && opcode <= GWD_WS_PONG);
}

/* The length behind the first two bytes, in its shortest form. */
static int read_length(const char *in, size_t len, frame *f)
{
    unsigned size = f->len == LEN_16 ? 2 : f->len == LEN_64 ? 8 : 0;
    uint64_t value = 0;

    f->head = 2 + size + MASK_LEN;
    if (size == 0)
        return GW_OK;
    if (len < 2 + size)
        return GW_EAGAIN;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | (uint8_t)in[2 + i];
    if (value < LEN_16 || (size == 8 && value <= UINT16_MAX) ||
        value >> 63 != 0)
        return GW_EPROTO;
    f->len = value;
    return GW_OK;
}

/* What the first two bytes tell is checked as soon as they are there. */
static int read_head(const char *in, size_t len, frame *f)
{
    uint8_t first, second;
    int result;

    if (len < 2)
        return GW_EAGAIN;
    first = (uint8_t)in[0];
    second = (uint8_t)in[1];
    f->fin = first & BIT_FIN;
    f->opcode = first & BITS_OPCODE;
    f->len = second & BITS_LEN;
    if ((first & BITS_RSV) || !(second & BIT_MASK) || !is_opcode(f->opcode))
        return GW_EPROTO;
    if (is_control(f->opcode) && (!f->fin || f->len > CONTROL_MAX))
        return GW_EPROTO;
    if ((result = read_length(in, len, f)) < 0)
        return result;
    if (len < f->head)
        return GW_EAGAIN;
    f->mask = in + f->head - MASK_LEN;
    return GW_OK;
}

static bool is_open(const gwd_ws_reader *reader)
{
    return reader->message != NULL && reader->message->open;
}

/* Continuations only inside a message, and nothing else of data there. */
static int check_order(const gwd_ws_reader *reader, const frame *f, size_t max)
{
    size_t before = reader->message == NULL ? 0 : reader->message->len;

    if (is_control(f->opcode))
        return GW_OK;
    if ((f->opcode == GWD_WS_CONTINUATION) != is_open(reader))
        return GW_EPROTO;
    if (f->len > max || before > max - f->len)
        return GW_ETOOBIG;
    return GW_OK;
}

static void unmask(char *data, size_t len, const char *mask_bytes)
{
    uint64_t mask64;
    char mask[8];
    size_t i = 0;

    memcpy(mask, mask_bytes, MASK_LEN);
    memcpy(mask + MASK_LEN, mask_bytes, MASK_LEN);
    memcpy(&mask64, mask, sizeof(mask64));
    for (; len - i >= sizeof(mask64); i += sizeof(mask64)) {
        uint64_t word;

        memcpy(&word, data + i, sizeof(word));
        word ^= mask64;
        memcpy(data + i, &word, sizeof(word));
    }
    for (; i < len; i++)
        data[i] ^= mask[i % MASK_LEN];
}

/* RFC 6455, 7.4: what may be on the wire. */
static bool is_close_code(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

static int read_close(gw_slice payload, gwd_ws_event *event)
{
    gwd_utf8 utf8 = {0, 0, 0};

    event->code = GWD_WS_CODE_NORMAL;
    if (payload.len == 0)
        return GW_OK;
    if (payload.len == 1)
        return GW_EPROTO;
    event->code =
        (uint16_t)((uint8_t)payload.base[0] << 8 | (uint8_t)payload.base[1]);
    event->payload = gw_slice_of(payload.base + 2, payload.len - 2);
    if (!is_close_code(event->code))
        return GW_EPROTO;
    if (!gwd_utf8_feed(&utf8, event->payload.base, event->payload.len) ||
        !gwd_utf8_whole(&utf8))
        return GW_EUTF8;
    return GW_OK;
}

static int read_control(const frame *f, gw_slice payload, gwd_ws_event *event)
{
    event->opcode = f->opcode;
    event->payload = payload;
    return f->opcode == GWD_WS_CLOSE ? read_close(payload, event) : GW_OK;
}

static int append(struct gwd_ws_message *message, gw_slice payload)
{
    size_t need = message->len + payload.len;

    if (need > message->cap) {
        size_t cap = message->cap * 2 < need ? need : message->cap * 2;
        char *data = realloc(message->data, cap);

        if (data == NULL)
            return GW_ENOMEM;
        message->data = data;
        message->cap = cap;
    }
    if (payload.len > 0)
        memcpy(message->data + message->len, payload.base, payload.len);
    message->len = need;
    return GW_OK;
}

/* The reader's message, made where there is none. NULL: GW_ENOMEM. */
static struct gwd_ws_message *message_of(gwd_ws_reader *reader, const frame *f)
{
    if (reader->message == NULL) {
        reader->message = calloc(1, sizeof(*reader->message));
        if (reader->message != NULL)
            reader->message->opcode = f->opcode;
    }
    return reader->message;
}

static int check_text(gwd_utf8 *utf8, gw_slice payload, bool last)
{
    if (!gwd_utf8_feed(utf8, payload.base, payload.len) ||
        (last && !gwd_utf8_whole(utf8)))
        return GW_EUTF8;
    return GW_OK;
}

/* The text of a whole frame, less what was looked at before. */
static int check_rest(struct gwd_ws_message *message, gw_slice payload,
                      bool last)
{
    size_t ahead = message->ahead;

    message->ahead = 0;
    return check_text(&message->utf8,
                      gw_slice_of(payload.base + ahead, payload.len - ahead),
                      last);
}

/* Looks at up to PIECE masked bytes, which stay as they are. */
static int check_piece(struct gwd_ws_message *message, const char *in,
                       size_t len, const char *mask)
{
    char piece[PIECE];
    char turned[MASK_LEN];

    for (size_t i = 0; i < MASK_LEN; i++)
        turned[i] = mask[(message->ahead + i) % MASK_LEN];
    memcpy(piece, in, len);
    unmask(piece, len, turned);
    message->ahead += len;
    return check_text(&message->utf8, gw_slice_of(piece, len), false);
}

/* What is there of a frame that is not whole: a text may be wrong already.
 * GW_EAGAIN when it is not. */
static int look_ahead(gwd_ws_reader *reader, const frame *f, gw_slice in)
{
    struct gwd_ws_message *message = reader->message;
    int result = GW_OK;

    if ((message == NULL ? f->opcode : message->opcode) != GWD_WS_TEXT ||
        is_control(f->opcode) || in.len == 0)
        return GW_EAGAIN;
    if ((message = message_of(reader, f)) == NULL)
        return GW_ENOMEM;
    while (result == GW_OK && message->ahead < in.len) {
        size_t left = in.len - message->ahead;

        result = check_piece(message, in.base + message->ahead,
                             left < PIECE ? left : PIECE, f->mask);
    }
    return result < 0 ? result : GW_EAGAIN;
}

/* A message in one frame: nothing is stored. */
static int read_single(gwd_ws_reader *reader, const frame *f, gw_slice payload,
                       gwd_ws_event *event)
{
    gwd_utf8 utf8 = {0, 0, 0};

    event->opcode = f->opcode;
    event->payload = payload;
    if (f->opcode != GWD_WS_TEXT)
        return GW_OK;
    if (reader->message == NULL)
        return check_text(&utf8, payload, true);
    reader->message->whole = true;
    return check_rest(reader->message, payload, true);
}

static int read_fragment(gwd_ws_reader *reader, const frame *f,
                         gw_slice payload, gwd_ws_event *event)
{
    struct gwd_ws_message *message = message_of(reader, f);
    int result;

    if (message == NULL)
        return GW_ENOMEM;
    message->open = true;
    if (message->opcode == GWD_WS_TEXT &&
        (result = check_rest(message, payload, f->fin)) < 0)
        return result;
    if ((result = append(message, payload)) < 0)
        return result;
    event->opcode = GWD_WS_CONTINUATION;
    if (f->fin) {
        message->whole = true;
        event->opcode = message->opcode;
        event->payload = gw_slice_of(message->data, message->len);
    }
    return GW_OK;
}

int gwd_ws_read(gwd_ws_reader *reader, char *in, size_t len, size_t max,
                gwd_ws_event *event, size_t *consumed)
{
    frame f;
    gw_slice payload;
    int result;

    if (reader->message != NULL && reader->message->whole)
        gwd_ws_reader_clear(reader);
    memset(event, 0, sizeof(*event));
    if ((result = read_head(in, len, &f)) < 0 ||
        (result = check_order(reader, &f, max)) < 0)
        return result;
    if (len - f.head < f.len)
        return look_ahead(reader, &f, gw_slice_of(in + f.head, len - f.head));
    payload = gw_slice_of(in + f.head, (size_t)f.len);
    unmask(in + f.head, payload.len, f.mask);
    *consumed = f.head + payload.len;
    if (is_control(f.opcode))
        return read_control(&f, payload, event);
    if (f.fin && !is_open(reader))
        return read_single(reader, &f, payload, event);
    return read_fragment(reader, &f, payload, event);
}

void gwd_ws_reader_clear(gwd_ws_reader *reader)
{
    if (reader->message == NULL)
        return;
    free(reader->message->data);
    free(reader->message);
    reader->message = NULL;
}

uint16_t gwd_ws_error_code(int error)
{
    switch (error) {
    case GW_EUTF8:
        return GWD_WS_CODE_DATA;
    case GW_ETOOBIG:
        return GWD_WS_CODE_TOO_BIG;
    case GW_ENOMEM:
        return GWD_WS_CODE_INTERNAL;
    default:
        return GWD_WS_CODE_PROTOCOL;
    }
}

static void put_be(char *out, uint64_t value, unsigned size)
{
    for (unsigned i = size; i-- > 0; value >>= 8)
        out[i] = (char)(value & 0xff);
}

size_t gwd_ws_put_head(char *out, gwd_ws_opcode opcode, uint64_t len)
{
    unsigned size = len < LEN_16 ? 0 : len <= UINT16_MAX ? 2 : 8;

    out[0] = (char)(BIT_FIN | opcode);
    out[1] = (char)(size == 0 ? len : size == 2 ? LEN_16 : LEN_64);
    put_be(out + 2, len, size);
    return 2 + size;
}

void gwd_ws_put_close(char out[GWD_WS_CLOSE_LEN], uint16_t code)
{
    size_t head = gwd_ws_put_head(out, GWD_WS_CLOSE, 2);

    put_be(out + head, code, 2);
}
