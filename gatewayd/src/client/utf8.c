#include "client/utf8.h"

#include <string.h>

/* Lead bytes of two to four byte sequences. The narrower second byte keeps out
 * overlong forms, surrogates and what is above U+10FFFF. */
static const struct lead {
    uint8_t first, last; /* lead bytes */
    uint8_t left;
    uint8_t low, high; /* second byte */
} leads[] = {
    {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f},
    {0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

static bool start(gwd_utf8 *utf8, uint8_t byte)
{
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        if (byte >= leads[i].first && byte <= leads[i].last) {
            utf8->left = leads[i].left;
            utf8->low = leads[i].low;
            utf8->high = leads[i].high;
            return true;
        }
    }
    return false;
}

static bool next(gwd_utf8 *utf8, uint8_t byte)
{
    if (byte < utf8->low || byte > utf8->high)
        return false;
    utf8->left--;
    utf8->low = 0x80;
    utf8->high = 0xbf;
    return true;
}

/* How many of the bytes are ASCII, by eights. */
static size_t skip_ascii(const char *base, size_t len)
{
    size_t i = 0;

    for (; len - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, base + i, sizeof(word));
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return i;
}

bool gwd_utf8_feed(gwd_utf8 *utf8, const char *base, size_t len)
{
    size_t i = 0;

    while (i < len) {
        if (utf8->left == 0) {
            i += skip_ascii(base + i, len - i);
            if (i == len)
                break;
        }
        uint8_t byte = (uint8_t)base[i++];
        if (utf8->left > 0 ? !next(utf8, byte)
                           : byte >= 0x80 && !start(utf8, byte))
            return false;
    }
    return true;
}
