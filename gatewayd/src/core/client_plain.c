/* The protocols without a handshake: text, frame and tcp. */
#include "client/frame.h"
#include "client/text.h"
#include "core/client_state.h"

static size_t max_of(const gwd_client *client)
{
    return gwd_clients_of(client)->config.max_package_size;
}

/* What to do with a unit, or with the lack of one. */
static size_t take(gwd_client *client, int result, gw_slice message,
                   size_t consumed)
{
    if (result == GW_EAGAIN)
        return 0;
    if (result < 0) {
        gwd_client_drop(client, result == GW_ETOOBIG ? GWD_CLOSE_TOO_BIG
                                                     : GWD_CLOSE_PROTOCOL);
        return 0;
    }
    gwd_client_on_message(client, message);
    return consumed;
}

static size_t read_text(gwd_client *client, const char *base, size_t len)
{
    gw_slice message = {NULL, 0};
    size_t consumed = 0;
    int result = gwd_text_read(&client->u.scanned, gw_slice_of(base, len),
                               max_of(client), &message, &consumed);

    return take(client, result, message, consumed);
}

static size_t read_frame(gwd_client *client, const char *base, size_t len)
{
    gw_slice message = {NULL, 0};
    size_t consumed = 0;
    int result = gwd_frame_read(gw_slice_of(base, len), max_of(client),
                                &message, &consumed);

    return take(client, result, message, consumed);
}

/* Each read is a message. */
static size_t read_tcp(gwd_client *client, const char *base, size_t len)
{
    return take(client, GW_OK, gw_slice_of(base, len), len);
}

const gwd_client_speech gwd_client_speech_text = {
    .read = read_text,
    .encoding = GWD_ENCODING_LINE,
};

const gwd_client_speech gwd_client_speech_frame = {
    .read = read_frame,
    .encoding = GWD_ENCODING_FRAME,
};

const gwd_client_speech gwd_client_speech_tcp = {
    .read = read_tcp,
    .encoding = GWD_ENCODING_RAW,
};
