/* What malloc holds of memory that is free: given back to the system, as far as
 * it can be told to. */
#ifndef GWD_MEMORY_H
#define GWD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* At the start of a process: large blocks go back when they are freed. */
void gwd_memory_init(void);

/* Whether many connections have gone since `*most` was theirs: then what they
 * had may be given back. Call it now and then with how many there are; `*most`
 * begins with 0. */
bool gwd_memory_ebbs(size_t *most, size_t connections);

/* Gives back what is free between blocks in use. Takes milliseconds. */
void gwd_memory_trim(void);

#endif
