/* The formats of the status server. */
#include "support.h"

#include "status/render.h"

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
    }
    slots = (gwd_slots){2, true, 1000, items};
    view = (gwd_status_view){&slots, LIT("websocket://[::1]:1, a<&b"), 1060};
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
    assert_true(has("\"uptime\":60"));
    assert_true(has("{\"process\":\"1\",\"up\":false,\"pid\":101,"));
    assert_true(has("\"totals\":{\"processes\":3,"));
}

static void the_page_escapes(void **state)
{
    (void)state;
    items[0].metrics.closed[GWD_CLOSE_KICK] = 1;
    gwd_status_put_page(&out, &view);
    assert_int_equal(out.error, GW_OK);
    assert_true(has("a&lt;&amp;b"));
    assert_false(has("a<&b"));
    assert_true(has("Connections that ended: kick<td>1<td>1<td>0<td>0\n"));
    assert_false(has("ended: shutdown"));
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
        TEST(sums_are_over_all_processes),
        TEST(every_metric_is_told_once_per_process),
        TEST(json_is_whole),
        TEST(the_page_escapes),
        TEST(a_register_alone_has_no_clients_to_tell_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
