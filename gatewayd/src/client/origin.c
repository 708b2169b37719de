#include "client/origin.h"

#include "ascii.h"

typedef struct origin {
    gw_slice scheme;
    gw_slice host;
    unsigned port; /* 0: the scheme has no default, and none is given */
} origin;

static const struct {
    const char *scheme;
    unsigned port;
} default_ports[] = {{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}};

static unsigned default_port(gw_slice scheme)
{
    for (size_t i = 0; i < sizeof(default_ports) / sizeof(default_ports[0]);
         i++) {
        if (gw_ascii_same(scheme, gw_slice_str(default_ports[i].scheme)))
            return default_ports[i].port;
    }
    return 0;
}

/* 1…65535, or 0. */
static unsigned read_port(gw_slice text)
{
    unsigned port = 0;

    if (text.len > 5)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.base[i] < '0' || text.base[i] > '9')
            return 0;
        port = port * 10 + (unsigned)(text.base[i] - '0');
    }
    return port <= UINT16_MAX ? port : 0;
}

/* Where the host ends: at the last colon, unless that is in brackets. */
static size_t host_len(gw_slice rest)
{
    const char *colon = memrchr(rest.base, ':', rest.len);

    if (colon == NULL || rest.base[rest.len - 1] == ']')
        return rest.len;
    return (size_t)(colon - rest.base);
}

static bool parse(gw_slice text, origin *out)
{
    const char *mark =
        text.len == 0 ? NULL : memmem(text.base, text.len, "://", 3);
    gw_slice rest;
    size_t len;

    if (mark == NULL)
        return false;
    out->scheme = gw_slice_of(text.base, (size_t)(mark - text.base));
    rest = gw_slice_of(mark + 3, text.len - out->scheme.len - 3);
    if (rest.len == 0)
        return false;
    len = host_len(rest);
    out->host = gw_slice_of(rest.base, len);
    out->port = default_port(out->scheme);
    if (len < rest.len) {
        out->port =
            read_port(gw_slice_of(rest.base + len + 1, rest.len - len - 1));
        return out->port != 0;
    }
    return true;
}

static bool host_matches(gw_slice allowed, gw_slice host)
{
    gw_slice below;

    if (allowed.len < 2 || memcmp(allowed.base, "*.", 2) != 0)
        return gw_ascii_same(allowed, host);
    below = gw_slice_of(allowed.base + 1, allowed.len - 1);
    return host.len > below.len &&
           gw_ascii_same(
               below, gw_slice_of(host.base + host.len - below.len, below.len));
}

bool gwd_origin_matches(gw_slice allowed, gw_slice text)
{
    origin want, got;

    if (gw_ascii_same(allowed, gw_slice_str("*")))
        return true;
    if (!parse(allowed, &want) || !parse(text, &got))
        return gw_ascii_same(allowed, text);
    return gw_ascii_same(want.scheme, got.scheme) && want.port == got.port &&
           host_matches(want.host, got.host);
}

static bool is_listed(const gw_slice *allowed, size_t count, gw_slice text)
{
    for (size_t i = 0; i < count; i++) {
        if (gwd_origin_matches(allowed[i], text))
            return true;
    }
    return false;
}

bool gwd_origin_allowed(const gw_slice *allowed, size_t count,
                        const gwd_http_head *head)
{
    gwd_http_header header;
    size_t at = 0;
    int seen = 0;

    if (count == 0)
        return true;
    while (gwd_http_head_next(head, &at, &header)) {
        if (!gwd_http_name_is(header.name, "origin"))
            continue;
        if (seen++ > 0 || !is_listed(allowed, count, header.value))
            return false;
    }
    return true;
}
