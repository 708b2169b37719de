#include "support.h"

#include <stdio.h>

#include "register_line.h"

typedef struct reading {
    gw_buf scratch;
    gw_register_line line;
} reading;

static int read_line(gw_slice text, void *arg)
{
    reading discarded;
    reading *r = arg == NULL ? &discarded : arg;

    gw_buf_init(&r->scratch, NULL, 0);
    int rc = gw_register_line_read(text, &r->scratch, &r->line);
    if (arg == NULL)
        gw_buf_deinit(&r->scratch);
    return rc;
}

static void a_gateway_announces_itself(void **state)
{
    reading r;

    (void)state;
    assert_int_equal(read_line(LIT("{\"event\":\"gateway_connect\", "
                                   "\"address\":\"127.0.0.1:2900\", "
                                   "\"secret_key\":\"a\\/\\u00e9\"}\n"),
                               &r),
                     GW_OK);
    assert_int_equal(r.line.event, GW_REGISTER_GATEWAY_CONNECT);
    assert_slice_equal(r.line.address, LIT("127.0.0.1:2900"));
    assert_slice_equal(r.line.secret_key, LIT("a/\xc3\xa9"));
    assert_null(r.line.addresses.base);
    gw_buf_deinit(&r.scratch);
}

static void an_empty_secret_differs_from_none(void **state)
{
    reading r;

    (void)state;
    assert_int_equal(
        read_line(LIT("{\"event\":\"worker_connect\",\"secret_key\":\"\"}"),
                  &r),
        GW_OK);
    assert_int_equal(r.line.event, GW_REGISTER_WORKER_CONNECT);
    assert_non_null(r.line.secret_key.base);
    assert_int_equal(r.line.secret_key.len, 0);
    gw_buf_deinit(&r.scratch);

    assert_int_equal(read_line(LIT("{\"event\":\"worker_connect\"}"), &r),
                     GW_OK);
    assert_null(r.line.secret_key.base);
    gw_buf_deinit(&r.scratch);

    assert_int_equal(
        read_line(LIT("{\"event\":\"worker_connect\",\"secret_key\":null}"),
                  &r),
        GW_OK);
    assert_null(r.line.secret_key.base);
    gw_buf_deinit(&r.scratch);
}

static void the_copies_survive_a_scratch_that_moves(void **state)
{
    char text[1000];
    char key[400];
    reading r;

    (void)state;
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    int len = snprintf(text, sizeof text,
                       "{\"address\":\"10.0.0.1:1\",\"secret_key\":\"%s\","
                       "\"event\":\"gateway_connect\"}",
                       key);
    gw_slice copy = exact_copy(gw_slice_of(text, (size_t)len));
    assert_int_equal(read_line(copy, &r), GW_OK);
    exact_free(copy);
    assert_slice_equal(r.line.address, LIT("10.0.0.1:1"));
    assert_slice_equal(r.line.secret_key, gw_slice_str(key));
    gw_buf_deinit(&r.scratch);
}

static gw_register_event event_of(const char *text)
{
    reading r;

    assert_int_equal(read_line(gw_slice_str(text), &r), GW_OK);
    gw_buf_deinit(&r.scratch);
    return r.line.event;
}

static void events_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(event_of("{\"event\":\"ping\"}"), GW_REGISTER_PING);
    assert_int_equal(event_of("{\"event\":\"pin\\u0067\"}\r\n"),
                     GW_REGISTER_PING);
    assert_int_equal(event_of("{\"x\":[{\"event\":\"a\"}],\"event\":\"ping\"}"),
                     GW_REGISTER_PING);
    assert_int_equal(event_of("{\"event\":\"dance\"}"), GW_REGISTER_UNKNOWN);
    assert_int_equal(event_of("{\"event\":\"\"}"), GW_REGISTER_UNKNOWN);
    assert_int_equal(event_of("{\"event\":\"dance\",\"event\":\"ping\"}"),
                     GW_REGISTER_PING);
}

static void what_is_no_line_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "\n",
        "GET / HTTP/1.1",
        "null",
        "[]",
        "{}",
        "{\"address\":\"127.0.0.1:1\"}",
        "{\"event\":1}",
        "{\"event\":null}",
        "{\"event\":\"ping\",\"secret_key\":7}",
        "{\"event\":\"ping\",\"address\":[]}",
        "{\"event\":\"ping\"}{}",
        "{\"event\":\"ping\"",
        "{\"event\":\"broadcast_addresses\"}",
        "{\"event\":\"broadcast_addresses\",\"addresses\":\"127.0.0.1:1\"}",
        "{\"event\":\"broadcast_addresses\",\"addresses\":[}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(feed_whole(gw_slice_str(bad[i]), read_line, NULL),
                         GW_EPROTO);
    assert_int_equal(
        feed_whole(LIT("{\"event\":\"ping\",\"secret_key\":\"\xff\"}"),
                   read_line, NULL),
        GW_EUTF8);
}

static int collect(void *arg, gw_slice address)
{
    gw_buf_put_slice(arg, address);
    gw_buf_put_char(arg, ' ');
    return 0;
}

static int collect_from(gw_slice text, void *arg)
{
    gw_buf discarded;
    gw_buf *to = arg == NULL ? &discarded : arg;

    gw_buf_init(to, NULL, 0);
    int rc = gw_register_each_address(text, collect, to);
    if (arg == NULL)
        gw_buf_deinit(to);
    return rc;
}

static void assert_addresses(const char *text, const char *expected)
{
    gw_buf found;

    assert_int_equal(feed_whole(gw_slice_str(text), collect_from, &found),
                     GW_OK);
    assert_slice_equal(gw_buf_slice(&found), gw_slice_str(expected));
    gw_buf_deinit(&found);
}

