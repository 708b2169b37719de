/* A file of gwctl's options, one of headers, and a URL: nothing is read past
 * its end, an error has a text, and every header is one. */
#include "fuzz.h"

#include "conf/formats.h"
#include "conf/options.h"
#include "ws/url.h"

static void read_url(gw_slice text)
{
    gwctl_url url;

    if (gwctl_url_parse(text, &url) != GW_OK)
        return;
    HOLDS(url.host.len > 0 && url.port > 0);
    HOLDS(url.place.len >= url.host.len);
    HOLDS(url.place.len + url.target.len < text.len);
}

static void read_headers(gw_slice text)
{
    gwctl_options options;
    gwctl_texts headers = {0};
    int rc;

    gwctl_options_init(&options);
    rc = gwctl_options_read_headers(&options, text, "file", &headers);
    HOLDS(rc == GW_OK || (rc == GW_EINVAL && options.error[0] != '\0'));
    for (size_t i = 0; i < headers.count; i++)
        HOLDS(gwctl_is_header(headers.items[i]) && headers.items[i][0] != '#');
    gwctl_texts_clear(&headers);
    gwctl_options_deinit(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size); /* bounds are those of the block */
    gw_slice text = gw_slice_of(copy, size);
    gwctl_options options;
    int rc;

    if (size > 0)
        memcpy(copy, data, size);
    gwctl_options_init(&options);
    rc =
        gwctl_options_read_text(&options, GWCTL_SOURCE_USER_FILE, text, "file");
    HOLDS(rc == GW_OK || (rc == GW_EINVAL && options.error[0] != '\0'));
    gwctl_options_deinit(&options);
    read_headers(text);
    read_url(text);
    free(copy);
    return 0;
}
