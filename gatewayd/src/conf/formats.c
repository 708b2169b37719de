#include "conf/formats.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "address.h"
#include "ascii.h"
#include "conf/options.h"

/* ---- hosts -------------------------------------------------------------- */

static bool is_digits(gw_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.base[i] < '0' || text.base[i] > '9')
            return false;
    }
    return text.len > 0;
}

/* For functions that want a NUL. */
static bool is_ip(int family, gw_slice text)
{
    unsigned char bytes[16];
    char copy[INET6_ADDRSTRLEN];

    if (text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.base, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, bytes) == 1;
}

static bool is_label(gw_slice label)
{
    for (size_t i = 0; i < label.len; i++) {
        if (!gw_ascii_is_alnum(label.base[i]) && label.base[i] != '-' &&
            label.base[i] != '_')
            return false;
    }
    return label.len > 0 && label.len <= 63;
}

/* Cuts the last label off. */
static gw_slice take_last_label(gw_slice *name)
{
    size_t at = name->len;
    gw_slice label;

    while (at > 0 && name->base[at - 1] != '.')
        at--;
    label = gw_slice_of(name->base + at, name->len - at);
    name->len = at > 0 ? at - 1 : 0;
    return label;
}

/* Labels with dots between them, and perhaps the root's dot; no number at the
 * end, which would be a wrong IPv4 address. */
static bool is_name(gw_slice name)
{
    gw_slice rest = name;
    gw_slice label;

    if (name.len == 0 || name.len > 254 || name.base[0] == '.')
        return false;
    if (name.base[name.len - 1] == '.')
        rest.len--;
    label = take_last_label(&rest);
    if (is_digits(label))
        return false;
    while (is_label(label) && rest.len > 0)
        label = take_last_label(&rest);
    return is_label(label);
}

/* fe80::1%eth0: the zone is for the system to judge. */
static bool is_ipv6(gw_slice text)
{
    const char *zone = memchr(text.base, '%', text.len);
    size_t len = zone == NULL ? text.len : (size_t)(zone - text.base);

    return is_ip(AF_INET6, gw_slice_of(text.base, len)) &&
           (zone == NULL || len + 1 < text.len);
}

static bool is_host(gw_slice host)
{
    uint32_t ip;

    if (host.len > 2 && host.base[0] == '[' && host.base[host.len - 1] == ']')
        return is_ipv6(gw_slice_of(host.base + 1, host.len - 2));
    return gw_ipv4_parse(host, &ip) == GW_OK || is_name(host);
}

/* At the last colon, which gw_address_split() takes, too. */
static bool is_address(gw_slice text)
{
    const char *colon;
    gw_slice host;
    uint16_t port;

    if (gw_address_split(text, &host, &port) < 0)
        return false;
    colon = memrchr(text.base, ':', text.len);
    return is_host(gw_slice_of(text.base, (size_t)(colon - text.base)));
}

bool gwd_is_address(const char *text)
{
    return is_address(gw_slice_str(text));
}

bool gwd_is_host(const char *text)
{
    return is_host(gw_slice_str(text));
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

    *at += strspn(*at, " \t");
    word = gw_slice_of(*at, strcspn(*at, " \t"));
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

/* ---- origins ------------------------------------------------------------ */

static bool is_scheme(gw_slice scheme)
{
    if (scheme.len == 0 || !gw_ascii_is_alnum(scheme.base[0]) ||
        is_digits(gw_slice_of(scheme.base, 1)))
        return false;
    for (size_t i = 0; i < scheme.len; i++) {
        if (!gw_ascii_is_alnum(scheme.base[i]) &&
            strchr("+-.", scheme.base[i]) == NULL)
            return false;
    }
    return true;
}

/* HOST or HOST:PORT; nobody's page has port 0. */
static bool is_authority(gw_slice text)
{
    gw_slice host;
    uint16_t port;

    return is_host(text) ||
           (is_address(text) && gw_address_split(text, &host, &port) == GW_OK &&
            port > 0);
}

/* No page of these is without a host. */
static bool needs_host(gw_slice scheme)
{
    static const char *const those[] = {"http", "https", "ws", "wss"};

    for (size_t i = 0; i < sizeof(those) / sizeof(those[0]); i++) {
        if (gw_ascii_same(scheme, gw_slice_str(those[i])))
            return true;
    }
    return false;
}

bool gwd_is_origin(const char *text)
{
    const char *mark = strstr(text, "://");
    const char *host;

    if (strcmp(text, "null") == 0 || strcmp(text, "*") == 0)
        return true;
    if (mark == NULL || !is_scheme(gw_slice_of(text, (size_t)(mark - text))))
        return false;
    host = mark + 3;
    if (host[0] == '\0' || strcmp(host, ".") == 0) /* file://, app://. */
        return !needs_host(gw_slice_of(text, (size_t)(mark - text)));
    if (strncmp(host, "*.", 2) != 0)
        return is_authority(gw_slice_str(host));
    /* Nothing is below an address. */
    host += 2;
    return is_name(gw_slice_of(host, strcspn(host, ":"))) &&
           is_authority(gw_slice_str(host));
}

/* ---- networks ----------------------------------------------------------- */

static bool is_bits(gw_slice text, unsigned most)
{
    unsigned bits = 0;

    if (!is_digits(text) || text.len > 3 ||
        (text.len > 1 && text.base[0] == '0'))
        return false;
    for (size_t i = 0; i < text.len; i++)
        bits = bits * 10 + (unsigned)(text.base[i] - '0');
    return bits <= most;
}

bool gwd_is_network(const char *text)
{
    size_t len = strcspn(text, "/");
    gw_slice address = gw_slice_of(text, len);
    bool v6 = is_ip(AF_INET6, address);

    if (!v6 && !is_ip(AF_INET, address))
        return false;
    return text[len] == '\0' ||
           is_bits(gw_slice_str(text + len + 1), v6 ? 128 : 32);
}

/* ---- words -------------------------------------------------------------- */

bool gwd_is_token(const char *text)
{
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

gw_slice gwd_without_mark(gw_slice text)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t len = sizeof(mark) - 1;

    if (text.len < len || memcmp(text.base, mark, len) != 0)
        return text;
    return gw_slice_of(text.base + len, text.len - len);
}

int gwd_sni_parse(const char *text, gw_slice words[GWD_SNI_WORDS])
{
    gw_slice name;

    for (int i = 0; i < GWD_SNI_WORDS; i++) {
        words[i] = next_word(&text);
        if (words[i].len == 0)
            return GW_EINVAL;
    }
    name = words[0];
    if (name.len > 2 && memcmp(name.base, "*.", 2) == 0)
        name = gw_slice_of(name.base + 2, name.len - 2);
    return is_name(name) && next_word(&text).len == 0 ? GW_OK : GW_EINVAL;
}

bool gwd_is_sni(const char *text)
{
    gw_slice words[GWD_SNI_WORDS];

    return gwd_sni_parse(text, words) == GW_OK;
}
