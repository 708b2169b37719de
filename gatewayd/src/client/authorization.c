#include "client/authorization.h"

#include <string.h>

#include "secret.h"
#include "tls/digest.h"

/* A head is not longer, see GWD_HTTP_HEAD_MAX. */
#define DECODED_MAX (GWD_HTTP_HEAD_MAX / 4 * 3)

/* Takes "SCHEME " off its front. */
static bool take_scheme(gw_slice *value, const char *lower)
{
    size_t len = strlen(lower);

    if (value->len <= len || value->base[len] != ' ' ||
        !gwd_http_name_is(gw_slice_of(value->base, len), lower))
        return false;
    while (len < value->len && value->base[len] == ' ')
        len++;
    *value = gw_slice_of(value->base + len, value->len - len);
    return true;
}

/* "USER:PASSWORD" in base64. */
static bool is_password(gw_slice encoded, gw_slice token)
{
    char decoded[DECODED_MAX];
    bool same = false;
    const char *colon;
    int len;

    if (encoded.len > GWD_HTTP_HEAD_MAX)
        return false;
    len = gwd_base64_decode(encoded.base, encoded.len, decoded);
    colon = len > 0 ? memchr(decoded, ':', (size_t)len) : NULL;
    if (colon != NULL)
        same = gw_secret_equal(
            gw_slice_of(colon + 1, (size_t)(decoded + len - colon - 1)), token);
    gw_secret_wipe(decoded, sizeof(decoded));
    return same;
}

static bool value_has(gw_slice value, gw_slice token)
{
    if (take_scheme(&value, "bearer"))
        return gw_secret_equal(value, token);
    return take_scheme(&value, "basic") && is_password(value, token);
}

bool gwd_authorization_has(const gwd_http_head *head, gw_slice token)
{
    gwd_http_header header;
    gw_slice value = {NULL, 0};
    int count = 0;
    size_t at = 0;

    while (gwd_http_head_next(head, &at, &header)) {
        if (!gwd_http_name_is(header.name, "authorization"))
            continue;
        value = header.value;
        count++;
    }
    return count == 1 && value_has(value, token);
}
