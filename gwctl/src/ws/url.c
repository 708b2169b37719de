#include "ws/url.h"

#include <ctype.h>
#include <gwclient/error.h>

#include "core/ascii.h"

#define WS_PORT 80
#define WSS_PORT 443

static bool take_scheme(gw_slice *text, const char *scheme)
{
    size_t len = strlen(scheme);

    if (text->len < len || !gwctl_ascii_equals(text->base, scheme, len))
        return false;
    *text = gw_slice_of(text->base + len, text->len - len);
    return true;
}

/* Such bytes would be headers of their own, or a user's password. */
static bool is_clean(gw_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.base[i];

        if (c <= ' ' || c >= 0x7f || c == '#')
            return false;
    }
    return true;
}

static size_t index_of(gw_slice text, const char *bytes)
{
    size_t i = 0;

    while (i < text.len && strchr(bytes, text.base[i]) == NULL)
        i++;
    return i;
}

static int parse_port(gw_slice digits, uint16_t *port)
{
    unsigned value = 0;

    if (digits.len == 0 || digits.len > 5)
        return GW_EINVAL;
    for (size_t i = 0; i < digits.len; i++) {
        if (!isdigit((unsigned char)digits.base[i]))
            return GW_EINVAL;
        value = value * 10 + (unsigned)(digits.base[i] - '0');
    }
    if (value == 0 || value > 65535)
        return GW_EINVAL;
    *port = (uint16_t)value;
    return GW_OK;
}

/* RFC 6066, 3: names have no dot at their end. */
static gw_slice name_of(gw_slice host, bool brackets)
{
    if (brackets)
        return gw_slice_of(host.base, index_of(host, "%"));
    if (host.len > 1 && host.base[host.len - 1] == '.')
        host.len--;
    return host;
}

static int split_place(gwctl_url *url)
{
    gw_slice place = url->place;
    bool brackets = place.len > 0 && place.base[0] == '[';
    size_t end = brackets ? index_of(place, "]") : index_of(place, ":");
    size_t after = brackets ? end + 1 : end;

    url->host = gw_slice_of(place.base + brackets, end - brackets);
    url->name = name_of(url->host, brackets);
    if (url->host.len == 0 || end > place.len || after > place.len ||
        index_of(place, "@\\") < place.len)
        return GW_EINVAL;
    if (after == place.len)
        return GW_OK;
    if (place.base[after] != ':')
        return GW_EINVAL;
    return parse_port(
        gw_slice_of(place.base + after + 1, place.len - after - 1), &url->port);
}

int gwctl_url_parse(gw_slice text, gwctl_url *url)
{
    size_t len;

    url->tls = take_scheme(&text, "wss://");
    if (!url->tls && !take_scheme(&text, "ws://"))
        return GW_EINVAL;
    if (!is_clean(text) || text.len == 0)
        return GW_EINVAL;
    url->port = url->tls ? WSS_PORT : WS_PORT;
    len = index_of(text, "/?");
    url->place = gw_slice_of(text.base, len);
    url->target = gw_slice_of(text.base + len, text.len - len);
    return split_place(url);
}
