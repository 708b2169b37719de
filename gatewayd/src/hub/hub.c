#include "hub/hub.h"

#include <stdlib.h>
#include <string.h>

#include "hub/party.h"
#include "key.h"

struct gwd_hub {
    uint8_t seed[GW_SIPHASH_SEED_LEN];
    gwd_table ids;
    gwd_table memberships;
    gwd_book uids;
    gwd_book groups;
    gwd_member *first;
    gwd_member *last;
    uint32_t mark;
};

/* Ids are drawn at random by us: they are their own hash. */
static uint32_t id_hash(const void *arg, const gwd_node *node)
{
    (void)arg;
    return GWD_ENTRY(node, gwd_member, node)->id;
}

static uint32_t pair_hash(const gwd_hub *hub, const gwd_member *member,
                          const gwd_party *group)
{
    struct {
        uintptr_t group;
        uintptr_t member;
    } pair = {(uintptr_t)group, (uintptr_t)member};

    return (uint32_t)gw_siphash(&pair, sizeof(pair), hub->seed);
}

static uint32_t membership_hash(const void *arg, const gwd_node *node)
{
    const gwd_membership *in = GWD_ENTRY(node, gwd_membership, node);

    return pair_hash(arg, in->member, in->link.party);
}

gwd_hub *gwd_hub_new(const uint8_t seed[GW_SIPHASH_SEED_LEN])
{
    gwd_hub *hub = calloc(1, sizeof(*hub));

    if (hub == NULL) {
        return NULL;
    }
    memcpy(hub->seed, seed, GW_SIPHASH_SEED_LEN);
    gwd_table_init(&hub->ids, id_hash, NULL);
    gwd_table_init(&hub->memberships, membership_hash, hub);
    gwd_book_init(&hub->uids, hub->seed, false);
    gwd_book_init(&hub->groups, hub->seed, true);
    return hub;
}

void gwd_hub_free(gwd_hub *hub)
{
    if (hub == NULL) {
        return;
    }
    gwd_table_deinit(&hub->ids);
    gwd_table_deinit(&hub->memberships);
    gwd_book_deinit(&hub->uids);
    gwd_book_deinit(&hub->groups);
    free(hub);
}

/* ---- members ------------------------------------------------------------ */

gwd_member *gwd_hub_find(const gwd_hub *hub, uint32_t id)
{
    gwd_node *node = gwd_table_chain(&hub->ids, id);

    for (; node != NULL; node = node->next) {
        gwd_member *member = GWD_ENTRY(node, gwd_member, node);
        if (member->id == id) {
            return member;
        }
    }
    return NULL;
}

int gwd_hub_add(gwd_hub *hub, gwd_member *member, uint32_t id)
{
    if (id == 0 || gwd_hub_find(hub, id) != NULL) {
        return GW_EINVAL;
    }
    if (gwd_table_reserve(&hub->ids) != GW_OK) {
        return GW_ENOMEM;
    }
    member->id = id;
    gwd_table_insert(&hub->ids, &member->node);
    member->prev = hub->last;
    member->next = NULL;
    *(hub->last != NULL ? &hub->last->next : &hub->first) = member;
    hub->last = member;
    return GW_OK;
}

static void end_membership(gwd_hub *hub, gwd_membership *in);

void gwd_hub_remove(gwd_hub *hub, gwd_member *member)
{
    gwd_hub_unbind_uid(hub, member);
    while (member->groups != NULL) {
        end_membership(hub, member->groups);
    }
    gwd_table_remove(&hub->ids, &member->node);
    *(member->prev != NULL ? &member->prev->next : &hub->first) = member->next;
    *(member->next != NULL ? &member->next->prev : &hub->last) = member->prev;
    free(member->session);
    *member = (gwd_member){0};
}

size_t gwd_hub_count(const gwd_hub *hub)
{
    return hub->ids.count;
}

void gwd_hub_each(gwd_hub *hub, gwd_member_fn fn, void *arg)
{
    gwd_member *next;

    for (gwd_member *m = hub->first; m != NULL; m = next) {
        next = m->next;
        fn(arg, m);
    }
}

uint32_t gwd_hub_key_hash(const gwd_hub *hub, const gw_key *key)
{
    return gwd_key_hash(key, hub->seed);
}

uint32_t gwd_hub_mark(gwd_hub *hub)
{
    if (++hub->mark == 0) {
        for (gwd_member *m = hub->first; m != NULL; m = m->next) {
            m->mark = 0;
        }
        hub->mark = 1;
    }
    return hub->mark;
}

/* ---- uids --------------------------------------------------------------- */

int gwd_hub_bind_uid(gwd_hub *hub, gwd_member *member, gw_slice uid)
{
    gwd_party *party = gwd_book_get(&hub->uids, uid);

    if (party == NULL) {
        return GW_ENOMEM;
    }
    if (member->uid.party == party && party->count == 1) {
        return GW_OK; /* leaving would free the party we are about to enter */
    }
    gwd_hub_unbind_uid(hub, member);
    gwd_party_enter(party, &member->uid);
    return GW_OK;
}

void gwd_hub_unbind_uid(gwd_hub *hub, gwd_member *member)
{
    if (member->uid.party != NULL) {
        gwd_party_leave(&hub->uids, &member->uid);
    }
}

gw_slice gwd_member_uid(const gwd_member *member)
{
    const gwd_party *party = member->uid.party;

    return party == NULL ? gw_slice_of(NULL, 0) : gwd_party_text(party);
}

