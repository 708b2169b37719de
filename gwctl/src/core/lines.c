#include "core/lines.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PIECE ((size_t)65536)

void gwctl_lines_init(gwctl_lines *lines, int fd)
{
    memset(lines, 0, sizeof(*lines));
    lines->fd = fd;
}

void gwctl_lines_deinit(gwctl_lines *lines)
{
    gwctl_buf_deinit(&lines->buf);
}

static void drop_taken(gwctl_lines *lines)
{
    gwctl_buf_take(&lines->buf, lines->taken);
    lines->taken = 0;
}

/* Lines that are there are walked without moving what is behind them. */
bool gwctl_lines_next(gwctl_lines *lines, gw_slice *line)
{
    size_t left = lines->buf.len - lines->taken;
    const char *start = left == 0 ? NULL : lines->buf.base + lines->taken;
    const char *newline = NULL;

    if (left > lines->seen)
        newline = memchr(start + lines->seen, '\n', left - lines->seen);
    if (newline == NULL && !(lines->ended && left > 0)) {
        lines->seen = left;
        drop_taken(lines);
        return false;
    }
    line->base = start;
    line->len = newline == NULL ? left : (size_t)(newline - start);
    lines->taken += line->len + (newline != NULL);
    lines->seen = 0;
    if (line->len > 0 && newline != NULL && line->base[line->len - 1] == '\r')
        line->len--;
    return true;
}

int gwctl_lines_read(gwctl_lines *lines)
{
    char *to;
    ssize_t got;

    drop_taken(lines);
    if (lines->max > 0 && lines->buf.len > lines->max)
        return EFBIG;
    to = gwctl_buf_reserve(&lines->buf, PIECE);
    got = read(lines->fd, to, PIECE);
    if (got < 0)
        return errno;
    lines->ended = got == 0;
    lines->buf.len += (size_t)got;
    return 0;
}

/* Somebody who shares a terminal with us may have made it non-blocking. */
int gwctl_lines_wait(gwctl_lines *lines)
{
    for (;;) {
        struct pollfd p = {.fd = lines->fd, .events = POLLIN};
        int error = gwctl_lines_read(lines);

        if (error == EAGAIN || error == EWOULDBLOCK)
            poll(&p, 1, -1);
        else if (error != EINTR)
            return error;
    }
}

int gwctl_lines_read_all(gwctl_lines *lines, gw_slice *text)
{
    int error = 0;

    while (!lines->ended && error == 0)
        error = gwctl_lines_wait(lines);
    *text = gwctl_buf_slice(&lines->buf);
    return lines->ended ? 0 : error;
}
