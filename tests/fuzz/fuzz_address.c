/* The short texts: client ids, "host:port" and dotted quads. */
#include "fuzz.h"

#include "address.h"

static void client_id(gw_slice text)
{
    gw_client_id id;
    gw_client_id again;
    char out[GW_CLIENT_ID_LEN + 1];

    if (gw_client_id_parse(text, &id) != GW_OK)
        return;
    gw_client_id_format(&id, out);
    HOLDS(gw_client_id_parse(gw_slice_str(out), &again) == GW_OK);
    HOLDS(again.ip == id.ip && again.port == id.port &&
          again.connection == id.connection);
}

static void ipv4(gw_slice text)
{
    uint32_t ip;
    char out[GW_IPV4_TEXT_LEN + 1];

    if (gw_ipv4_parse(text, &ip) != GW_OK)
        return;
    gw_ipv4_format(ip, out);
    HOLDS(same(text, gw_slice_str(out)));
}

static void address(gw_slice text)
{
    gw_slice host;
    uint16_t port;

    if (gw_address_split(text, &host, &port) != GW_OK)
        return;
    HOLDS(host.len > 0 && host.base >= text.base);
    HOLDS(host.base + host.len < text.base + text.len);
    ipv4(host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_slice text = gw_slice_of(data, size);

    client_id(text);
    address(text);
    ipv4(text);
    return 0;
}
