#include "hub/party.h"

#include <stdlib.h>
#include <string.h>

#include "key.h"

uint32_t gwd_key_hash(const gw_key *key, const uint8_t *seed)
{
    /* Integers and strings may collide in the hash; equality tells them apart.
     */
    if (key->type == GW_KEY_INT) {
        return (uint32_t)gw_siphash(&key->num, sizeof(key->num), seed);
    }
    return (uint32_t)gw_siphash(key->str.base, key->str.len, seed);
}

gw_key gwd_party_key(const gwd_party *party)
{
    if (party->type == GW_KEY_INT) {
        return gw_key_int(party->num);
    }
    return gw_key_slice(gw_slice_of(party->text, party->text_len));
}

static gwd_party *find(const gwd_book *book, const gw_key *key, uint32_t hash)
{
    gwd_node *node = gwd_table_first(&book->table, hash);

    while (node != NULL) {
        gwd_party *party = GWD_ENTRY(node, gwd_party, node);
        gw_key own = gwd_party_key(party);
        if (gw_key_equal(&own, key)) {
            return party;
        }
        node = gwd_table_next(node);
    }
    return NULL;
}

gwd_party *gwd_book_find(const gwd_book *book, const gw_key *key,
                         const uint8_t *seed)
{
    return find(book, key, gwd_key_hash(key, seed));
}

static gwd_party *party_new(const gw_key *key, gw_slice text)
{
    gwd_party *party = malloc(sizeof(*party) + text.len);

    if (party == NULL) {
        return NULL;
    }
    memset(party, 0, sizeof(*party));
    party->type = (unsigned char)key->type;
    party->num = key->num;
    party->text_len = (uint32_t)text.len; /* a frame is shorter than 4 GiB */
    if (text.len > 0) {
        memcpy(party->text, text.base, text.len);
    }
    return party;
}

gwd_party *gwd_book_get(gwd_book *book, gw_slice text, const uint8_t *seed)
{
    gw_key key = gw_key_normalize(text);
    uint32_t hash = gwd_key_hash(&key, seed);
    gwd_party *party = find(book, &key, hash);

    if (party != NULL) {
        return party;
    }
    if (gwd_table_reserve(&book->table) != GW_OK) {
        return NULL;
    }
    party = party_new(&key, text);
    if (party == NULL) {
        return NULL;
    }
    gwd_table_insert(&book->table, &party->node, hash);
    party->prev = book->last;
    *(book->last != NULL ? &book->last->next : &book->first) = party;
    book->last = party;
    return party;
}

void gwd_book_drop_if_empty(gwd_book *book, gwd_party *party)
{
    if (party->count > 0) {
        return;
    }
    gwd_table_remove(&book->table, &party->node);
    *(party->prev != NULL ? &party->prev->next : &book->first) = party->next;
    *(party->next != NULL ? &party->next->prev : &book->last) = party->prev;
    free(party);
}

void gwd_party_enter(gwd_party *party, gwd_link *link, gwd_member *member)
{
    link->party = party;
    link->member = member;
    link->prev = party->last;
    link->next = NULL;
    *(party->last != NULL ? &party->last->next : &party->first) = link;
    party->last = link;
    party->count++;
}

void gwd_party_leave(gwd_book *book, gwd_link *link)
{
    gwd_party *party = link->party;

    *(link->prev != NULL ? &link->prev->next : &party->first) = link->next;
    *(link->next != NULL ? &link->next->prev : &party->last) = link->prev;
    party->count--;
    link->party = NULL;
    gwd_book_drop_if_empty(book, party);
}

size_t gwd_party_count(const gwd_party *party)
{
    return party->count;
}

void gwd_party_each(gwd_party *party, gwd_member_fn fn, void *arg)
{
    for (gwd_link *link = party->first; link != NULL; link = link->next) {
        fn(arg, link->member);
    }
}
