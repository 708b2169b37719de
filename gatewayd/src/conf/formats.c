#include "conf/formats.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "conf/options.h"

bool gwd_is_ipv4(const char *text)
{
    uint32_t ip;

    return gw_ipv4_parse(gw_slice_str(text), &ip) == GW_OK;
}

static bool is_address(gw_slice text)
{
    gw_slice host;
    uint16_t port;

    return gw_address_split(text, &host, &port) == GW_OK;
}

bool gwd_is_address(const char *text)
{
    return is_address(gw_slice_str(text));
}

/* A host is what makes an address with a port behind it. */
bool gwd_is_host(const char *text)
{
    char address[256];
    int len = snprintf(address, sizeof(address), "%s:0", text);

    return len < (int)sizeof(address) && gwd_is_address(address);
}

/* ---- listeners ---------------------------------------------------------- */

static const struct {
    const char *scheme;
    gwd_listen_protocol protocol;
    bool tls;
} schemes[] = {
    {"websocket://", GWD_LISTEN_WEBSOCKET, false},
    {"websocket+tls://", GWD_LISTEN_WEBSOCKET, true},
    {"ws://", GWD_LISTEN_WEBSOCKET, false},
    {"wss://", GWD_LISTEN_WEBSOCKET, true},
    {"text://", GWD_LISTEN_TEXT, false},
    {"text+tls://", GWD_LISTEN_TEXT, true},
    {"frame://", GWD_LISTEN_FRAME, false},
    {"frame+tls://", GWD_LISTEN_FRAME, true},
    {"tcp://", GWD_LISTEN_TCP, false},
    {"tcp+tls://", GWD_LISTEN_TCP, true},
};

static bool take_scheme(const char *text, gwd_listen *listen)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t len = strlen(schemes[i].scheme);

        if (strncmp(text, schemes[i].scheme, len) == 0) {
            listen->protocol = schemes[i].protocol;
            listen->tls = schemes[i].tls;
            listen->scheme = gw_slice_of(text, len);
            return true;
        }
    }
    return false;
}

static bool word_is(gw_slice word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.base, text, word.len) == 0;
}

static bool take_word(gw_slice word, gwd_listen *listen)
{
    if (word_is(word, "proxy_protocol"))
        listen->proxy_protocol = true;
    else if (word_is(word, "binary") &&
             listen->protocol == GWD_LISTEN_WEBSOCKET)
        listen->binary = true;
    else
        return false;
    return true;
}

/* The next word, or an empty slice. */
static gw_slice next_word(const char **at)
{
    gw_slice word;

    *at += strspn(*at, " ");
    word = gw_slice_of(*at, strcspn(*at, " "));
    *at += word.len;
    return word;
}

int gwd_listen_parse(const char *text, gwd_listen *listen)
{
    const char *at = text;
    gw_slice word;

    memset(listen, 0, sizeof(*listen));
    if (!take_scheme(text, listen))
        return GW_EINVAL;
    at += listen->scheme.len;
    listen->address = next_word(&at);
    if (!is_address(listen->address))
        return GW_EINVAL;
    while ((word = next_word(&at)).len > 0) {
        if (!take_word(word, listen))
            return GW_EINVAL;
    }
    return GW_OK;
}

bool gwd_is_listen(const char *text)
{
    gwd_listen listen;

    return gwd_listen_parse(text, &listen) == GW_OK;
}

/* ---- the others --------------------------------------------------------- */

/* SCHEME://HOST[:PORT], HOST perhaps with "*." in front; or "null", which
 * pages without an origin send. */
bool gwd_is_origin(const char *text)
{
    const char *host = strstr(text, "://");

    if (strcmp(text, "null") == 0)
        return true;
    if (host == NULL || host == text)
        return false;
    host += 3;
    if (strncmp(host, "*.", 2) == 0)
        host += 2;
    return host[0] != '\0' && strpbrk(host, "/?#* ") == NULL;
}

/* An address, or ADDRESS/BITS. */
bool gwd_is_network(const char *text)
{
    char address[64];
    unsigned char bytes[16];
    size_t len = strcspn(text, "/");
    long most = strchr(text, ':') != NULL ? 128 : 32;
    char *end;

    if (len >= sizeof(address))
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    if (inet_pton(most == 128 ? AF_INET6 : AF_INET, address, bytes) != 1)
        return false;
    if (text[len] == '\0')
        return true;
    if (!isdigit((unsigned char)text[len + 1]))
        return false;
    return strtol(text + len + 1, &end, 10) <= most && *end == '\0';
}

bool gwd_is_token(const char *text)
{
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

bool gwd_is_sni(const char *text)
{
    int words = 0;

    while (next_word(&text).len > 0)
        words++;
    return words == 3;
}
