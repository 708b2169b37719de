#include "hub/party.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"

#define INT_TEXT 21 /* "-9223372036854775808" and its NUL */

/* A key's text; integers are written into `digits`. */
static gw_slice key_text(const gw_key *key, char digits[INT_TEXT])
{
    if (key->type != GW_KEY_INT) {
        return key->str;
    }
    int len = snprintf(digits, INT_TEXT, "%" PRId64, key->num);
    return gw_slice_of(digits, (size_t)len);
}

static uint32_t text_hash(gw_slice text, const uint8_t *seed)
{
    return (uint32_t)gw_siphash(text.base, text.len, seed);
}

uint32_t gwd_key_hash(const gw_key *key, const uint8_t *seed)
{
    char digits[INT_TEXT];

    return text_hash(key_text(key, digits), seed);
}

gw_slice gwd_party_text(const gwd_party *party)
{
    return gw_slice_of(party->text, party->text_len);
}

static uint32_t party_hash(const void *arg, const gwd_node *node)
{
    const gwd_book *book = arg;

    return text_hash(gwd_party_text(GWD_ENTRY(node, gwd_party, node)),
                     book->seed);
}

void gwd_book_init(gwd_book *book, const uint8_t *seed, bool listed)
{
    *book = (gwd_book){.seed = seed, .listed = listed};
    gwd_table_init(&book->table, party_hash, book);
}

void gwd_book_deinit(gwd_book *book)
{
    gwd_table_deinit(&book->table);
}

static gwd_party *find(const gwd_book *book, gw_slice text)
{
    gwd_node *node = gwd_table_chain(&book->table, text_hash(text, book->seed));

    for (; node != NULL; node = node->next) {
        gwd_party *party = GWD_ENTRY(node, gwd_party, node);
        if (party->text_len == text.len &&
            (text.len == 0 || memcmp(party->text, text.base, text.len) == 0)) {
            return party;
        }
    }
    return NULL;
}

gwd_party *gwd_book_find(const gwd_book *book, const gw_key *key)
{
    char digits[INT_TEXT];

    return find(book, key_text(key, digits));
}

static size_t walk_chain(const gwd_node *node, gwd_party_fn fn, void *arg)
{
    size_t count = 0;

    for (; node != NULL; node = node->next) {
        const gwd_party *party = GWD_ENTRY(node, gwd_party, node);
        fn(arg, gwd_party_text(party), party->count);
        count++;
    }
    return count;
}

/* A party stays in its bucket until the table grows. */
gwd_walk_state gwd_book_walk(const gwd_book *book, gwd_walk *walk,
                             size_t effort, gwd_party_fn fn, void *arg)
{
    const gwd_table *table = &book->table;

    if (table->buckets == NULL) {
        return GWD_WALK_DONE;
    }
    if (walk->at > 0 && walk->mask != table->mask) {
        *walk = (gwd_walk){0};
        return GWD_WALK_ANEW;
    }
    walk->mask = table->mask;
    for (size_t spent = 0; spent < effort; spent++) {
        spent += walk_chain(table->buckets[walk->at], fn, arg);
        if (walk->at++ == table->mask) {
            return GWD_WALK_DONE;
        }
    }
    return GWD_WALK_ON;
}

/* ---- a party's life ----------------------------------------------------- */

static gwd_listed *listed(const gwd_party *party)
{
    return (gwd_listed *)(void *)party - 1;
}

gwd_party *gwd_party_next(const gwd_party *party)
{
    return listed(party)->next;
}

static void list(gwd_book *book, gwd_party *party)
{
    *listed(party) = (gwd_listed){.prev = book->last};
    *(book->last != NULL ? &listed(book->last)->next : &book->first) = party;
    book->last = party;
}

static void unlist(gwd_book *book, gwd_party *party)
{
    gwd_listed at = *listed(party);

    *(at.prev != NULL ? &listed(at.prev)->next : &book->first) = at.next;
    *(at.next != NULL ? &listed(at.next)->prev : &book->last) = at.prev;
}

static gwd_party *party_new(const gwd_book *book, gw_slice text)
{
    size_t front = book->listed ? sizeof(gwd_listed) : 0;
    char *block = malloc(front + sizeof(gwd_party) + text.len);

    if (block == NULL) {
        return NULL;
    }
    gwd_party *party = (gwd_party *)(void *)(block + front);
    memset(party, 0, sizeof(*party));
    party->text_len = text.len & 0x7fffffff; /* frames are far shorter */
    party->of_group = book->listed;
    if (text.len > 0) {
        memcpy(party->text, text.base, text.len);
    }
    return party;
}

static void party_free(const gwd_book *book, gwd_party *party)
{
    free((char *)party - (book->listed ? sizeof(gwd_listed) : 0));
}

gwd_party *gwd_book_get(gwd_book *book, gw_slice text)
{
    gwd_party *party = find(book, text);

    if (party != NULL) {
        return party;
    }
    if (gwd_table_reserve(&book->table) != GW_OK) {
        return NULL;
    }
    party = party_new(book, text);
    if (party == NULL) {
        return NULL;
    }
    gwd_table_insert(&book->table, &party->node);
    if (book->listed) {
        list(book, party);
    }
    return party;
}

void gwd_book_drop_if_empty(gwd_book *book, gwd_party *party)
{
    if (party->count > 0) {
        return;
    }
    gwd_table_remove(&book->table, &party->node);
    if (book->listed) {
        unlist(book, party);
    }
    party_free(book, party);
}

/* ---- its members -------------------------------------------------------- */

void gwd_party_enter(gwd_party *party, gwd_link *link)
{
    link->party = party;
    link->next = NULL;
    if (party->first == NULL) {
        party->first = link;
        link->prev = link;
    } else {
        link->prev = party->first->prev;
        link->prev->next = link;
        party->first->prev = link;
    }
    party->count++;
}

void gwd_party_leave(gwd_book *book, gwd_link *link)
{
    gwd_party *party = link->party;

    *(link == party->first ? &party->first : &link->prev->next) = link->next;
    if (link->next != NULL) {
        link->next->prev = link->prev;
    } else if (party->first != NULL) {
        party->first->prev = link->prev;
    }
    party->count--;
    link->party = NULL;
    gwd_book_drop_if_empty(book, party);
}

size_t gwd_party_count(const gwd_party *party)
{
    return party->count;
}

/* A link costs no pointer back: it lies in what it belongs to. */
static gwd_member *member_of(const gwd_party *party, gwd_link *link)
{
    return party->of_group ? GWD_ENTRY(link, gwd_membership, link)->member
                           : GWD_ENTRY(link, gwd_member, uid);
}

void gwd_party_each(gwd_party *party, gwd_member_fn fn, void *arg)
{
    for (gwd_link *link = party->first; link != NULL; link = link->next) {
        fn(arg, member_of(party, link));
    }
}
