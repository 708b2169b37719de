/* Parties: everybody who shares a uid, or is in a group. Private to the hub. */
#ifndef GWD_PARTY_H
#define GWD_PARTY_H

#include "hub/hub.h"

struct gwd_party {
    gwd_node node;   /* in its book's table */
    gwd_party *prev; /* all parties of the book, oldest first */
    gwd_party *next;
    gwd_link *first; /* its members, oldest first */
    gwd_link *last;
    int64_t num; /* the key when `type` is GW_KEY_INT */
    uint32_t count;
    uint32_t text_len;
    unsigned char type; /* GW_KEY_INT or GW_KEY_STRING */
    char text[];        /* the key as text, not terminated */
};

/* All uids, or all groups. Parties exist while they have a member. */
typedef struct gwd_book {
    gwd_table table;
    gwd_party *first;
    gwd_party *last;
} gwd_book;

/* A seeded hash of a normalised key. */
uint32_t gwd_key_hash(const gw_key *key, const uint8_t *seed);

gw_key gwd_party_key(const gwd_party *party);

/* The party of a normalised key, or NULL. `seed` as in the hub. */
gwd_party *gwd_book_find(const gwd_book *book, const gw_key *key,
                         const uint8_t *seed);

/* The same, made when it is not there; `text` is the key's text. NULL: no
 * memory. A new party is empty: drop it
 * when nobody enters. */
gwd_party *gwd_book_get(gwd_book *book, gw_slice text, const uint8_t *seed);
void gwd_book_drop_if_empty(gwd_book *book, gwd_party *party);

/* At the end of the party's list; `link` must be in no party. */
void gwd_party_enter(gwd_party *party, gwd_link *link, gwd_member *member);

/* Out of its party, which is freed when it was the last. */
void gwd_party_leave(gwd_book *book, gwd_link *link);

#endif