static void addresses_come_as_a_list_or_an_object(void **state)
{
    (void)state;
    assert_addresses("[]", "");
    assert_addresses("{}", "");
    assert_addresses("[\"127.0.0.1:2900\",\"[::1]:1\"]",
                     "127.0.0.1:2900 [::1]:1 ");
    assert_addresses("{\"0\":\"a:1\",\"2\":\"b:2\"}", "a:1 b:2 ");
}

static void a_value_that_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {
        "",          "\"a:1\"",     "7",          "[1]",
        "[null]",    "[[\"a:1\"]]", "[\"a\"]",    "[\"a:99999\"]",
        "{\"0\":1}", "[\"a:1\"",    "[\"a:1\"]]", "[\"a\\u003a1\"]",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(feed_whole(gw_slice_str(bad[i]), collect_from, NULL),
                         GW_EPROTO);
}

static int stop_at_second(void *arg, gw_slice address)
{
    (void)address;
    return ++*(int *)arg == 2 ? 42 : 0;
}

static void the_caller_can_end_the_walk(void **state)
{
    int calls = 0;

    (void)state;
    assert_int_equal(gw_register_each_address(LIT("[\"a:1\",\"b:2\",\"c:3\"]"),
                                              stop_at_second, &calls),
                     42);
    assert_int_equal(calls, 2);
}

static void lines_are_written_as_the_reference_writes_them(void **state)
{
    static const gw_slice addresses[] = {{"127.0.0.1:2950", 14},
                                         {"127.0.0.1:2900", 14}};
    gw_buf buf;

    (void)state;
    gw_buf_init(&buf, NULL, 0);
    gw_register_put_worker_connect(&buf, LIT("a/b"));
    assert_buf_equal(
        &buf, LIT("{\"event\":\"worker_connect\",\"secret_key\":\"a\\/b\"}\n"));
    gw_buf_clear(&buf);
    gw_register_put_gateway_connect(&buf, LIT("127.0.0.1:2900"), LIT(""));
    assert_buf_equal(&buf, LIT("{\"event\":\"gateway_connect\",\"address\":"
                               "\"127.0.0.1:2900\",\"secret_key\":\"\"}\n"));
    gw_buf_clear(&buf);
    gw_register_put_addresses(&buf, addresses, 2);
    assert_buf_equal(&buf,
                     LIT("{\"event\":\"broadcast_addresses\",\"addresses\":"
                         "[\"127.0.0.1:2950\",\"127.0.0.1:2900\"]}\n"));
    gw_buf_clear(&buf);
    gw_register_put_addresses(&buf, NULL, 0);
    assert_buf_equal(
        &buf, LIT("{\"event\":\"broadcast_addresses\",\"addresses\":[]}\n"));
    gw_buf_clear(&buf);
    gw_register_put_ping(&buf);
    assert_buf_equal(&buf, LIT("{\"event\":\"ping\"}\n"));
    gw_buf_deinit(&buf);
}

static void only_the_whole_is_a_line(void **state)
{
    gw_slice line = LIT("{\"event\":\"gateway_connect\",\"address\":"
                        "\"127.0.0.1:2900\",\"secret_key\":\"\\u00e9\"}");
    gw_slice broadcast = LIT("{\"event\":\"broadcast_addresses\","
                             "\"addresses\":{\"0\":\"127.0.0.1:2900\"}}");
    gw_slice list = LIT("[\"127.0.0.1:2900\",\"[::1]:2901\"]");

    (void)state;
    assert_only_whole(line, read_line, NULL);
    assert_only_whole(broadcast, read_line, NULL);
    assert_only_whole(list, collect_from, NULL);
    feed_damaged(line, read_line, NULL);
    feed_damaged(broadcast, read_line, NULL);
    feed_damaged(list, collect_from, NULL);
}

static int read_with(const gw_allocator *allocator, void *arg)
{
    gw_slice text = LIT("{\"event\":\"gateway_connect\",\"address\":"
                        "\"127.0.0.1:2900\",\"secret_key\":\"0123456789012345"
                        "67890123456789012345678901234567890123456789"
                        "\\u00e9\"}");
    gw_buf scratch;
    gw_register_line line;

    (void)arg;
    gw_buf_init(&scratch, allocator, 0);
    int rc = gw_register_line_read(text, &scratch, &line);
    gw_buf_deinit(&scratch);
    return rc;
}

static int write_with(const gw_allocator *allocator, void *arg)
{
    gw_buf buf;

    (void)arg;
    gw_buf_init(&buf, allocator, 0);
    gw_register_put_gateway_connect(&buf, LIT("127.0.0.1:2900"),
                                    LIT("a long \"secret\" key"));
    int rc = buf.error;
    gw_buf_deinit(&buf);
    return rc;
}

static void lines_survive_short_memory(void **state)
{
    (void)state;
    sweep_out_of_memory(read_with, NULL);
    sweep_out_of_memory(write_with, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gateway_announces_itself),
        cmocka_unit_test(an_empty_secret_differs_from_none),
        cmocka_unit_test(the_copies_survive_a_scratch_that_moves),
        cmocka_unit_test(events_are_told_apart),
        cmocka_unit_test(what_is_no_line_is_refused),
        cmocka_unit_test(addresses_come_as_a_list_or_an_object),
        cmocka_unit_test(a_value_that_is_no_address_is_refused),
        cmocka_unit_test(the_caller_can_end_the_walk),
        cmocka_unit_test(lines_are_written_as_the_reference_writes_them),
        cmocka_unit_test(only_the_whole_is_a_line),
        cmocka_unit_test(lines_survive_short_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
