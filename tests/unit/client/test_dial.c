/* One address after the other, each for its time, all until the deadline. */
#include "support.h"

#include "dial.h"

static gw_endpoint endpoint(const char *address)
{
    const char *colon = strrchr(address, ':');
    gw_endpoint list[GW_ENDPOINT_MAX];
    size_t count;

    assert_int_equal(
        gw_net_resolve(gw_slice_of(address, (size_t)(colon - address)),
                       (uint16_t)atoi(colon + 1), list, &count),
        GW_OK);
    return list[0];
}

static gw_endpoint closed_port(void)
{
    return endpoint(fake_refusing(0));
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
    gw_endpoint e = endpoint(fake_address(f));
    gw_dial d;

    (void)state;
    assert_int_equal(gw_dial_start(dirty(&d), &e, 1, 100, 50, 100),
                     GW_ECONNECT);
    assert_int_equal(d.error, gw_net_timed_out);
    assert_true(d.fd == GW_SOCKET_NONE);
    fake_free(f);
}

static void an_attempt_ends_with_its_time_or_the_deadline(void **state)
{
    fake_full *full = fake_full_new();
    gw_endpoint e = endpoint(fake_full_address(full));
    gw_dial d;

    (void)state;
    assert_int_equal(gw_dial_start(dirty(&d), &e, 1, 100, 50, 200), GW_EAGAIN);
    assert_int_equal(d.limit, 150);
    gw_dial_close(&d);
    assert_int_equal(gw_dial_start(dirty(&d), &e, 1, 100, 500, 200), GW_EAGAIN);
    assert_int_equal(d.limit, 200);
    gw_dial_close(&d);
    assert_true(d.fd == GW_SOCKET_NONE);
    fake_full_free(full);
}

static void one_that_takes_too_long_is_given_up(void **state)
{
    fake_full *full = fake_full_new();
    fake *f = fake_gateway();
    gw_endpoint list[2];
    gw_socket first;
    gw_dial d;

    (void)state;
    list[0] = endpoint(fake_full_address(full));
    list[1] = endpoint(fake_address(f));
    assert_int_equal(gw_dial_start(dirty(&d), list, 1, 100, 50, 200),
                     GW_EAGAIN);
    first = d.fd;
    d.error = 0;
    assert_int_equal(gw_dial_expired(&d, 150), GW_ECONNECT);
    assert_int_equal(d.error, gw_net_timed_out);
    assert_true(d.fd == GW_SOCKET_NONE);
    assert_false(is_open(first));

    assert_int_equal(gw_dial_start(dirty(&d), list, 2, 100, 50, 200),
                     GW_EAGAIN);
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
    gw_endpoint e = closed_port();
    char scratch[GW_NET_TEXT_LEN];
    gw_dial d;
    int rc = gw_dial_start(dirty(&d), &e, 1, 100, 50, 200);

    (void)state;
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
    gw_endpoint e = broken();
    gw_dial d;

    (void)state;
    assert_int_equal(gw_dial_start(dirty(&d), &e, 1, 100, 50, 200),
                     GW_ECONNECT);
    assert_int_not_equal(d.error, 0);
    assert_int_not_equal(d.error, gw_net_timed_out);
    assert_true(d.fd == GW_SOCKET_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_begun_at_the_deadline),
        cmocka_unit_test(an_attempt_ends_with_its_time_or_the_deadline),
        cmocka_unit_test(one_that_takes_too_long_is_given_up),
        cmocka_unit_test(one_that_refuses_is_given_up),
        cmocka_unit_test(the_cause_of_one_that_does_not_begin_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
