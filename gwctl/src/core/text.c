#include "core/text.h"

#include <wchar.h>

/* Bytes that a sequence with this first byte has; 0: none starts so. */
static size_t sequence_len(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
}

size_t gwctl_utf8_decode(gw_slice text, uint32_t *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text.base;
    size_t len = text.len == 0 ? 0 : sequence_len(p[0]);
    uint32_t value;

    if (len == 0 || len > text.len)
        return 0;
    value = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3fu);
    }
    if (value < least[len] || value > 0x10ffff ||
        (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *c = value;
    return len;
}

bool gwctl_is_utf8(gw_slice text)
{
    uint32_t c;

    while (text.len > 0) {
        size_t len = gwctl_utf8_decode(text, &c);

        if (len == 0)
            return false;
        text = gw_slice_of(text.base + len, text.len - len);
    }
    return true;
}

/* U+0080 to U+009F are commands to some terminals; the others turn the order of
 * what a reader sees, or end a line. */
static bool is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e ||
           c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static void put_bytes(gwctl_buf *out, const char *bytes, size_t len)
{
    char text[5];

    for (size_t i = 0; i < len; i++) {
        snprintf(text, sizeof(text), "\\x%02x", (unsigned char)bytes[i]);
        gwctl_buf_put_str(out, text);
    }
}

static const char *short_escape(char c)
{
    switch (c) {
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '\\':
        return "\\\\";
    default:
        return NULL;
    }
}

void gwctl_text_escape(gwctl_buf *out, gw_slice text)
{
    while (text.len > 0) {
        const char *escape = short_escape(text.base[0]);
        uint32_t c = 0;
        size_t len = gwctl_utf8_decode(text, &c);

        if (escape != NULL)
            gwctl_buf_put_str(out, escape);
        else if (len == 0 || is_unsafe(c))
            put_bytes(out, text.base, len == 0 ? 1 : len);
        else
            gwctl_buf_put(out, text.base, len);
        len = len == 0 ? 1 : len;
        text = gw_slice_of(text.base + len, text.len - len);
    }
}

/* JSON has no control characters below U+0020 but between its values. */
void gwctl_text_escape_json(gwctl_buf *out, gw_slice json)
{
    while (json.len > 0) {
        uint32_t c = 0;
        size_t len = gwctl_utf8_decode(json, &c);
        char text[7];

        if (c >= 0x20 && is_unsafe(c)) {
            snprintf(text, sizeof(text), "\\u%04x", (unsigned)(c & 0xffff));
            gwctl_buf_put_str(out, text);
        } else {
            gwctl_buf_put(out, json.base, len == 0 ? 1 : len);
        }
        len = len == 0 ? 1 : len;
        json = gw_slice_of(json.base + len, json.len - len);
    }
}

void gwctl_text_print(FILE *out, gw_slice text)
{
    gwctl_buf escaped = {NULL, 0, 0};

    gwctl_text_escape(&escaped, text);
    if (escaped.len > 0)
        fwrite(escaped.base, 1, escaped.len, out);
    gwctl_buf_deinit(&escaped);
}

size_t gwctl_text_fit(gw_slice text, size_t columns, size_t *width)
{
    size_t used = 0;
    size_t at = 0;

    while (at < text.len) {
        uint32_t c = 0;
        size_t len =
            gwctl_utf8_decode(gw_slice_of(text.base + at, text.len - at), &c);
        int wide = len == 0 ? 1 : wcwidth((wchar_t)c);

        wide = wide < 0 ? 1 : wide; /* not of this locale */
        if (used + (size_t)wide > columns)
            break;
        used += (size_t)wide;
        at += len == 0 ? 1 : len;
    }
    *width = used;
    return at;
}

size_t gwctl_text_width(gw_slice text)
{
    size_t width;

    gwctl_text_fit(text, SIZE_MAX, &width);
    return width;
}
