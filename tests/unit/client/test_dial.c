/* One address after the other, each for its time, all until the deadline. */
#include "support.h"

#include "dial.h"

static gw_endpoint endpoint(const char *address)
{
    const char *colon = strrchr(address, ':');
    gw_endpoints to;

    assert_int_equal(
        gw_net_resolve(gw_slice_of(address, (size_t)(colon - address)),
                       (uint16_t)atoi(colon + 1), &to),
        GW_OK);
    return to.items[0];
}

static gw_endpoints *set_one(gw_endpoints *to, gw_endpoint e)
{
    memset(to, 0, sizeof *to);
    to->items[0] = e;
    to->count = 1;
    return to;
}

/* A host with these addresses; NULL ends them. */
static gw_endpoints *set_host(gw_endpoints *to, const char *const *addresses)
{
    memset(to, 0, sizeof *to);
    for (; addresses[to->count] != NULL; to->count++)
        to->items[to->count] = endpoint(addresses[to->count]);
    return to;
}

/* Of a family that no system knows: no attempt begins. */
static gw_endpoint broken(void)
{
    gw_endpoint e;

    memset(&e, 0, sizeof e);
    e.addr.sa.sa_family = 99;
    return e;
}

static gw_dial *dirty(gw_dial *d)
{
    memset(d, 0xaa, sizeof *d);
    return d;
}

static int is_open(gw_socket fd)
{
    return gw_net_connected(fd) == 0;
}

static void wait_ready(gw_socket fd)
{
    gw_pollfd poll = {.fd = fd, .events = POLLOUT};

    assert_int_equal(gw_net_poll(&poll, 1, FAKE_PATIENCE_MS), 0);
    assert_true(poll.revents != 0);
}

static void nothing_is_begun_at_the_deadline(void **state)
{
    fake *f = fake_gateway();
    gw_endpoints to;
    gw_dial d;

    (void)state;
    set_one(&to, endpoint(fake_address(f)));
    assert_int_equal(gw_dial_start(dirty(&d), &to, 100, 50, 100), GW_ECONNECT);
    assert_int_equal(d.error, gw_net_timed_out);
    assert_true(d.fd == GW_SOCKET_NONE);
    fake_free(f);
}

static void an_attempt_ends_with_its_time_or_the_deadline(void **state)
{
    fake_full *full = fake_full_new();
    gw_endpoints to;
    gw_dial d;

    (void)state;
    set_one(&to, endpoint(fake_full_address(full)));
    assert_int_equal(gw_dial_start(dirty(&d), &to, 100, 50, 200), GW_EAGAIN);
    assert_int_equal(d.limit, 150);
    gw_dial_close(&d);
    assert_int_equal(gw_dial_start(dirty(&d), &to, 100, 500, 200), GW_EAGAIN);
    assert_int_equal(d.limit, 200);
    gw_dial_close(&d);
    assert_true(d.fd == GW_SOCKET_NONE);
    assert_int_equal(to.reached.len, 0);
    fake_full_free(full);
}

static void one_that_takes_too_long_is_given_up(void **state)
{
    fake_full *full = fake_full_new();
    fake *f = fake_gateway();
    const char *const two[] = {fake_full_address(full), fake_address(f), NULL};
    gw_endpoints to;
    gw_socket first;
    gw_dial d;

    (void)state;
    set_one(&to, endpoint(two[0]));
    assert_int_equal(gw_dial_start(dirty(&d), &to, 100, 50, 200), GW_EAGAIN);
    first = d.fd;
    d.error = 0;
    assert_int_equal(gw_dial_expired(&d, 150), GW_ECONNECT);
    assert_int_equal(d.error, gw_net_timed_out);
    assert_true(d.fd == GW_SOCKET_NONE);
    assert_false(is_open(first));

    set_host(&to, two);
    assert_int_equal(gw_dial_start(dirty(&d), &to, 100, 50, 200), GW_EAGAIN);
    if (gw_dial_expired(&d, 150) == GW_EAGAIN) {
        wait_ready(d.fd);
        assert_int_equal(gw_dial_ready(&d, 160), GW_OK);
    }
    first = gw_dial_take(&d);
    assert_true(d.fd == GW_SOCKET_NONE);
    assert_true(is_open(first));
    gw_net_close(first);
    fake_free(f);
    fake_full_free(full);
}

