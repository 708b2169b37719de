/* The hub against a naive model of PHP arrays: after every random step both
 * are written out in full and must agree, order included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hub/hub.h"
#include "key.h"

#define IDS 12
#define NAMES 6

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {1, 2, 3};
static const char *const names[NAMES] = {"7", "07", "-3", "room", "u/1", "x"};

/* ---- the model: ordered lists, searched from the front ------------------- */

typedef struct list {
    int item[IDS * NAMES];
    int count;
} list;

static int list_find(const list *l, int item)
{
    for (int i = 0; i < l->count; i++) {
        if (l->item[i] == item) {
            return i;
        }
    }
    return -1;
}

static void list_add(list *l, int item)
{
    if (list_find(l, item) < 0) {
        l->item[l->count++] = item;
    }
}

static void list_drop(list *l, int item)
{
    int at = list_find(l, item);

    if (at >= 0) {
        memmove(&l->item[at], &l->item[at + 1],
                (size_t)(l->count - at - 1) * sizeof(int));
        l->count--;
    }
}

typedef struct model {
    list members;
    int uid[IDS];     /* name, or -1 */
    list groups[IDS]; /* names */
    list in_uid[NAMES];
    list in_group[NAMES];
    list group_names; /* that have a member */
} model;

static void model_leave(model *m, int id, int name)
{
    list_drop(&m->groups[id], name);
    list_drop(&m->in_group[name], id);
    if (m->in_group[name].count == 0) {
        list_drop(&m->group_names, name);
    }
}

static void model_unbind(model *m, int id)
{
    if (m->uid[id] >= 0) {
        list_drop(&m->in_uid[m->uid[id]], id);
        m->uid[id] = -1;
    }
}

static void model_remove(model *m, int id)
{
    model_unbind(m, id);
    while (m->groups[id].count > 0) {
        model_leave(m, id, m->groups[id].item[0]);
    }
    list_drop(&m->members, id);
}

/* ---- both written out ------------------------------------------------------
 */

typedef struct text {
    char base[16384];
    size_t len;
} text;

static void say(text *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    t->len += (size_t)vsnprintf(t->base + t->len, sizeof(t->base) - t->len,
                                format, args);
    va_end(args);
}

static void write_model(const model *m, text *t)
{
    for (int i = 0; i < m->members.count; i++) {
        int id = m->members.item[i];
        say(t, "%d uid=%s", id + 1, m->uid[id] < 0 ? "-" : names[m->uid[id]]);
        for (int g = 0; g < m->groups[id].count; g++) {
            say(t, " %s", names[m->groups[id].item[g]]);
        }
        say(t, "\n");
    }
    for (int g = 0; g < m->group_names.count; g++) {
        int name = m->group_names.item[g];
        say(t, "group %s:", names[name]);
        for (int i = 0; i < m->in_group[name].count; i++) {
            say(t, " %d", m->in_group[name].item[i] + 1);
        }
        say(t, "\n");
    }
    for (int name = 0; name < NAMES; name++) {
        say(t, "uid %s:", names[name]);
        for (int i = 0; i < m->in_uid[name].count; i++) {
            say(t, " %d", m->in_uid[name].item[i] + 1);
        }
        say(t, "\n");
    }
}

static void write_name(void *arg, const gw_key *key, gw_slice name)
{
    (void)key;
    say(arg, " %.*s", (int)name.len, name.base);
}

static void write_id(void *arg, gwd_member *member)
{
    say(arg, " %u", member->id);
}

static void write_member(void *arg, gwd_member *member)
{
    gw_slice uid = gwd_member_uid(member);

    say(arg, "%u uid=%.*s", member->id, uid.base == NULL ? 1 : (int)uid.len,
        uid.base == NULL ? "-" : uid.base);
    gwd_member_each_group(member, write_name, arg);
    say(arg, "\n");
}

typedef struct pair {
    gwd_hub *hub;
    text *t;
} pair;

static void write_group(void *arg, const gw_key *key, gw_slice name)
{
    pair *p = arg;

    say(p->t, "group %.*s:", (int)name.len, name.base);
    gwd_party_each(gwd_hub_group(p->hub, key), write_id, p->t);
    say(p->t, "\n");
}

static void write_hub(gwd_hub *hub, text *t)
{
    pair p = {hub, t};

    gwd_hub_each(hub, write_member, t);
    gwd_hub_each_group(hub, write_group, &p);
    for (int name = 0; name < NAMES; name++) {
        gw_key key = gw_key_normalize(gw_slice_str(names[name]));
        gwd_party *party = gwd_hub_uid(hub, &key);
        say(t, "uid %s:", names[name]);
        if (party != NULL) {
            gwd_party_each(party, write_id, t);
        }
        say(t, "\n");
    }
}

static void assert_same(gwd_hub *hub, const model *m)
{
    static text want, got;

    want.len = got.len = 0;
    write_model(m, &want);
    write_hub(hub, &got);
    assert_string_equal(got.base, want.base);
    assert_int_equal(gwd_hub_count(hub), m->members.count);
    assert_int_equal(gwd_hub_group_count(hub), m->group_names.count);
}

/* ---- random steps ----------------------------------------------------------
 */

