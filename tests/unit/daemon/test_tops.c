/* The lists of uids and groups: their order, and what other processes read of
 * them while they are written. */
#include "support.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/tops.h"
#include "hub/hub.h"
#include "top_lists.h"

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {5};

/* ---- one list ----------------------------------------------------------- */

static void expect_order(const gwd_top *top, const char *want)
{
    char got[512] = "";

    for (uint32_t i = 0; i < top->count; i++) {
        size_t len = strlen(got);

        snprintf(got + len, sizeof(got) - len, "%.*s=%u ",
                 (int)top->entries[i].len, top->entries[i].name,
                 (unsigned)top->entries[i].connections);
    }
    assert_string_equal(got, want);
}

static void the_most_come_first(void **state)
{
    gwd_top top = {0};

    (void)state;
    gwd_top_offer(&top, seed, LIT("b"), 2);
    gwd_top_offer(&top, seed, LIT("c"), 1);
    gwd_top_offer(&top, seed, LIT("a"), 3);
    /* As many: who came first stays first. */
    gwd_top_offer(&top, seed, LIT("b2"), 2);
    expect_order(&top, "a=3 b=2 b2=2 c=1 ");
}

static void only_ten_have_a_place(void **state)
{
    gwd_top top = {0};

    (void)state;
    for (int i = 0; i < 100; i++) {
        char name[12];

        /* Up and down, so that each place is taken and lost. */
        snprintf(name, sizeof(name), "%d", (i * 37) % 100);
        gwd_top_offer(&top, seed, gw_slice_str(name), (size_t)(i * 37) % 100);
    }
    expect_order(&top, "99=99 98=98 97=97 96=96 95=95 94=94 93=93 92=92 91=91 "
                       "90=90 ");
}

static size_t kept(gw_slice name)
{
    gwd_top top = {0};
    char *copy = exact_copy(name);

    gwd_top_offer(&top, seed, gw_slice_of(copy, name.len), 1);
    free(copy);
    assert_int_equal(top.entries[0].full, name.len);
    assert_memory_equal(top.entries[0].name, name.base, top.entries[0].len);
    return top.entries[0].len;
}

static void long_names_are_cut_between_characters(void **state)
{
    char name[70];

    (void)state;
    memset(name, 'x', sizeof(name));
    assert_int_equal(kept(gw_slice_of(name, 0)), 0);
    assert_int_equal(kept(gw_slice_of(name, 64)), 64);
    assert_int_equal(kept(gw_slice_of(name, 65)), 64);
    for (size_t before = 60; before <= 64; before++) {
        memset(name, 'x', sizeof(name));
        memcpy(name + before, "\xf0\x9f\x91\x8b", 4);
        assert_int_equal(kept(gw_slice_of(name, 70)),
                         before == 60 || before == 64 ? 64 : before);
    }
    memset(name, 0x80, sizeof(name)); /* nowhere between characters */
    assert_int_equal(kept(gw_slice_of(name, 70)), 64);
}

/* ---- shared memory ------------------------------------------------------- */

/* Lists whose every word says the same. */
static void fill(gwd_top_lists *lists, uint32_t number)
{
    uint32_t words[GWD_TOPS_WORDS];

    for (size_t i = 0; i < GWD_TOPS_WORDS; i++)
        words[i] = number;
    memcpy(lists, words, sizeof(words));
}

static bool is_whole(const gwd_top_lists *lists)
{
    uint32_t words[GWD_TOPS_WORDS];

    memcpy(words, lists, sizeof(words));
    for (size_t i = 1; i < GWD_TOPS_WORDS; i++) {
        if (words[i] != words[0])
            return false;
    }
    return true;
}

static void write_for_ever(gwd_tops *tops)
{
    gwd_top_lists lists;

    for (uint32_t number = 1;; number = number == 0xffffffff ? 1 : number + 1) {
        fill(&lists, number);
        gwd_tops_publish(tops, &lists);
    }
}

