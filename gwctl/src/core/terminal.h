/* The terminal that standard output may be. */
#ifndef GWCTL_TERMINAL_H
#define GWCTL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether it is one that understands cursor movements. */
bool gwctl_terminal_moves(void);

/* Its size now; without a terminal as much as anybody wants, and 0 lines. */
void gwctl_terminal_size(size_t *columns, size_t *lines);

#endif
