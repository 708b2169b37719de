/* Lines of a file descriptor, of any length, as they come. */
#ifndef GWCTL_LINES_H
#define GWCTL_LINES_H

#include <stdbool.h>

#include "core/buf.h"

typedef struct gwctl_lines {
    int fd;
    size_t max; /* bytes of a line, or of all; 0: any number */
    bool ended;
    size_t taken; /* the line that was given last, with its newline */
    size_t seen;  /* no newline up to here */
    gwctl_buf buf;
} gwctl_lines;

void gwctl_lines_init(gwctl_lines *lines, int fd);
void gwctl_lines_deinit(gwctl_lines *lines);

/* The next line that is there already, without its \n or \r\n; what ends
 * without a newline is one at the end of input. False: none. The line is valid
 * until the next call. */
bool gwctl_lines_next(gwctl_lines *lines, gw_slice *line);

/* Reads once. 0, or errno (EAGAIN, EINTR too), or EFBIG: what is there, and no
 * whole line, is more than `max`. At the end `ended` is set. */
int gwctl_lines_read(gwctl_lines *lines);

/* The same, but waits until there is something. 0, or errno. */
int gwctl_lines_wait(gwctl_lines *lines);

/* Reads to the end: all that is there, newlines too. 0, or errno. */
int gwctl_lines_read_all(gwctl_lines *lines, gw_slice *text);

#endif