static void one_that_refuses_is_given_up(void **state)
{
    char scratch[GW_NET_TEXT_LEN];
    gw_endpoints to;
    gw_dial d;
    int rc;

    (void)state;
    set_one(&to, endpoint(fake_refusing(0)));
    rc = gw_dial_start(dirty(&d), &to, 100, 50, 200);
    if (rc == GW_EAGAIN) {
        gw_socket fd = d.fd;

        wait_ready(fd);
        rc = gw_dial_ready(&d, 110);
        assert_false(is_open(fd));
    }
    assert_int_equal(rc, GW_ECONNECT);
    assert_true(d.fd == GW_SOCKET_NONE);
    assert_string_equal(gw_net_strerror(d.error, scratch),
                        "Connection refused");
}

static void the_cause_of_one_that_does_not_begin_is_kept(void **state)
{
    gw_endpoints to;
    gw_dial d;

    (void)state;
    set_one(&to, broken());
    assert_int_equal(gw_dial_start(dirty(&d), &to, 100, 50, 200), GW_ECONNECT);
    assert_int_not_equal(d.error, 0);
    assert_int_not_equal(d.error, gw_net_timed_out);
    assert_true(d.fd == GW_SOCKET_NONE);
}

/* Also where one attempt may take as long as everything. */
static void the_others_of_a_host_have_half_of_the_time(void **state)
{
    fake_full *full = fake_full_new(), *other = fake_full_new();
    const char *const two[] = {fake_full_address(full),
                               fake_full_address(other), NULL};
    gw_endpoints to;
    gw_dial d;

    (void)state;
    set_host(&to, two);
    assert_int_equal(gw_dial_start(dirty(&d), &to, 100, 200, 200), GW_EAGAIN);
    assert_int_equal(d.limit, 150);
    assert_int_equal(gw_dial_expired(&d, 160), GW_EAGAIN);
    assert_int_equal(d.limit, 200);
    assert_int_equal(gw_dial_expired(&d, 200), GW_ECONNECT);
    fake_full_free(other);
    fake_full_free(full);
}

/* Which of the addresses takes a connection. */
static size_t reach(gw_endpoints *to)
{
    gw_dial d;
    int rc = gw_dial_start(dirty(&d), to, 100, PLENTY_MS, PLENTY_MS);
    size_t i = 0;

    while (rc == GW_EAGAIN) {
        wait_ready(d.fd);
        rc = gw_dial_ready(&d, 100);
    }
    assert_int_equal(rc, GW_OK);
    gw_net_close(gw_dial_take(&d));
    while (memcmp(&to->items[i], &to->reached, sizeof to->reached) != 0)
        assert_true(++i < to->count);
    return i;
}

static void the_one_that_was_reached_comes_first(void **state)
{
    fake *first = fake_gateway(), *second = fake_gateway();
    const char *const three[] = {fake_refusing(0), fake_address(first),
                                 fake_address(second), NULL};
    gw_endpoints to;

    (void)state;
    fake_stop(first);
    assert_int_equal(reach(set_host(&to, three)), 2);
    fake_start(first);
    assert_int_equal(reach(&to), 2);
    fake_stop(second);
    assert_int_equal(reach(&to), 1);
    fake_start(second);
    assert_int_equal(reach(&to), 1);
    to.count = 1; /* the host has moved */
    to.items[0] = endpoint(three[2]);
    assert_int_equal(reach(&to), 0);
    fake_free(second);
    fake_free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_begun_at_the_deadline),
        cmocka_unit_test(an_attempt_ends_with_its_time_or_the_deadline),
        cmocka_unit_test(one_that_takes_too_long_is_given_up),
        cmocka_unit_test(one_that_refuses_is_given_up),
        cmocka_unit_test(the_cause_of_one_that_does_not_begin_is_kept),
        cmocka_unit_test(the_others_of_a_host_have_half_of_the_time),
        cmocka_unit_test(the_one_that_was_reached_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