gwd_walk_state gwd_hub_walk_uids(const gwd_hub *hub, gwd_walk *walk,
                                 size_t effort, gwd_party_fn fn, void *arg)
{
    return gwd_book_walk(&hub->uids, walk, effort, fn, arg);
}

size_t gwd_hub_uid_count(const gwd_hub *hub)
{
    return hub->uids.table.count;
}

gwd_party *gwd_hub_uid(const gwd_hub *hub, const gw_key *key)
{
    return gwd_book_find(&hub->uids, key);
}

/* ---- groups ------------------------------------------------------------- */

static gwd_membership *find_membership(const gwd_hub *hub,
                                       const gwd_member *member,
                                       const gwd_party *group)
{
    gwd_node *node =
        gwd_table_chain(&hub->memberships, pair_hash(hub, member, group));

    for (; node != NULL; node = node->next) {
        gwd_membership *in = GWD_ENTRY(node, gwd_membership, node);
        if (in->member == member && in->link.party == group) {
            return in;
        }
    }
    return NULL;
}

static void begin_membership(gwd_hub *hub, gwd_membership *in,
                             gwd_member *member, gwd_party *group)
{
    in->member = member;
    gwd_party_enter(group, &in->link);
    gwd_table_insert(&hub->memberships, &in->node);
    in->next = NULL;
    in->prev = member->groups_last;
    *(in->prev != NULL ? &in->prev->next : &member->groups) = in;
    member->groups_last = in;
    member->had_group = true;
}

static void end_membership(gwd_hub *hub, gwd_membership *in)
{
    gwd_member *member = in->member;

    gwd_table_remove(&hub->memberships, &in->node);
    *(in->prev != NULL ? &in->prev->next : &member->groups) = in->next;
    *(in->next != NULL ? &in->next->prev : &member->groups_last) = in->prev;
    gwd_party_leave(&hub->groups, &in->link);
    free(in);
}

int gwd_hub_join(gwd_hub *hub, gwd_member *member, gw_slice group)
{
    gwd_party *party = gwd_book_get(&hub->groups, group);

    if (party == NULL) {
        return GW_ENOMEM;
    }
    if (find_membership(hub, member, party) != NULL) {
        return GW_OK;
    }
    gwd_membership *in = NULL;
    if (gwd_table_reserve(&hub->memberships) == GW_OK) {
        in = malloc(sizeof(*in));
    }
    if (in == NULL) {
        gwd_book_drop_if_empty(&hub->groups, party);
        return GW_ENOMEM;
    }
    begin_membership(hub, in, member, party);
    return GW_OK;
}

void gwd_hub_leave(gwd_hub *hub, gwd_member *member, gw_slice group)
{
    gw_key key = gw_key_normalize(group);
    gwd_party *party = gwd_hub_group(hub, &key);
    gwd_membership *in =
        party == NULL ? NULL : find_membership(hub, member, party);

    if (in != NULL) {
        end_membership(hub, in);
    }
}

void gwd_hub_ungroup(gwd_hub *hub, gw_slice group)
{
    gw_key key = gw_key_normalize(group);
    gwd_party *party = gwd_hub_group(hub, &key);

    /* The last to leave takes the party with it. */
    for (size_t left = party == NULL ? 0 : party->count; left > 0; left--) {
        end_membership(hub, GWD_ENTRY(party->first, gwd_membership, link));
    }
}

gwd_walk_state gwd_hub_walk_groups(const gwd_hub *hub, gwd_walk *walk,
                                   size_t effort, gwd_party_fn fn, void *arg)
{
    return gwd_book_walk(&hub->groups, walk, effort, fn, arg);
}

size_t gwd_hub_group_count(const gwd_hub *hub)
{
    return hub->groups.table.count;
}

gwd_party *gwd_hub_group(const gwd_hub *hub, const gw_key *key)
{
    return gwd_book_find(&hub->groups, key);
}

static void call_with_key(gwd_key_fn fn, void *arg, const gwd_party *party)
{
    gw_slice text = gwd_party_text(party);
    gw_key key = gw_key_normalize(text);

    fn(arg, &key, text);
}

void gwd_hub_each_group(gwd_hub *hub, gwd_key_fn fn, void *arg)
{
    for (gwd_party *party = hub->groups.first; party != NULL;
         party = gwd_party_next(party)) {
        call_with_key(fn, arg, party);
    }
}

size_t gwd_member_group_count(const gwd_member *member)
{
    size_t count = 0;

    for (gwd_membership *in = member->groups; in != NULL; in = in->next) {
        count++;
    }
    return count;
}

void gwd_member_each_group(const gwd_member *member, gwd_key_fn fn, void *arg)
{
    for (gwd_membership *in = member->groups; in != NULL; in = in->next) {
        call_with_key(fn, arg, in->link.party);
    }
}

/* ---- sessions ----------------------------------------------------------- */

int gwd_hub_set_session(gwd_hub *hub, gwd_member *member, gw_slice session)
{
    char *copy = NULL;

    (void)
        hub; /* sessions hang on the member; the hub is the owner by contract */
    if (session.len > 0) {
        copy = malloc(session.len);
        if (copy == NULL) {
            return GW_ENOMEM;
        }
        memcpy(copy, session.base, session.len);
    }
    free(member->session);
    member->session = copy;
    member->session_len = (uint32_t)session.len;
    return GW_OK;
}

gw_slice gwd_member_session(const gwd_member *member)
{
    return gw_slice_of(member->session, member->session_len);
}
