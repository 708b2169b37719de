/* What a request says about where it comes from: addresses behind proxies, the
 * page's origin, subprotocols. The input's first line is an origin that is
 * allowed, the second a network that is trusted, the rest a request. */
#include "fuzz.h"

#include "client/forwarded.h"
#include "client/handshake.h"
#include "client/origin.h"

static gw_slice take_line(gw_slice *rest)
{
    const char *end =
        rest->len == 0 ? NULL : memchr(rest->base, '\n', rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - rest->base);
    gw_slice line = gw_slice_of(rest->base, len);

    rest->base += end == NULL ? len : len + 1;
    rest->len -= end == NULL ? len : len + 1;
    return line;
}

static void check_ip(const gwd_ip *ip)
{
    char text[GWD_IP_TEXT_LEN + 1];
    gwd_ip again;

    gwd_ip_format(ip, text);
    if (gwd_ip_known(ip)) {
        HOLDS(gwd_ip_parse(gw_slice_str(text), &again) == GW_OK);
        HOLDS(memcmp(ip, &again, sizeof(again)) == 0);
    }
}

static void check_head(const gwd_http_head *head, gw_slice allowed,
                       const gwd_networks *trusted)
{
    gwd_ip peer = gwd_ip_of_v4(0x0a000001);
    gwd_ip ip = gwd_forwarded_ip(head, trusted, &peer);

    check_ip(&ip);
    if (!gwd_networks_have(trusted, &peer))
        HOLDS(memcmp(&ip, &peer, sizeof(ip)) == 0);
    gwd_origin_allowed(&allowed, 1, head);
    HOLDS(gwd_handshake_protocol(head, &allowed, 1).len <= allowed.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size); /* bounds are those of the block */
    gw_slice rest = gw_slice_of(copy, size);
    gwd_http_head head;
    gw_slice allowed, network;
    gwd_network item;
    gwd_networks trusted = {&item, 1};
    size_t consumed;

    if (size > 0)
        memcpy(copy, data, size);
    allowed = take_line(&rest);
    network = take_line(&rest);
    if (gwd_network_parse(network, &item) < 0)
        trusted.count = 0;
    gwd_origin_matches(allowed, network);
    if (gwd_http_head_read(rest, &head, &consumed) == GW_OK)
        check_head(&head, allowed, &trusted);
    free(copy);
    return 0;
}
