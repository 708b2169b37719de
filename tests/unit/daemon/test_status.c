/* The formats of the status server. */
#include "support.h"

#include "status/render.h"

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {5};
static gwd_slot items[3];
static gwd_slots slots;
static gwd_status_view view;
static gw_buf out;

static int setup(void **state)
{
    (void)state;
    memset(items, 0, sizeof(items));
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        items[i].up = 1;
        items[i].pid = 100 + i;
        items[i].registers = 1;
        items[i].started = 1000;
        items[i].since = UINT32_MAX;
        items[i].beat = 49;
    }
    slots = (gwd_slots){2, true, 1000, UINT32_MAX - 9, items, {0}};
    view = (gwd_status_view){&slots, LIT("websocket://[::1]:1, a<&b"), 50,
                             50000007, 102};
    gw_buf_init(&out, NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gw_buf_deinit(&out);
    return 0;
}

static bool has(const char *text)
{
    return memmem(out.base, out.len, text, strlen(text)) != NULL;
}

static void health_names_the_first_that_is_missing(void **state)
{
    (void)state;
    assert_true(gwd_status_put_health(&out, &view));
    assert_slice_equal(gw_buf_slice(&out), LIT("ok\n"));
    items[1].registers = 0;
    gw_buf_clear(&out);
    assert_false(gwd_status_put_health(&out, &view));
    assert_slice_equal(gw_buf_slice(&out),
                       LIT("gateway process 1 is announced to no Register\n"));
    items[0].up = 0;
    gw_buf_clear(&out);
    assert_false(gwd_status_put_health(&out, &view));
    assert_slice_equal(gw_buf_slice(&out),
                       LIT("gateway process 0 is not up\n"));
}

static void services_need_no_register(void **state)
{
    (void)state;
    items[2].registers = 0;
    assert_true(gwd_status_put_health(&out, &view));
    items[2].up = 0;
    gw_buf_clear(&out);
    assert_false(gwd_status_put_health(&out, &view));
    assert_slice_equal(gw_buf_slice(&out), LIT("services is not up\n"));
}

static void who_hangs_is_not_healthy(void **state)
{
    (void)state;
    items[1].beat = 51; /* since the view was made */
    items[2].beat = 0;  /* who answers */
    assert_true(gwd_status_put_health(&out, &view));
    items[1].beat = 46;
    gw_buf_clear(&out);
    assert_true(gwd_status_put_health(&out, &view));
    items[1].beat = 45;
    gw_buf_clear(&out);
    assert_false(gwd_status_put_health(&out, &view));
    assert_slice_equal(gw_buf_slice(&out), LIT("gateway process 1 hangs\n"));
    gw_buf_clear(&out);
    gwd_status_put_json(&out, &view);
    assert_true(has("\"process\":\"0\",\"up\":true,\"hangs\":false,"));
    assert_true(has("\"process\":\"1\",\"up\":true,\"hangs\":true,"));
    items[1].up = 0;
    gw_buf_clear(&out);
    assert_false(gwd_status_put_health(&out, &view));
    assert_slice_equal(gw_buf_slice(&out),
                       LIT("gateway process 1 is not up\n"));
}

static void sums_are_over_all_processes(void **state)
{
    gwd_metrics sum;

    (void)state;
    items[0].metrics.connections = 3;
    items[1].metrics.connections = 4;
    items[1].metrics.closed[GWD_CLOSE_KICK] = 5;
    items[0].metrics.memory = 10;
    items[2].metrics.memory = 20;
    items[0].metrics.loop_lag_us = 7;
    items[1].metrics.loop_lag_us = 6;
    gwd_status_sum(&slots, &sum);
    assert_int_equal(sum.connections, 7);
    assert_int_equal(sum.closed[GWD_CLOSE_KICK], 5);
    assert_int_equal(sum.memory, 30);
    assert_int_equal(sum.loop_lag_us, 7); /* the worst one */
}

