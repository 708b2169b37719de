/* A UTF-8 check that can stop anywhere and go on later (RFC 3629). */
#ifndef GWD_CLIENT_UTF8_H
#define GWD_CLIENT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero it for the start of a text. */
typedef struct gwd_utf8 {
    uint8_t left; /* continuation bytes that must follow */
    uint8_t low;  /* what the next of them may be: low…high */
    uint8_t high;
} gwd_utf8;

/* False when the text so far cannot be the beginning of UTF-8. */
bool gwd_utf8_feed(gwd_utf8 *utf8, const char *base, size_t len);

/* True when the text may end here. */
static inline bool gwd_utf8_whole(const gwd_utf8 *utf8)
{
    return utf8->left == 0;
}

#endif
