/* The token in a request's Authorization header. The input's first line is the
 * token, the rest is a request, and also a text in base64. */
#include "fuzz.h"

#include "client/authorization.h"
#include "tls/digest.h"

/* What is read is what was written. */
static void check_base64(gw_slice text)
{
    char *out = malloc(text.len / 4 * 3 + 1);
    char *again = malloc(GWD_BASE64_LEN(text.len) + 1);
    int len = gwd_base64_decode(text.base, text.len, out);

    HOLDS(len >= 0 || len == GW_EPROTO);
    if (len > 0) {
        gwd_base64_encode(out, (size_t)len, again);
        HOLDS(strlen(again) == text.len);
        /* The last digit may have bits that stand for nothing. */
        HOLDS(text.len < 4 || memcmp(again, text.base, text.len - 4) == 0);
    }
    free(out);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size); /* bounds are those of the block */
    const char *end;
    gwd_http_head head;
    gw_slice token, rest;
    size_t consumed;

    if (size > 0)
        memcpy(copy, data, size);
    end = size == 0 ? NULL : memchr(copy, '\n', size);
    token = gw_slice_of(copy, end == NULL ? 0 : (size_t)(end - copy));
    rest = end == NULL ? gw_slice_of(copy, size)
                       : gw_slice_of(end + 1, size - token.len - 1);
    check_base64(rest);
    if (gwd_http_head_read(rest, &head, &consumed) == GW_OK &&
        gwd_authorization_has(&head, token))
        /* Nobody has got in with less than the token. */
        HOLDS(token.len <= head.fields.len);
    free(copy);
    return 0;
}
