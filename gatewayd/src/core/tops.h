/* The uids and groups with the most connections of one process, in memory that
 * other processes read: they never see half a list, and are never waited for.
 *
 * A list is made only while somebody asks for it. Names are bytes that
 * strangers chose. */
#ifndef GWD_TOPS_H
#define GWD_TOPS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <gwclient/types.h>

#include "siphash.h"

#define GWD_TOP_COUNT 10
#define GWD_TOP_NAME_LEN 64 /* what is longer is cut, on a border of UTF-8 */

/* For so many seconds after somebody asked. */
#define GWD_TOPS_ASKED_SECONDS 5

typedef struct gwd_top_entry {
    uint32_t connections;
    uint32_t len;     /* of `name` */
    uint32_t full;    /* of the whole name */
    uint32_t hash[2]; /* of the whole name, if it is cut */
    char name[GWD_TOP_NAME_LEN];
} gwd_top_entry;

/* The most connections first. */
typedef struct gwd_top {
    uint32_t count;
    gwd_top_entry entries[GWD_TOP_COUNT];
} gwd_top;

typedef struct gwd_top_lists {
    uint32_t known; /* 0: there are none, as nobody has asked */
    uint32_t made;  /* seconds of the monotonic clock, which processes share */
    gwd_top uids;
    gwd_top groups;
} gwd_top_lists;

/* Puts it in its place, if it has one among the first. Names that are cut are
 * told apart by a hash; lists that are added up have the same seed. */
void gwd_top_offer(gwd_top *top, const uint8_t seed[GW_SIPHASH_SEED_LEN],
                   gw_slice name, size_t connections);
void gwd_top_put(gwd_top *top, const gwd_top_entry *entry);

/* ---- in shared memory ---------------------------------------------------- */

#define GWD_TOPS_WORDS (sizeof(gwd_top_lists) / sizeof(uint32_t))

/* Two places: one is valid while the other one is written. All zeros: no lists.
 */
typedef struct gwd_tops {
    atomic_uint_least32_t asked;   /* when; 0: never */
    atomic_uint_least32_t version; /* its last bit: the place */
    atomic_uint_least32_t words[2][GWD_TOPS_WORDS];
} gwd_tops;

/* By its own process, or by the master when that has ended. */
void gwd_tops_publish(gwd_tops *tops, const gwd_top_lists *lists);

/* False: there are none. */
bool gwd_tops_read(gwd_tops *tops, gwd_top_lists *out);

/* By who wants to read them soon, at `now`; and whether somebody does. */
void gwd_tops_ask(gwd_tops *tops, uint32_t now);
bool gwd_tops_asked(gwd_tops *tops, uint32_t now);

#endif