static void every_metric_is_told_once_per_process(void **state)
{
    (void)state;
    items[1].metrics.bytes_out = UINT64_C(12345678901);
    items[0].metrics.closed[GWD_CLOSE_TOO_BIG] = 2;
    items[2].metrics.loop_lag_us = 1500000;
    gwd_status_put_metrics(&out, &view);
    assert_int_equal(out.error, GW_OK);
    assert_true(has("# TYPE gatewayd_bytes_out_total counter\n"
                    "gatewayd_bytes_out_total{process=\"0\"} 0\n"
                    "gatewayd_bytes_out_total{process=\"1\"} 12345678901\n"
                    "# HELP "));
    assert_true(has("gatewayd_closed_total{process=\"0\",reason=\"too_big\"} "
                    "2\n"));
    assert_true(
        has("gatewayd_loop_lag_seconds{process=\"services\"} 1.500000\n"));
    assert_true(has("gatewayd_up{process=\"1\"} 1\n"));
}

static void json_is_whole(void **state)
{
    (void)state;
    items[1].up = 0;
    gwd_status_put_json(&out, &view);
    assert_int_equal(out.error, GW_OK);
    assert_true(has("\"listeners\":\"websocket:\\/\\/[::1]:1, a<&b\""));
    assert_true(has("\"uptime\":60,\"clock_us\":50000007,\"totals\""));
    assert_true(has("\"started\":1000,\"uptime\":51,\"registers\""));
    assert_true(has("\"started\":1000,\"uptime\":0,\"registers\""));
    assert_true(
        has("{\"process\":\"1\",\"up\":false,\"hangs\":false,\"pid\":101,"));
    assert_true(has("\"totals\":{\"processes\":3,"));
}

/* ---- uids and groups ---------------------------------------------------- */

/* What gateway `number` has published, two seconds ago. */
static void publish(int number, const gwd_top_lists *lists)
{
    gwd_top_lists known = *lists;

    known.known = 1;
    known.made = 48;
    gwd_tops_publish(&items[number].tops, &known);
}

static void lists_are_told_once_they_are_made(void **state)
{
    gwd_top_lists lists = {0};

    (void)state;
    gwd_status_put_json(&out, &view);
    assert_true(has(",\"top\":null},\"processes\":["));
    gwd_top_offer(&lists.uids, seed, LIT("ann"), 3);
    publish(0, &lists);
    gw_buf_clear(&out);
    gwd_status_put_json(&out, &view);
    assert_true(has("\"top\":{\"age\":2,\"uids\":[{\"name\":\"ann\","
                    "\"connections\":3}],\"groups\":[]}"));
    assert_true(has("\"top\":{\"exact\":false,\"processes\":1,\"uids\":["));
    view.now = 47; /* before the second in which they were made */
    gw_buf_clear(&out);
    gwd_status_put_json(&out, &view);
    assert_true(has("\"top\":{\"age\":0,"));
    /* Its end takes them away. */
    gwd_slot_end(&items[0]);
    gw_buf_clear(&out);
    gwd_status_put_json(&out, &view);
    assert_false(has("ann"));
}

/* Its successor counts on from there. */
static void a_process_that_died_leaves_what_it_had_counted_only(void **state)
{
    gwd_slot *slot = &items[0];
    gwd_metrics *m = &slot->metrics;

    (void)state;
    m->connections = m->accepted = 5;
    m->uids = m->groups = m->workers = m->loop_lag_us = m->memory = 4;
    m->closed[GWD_CLOSE_CLIENT] = 2;
    slot->restarts = 1;
    gwd_slot_end(slot);
    assert_int_equal(m->closed[GWD_CLOSE_CRASH], 3);
    assert_int_equal(m->accepted, 5);
    assert_int_equal(slot->restarts, 1);
    assert_int_equal(slot->up + slot->pid + slot->registers, 0);
    assert_int_equal(m->connections + m->uids + m->groups + m->workers +
                         m->loop_lag_us + m->memory,
                     0);
}

