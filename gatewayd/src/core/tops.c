#include "core/tops.h"

#include <string.h>

/* Lists are published once a second: whoever meets one twice while he copies
 * has been stopped for as long. */
#define TRIES 3

/* ---- one list ----------------------------------------------------------- */

/* Not within a character, if it is UTF-8. */
static size_t cut_len(gw_slice name)
{
    size_t len = GWD_TOP_NAME_LEN;

    if (name.len <= len)
        return name.len;
    while (len > GWD_TOP_NAME_LEN - 4 && (name.base[len] & 0xc0) == 0x80)
        len--;
    return (name.base[len] & 0xc0) == 0x80 ? GWD_TOP_NAME_LEN : len;
}

void gwd_top_put(gwd_top *top, const gwd_top_entry *entry)
{
    gwd_top_entry *entries = top->entries;
    uint32_t at = top->count;

    if (at == GWD_TOP_COUNT &&
        entry->connections <= entries[at - 1].connections)
        return;
    while (at > 0 && entry->connections > entries[at - 1].connections)
        at--;
    if (top->count < GWD_TOP_COUNT)
        top->count++;
    memmove(&entries[at + 1], &entries[at],
            (top->count - 1 - at) * sizeof(entries[0]));
    entries[at] = *entry;
}

void gwd_top_offer(gwd_top *top, const uint8_t seed[GW_SIPHASH_SEED_LEN],
                   gw_slice name, size_t connections)
{
    gwd_top_entry entry = {.connections = (uint32_t)connections};

    /* Most are not among the first: one comparison. */
    if (top->count == GWD_TOP_COUNT &&
        connections <= top->entries[GWD_TOP_COUNT - 1].connections)
        return;
    entry.full = (uint32_t)name.len;
    entry.len = (uint32_t)cut_len(name);
    if (entry.len > 0)
        memcpy(entry.name, name.base, entry.len);
    if (entry.len < entry.full) {
        uint64_t hash = gw_siphash(name.base, name.len, seed);

        entry.hash[0] = (uint32_t)(hash >> 32);
        entry.hash[1] = (uint32_t)hash;
    }
    gwd_top_put(top, &entry);
}

/* ---- in shared memory ---------------------------------------------------- */

void gwd_tops_publish(gwd_tops *tops, const gwd_top_lists *lists)
{
    uint32_t version =
        atomic_load_explicit(&tops->version, memory_order_relaxed) + 1;
    atomic_uint_least32_t *to = tops->words[version & 1];
    uint32_t words[GWD_TOPS_WORDS];

    memcpy(words, lists, sizeof(words));
    /* Who reads one of these words also sees that its place is not valid. */
    atomic_thread_fence(memory_order_release);
    for (size_t i = 0; i < GWD_TOPS_WORDS; i++)
        atomic_store_explicit(&to[i], words[i], memory_order_relaxed);
    atomic_store_explicit(&tops->version, version, memory_order_release);
}

bool gwd_tops_read(gwd_tops *tops, gwd_top_lists *out)
{
    uint32_t words[GWD_TOPS_WORDS];

    for (int try = 0; try < TRIES; try++) {
        uint32_t version =
            atomic_load_explicit(&tops->version, memory_order_acquire);
        const atomic_uint_least32_t *from = tops->words[version & 1];

        for (size_t i = 0; i < GWD_TOPS_WORDS; i++)
            words[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&tops->version, memory_order_relaxed) !=
            version)
            continue;
        memcpy(out, words, sizeof(words));
        return out->known != 0;
    }
    return false;
}

void gwd_tops_ask(gwd_tops *tops, uint32_t now)
{
    atomic_store_explicit(&tops->asked, now == 0 ? 1 : now,
                          memory_order_relaxed);
}

bool gwd_tops_asked(gwd_tops *tops, uint32_t now)
{
    uint32_t asked = atomic_load_explicit(&tops->asked, memory_order_relaxed);

    /* Who asked may be a second ahead. */
    return asked != 0 && (int32_t)(now - asked) <= GWD_TOPS_ASKED_SECONDS;
}
