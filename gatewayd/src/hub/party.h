/* Parties: everybody who shares a uid, or is in a group. Private to the hub.
 *
 * A key is kept as its text alone: a normalised integer and a string never
 * have the same one. */
#ifndef GWD_PARTY_H
#define GWD_PARTY_H

#include "hub/hub.h"

struct gwd_party {
    gwd_node node;   /* in its book's table */
    gwd_link *first; /* its members, oldest first; its `prev` is the last */
    uint32_t count;
    uint32_t text_len : 31;
    uint32_t of_group : 1; /* its links are those of memberships, not uids */
    char text[];           /* the key as text, not terminated */
};

/* A connection in a group: in the group's list, in the connection's list, and
 * in a table that finds it by both. */
struct gwd_membership {
    gwd_link link;
    gwd_member *member;
    gwd_membership *prev; /* the member's groups, oldest first */
    gwd_membership *next;
    gwd_node node;
};

/* A party's place among all groups; lies in front of the party. uids, of which
 * there may be one for each connection, do without. */
typedef struct gwd_listed {
    gwd_party *prev;
    gwd_party *next;
} gwd_listed;

/* All uids, or all groups. Parties exist while they have a member. */
typedef struct gwd_book {
    gwd_table table;
    const uint8_t *seed;
    bool listed;      /* they are groups */
    gwd_party *first; /* oldest first, when listed */
    gwd_party *last;
} gwd_book;

void gwd_book_init(gwd_book *book, const uint8_t *seed, bool listed);
void gwd_book_deinit(gwd_book *book); /* its parties must be gone */

/* A seeded hash of a normalised key. */
uint32_t gwd_key_hash(const gw_key *key, const uint8_t *seed);

gw_slice gwd_party_text(const gwd_party *party);

/* The party of a normalised key, or NULL. */
gwd_party *gwd_book_find(const gwd_book *book, const gw_key *key);

/* The party of a key given as text, made when it is not there. NULL: no memory.
 * A new party is empty: drop it when nobody enters. */
gwd_party *gwd_book_get(gwd_book *book, gw_slice text);
void gwd_book_drop_if_empty(gwd_book *book, gwd_party *party);

/* See gwd_hub_walk_uids(). */
gwd_walk_state gwd_book_walk(const gwd_book *book, gwd_walk *walk,
                             size_t effort, gwd_party_fn fn, void *arg);

/* The next younger party of a listed book. */
gwd_party *gwd_party_next(const gwd_party *party);

/* At the end of the party's list; `link` must be in no party. */
void gwd_party_enter(gwd_party *party, gwd_link *link);

/* Out of its party, which is freed when it was the last. */
void gwd_party_leave(gwd_book *book, gwd_link *link);

#endif