static void one_process_knows_all(void **state)
{
    gwd_top_lists lists = {0};

    (void)state;
    slots = (gwd_slots){1, false, 1000, 0, items, {0}};
    publish(0, &lists);
    gwd_status_put_json(&out, &view);
    assert_true(has("\"top\":{\"exact\":true,\"processes\":1,\"uids\":[],"));
}

static void sums_are_of_the_same_names(void **state)
{
    char cut[100];
    gwd_top_lists lists[3] = {{.known = 1}, {.known = 1}, {.known = 0}};

    (void)state;
    memset(cut, 'x', sizeof(cut));
    gwd_top_offer(&lists[0].groups, seed, LIT("a"), 5);
    gwd_top_offer(&lists[0].groups, seed, LIT("b"), 4);
    gwd_top_offer(&lists[1].groups, seed, LIT("b"), 3);
    /* Not known any more. */
    gwd_top_offer(&lists[2].groups, seed, LIT("a"), 99);
    /* Equal as far as they are kept, but of different lengths. */
    gwd_top_offer(&lists[0].uids, seed, gw_slice_of(cut, 99), 1);
    gwd_top_offer(&lists[1].uids, seed, gw_slice_of(cut, 100), 2);
    gwd_status_put_top_sums(&out, lists, 3);
    assert_true(has("\"groups\":[{\"name\":\"b\",\"connections\":7},"
                    "{\"name\":\"a\",\"connections\":5}]"));
    assert_true(has("x\",\"cut\":true,\"bytes\":100,\"connections\":2}"));
    assert_true(has("x\",\"cut\":true,\"bytes\":99,\"connections\":1}"));
}

static void long_names_differ_after_what_is_kept(void **state)
{
    static const uint8_t other[GW_SIPHASH_SEED_LEN] = {6};
    gwd_top_lists lists[2] = {{.known = 1}, {.known = 1}};
    char name[100];

    (void)state;
    memset(name, 'x', sizeof(name));
    gwd_top_offer(&lists[0].uids, seed, gw_slice_of(name, 100), 4);
    gwd_top_offer(&lists[1].uids, seed, gw_slice_of(name, 100), 3);
    gwd_top_offer(&lists[0].groups, other, LIT("short"), 1);
    gwd_top_offer(&lists[1].groups, seed, LIT("short"), 1);
    name[99] = 'y';
    gwd_top_offer(&lists[0].uids, seed, gw_slice_of(name, 100), 2);
    gwd_status_put_top_sums(&out, lists, 1);
    assert_true(has("\"bytes\":100,\"connections\":4},"));
    assert_true(has("\"bytes\":100,\"connections\":2}]"));
    gw_buf_clear(&out);
    gwd_status_put_top_sums(&out, lists, 2);
    assert_true(has("\"bytes\":100,\"connections\":7},"));
    assert_true(has("\"bytes\":100,\"connections\":2}]"));
    assert_true(has("[{\"name\":\"short\",\"connections\":2}]"));
}

static void sums_of_many_processes_keep_the_first(void **state)
{
    static gwd_top_lists lists[256];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        lists[i].known = 1;
        for (size_t n = 0; n < GWD_TOP_COUNT; n++) {
            char name[24];

            snprintf(name, sizeof(name), "%zu.%zu", i, n);
            gwd_top_offer(&lists[i].uids, seed, gw_slice_str(name), i + 1);
        }
        gwd_top_offer(&lists[i].groups, seed, LIT("all"), 2);
    }
    gwd_status_put_top_sums(&out, lists, COUNT_OF(lists));
    assert_true(has("[{\"name\":\"all\",\"connections\":512}]"));
    assert_true(has("{\"name\":\"255.9\",\"connections\":256}]"));
    assert_false(has("\"254."));
}

