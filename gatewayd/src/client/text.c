#include "client/text.h"

static gw_slice without_line_end(const char *base, size_t len)
{
    while (len > 0 && (base[len - 1] == '\r' || base[len - 1] == '\n'))
        len--;
    return gw_slice_of(base, len);
}

int gwd_text_read(size_t *scanned, gw_slice in, size_t max, gw_slice *message,
                  size_t *consumed)
{
    size_t room = max == 0 ? 0 : max - 1;
    size_t end = in.len < room ? in.len : room;
    const char *at = NULL;

    if (*scanned < end)
        at = memchr(in.base + *scanned, '\n', end - *scanned);
    if (at != NULL) {
        *consumed = (size_t)(at - in.base) + 1;
        *message = without_line_end(in.base, *consumed);
        *scanned = 0;
        return GW_OK;
    }
    *scanned = end;
    return in.len >= max ? GW_ETOOBIG : GW_EAGAIN;
}
