#include "key_sort.h"

/* Strings are compared seven bytes at a time. Below them `order` has how many
 * bytes there were: PIECE + 1 tells that more follow. */
enum { PIECE = 7 };

/* Up to so many, moving items is cheaper than counting bytes. */
enum { FEW = 24 };

static uint64_t piece_at(gw_slice text, size_t at)
{
    const unsigned char *p = (const unsigned char *)text.base;
    size_t len = text.len - at > PIECE ? PIECE + 1 : text.len - at;
    size_t used = len > PIECE ? PIECE : len;
    uint64_t order = 0;

    for (size_t i = 0; i < used; i++)
        order |= (uint64_t)p[at + i] << (8 * (PIECE - i));
    return order | len;
}

static int goes_on(uint64_t order)
{
    return (order & 0xff) > PIECE;
}

void gw_keyed_init(gw_keyed *item, const gw_key *key)
{
    item->key = key;
    item->order = key->type == GW_KEY_INT
                      ? (uint64_t)key->num ^ (UINT64_C(1) << 63)
                      : piece_at(key->str, 0);
}

static int compare_text(gw_slice a, gw_slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len == 0 ? 0 : memcmp(a.base, b.base, len);

    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

int gw_keyed_compare(const gw_keyed *a, const gw_keyed *b)
{
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    if (a->key->type == GW_KEY_INT || !goes_on(a->order))
        return 0;
    return compare_text(a->key->str, b->key->str);
}

/* ---- by `order` alone --------------------------------------------------- */

static void insert_sorted(gw_keyed *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        gw_keyed item = items[i];
        size_t at = i;

        for (; at > 0 && items[at - 1].order > item.order; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

/* Where items go that have each value of a byte. 0: all have the same one. */
static int place_bytes(const gw_keyed *items, size_t count, unsigned shift,
                       size_t places[256])
{
    size_t sum = 0;

    memset(places, 0, 256 * sizeof *places);
    for (size_t i = 0; i < count; i++)
        places[items[i].order >> shift & 0xff]++;
    if (places[items[0].order >> shift & 0xff] == count)
        return 0;
    for (size_t value = 0; value < 256; value++) {
        size_t with_value = places[value];

        places[value] = sum;
        sum += with_value;
    }
    return 1;
}

static int is_sorted(const gw_keyed *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (items[i - 1].order > items[i].order)
            return 0;
    }
    return 1;
}

/* Byte by byte, from the last. */
static void sort_by_order(gw_keyed *items, gw_keyed *scratch, size_t count)
{
    gw_keyed *from = items, *to = scratch;
    size_t places[256];

    if (count <= FEW) {
        insert_sorted(items, count);
        return;
    }
    if (is_sorted(items, count))
        return;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        gw_keyed *swap = from;

        if (!place_bytes(from, count, shift, places))
            continue;
        for (size_t i = 0; i < count; i++)
            to[places[from[i].order >> shift & 0xff]++] = from[i];
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
}

/* ---- strings ------------------------------------------------------------ */

static size_t run_at(const gw_keyed *items, size_t count)
{
    size_t len = 1;

    while (len < count && items[len].order == items[0].order)
        len++;
    return len;
}

/* How long the beginning is that all have, which are alike up to `at`. */
static size_t alike_until(const gw_keyed *items, size_t count, size_t at)
{
    gw_slice first = items[0].key->str;
    size_t end = first.len;

    for (size_t i = 1; i < count && end > at; i++) {
        gw_slice text = items[i].key->str;
        size_t same = at;

        if (text.len < end)
            end = text.len;
        while (same < end && text.base[same] == first.base[same])
            same++;
        end = same;
    }
    return end;
}

static void sort_from(gw_keyed *items, gw_keyed *scratch, size_t count,
                      size_t at);

/* Each run of items that are still alike is sorted by what follows, the longest
 * of them by the caller: so nothing here is deeper than log2(count). */
static size_t sort_runs(gw_keyed **items, gw_keyed *scratch, size_t count,
                        size_t at)
{
    gw_keyed *p = *items, *end = p + count;
    size_t longest = 0;

    while (p < end) {
        size_t len = run_at(p, (size_t)(end - p));

        if (len > 1 && goes_on(p->order)) {
            gw_keyed *shorter = len > longest ? *items : p;
            size_t shorter_len = len > longest ? longest : len;

            if (len > longest) {
                *items = p;
                longest = len;
            }
            sort_from(shorter, scratch, shorter_len, at);
        }
        p += len;
    }
    return longest;
}

/* What all have in common up to `at` is left out. */
static void sort_from(gw_keyed *items, gw_keyed *scratch, size_t count,
                      size_t at)
{
    while (count > 1) {
        size_t before = count;

        for (size_t i = 0; i < count; i++)
            items[i].order = piece_at(items[i].key->str, at);
        sort_by_order(items, scratch, count);
        count = sort_runs(&items, scratch, count, at + PIECE);
        at += PIECE;
        if (count == before)
            at = alike_until(items, count, at);
    }
}

void gw_keyed_sort(gw_keyed *items, gw_keyed *scratch, size_t count)
{
    if (count == 0)
        return;
    if (items[0].key->type == GW_KEY_INT) {
        sort_by_order(items, scratch, count);
        return;
    }
    sort_from(items, scratch, count, 0);
    for (size_t i = 0; i < count; i++)
        items[i].order = piece_at(items[i].key->str, 0);
}
