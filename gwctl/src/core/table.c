#include "core/table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/memory.h"
#include "core/text.h"

#define GAP 2

static void add(gwctl_table *table, char *cell)
{
    if (table->count == table->cap) {
        table->cap = table->cap == 0 ? 64 : table->cap * 2;
        table->cells =
            gwctl_realloc(table->cells, table->cap, sizeof(*table->cells));
    }
    table->cells[table->count++] = cell;
}

void gwctl_table_init(gwctl_table *table, const char *heading)
{
    memset(table, 0, sizeof(*table));
    while (*heading != '\0') {
        size_t len = strcspn(heading, " ");

        add(table, gwctl_copy(heading, len));
        table->columns++;
        heading += len;
        heading += strspn(heading, " ");
    }
}

void gwctl_table_deinit(gwctl_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    memset(table, 0, sizeof(*table));
}

void gwctl_table_put(gwctl_table *table, gw_slice text)
{
    gwctl_buf escaped = {NULL, 0, 0};

    gwctl_text_escape(&escaped, text);
    add(table, gwctl_copy(escaped.base, escaped.len));
    gwctl_buf_deinit(&escaped);
}

void gwctl_table_put_json(gwctl_table *table, gw_slice json)
{
    gwctl_buf escaped = {NULL, 0, 0};

    gwctl_text_escape_json(&escaped, json);
    add(table, gwctl_copy(escaped.base, escaped.len));
    gwctl_buf_deinit(&escaped);
}

void gwctl_table_put_str(gwctl_table *table, const char *text)
{
    gwctl_table_put(table, gw_slice_str(text));
}

void gwctl_table_put_int(gwctl_table *table, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, value);
    gwctl_table_put_str(table, text);
}

void gwctl_table_put_key(gwctl_table *table, const gw_key *key)
{
    if (key->type == GW_KEY_INT)
        gwctl_table_put_int(table, key->num);
    else if (key->type == GW_KEY_NONE)
        gwctl_table_put_str(table, "-");
    else
        gwctl_table_put(table, key->str);
}

void gwctl_table_put_ms(gwctl_table *table, double ms)
{
    char text[40];

    snprintf(text, sizeof(text), "%.3f", ms);
    gwctl_table_put_str(table, text);
}

/* ---- writing ------------------------------------------------------------ */

typedef struct column {
    size_t width;
    bool right;
} column;

static gw_slice cell_of(const gwctl_table *table, size_t row, size_t c)
{
    gw_slice cell = gw_slice_str(table->cells[row * table->columns + c]);

    if (row == 0 && cell.len > 0 && cell.base[cell.len - 1] == '>')
        cell.len--;
    return cell;
}

static void measure(const gwctl_table *table, size_t rows, column *columns)
{
    for (size_t c = 0; c < table->columns; c++) {
        const char *heading = table->cells[c];

        columns[c].width = 0;
        columns[c].right = heading[strlen(heading) - 1] == '>';
        for (size_t row = 0; row < rows; row++) {
            size_t width = gwctl_text_width(cell_of(table, row, c));

            if (width > columns[c].width)
                columns[c].width = width;
        }
    }
}

static void put_blanks(gwctl_buf *line, size_t count)
{
    while (count-- > 0)
        gwctl_buf_put(line, " ", 1);
}

/* Nothing is put behind the last cell of a line. */
static void put_cell(gwctl_buf *line, gw_slice cell, const column *of,
                     bool last)
{
    size_t blanks = of->width - gwctl_text_width(cell);

    if (of->right)
        put_blanks(line, blanks);
    gwctl_buf_put(line, cell.base, cell.len);
    if (!of->right && !last)
        put_blanks(line, blanks);
    if (!last)
        put_blanks(line, GAP);
}

void gwctl_table_print(const gwctl_table *table, FILE *out, size_t width,
                       size_t lines, const char *end)
{
    size_t rows = table->count / table->columns;
    column columns[GWCTL_COLUMNS_MAX];
    gwctl_buf line = {NULL, 0, 0};

    measure(table, rows, columns);
    if (lines > 0 && rows > lines)
        rows = lines;
    for (size_t row = 0; row < rows; row++) {
        size_t used;

        line.len = 0;
        for (size_t c = 0; c < table->columns; c++)
            put_cell(&line, cell_of(table, row, c), &columns[c],
                     c + 1 == table->columns);
        while (line.len > 0 && line.base[line.len - 1] == ' ')
            line.len--; /* empty cells at the end */
        if (line.len > 0)
            fwrite(line.base, 1,
                   gwctl_text_fit(gwctl_buf_slice(&line), width, &used), out);
        fputs(end, out);
    }
    gwctl_buf_deinit(&line);
}

void gwctl_table_finish(gwctl_table *table)
{
    gwctl_table_print(table, stdout, SIZE_MAX, 0, "\n");
    gwctl_table_deinit(table);
}
