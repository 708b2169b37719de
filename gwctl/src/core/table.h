/* A table of text for people: columns are as wide as they need to be. */
#ifndef GWCTL_TABLE_H
#define GWCTL_TABLE_H

#include <stdint.h>
#include <stdio.h>
#include <gwclient/types.h>

#define GWCTL_COLUMNS_MAX 8

typedef struct gwctl_table {
    size_t columns;
    size_t count; /* of cells, the heading's among them */
    size_t cap;
    char **cells; /* escaped */
} gwctl_table;

/* `heading`: names of the columns with blanks between them; one that ends in >
 * is of numbers, which stand to the right. */
void gwctl_table_init(gwctl_table *table, const char *heading);
void gwctl_table_deinit(gwctl_table *table);

/* The next cell, row after row. They escape what they are given. */
void gwctl_table_put(gwctl_table *table, gw_slice text);
void gwctl_table_put_str(gwctl_table *table, const char *text);
void gwctl_table_put_int(gwctl_table *table, int64_t value);
void gwctl_table_put_key(gwctl_table *table, const gw_key *key); /* none: - */
void gwctl_table_put_json(gwctl_table *table, gw_slice json); /* stays JSON */
void gwctl_table_put_ms(gwctl_table *table, double ms);       /* 0.123 */

/* Writes the whole; each line is cut at `columns` and ends with `end`. At most
 * `lines` lines (0: all). */
void gwctl_table_print(const gwctl_table *table, FILE *out, size_t columns,
                       size_t lines, const char *end);

/* Writes the whole to standard output, lines as long as they are, and deinits
 * it. A terminal wraps what is too long for it. */
void gwctl_table_finish(gwctl_table *table);

#endif