static void names_are_hostile(void **state)
{
    const struct {
        gw_slice name;
        const char *want;
    } cases[] = {
        {LIT("</script><script>alert(1)"), "\"<\\/script><script>alert(1)\""},
        {LIT("a\"b\\c\n\0d"), "\"a\\\"b\\\\c\\n\\u0000d\""},
        {LIT("\xe2\x80\xae"
             "evil"),
         "\"\\u202eevil\""},
        {LIT("\xff\xc0\xaf."), "\"\\ufffd\\ufffd\\ufffd.\""},
        {LIT("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\""},
        {LIT("\xf0\x9f\x91\x8b"), "\"\\ud83d\\udc4b\""},
        {LIT("\xe4\xbd"), "\"\\ufffd\\ufffd\""},
        {LIT(""), "\"\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        gwd_top_lists lists = {0};
        char want[200];

        gwd_top_offer(&lists.uids, seed, cases[i].name, 1);
        snprintf(want, sizeof(want),
                 "\"uids\":[{\"name\":%s,\"connections\":1}]", cases[i].want);
        gw_buf_clear(&out);
        gwd_status_put_tops(&out, &lists);
        if (out.error < 0 || !has(want))
            fail_msg("%s: %.*s", want, (int)out.len, out.base);
    }
}

static void long_names_of_rubbish_fit(void **state)
{
    gwd_top_lists lists = {0};
    char rubbish[1024];

    (void)state;
    memset(rubbish, 0x80, sizeof(rubbish));
    gwd_top_offer(&lists.uids, seed, gw_slice_of(rubbish, sizeof(rubbish)), 1);
    gwd_status_put_tops(&out, &lists);
    assert_int_equal(out.error, GW_OK);
    assert_true(has("\\ufffd\",\"cut\":true,\"bytes\":1024,"));
}

/* ---- the dashboard ------------------------------------------------------- */

static void the_dashboard_is_whole_and_needs_nothing_else(void **state)
{
    static const char *const outside[] = {"src=", "url(", "@import", "http://",
                                          "https://"};
    gw_slice page = gw_slice_of(gwd_dashboard, gwd_dashboard_len);

    (void)state;
    assert_true(page.len > 10000);
    assert_memory_equal(page.base, "<!DOCTYPE html>", 15);
    assert_memory_equal(page.base + page.len - 8, "</html>\n", 8);
    gw_buf_put_slice(&out, page);
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        /* A name of XML, in the picture that the page makes. */
        size_t found = 0;
        const char *at = out.base;

        while ((at = memmem(at, (size_t)(out.base + out.len - at), outside[i],
                            strlen(outside[i]))) != NULL) {
            if (memcmp(at, "http://www.w3.org/2000/svg", 26) != 0)
                found++;
            at++;
        }
        if (found > 0)
            fail_msg("%s", outside[i]);
    }
    assert_non_null(strstr(gwd_dashboard_policy, "default-src 'none';"));
    assert_null(strstr(gwd_dashboard_policy, "unsafe"));
}

static void a_register_alone_has_no_clients_to_tell_of(void **state)
{
    (void)state;
    slots.gateways = 0;
    gwd_status_put_metrics(&out, &view);
    assert_false(has("gatewayd_connections"));
    assert_true(has("gatewayd_up{process=\"services\"} 1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(health_names_the_first_that_is_missing),
        TEST(services_need_no_register),
        TEST(who_hangs_is_not_healthy),
        TEST(sums_are_over_all_processes),
        TEST(every_metric_is_told_once_per_process),
        TEST(json_is_whole),
        TEST(lists_are_told_once_they_are_made),
        TEST(a_process_that_died_leaves_what_it_had_counted_only),
        TEST(one_process_knows_all),
        TEST(sums_are_of_the_same_names),
        TEST(long_names_differ_after_what_is_kept),
        TEST(sums_of_many_processes_keep_the_first),
        TEST(names_are_hostile),
        TEST(long_names_of_rubbish_fit),
        TEST(the_dashboard_is_whole_and_needs_nothing_else),
        TEST(a_register_alone_has_no_clients_to_tell_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
