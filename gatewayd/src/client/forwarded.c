#include "client/forwarded.h"

static gw_slice trim(gw_slice s)
{
    while (s.len > 0 && (s.base[0] == ' ' || s.base[0] == '\t')) {
        s.base++;
        s.len--;
    }
    while (s.len > 0 && (s.base[s.len - 1] == ' ' || s.base[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Goes on from what is known as the address to the next hop. A hop that is no
 * address tells nothing, and nothing behind it can be believed. */
static bool step(gw_slice hop, const gwd_networks *trusted, gwd_ip *ip)
{
    gwd_ip next;

    if (gwd_ip_parse_host(trim(hop), &next) < 0 || !gwd_ip_known(&next))
        return false;
    *ip = next;
    return gwd_networks_have(trusted, ip);
}

/* One header line, from its end. False: the address is found. */
static bool walk_list(gw_slice list, const gwd_networks *trusted, gwd_ip *ip)
{
    while (list.len > 0) {
        const char *comma = memrchr(list.base, ',', list.len);
        size_t before = comma == NULL ? 0 : (size_t)(comma - list.base) + 1;

        if (!step(gw_slice_of(list.base + before, list.len - before), trusted,
                  ip))
            return false;
        list.len = comma == NULL ? 0 : before - 1;
    }
    return true;
}

/* The lines of one name in their order; more than `max` do not count. */
static size_t collect(const gwd_http_head *head, const char *name,
                      gw_slice *lines, size_t max)
{
    gwd_http_header header;
    size_t at = 0;
    size_t count = 0;

    while (count < max && gwd_http_head_next(head, &at, &header)) {
        if (gwd_http_name_is(header.name, name) && header.value.len > 0)
            lines[count++] = header.value;
    }
    return count;
}

gwd_ip gwd_forwarded_ip(const gwd_http_head *head, const gwd_networks *trusted,
                        const gwd_ip *peer)
{
    gw_slice lines[GWD_HTTP_HEADERS_MAX];
    gwd_ip ip = *peer;
    size_t count;

    if (!gwd_networks_have(trusted, peer))
        return ip;
    count = collect(head, "x-forwarded-for", lines, GWD_HTTP_HEADERS_MAX);
    if (count == 0) {
        count = collect(head, "x-real-ip", lines, GWD_HTTP_HEADERS_MAX);
        if (count > 0)
            step(lines[count - 1], trusted, &ip);
        return ip;
    }
    while (count > 0 && walk_list(lines[count - 1], trusted, &ip))
        count--;
    return ip;
}
