#include "client/proxy.h"

#define SIGNATURE_LEN 12
#define FIXED_LEN 16

static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";
static const char keyword[] = "PROXY ";

/* Whether `in` begins with `text`, as far as it goes. */
static bool begins_with(gw_slice in, const char *text, size_t len)
{
    size_t n = in.len < len ? in.len : len;

    return memcmp(in.base, text, n) == 0;
}

static unsigned read_u16(const char *in)
{
    return (unsigned)(uint8_t)in[0] << 8 | (uint8_t)in[1];
}

/* ---- version 1 ---------------------------------------------------------- */

/* Up to the next blank, which is taken, too. */
static gw_slice next_word(gw_slice *line)
{
    const char *blank =
        line->len == 0 ? NULL : memchr(line->base, ' ', line->len);
    size_t len = blank == NULL ? line->len : (size_t)(blank - line->base);
    gw_slice word = gw_slice_of(line->base, len);

    line->base += blank == NULL ? len : len + 1;
    line->len -= blank == NULL ? len : len + 1;
    return word;
}

static bool word_is(gw_slice word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.base, text, word.len) == 0;
}

static bool read_ip(gw_slice word, bool v6, gwd_ip *ip)
{
    bool colon = word.len > 0 && memchr(word.base, ':', word.len) != NULL;

    return colon == v6 && gwd_ip_parse(word, ip) == GW_OK;
}

static bool read_port(gw_slice word, uint16_t *port)
{
    unsigned value = 0;

    if (word.len == 0 || word.len > 5 || (word.len > 1 && word.base[0] == '0'))
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (word.base[i] < '0' || word.base[i] > '9')
            return false;
        value = value * 10 + (unsigned)(word.base[i] - '0');
    }
    *port = (uint16_t)value;
    return value <= UINT16_MAX;
}

/* "TCP4 1.2.3.4 5.6.7.8 9 10", without the line's end. */
static int read_line(gw_slice line, gwd_proxy *proxy)
{
    gw_slice family = next_word(&line);
    bool v6 = word_is(family, "TCP6");
    gwd_ip ours;
    uint16_t our_port;

    if (word_is(family, "UNKNOWN"))
        return GW_OK;
    if (!v6 && !word_is(family, "TCP4"))
        return GW_EPROTO;
    if (!read_ip(next_word(&line), v6, &proxy->ip) ||
        !read_ip(next_word(&line), v6, &ours) ||
        !read_port(next_word(&line), &proxy->port) ||
        !read_port(line, &our_port))
        return GW_EPROTO;
    return GW_OK;
}

static int read_version_1(gw_slice in, gwd_proxy *proxy, size_t *consumed)
{
    size_t most = in.len < GWD_PROXY_LINE_MAX ? in.len : GWD_PROXY_LINE_MAX;
    const char *end = memchr(in.base, '\n', most);
    size_t len;

    if (end == NULL)
        return in.len >= GWD_PROXY_LINE_MAX ? GW_ETOOBIG : GW_EAGAIN;
    len = (size_t)(end - in.base) + 1;
    if (len < sizeof(keyword) + 1 || end[-1] != '\r')
        return GW_EPROTO;
    *consumed = len;
    return read_line(gw_slice_of(in.base + sizeof(keyword) - 1,
                                 len - 2 - (sizeof(keyword) - 1)),
                     proxy);
}

/* ---- version 2 ---------------------------------------------------------- */

static int read_v4(const char *body, size_t len, gwd_proxy *proxy)
{
    if (len < 12)
        return GW_EPROTO;
    proxy->ip = gwd_ip_of_v4(read_u16(body) << 16 | read_u16(body + 2));
    proxy->port = (uint16_t)read_u16(body + 8);
    return GW_OK;
}

static int read_v6(const char *body, size_t len, gwd_proxy *proxy)
{
    if (len < 36)
        return GW_EPROTO;
    memcpy(proxy->ip.bytes, body, sizeof(proxy->ip.bytes));
    proxy->port = (uint16_t)read_u16(body + 32);
    return GW_OK;
}

static int read_nothing(const char *body, size_t len, gwd_proxy *proxy)
{
    (void)body;
    (void)len;
    (void)proxy;
    return GW_OK;
}

/* By the byte of family and transport. Others are not stream sockets. */
static const struct {
    uint8_t family;
    int (*read)(const char *body, size_t len, gwd_proxy *proxy);
} families[] = {
    {0x00, read_nothing}, /* UNSPEC */
    {0x11, read_v4},      /* TCP over IPv4 */
    {0x21, read_v6},      /* TCP over IPv6 */
    {0x31, read_nothing}, /* a Unix stream socket */
};

static int read_body(uint8_t family, const char *body, size_t len,
                     gwd_proxy *proxy)
{
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (families[i].family == family)
            return families[i].read(body, len, proxy);
    }
    return GW_EPROTO;
}

static int read_version_2(gw_slice in, gwd_proxy *proxy, size_t *consumed)
{
    uint8_t command;
    size_t len;

    if (in.len <= SIGNATURE_LEN)
        return GW_EAGAIN;
    command = (uint8_t)in.base[SIGNATURE_LEN];
    if (command != 0x20 && command != 0x21)
        return GW_EPROTO;
    if (in.len < FIXED_LEN)
        return GW_EAGAIN;
    len = read_u16(in.base + FIXED_LEN - 2);
    if (len > GWD_PROXY_BODY_MAX)
        return GW_ETOOBIG;
    if (in.len < FIXED_LEN + len)
        return GW_EAGAIN;
    *consumed = FIXED_LEN + len;
    if (command == 0x20) /* LOCAL: whatever follows does not count */
        return GW_OK;
    return read_body((uint8_t)in.base[SIGNATURE_LEN + 1], in.base + FIXED_LEN,
                     len, proxy);
}

int gwd_proxy_read(gw_slice in, gwd_proxy *proxy, size_t *consumed)
{
    memset(proxy, 0, sizeof(*proxy));
    if (in.len == 0)
        return GW_EAGAIN;
    if (begins_with(in, keyword, sizeof(keyword) - 1))
        return read_version_1(in, proxy, consumed);
    if (begins_with(in, signature, SIGNATURE_LEN))
        return read_version_2(in, proxy, consumed);
    return GW_EPROTO;
}
