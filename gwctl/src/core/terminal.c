#include "core/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool gwctl_terminal_moves(void)
{
    const char *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && term != NULL && term[0] != '\0' &&
           strcmp(term, "dumb") != 0;
}

void gwctl_terminal_size(size_t *columns, size_t *lines)
{
    struct winsize size;

    *columns = SIZE_MAX;
    *lines = 0;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 0) {
        *columns = size.ws_col;
        *lines = size.ws_row;
    }
}
