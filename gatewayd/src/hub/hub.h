/* Who is here: connections, their uid, groups and session.
 *
 * No sockets and no clock. Every change is O(1), a leaving connection costs
 * O(its groups). Lists keep the order of PHP arrays: an entry stays where it
 * was first put, a removed one comes back at the end. Keys are normalised like
 * PHP array keys; the tables are seeded against hostile ones.
 *
 * Walking: the callbacks may not add to or remove from the hub. */
#ifndef GWD_HUB_H
#define GWD_HUB_H

#include <stdbool.h>

#include <gwclient/error.h>
#include <gwclient/types.h>

#include "hub/table.h"
#include "siphash.h"

typedef struct gwd_hub gwd_hub;
typedef struct gwd_member gwd_member;
typedef struct gwd_party gwd_party;           /* all who share a uid or group */
typedef struct gwd_membership gwd_membership; /* a connection in a group */

/* A member's place in a party's list. */
typedef struct gwd_link gwd_link;
struct gwd_link {
    gwd_party *party; /* NULL: in none */
    gwd_link *prev;
    gwd_link *next;
};

/* One connection's place in the hub. Embedded in the connection, which owns
 * it; zero it before gwd_hub_add(). Private but for `id` and `mark`. */
struct gwd_member {
    uint32_t id;      /* connection_id, never 0; set by gwd_hub_add() */
    uint32_t mark;    /* the walk that met it last, see gwd_hub_mark() */
    gwd_node node;    /* in the table of ids */
    gwd_member *prev; /* all members, oldest first */
    gwd_member *next;
    gwd_link uid;
    gwd_membership *groups; /* oldest first */
    gwd_membership *groups_last;
    char *session; /* serialize() bytes, exactly as set; NULL: none */
    uint32_t session_len;
    bool had_group; /* tells "no groups any more" from "never had one" */
};

gwd_hub *
gwd_hub_new(const uint8_t seed[GW_SIPHASH_SEED_LEN]); /* NULL: ENOMEM */
void gwd_hub_free(gwd_hub *hub);                      /* members must be gone */

/* GW_EINVAL: id 0 or already taken; GW_ENOMEM. */
int gwd_hub_add(gwd_hub *hub, gwd_member *member, uint32_t id);

/* Takes it out of every list and frees what the hub kept for it. */
void gwd_hub_remove(gwd_hub *hub, gwd_member *member);

gwd_member *gwd_hub_find(const gwd_hub *hub, uint32_t id); /* or NULL */

/* A uid and a group are PHP array keys: "7" is stored and found as integer 7,
 * whose text is "7" again. GW_ENOMEM leaves everything as it was. */
int gwd_hub_bind_uid(gwd_hub *hub, gwd_member *member, gw_slice uid);
void gwd_hub_unbind_uid(gwd_hub *hub, gwd_member *member);
int gwd_hub_join(gwd_hub *hub, gwd_member *member, gw_slice group);
void gwd_hub_leave(gwd_hub *hub, gwd_member *member, gw_slice group);
void gwd_hub_ungroup(gwd_hub *hub, gw_slice group);

/* Replaces the session's bytes. */
int gwd_hub_set_session(gwd_hub *hub, gwd_member *member, gw_slice session);
gw_slice gwd_member_session(const gwd_member *member); /* "" when unset */

/* The bound uid's text; base NULL when there is none. */
gw_slice gwd_member_uid(const gwd_member *member);

size_t gwd_hub_count(const gwd_hub *hub);
size_t gwd_hub_uid_count(const gwd_hub *hub);   /* distinct uids */
size_t gwd_hub_group_count(const gwd_hub *hub); /* groups with a member */

typedef void (*gwd_member_fn)(void *arg, gwd_member *member);
typedef void (*gwd_key_fn)(void *arg, const gw_key *key, gw_slice text);

/* `fn` may remove the member that it is given, and no other. */
void gwd_hub_each(gwd_hub *hub, gwd_member_fn fn, void *arg);
void gwd_hub_each_group(gwd_hub *hub, gwd_key_fn fn, void *arg);

/* The members of a uid or group; NULL when nobody is there. `key` must be
 * normalised (INT or STRING). */
gwd_party *gwd_hub_uid(const gwd_hub *hub, const gw_key *key);
gwd_party *gwd_hub_group(const gwd_hub *hub, const gw_key *key);
size_t gwd_party_count(const gwd_party *party);
void gwd_party_each(gwd_party *party, gwd_member_fn fn, void *arg);

/* All uids, or all groups, in steps between which the hub may change; zero it
 * to begin. Who is there from the first step to the last is met once. */
typedef struct gwd_walk {
    uint32_t at; /* private */
    uint32_t mask;
} gwd_walk;

typedef enum gwd_walk_state {
    GWD_WALK_ON,   /* more to come */
    GWD_WALK_ANEW, /* nobody was met: it begins again, forget what you have */
    GWD_WALK_DONE
} gwd_walk_state;

typedef void (*gwd_party_fn)(void *arg, gw_slice text, size_t count);

/* One step: about `effort` uids and empty places between them. */
gwd_walk_state gwd_hub_walk_uids(const gwd_hub *hub, gwd_walk *walk,
                                 size_t effort, gwd_party_fn fn, void *arg);
gwd_walk_state gwd_hub_walk_groups(const gwd_hub *hub, gwd_walk *walk,
                                   size_t effort, gwd_party_fn fn, void *arg);

/* A member's groups, oldest first: the normalised key and its text. */
size_t gwd_member_group_count(const gwd_member *member);
void gwd_member_each_group(const gwd_member *member, gwd_key_fn fn, void *arg);

/* A seeded hash of a normalised key, for tables that callers make of keys. */
uint32_t gwd_hub_key_hash(const gwd_hub *hub, const gw_key *key);

/* A fresh mark: no member carries it. */
uint32_t gwd_hub_mark(gwd_hub *hub);

#endif