/* Another process writes all the time, and is killed while it does. */
static void readers_never_see_half_a_list(void **state)
{
    gwd_tops *tops = mmap(NULL, sizeof(*tops), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned seen = 0, changes = 0;
    uint32_t last = 0;
    gwd_top_lists lists;
    pid_t writer;

    (void)state;
    assert_true(tops != MAP_FAILED);
    assert_false(gwd_tops_read(tops, &lists));
    writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        alarm(WAIT_SECONDS);
        write_for_ever(tops);
    }
    for (uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;
         changes < 50 && (int32_t)(end - gwd_loop_seconds()) > 0;) {
        if (!gwd_tops_read(tops, &lists))
            continue;
        assert_true(is_whole(&lists));
        seen++;
        changes += lists.known != last;
        last = lists.known;
    }
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    assert_true(changes >= 50 && seen >= changes);
    /* Wherever it was: the last whole list, and its successor's next. */
    assert_true(gwd_tops_read(tops, &lists));
    assert_true(is_whole(&lists));
    fill(&lists, 7);
    gwd_tops_publish(tops, &lists);
    assert_true(gwd_tops_read(tops, &lists));
    assert_int_equal(lists.made, 7);
    munmap(tops, sizeof(*tops));
}

static void asking_ends_by_itself(void **state)
{
    static gwd_tops tops;

    (void)state;
    assert_false(gwd_tops_asked(&tops, 3));
    gwd_tops_ask(&tops, 100);
    assert_true(gwd_tops_asked(&tops, 99)); /* by whose second began before */
    assert_true(gwd_tops_asked(&tops, 100));
    assert_true(gwd_tops_asked(&tops, 100 + GWD_TOPS_ASKED_SECONDS));
    assert_false(gwd_tops_asked(&tops, 101 + GWD_TOPS_ASKED_SECONDS));
    gwd_tops_ask(&tops, 0); /* the seconds begin anew */
    assert_true(gwd_tops_asked(&tops, 1));
}

/* ---- making them --------------------------------------------------------- */

#define MEMBERS 5000

typedef struct world {
    gwd_loop *loop;
    gwd_hub *hub;
    gwd_tops tops;
    gwd_top_lists_maker *maker;
    gwd_member *members;
    gwd_top_lists lists;
} world;

static void put_in(world *w, int member, const char *uid, const char *group)
{
    gwd_member *m = &w->members[member];

    assert_int_equal(gwd_hub_bind_uid(w->hub, m, gw_slice_str(uid)), GW_OK);
    assert_int_equal(gwd_hub_join(w->hub, m, gw_slice_str(group)), GW_OK);
}

static void set_up_world(world *w)
{
    memset(w, 0, sizeof(*w));
    w->loop = new_loop();
    w->hub = gwd_hub_new(seed);
    w->members = calloc(MEMBERS, sizeof(w->members[0]));
    assert_true(w->hub != NULL && w->members != NULL);
    w->maker = gwd_top_lists_new(w->loop, w->hub, &w->tops, seed);
    assert_non_null(w->maker);
    for (int i = 0; i < MEMBERS; i++) {
        char uid[12];

        assert_int_equal(gwd_hub_add(w->hub, &w->members[i], (uint32_t)i + 1),
                         GW_OK);
        snprintf(uid, sizeof(uid), "u%d", i < 30 ? i / 10 : i);
        put_in(w, i, uid, i % 2 == 0 ? "even" : "all");
    }
}

static void tear_down_world(world *w)
{
    gwd_top_lists_free(w->maker);
    for (int i = 0; i < MEMBERS; i++)
        gwd_hub_remove(w->hub, &w->members[i]);
    gwd_hub_free(w->hub);
    free(w->members);
    gwd_loop_free(w->loop);
}

static bool has_lists(void *arg)
{
    world *w = arg;

    return gwd_tops_read(&w->tops, &w->lists);
}

