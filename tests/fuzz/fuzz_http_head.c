/* Request heads: read strictly, judged, answered. */
#include "fuzz.h"

#include "client/handshake.h"

/* Walking the headers meets each byte of them once. */
static void walk(const gwd_http_head *head)
{
    gwd_http_header header;
    size_t at = 0;
    size_t count = 0;

    while (gwd_http_head_next(head, &at, &header)) {
        HOLDS(header.name.len > 0 && at <= head->fields.len);
        HOLDS(header.value.base + header.value.len <= head->fields.base + at);
        count++;
    }
    HOLDS(at == head->fields.len && count <= GWD_HTTP_HEADERS_MAX);
}

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void answer(const gwd_http_head *head)
{
    const gw_slice supported[] = {gw_slice_str("chat"), gw_slice_str("mqtt")};
    gw_slice key;
    gw_buf out;
    gwd_handshake_result result = gwd_handshake_judge(head, &key);

    gw_buf_init(&out, NULL, 0);
    if (result == GWD_HANDSHAKE_OK) {
        gw_slice protocol =
            gwd_handshake_protocol(head, supported, COUNT_OF(supported));

        HOLDS(gwd_handshake_accept(&out, key, protocol) == GWD_HANDSHAKE_OK);
    } else {
        gwd_handshake_refuse(&out, result, false, 0);
    }
    HOLDS(out.error == GW_OK);
    gw_buf_deinit(&out);
}

/* A beginning of what is good is not whole; a beginning of what is bad is not
 * good. */
static void check_prefix(gw_slice whole, size_t len, int result)
{
    gwd_http_head head;
    size_t consumed = 0;
    int prefix =
        gwd_http_head_read(gw_slice_of(whole.base, len), &head, &consumed);

    if (result == GW_OK)
        HOLDS(prefix == GW_EAGAIN);
    else
        HOLDS(prefix == GW_EAGAIN || prefix == result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice in = gw_slice_of(data, size);
    gwd_http_head head;
    size_t consumed = 0;
    int result = gwd_http_head_read(in, &head, &consumed);

    if (result == GW_OK) {
        HOLDS(consumed > 0 && consumed <= size);
        walk(&head);
        answer(&head);
        check_prefix(in, consumed - 1, result);
    }
    check_prefix(in, size / 2 < consumed ? size / 2 : 0, result);
    return 0;
}