static void step(gwd_hub *hub, gwd_member *members, model *m)
{
    int id = rand() % IDS;
    int name = rand() % NAMES;
    gw_slice given = gw_slice_str(names[name]);
    gwd_member *member = gwd_hub_find(hub, (uint32_t)id + 1);

    assert_int_equal(member != NULL, list_find(&m->members, id) >= 0);
    if (member == NULL) {
        assert_int_equal(gwd_hub_add(hub, &members[id], (uint32_t)id + 1), 0);
        list_add(&m->members, id);
        return;
    }
    switch (rand() % 12) {
    case 0:
        gwd_hub_remove(hub, member);
        model_remove(m, id);
        break;
    case 1:
    case 2:
    case 3:
        assert_int_equal(gwd_hub_bind_uid(hub, member, given), 0);
        if (m->uid[id] != name || m->in_uid[name].count > 1) {
            model_unbind(m, id);
        }
        m->uid[id] = name;
        list_add(&m->in_uid[name], id);
        break;
    case 4:
        gwd_hub_unbind_uid(hub, member);
        model_unbind(m, id);
        break;
    case 5:
    case 6:
        gwd_hub_leave(hub, member, given);
        model_leave(m, id, name);
        break;
    case 7:
        gwd_hub_ungroup(hub, given);
        for (int i = 0; i < IDS; i++) {
            model_leave(m, i, name);
        }
        break;
    default:
        assert_int_equal(gwd_hub_join(hub, member, given), 0);
        list_add(&m->groups[id], name);
        list_add(&m->in_group[name], id);
        list_add(&m->group_names, name);
    }
}

static void agrees_with_php_arrays(void **state)
{
    gwd_hub *hub = gwd_hub_new(seed);
    gwd_member members[IDS] = {0};
    model m = {0};

    (void)state;
    for (int i = 0; i < IDS; i++) {
        m.uid[i] = -1;
    }
    srand(20260101);
    for (int i = 0; i < 20000; i++) {
        step(hub, members, &m);
        assert_same(hub, &m);
    }
    for (int id = 0; id < IDS; id++) {
        if (list_find(&m.members, id) >= 0) {
            gwd_hub_remove(hub, &members[id]);
        }
    }
    assert_int_equal(gwd_hub_uid_count(hub), 0);
    assert_int_equal(gwd_hub_group_count(hub), 0);
    gwd_hub_free(hub);
}

static void refuses_zero_and_taken_ids(void **state)
{
    gwd_hub *hub = gwd_hub_new(seed);
    gwd_member a = {0};
    gwd_member b = {0};

    (void)state;
    assert_int_equal(gwd_hub_add(hub, &a, 0), GW_EINVAL);
    assert_int_equal(gwd_hub_add(hub, &a, 5), 0);
    assert_int_equal(gwd_hub_add(hub, &b, 5), GW_EINVAL);
    assert_null(gwd_hub_find(hub, 6));
    gwd_hub_remove(hub, &a);
    assert_int_equal(gwd_hub_add(hub, &b, 5), 0);
    gwd_hub_remove(hub, &b);
    gwd_hub_free(hub);
}

static void integers_and_their_text_are_one_uid(void **state)
{
    gwd_hub *hub = gwd_hub_new(seed);
    gwd_member a = {0};
    gw_key seven = gw_key_int(7);
    gw_key padded = gw_key_normalize(gw_slice_str("07"));

    (void)state;
    assert_int_equal(gwd_hub_add(hub, &a, 1), 0);
    assert_int_equal(gwd_hub_bind_uid(hub, &a, gw_slice_str("7")), 0);
    assert_non_null(gwd_hub_uid(hub, &seven));
    assert_null(gwd_hub_uid(hub, &padded));
    assert_memory_equal(gwd_member_uid(&a).base, "7", 1);
    gwd_hub_remove(hub, &a);
    gwd_hub_free(hub);
}

static void keeps_a_session_as_it_was_given(void **state)
{
    gwd_hub *hub = gwd_hub_new(seed);
    gwd_member a = {0};
    static const char bytes[] = "a:1:{i:0;s:1:\"\0\";}";

    (void)state;
    assert_int_equal(gwd_hub_add(hub, &a, 1), 0);
    assert_int_equal(gwd_member_session(&a).len, 0);
    assert_int_equal(
        gwd_hub_set_session(hub, &a, gw_slice_of(bytes, sizeof(bytes) - 1)), 0);
    assert_int_equal(gwd_member_session(&a).len, sizeof(bytes) - 1);
    assert_memory_equal(gwd_member_session(&a).base, bytes, sizeof(bytes) - 1);
    assert_int_equal(gwd_hub_set_session(hub, &a, gw_slice_str("")), 0);
    assert_int_equal(gwd_member_session(&a).len, 0);
    gwd_hub_remove(hub, &a);
    gwd_hub_free(hub);
}

static void count_member(void *arg, gwd_member *member)
{
    (void)member;
    ++*(size_t *)arg;
}

static void holds_many(void **state)
{
    enum { MANY = 50000 };
    gwd_hub *hub = gwd_hub_new(seed);
    gwd_member *members = calloc(MANY, sizeof(*members));
    gw_key all = gw_key_str("all");
    size_t seen = 0;
    char uid[16];

    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(gwd_hub_add(hub, &members[i], i * 7919u + 1), 0);
        snprintf(uid, sizeof(uid), "u%u", i);
        assert_int_equal(gwd_hub_bind_uid(hub, &members[i], gw_slice_str(uid)),
                         0);
        assert_int_equal(gwd_hub_join(hub, &members[i], gw_slice_str("all")),
                         0);
    }
    gwd_party_each(gwd_hub_group(hub, &all), count_member, &seen);
    assert_int_equal(seen, MANY);
    assert_int_equal(gwd_hub_uid_count(hub), MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        gwd_hub_remove(hub, &members[i]);
    }
    assert_null(gwd_hub_group(hub, &all));
    free(members);
    gwd_hub_free(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_php_arrays),
        cmocka_unit_test(refuses_zero_and_taken_ids),
        cmocka_unit_test(integers_and_their_text_are_one_uid),
        cmocka_unit_test(keeps_a_session_as_it_was_given),
        cmocka_unit_test(holds_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