static void lists_are_made_while_somebody_asks(void **state)
{
    world w;

    (void)state;
    set_up_world(&w);
    gwd_top_lists_tick(w.maker);
    for (int i = 0; i < 5; i++)
        gwd_loop_turn(w.loop, false);
    assert_false(has_lists(&w)); /* nobody did */
    gwd_tops_ask(&w.tops, gwd_loop_seconds());
    gwd_top_lists_tick(w.maker);
    assert_false(has_lists(&w)); /* not all in one turn */
    run_until(w.loop, has_lists, &w);
    assert_int_equal(w.lists.uids.count, GWD_TOP_COUNT);
    for (int i = 0; i < 3; i++)
        assert_int_equal(w.lists.uids.entries[i].connections, 10);
    assert_int_equal(w.lists.uids.entries[3].connections, 1);
    expect_order(&w.lists.groups, "even=2500 all=2500 ");
    /* Nobody any more: they go. */
    gwd_tops_ask(&w.tops, gwd_loop_seconds() - GWD_TOPS_ASKED_SECONDS - 1);
    gwd_top_lists_tick(w.maker);
    assert_false(has_lists(&w));
    tear_down_world(&w);
}

static void the_hub_may_change_meanwhile(void **state)
{
    world w;

    (void)state;
    set_up_world(&w);
    gwd_tops_ask(&w.tops, gwd_loop_seconds());
    gwd_top_lists_tick(w.maker);
    /* Half leave, and all come back as others. */
    for (int i = 30; i < MEMBERS / 2; i++)
        gwd_hub_unbind_uid(w.hub, &w.members[i]);
    gwd_loop_turn(w.loop, true);
    for (int i = 30; i < MEMBERS; i++) {
        char uid[12];

        snprintf(uid, sizeof(uid), "v%d", i);
        put_in(&w, i, uid, "third");
    }
    run_until(w.loop, has_lists, &w);
    for (int i = 0; i < 3; i++)
        assert_int_equal(w.lists.uids.entries[i].connections, 10);
    assert_int_equal(w.lists.uids.entries[3].connections, 1);
    assert_int_equal(w.lists.groups.entries[0].connections, MEMBERS - 30);
    tear_down_world(&w);
}

/* Who was met before is not met twice. */
static void a_table_that_grows_is_walked_anew(void **state)
{
    gwd_member *more = calloc(MEMBERS, sizeof(*more));
    world w;

    (void)state;
    set_up_world(&w);
    gwd_tops_ask(&w.tops, gwd_loop_seconds());
    gwd_top_lists_tick(w.maker);
    for (int i = 0; i < 8; i++) /* of 13 steps */
        gwd_loop_turn(w.loop, true);
    assert_false(has_lists(&w));
    for (int i = 0; i < MEMBERS; i++) {
        char uid[12];

        snprintf(uid, sizeof(uid), "w%d", i);
        assert_int_equal(
            gwd_hub_add(w.hub, &more[i], MEMBERS + 1 + (uint32_t)i), GW_OK);
        assert_int_equal(gwd_hub_bind_uid(w.hub, &more[i], gw_slice_str(uid)),
                         GW_OK);
    }
    run_until(w.loop, has_lists, &w);
    for (int i = 0; i < 3; i++)
        assert_int_equal(w.lists.uids.entries[i].connections, 10);
    assert_int_equal(w.lists.uids.entries[3].connections, 1);
    for (int i = 0; i < MEMBERS; i++)
        gwd_hub_remove(w.hub, &more[i]);
    free(more);
    tear_down_world(&w);
}

static void it_ends_in_the_middle_of_a_walk(void **state)
{
    world w;

    (void)state;
    set_up_world(&w);
    gwd_tops_ask(&w.tops, gwd_loop_seconds());
    gwd_top_lists_tick(w.maker);
    assert_false(has_lists(&w));
    tear_down_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_come_first),
        cmocka_unit_test(only_ten_have_a_place),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(readers_never_see_half_a_list),
        cmocka_unit_test(asking_ends_by_itself),
        cmocka_unit_test(lists_are_made_while_somebody_asks),
        cmocka_unit_test(the_hub_may_change_meanwhile),
        cmocka_unit_test(a_table_that_grows_is_walked_anew),
        cmocka_unit_test(it_ends_in_the_middle_of_a_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
