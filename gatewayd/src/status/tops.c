/* uids and groups as JSON: bytes that strangers chose. */
#include <stdlib.h>
#include <string.h>

#include "json_write.h"
#include "status/render.h"
#include "utf8.h"

/* U+FFFD for each byte that is not UTF-8. */
static void put_text(gw_buf *out, gw_slice text)
{
    char valid[3 * GWD_TOP_NAME_LEN];
    size_t at = 0;

    while (text.len > 0) {
        uint32_t c;
        size_t len = gw_utf8_decode(text, &c);

        if (len > 0)
            memcpy(valid + at, text.base, len);
        else
            memcpy(valid + at, "\xef\xbf\xbd", 3);
        at += len > 0 ? len : 3;
        len = len > 0 ? len : 1;
        text = gw_slice_of(text.base + len, text.len - len);
    }
    gw_json_put_string(out, gw_slice_of(valid, at));
}

static void put_entry(gw_buf *out, const gwd_top_entry *entry)
{
    gw_buf_put_str(out, "{\"name\":");
    put_text(out, gw_slice_of(entry->name, entry->len));
    if (entry->full > entry->len) {
        gw_buf_put_str(out, ",\"cut\":true,\"bytes\":");
        gw_buf_put_int(out, entry->full);
    }
    gw_buf_put_str(out, ",\"connections\":");
    gw_buf_put_int(out, entry->connections);
    gw_buf_put_char(out, '}');
}

static void put_top(gw_buf *out, const char *name, const gwd_top *top)
{
    gw_buf_put_str(out, name);
    for (uint32_t i = 0; i < top->count; i++) {
        gw_buf_put_str(out, i == 0 ? "" : ",");
        put_entry(out, &top->entries[i]);
    }
    gw_buf_put_char(out, ']');
}

void gwd_status_put_tops(gw_buf *out, const gwd_top_lists *lists)
{
    put_top(out, "\"uids\":[", &lists->uids);
    put_top(out, ",\"groups\":[", &lists->groups);
}

/* ---- of several processes ------------------------------------------------ */

static int by_name(const gwd_top_entry *a, const gwd_top_entry *b)
{
    int order = memcmp(a->name, b->name, sizeof(a->name));

    if (a->full != b->full)
        return a->full < b->full ? -1 : 1;
    return order != 0 ? order : memcmp(a->hash, b->hash, sizeof(a->hash));
}

static int compare(const void *a, const void *b)
{
    return by_name(*(const gwd_top_entry *const *)a,
                   *(const gwd_top_entry *const *)b);
}

static const gwd_top *top_of(const gwd_top_lists *lists, bool groups)
{
    return groups ? &lists->groups : &lists->uids;
}

/* Entries of one name, which stand together, become one. */
static void add_up(const gwd_top_entry **entries, size_t count, gwd_top *sum)
{
    for (size_t i = 0, next; i < count; i = next) {
        gwd_top_entry all = *entries[i];

        for (next = i + 1; next < count && by_name(&all, entries[next]) == 0;
             next++)
            all.connections += entries[next]->connections;
        gwd_top_put(sum, &all);
    }
}

static int sum_up(const gwd_top_lists *lists, size_t count, bool groups,
                  gwd_top *sum)
{
    const gwd_top_entry **entries =
        calloc(count * GWD_TOP_COUNT + 1, sizeof(entries[0]));
    size_t total = 0;

    memset(sum, 0, sizeof(*sum));
    if (entries == NULL)
        return GW_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const gwd_top *top = top_of(&lists[i], groups);

        for (uint32_t n = 0; lists[i].known && n < top->count; n++)
            entries[total++] = &top->entries[n];
    }
    qsort(entries, total, sizeof(entries[0]), compare);
    add_up(entries, total, sum);
    free(entries);
    return GW_OK;
}

void gwd_status_put_top_sums(gw_buf *out, const gwd_top_lists *lists,
                             size_t count)
{
    gwd_top_lists sums;

    if (sum_up(lists, count, false, &sums.uids) < 0 ||
        sum_up(lists, count, true, &sums.groups) < 0)
        gw_buf_fail(out, GW_ENOMEM);
    else
        gwd_status_put_tops(out, &sums);
}
