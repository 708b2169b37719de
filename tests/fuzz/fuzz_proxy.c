/* PROXY headers: more bytes never change what has been decided. */
#include "fuzz.h"

#include "client/proxy.h"

static int read_copy(const uint8_t *data, size_t len, gwd_proxy *proxy,
                     size_t *consumed)
{
    char *copy = malloc(len); /* bounds are those of the block */
    int result;

    if (len > 0)
        memcpy(copy, data, len);
    result = gwd_proxy_read(gw_slice_of(copy, len), proxy, consumed);
    free(copy);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[GWD_IP_TEXT_LEN + 1];
    gwd_proxy whole, part;
    size_t consumed = 0, ignored;
    int result = read_copy(data, size, &whole, &consumed);
    size_t most = size < 300 ? size : 300;

    if (result == GW_OK) {
        HOLDS(consumed > 0 && consumed <= size);
        gwd_ip_format(&whole.ip, text);
        HOLDS(strlen(text) <= GWD_IP_TEXT_LEN);
        HOLDS(read_copy(data, consumed, &part, &ignored) == GW_OK);
        HOLDS(memcmp(&whole, &part, sizeof(part)) == 0);
    }
    for (size_t len = 0; len < most; len++) {
        int early = read_copy(data, len, &part, &ignored);

        HOLDS(early == GW_EAGAIN || early == result);
    }
    return 0;
}
