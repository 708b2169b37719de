#include "core/message.h"

#include <stdlib.h>

#include "client/frame.h"
#include "client/websocket.h"
#include "core/chunk.h"
#include "core/encoding.h"
#include "core/log.h"

/* The body is held once, as the chunk of GWD_ENCODING_RAW. */
struct gwd_message {
    uint32_t refs;
    bool raw;
    bool lost; /* it could not be encoded, and the log says so */
    gwd_chunk *encoded[GWD_ENCODING_COUNT];
};

gwd_message *gwd_message_new(gw_slice body, bool raw)
{
    gwd_message *message = calloc(1, sizeof(*message));

    if (message == NULL)
        return NULL;
    message->refs = 1;
    message->raw = raw;
    message->encoded[GWD_ENCODING_RAW] = gwd_chunk_new(body.base, body.len);
    if (message->encoded[GWD_ENCODING_RAW] == NULL) {
        free(message);
        return NULL;
    }
    return message;
}

gwd_message *gwd_message_ref(gwd_message *message)
{
    message->refs++;
    return message;
}

void gwd_message_unref(gwd_message **message)
{
    gwd_message *gone = *message;

    *message = NULL;
    if (gone == NULL || --gone->refs > 0)
        return;
    for (int i = 0; i < GWD_ENCODING_COUNT; i++)
        gwd_chunk_unref(&gone->encoded[i]);
    free(gone);
}

/* The body between `head` and `tail`. */
static gwd_chunk *enclose(const char *head, size_t head_len,
                          const gwd_chunk *body, const char *tail)
{
    size_t tail_len = strlen(tail);
    size_t len = head_len + body->len + tail_len;
    gwd_chunk *chunk = gwd_chunk_alloc(len, len);

    if (chunk != NULL) {
        memcpy(chunk->data, head, head_len);
        memcpy(chunk->data + head_len, body->data, body->len);
        memcpy(chunk->data + head_len + body->len, tail, tail_len);
    }
    return chunk;
}

static gwd_chunk *encode_websocket_text(const gwd_chunk *body)
{
    char head[GWD_WS_HEAD_MAX];

    return enclose(head, gwd_ws_put_head(head, GWD_WS_TEXT, body->len), body,
                   "");
}

static gwd_chunk *encode_websocket_binary(const gwd_chunk *body)
{
    char head[GWD_WS_HEAD_MAX];

    return enclose(head, gwd_ws_put_head(head, GWD_WS_BINARY, body->len), body,
                   "");
}

static gwd_chunk *encode_line(const gwd_chunk *body)
{
    return enclose("", 0, body, "\n");
}

static gwd_chunk *encode_frame(const gwd_chunk *body)
{
    char head[GWD_FRAME_HEAD_LEN];

    gwd_frame_put_head(head, body->len);
    return enclose(head, sizeof(head), body, "");
}

static gwd_chunk *(*const encoders[GWD_ENCODING_COUNT])(const gwd_chunk *) = {
    [GWD_ENCODING_WEBSOCKET_TEXT] = encode_websocket_text,
    [GWD_ENCODING_WEBSOCKET_BINARY] = encode_websocket_binary,
    [GWD_ENCODING_LINE] = encode_line,
    [GWD_ENCODING_FRAME] = encode_frame,
};

/* Once, however many clients it is for. */
static void tell_of_loss(gwd_message *message)
{
    if (!message->lost)
        gwd_log(GWD_LOG_ERROR,
                "out of memory: clients do not get a message of %u bytes",
                (unsigned)message->encoded[GWD_ENCODING_RAW]->len);
    message->lost = true;
}

gwd_chunk *gwd_message_encoded(gwd_message *message, gwd_encoding encoding)
{
    if (message->raw)
        encoding = GWD_ENCODING_RAW;
    if (message->encoded[encoding] == NULL)
        message->encoded[encoding] =
            encoders[encoding](message->encoded[GWD_ENCODING_RAW]);
    if (message->encoded[encoding] == NULL)
        tell_of_loss(message);
    return message->encoded[encoding];
}
