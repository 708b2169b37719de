/* The answer to gwctl's WebSocket handshake. Once it is judged, more bytes
 * change nothing; before, it is waited for. */
#include "fuzz.h"

#include "ws/handshake.h"

static const char *const protocols[] = {"chat", "x"};

typedef struct verdict {
    int rc;
    int status;
    size_t consumed;
    const char *why;
} verdict;

static verdict judge(const uint8_t *data, size_t size)
{
    char *copy = malloc(size); /* bounds are those of the block */
    gwctl_url url;
    gwctl_ws_request request = {
        .url = &url,
        .key = "dGhlIHNhbXBsZSBub25jZQ==",
        .protocols = protocols,
        .protocol_count = 2,
    };
    gwctl_ws_refusal refusal;
    gw_slice protocol;
    verdict v = {0, 0, 0, NULL};

    if (size > 0)
        memcpy(copy, data, size);
    v.rc = gwctl_ws_read_answer(gw_slice_of(copy, size), &request, &protocol,
                                &refusal, &v.consumed);
    if (v.rc == GW_OK)
        HOLDS(v.consumed <= size && protocol.len <= 4);
    if (v.rc == GW_EPROTO)
        HOLDS(refusal.why != NULL);
    v.status = refusal.status;
    v.why = refusal.why;
    free(copy);
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    verdict whole = judge(data, size);

    for (size_t len = 0; len < size && len < 512; len++) {
        verdict part = judge(data, len);

        if (part.rc == GW_EAGAIN)
            continue;
        HOLDS(part.rc == whole.rc && part.status == whole.status &&
              part.why == whole.why && part.consumed == whole.consumed);
        break;
    }
    return 0;
}
