/* The one file that knows the system, on the system where this runs. It is a
 * part of this program, since not all of it is for other files. */
#include "net.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#ifndef _WIN32
#include <sys/wait.h>
#endif

#include "sockets.h"

enum { PATIENCE_MS = 30000 };

/* A connection, and a listener on any port of the loopback. */
typedef struct pair {
    gw_socket listener;
    gw_socket ours; /* made by what is tested */
    gw_socket theirs;
} pair;

static gw_endpoint endpoint_of(uint16_t port)
{
    gw_endpoints to;

    assert_int_equal(gw_net_resolve(gw_slice_str("127.0.0.1"), port, &to),
                     GW_OK);
    assert_int_equal(to.count, 1);
    return to.items[0];
}

static short wait_for(gw_socket fd, short events, int timeout_ms)
{
    gw_pollfd one;

    one.fd = fd;
    one.events = events;
    one.revents = 0;
    assert_int_equal(gw_net_poll(&one, 1, timeout_ms), 0);
    return one.revents;
}

static void pair_init(pair *p)
{
    uint16_t port = 0;
    gw_endpoint to;
    int rc;

    p->listener = sockets_open(AF_INET);
    assert_true(sockets_bind(p->listener, 0, &port));
    assert_true(sockets_listen(p->listener, 8));
    to = endpoint_of(port);
    rc = gw_net_connect(&to, &p->ours);
    assert_true(rc == 0 || rc == GW_EAGAIN);
    p->theirs = sockets_accept(p->listener);
    assert_true(p->theirs != GW_SOCKET_NONE);
    assert_true(wait_for(p->ours, POLLOUT, PATIENCE_MS) != 0);
    assert_int_equal(gw_net_connected(p->ours), 0);
}

static void pair_deinit(pair *p)
{
    gw_net_close(p->ours);
    if (p->theirs != GW_SOCKET_NONE)
        sockets_close(p->theirs);
    sockets_close(p->listener);
}

static void hang_up(pair *p)
{
    sockets_close(p->theirs);
    p->theirs = GW_SOCKET_NONE;
}

/* An attempt to connect that fails, by now or later. The port is held by a
 * socket that does not listen. */
static gw_socket refused(gw_socket *holder, int *rc)
{
    uint16_t port = 0;
    gw_endpoint at;
    gw_socket fd;

    *holder = sockets_open(AF_INET);
    assert_true(sockets_bind(*holder, 0, &port));
    at = endpoint_of(port);
    *rc = gw_net_connect(&at, &fd);
    return fd;
}

/* ---- connecting ---------------------------------------------------------- */

static void a_refused_connection_is_noticed_at_once(void **state)
{
    char scratch[GW_NET_TEXT_LEN];
    gw_socket holder, fd;
    uint64_t start = gw_net_now();
    int error;

    (void)state;
    fd = refused(&holder, &error);
    if (error == GW_EAGAIN) {
        assert_true(wait_for(fd, POLLOUT, PATIENCE_MS) != 0);
        error = gw_net_connected(fd);
        gw_net_close(fd);
    }
    assert_string_equal(gw_net_strerror(error, scratch), "Connection refused");
    assert_true(gw_net_now() - start < PATIENCE_MS / 2);
    sockets_close(holder);
}

#ifndef _WIN32
/* As when the system gives it the port that it is to reach. */
static gw_socket connect_to_itself(uint16_t *port)
{
    gw_socket fd = sockets_open(AF_INET);
    gw_endpoint own;

    assert_true(sockets_bind(fd, 0, port));
    own = endpoint_of(*port);
    assert_int_equal(connect(fd, &own.addr.sa, own.len), 0);
    return fd;
}

/* Whether one may listen on the port after that. */
static int connect_to_itself_and_listen(void)
{
    uint16_t port = 0;
    gw_socket fd = connect_to_itself(&port), listener;
    char scratch[GW_NET_TEXT_LEN];
    int bound;

    assert_string_equal(gw_net_strerror(gw_net_connected(fd), scratch),
                        "Connection refused");
    gw_net_close(fd);
    listener = sockets_open(AF_INET);
    bound = sockets_bind(listener, 0, &port);
    sockets_close(listener);
    return bound;
}

static void a_connection_to_itself_is_none_and_leaves_the_port(void **state)
{
    int tries = 8; /* another program may be given it in between */

    (void)state;
    while (!connect_to_itself_and_listen())
        assert_true(--tries > 0);
}
#endif

static void names_and_numbers_resolve(void **state)
{
    gw_endpoints to;

    (void)state;
    assert_int_equal(gw_net_resolve(gw_slice_str("localhost"), 7, &to), GW_OK);
    assert_true(to.count > 0);
    assert_int_equal(gw_net_resolve(gw_slice_str("10.1.2.3"), 7, &to), GW_OK);
    assert_int_equal(gw_net_first_ipv4(to.items, to.count), 0x0a010203);
    assert_int_equal(gw_net_resolve(gw_slice_str("::1"), 7, &to), GW_OK);
    assert_int_equal(gw_net_first_ipv4(to.items, to.count), 0);
    assert_int_equal(gw_net_resolve(gw_slice_str(""), 7, &to), GW_ERESOLVE);
    assert_int_equal(to.count, 0);
}

static int is_inherited(gw_socket fd)
{
#ifdef _WIN32
    DWORD flags = HANDLE_FLAG_INHERIT;

    assert_true(GetHandleInformation((HANDLE)fd, &flags));
    return (flags & HANDLE_FLAG_INHERIT) != 0;
#else
    return (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
#endif
}

static void connections_are_not_inherited(void **state)
{
    pair p;

    (void)state;
    pair_init(&p);
    assert_false(is_inherited(p.ours));
    pair_deinit(&p);
}

/* ---- what travels -------------------------------------------------------- */

static void parts_arrive_as_one(void **state)
{
    gw_slice parts[3];
    char got[8] = "";
    size_t sent, n = 0;
    pair p;

    (void)state;
    pair_init(&p);
    parts[0] = gw_slice_str("one");
    parts[1] = gw_slice_str("");
    parts[2] = gw_slice_str("two");
    assert_int_equal(gw_net_send(p.ours, parts, 3, &sent), 0);
    assert_int_equal(sent, 6);
    while (n < 6)
        n += sockets_recv(p.theirs, got + n, 6 - n);
    assert_memory_equal(got, "onetwo", 6);
    pair_deinit(&p);
}

static void a_connection_is_quiet_until_something_comes(void **state)
{
    char got[4];
    size_t n;
    pair p;

    (void)state;
    pair_init(&p);
    assert_true(gw_net_is_quiet(p.ours));
    assert_int_equal(gw_net_recv(p.ours, got, sizeof got, &n), GW_EAGAIN);
    assert_true(sockets_send(p.theirs, "x", 1));
    assert_true(wait_for(p.ours, POLLIN, PATIENCE_MS) != 0);
    assert_false(gw_net_is_quiet(p.ours));
    assert_int_equal(gw_net_recv(p.ours, got, sizeof got, &n), 0);
    assert_int_equal(n, 1);
    assert_true(gw_net_is_quiet(p.ours));
    hang_up(&p);
    assert_true(wait_for(p.ours, POLLIN, PATIENCE_MS) != 0);
    assert_false(gw_net_is_quiet(p.ours));
    assert_int_equal(gw_net_recv(p.ours, got, sizeof got, &n), 0);
    assert_int_equal(n, 0);
    pair_deinit(&p);
}

static void a_kept_connection_asks_for_signs_of_life(void **state)
{
    int on = 0;
    socklen_t len = sizeof on;
    pair p;

    (void)state;
    pair_init(&p);
    gw_net_keep_alive(p.ours);
    assert_int_equal(
        getsockopt(p.ours, SOL_SOCKET, SO_KEEPALIVE, (void *)&on, &len), 0);
    assert_int_not_equal(on, 0);
    pair_deinit(&p);
}

/* Sends until the system takes no more. */
static void fill(gw_socket fd)
{
    static char zeros[65536];
    gw_slice part = gw_slice_of(zeros, sizeof zeros);
    size_t sent;
    int rc;

    do
        rc = gw_net_send(fd, &part, 1, &sent);
    while (rc == 0);
    assert_int_equal(rc, GW_EAGAIN);
}

static void sending_to_one_that_is_gone_is_a_reset(void **state)
{
    gw_slice part = gw_slice_str("x");
    size_t sent;
    pair p;
    int rc;

    (void)state;
    pair_init(&p);
    fill(p.ours); /* so that the peer goes with bytes unread: a reset */
    hang_up(&p);
    do {
        assert_true(wait_for(p.ours, POLLOUT, PATIENCE_MS) != 0);
        rc = gw_net_send(p.ours, &part, 1, &sent);
    } while (rc == 0);
    assert_true(gw_net_is_reset(rc));
    pair_deinit(&p);
}

/* ---- time ---------------------------------------------------------------- */

/* When that wait began. What the system has still to do may make room for more
 * bytes some times. */
static uint64_t wait_in_vain(gw_socket fd, short events, int timeout_ms)
{
    int tries = 100;
    uint64_t start;

    do {
        assert_true(tries-- > 0);
        fill(fd);
        start = gw_net_now();
    } while (wait_for(fd, events, timeout_ms) != 0);
    return start;
}

static void a_wait_lasts_its_time(void **state)
{
    static const short events[] = {POLLIN, POLLOUT};
    size_t i;
    pair p;

    (void)state;
    pair_init(&p);
    for (i = 0; i < 2; i++) {
        uint64_t start = wait_in_vain(p.ours, events[i], 250);

        assert_true(gw_net_now() - start >= 249);
        start = wait_in_vain(p.ours, events[i], 0);
        assert_true(gw_net_now() - start < PATIENCE_MS / 2);
    }
    pair_deinit(&p);
}

/* The shortest of some steps: others may be long on a busy machine. */
static void the_clock_is_finer_than_deadlines(void **state)
{
    uint64_t shortest = UINT64_MAX, last = gw_net_now();
    int i;

    (void)state;
    for (i = 0; i < 20; i++) {
        uint64_t now = gw_net_now();

        while (now == last)
            now = gw_net_now();
        assert_true(now > last);
        shortest = now - last < shortest ? now - last : shortest;
        last = now;
    }
    assert_true(shortest <= 4);
}

static void random_bytes_differ(void **state)
{
    char a[32] = "", b[32] = "";

    (void)state;
    assert_int_equal(gw_net_random(a, sizeof a), 0);
    assert_int_equal(gw_net_random(b, sizeof b), 0);
    assert_memory_not_equal(a, b, sizeof a);
}

/* ---- POSIX alone --------------------------------------------------------- */

#ifndef _WIN32

#ifdef MADV_WIPEONFORK
/* In place of libc's: as in QEMU any advice is fine, and none is heeded. */
int madvise(void *page, size_t len, int advice)
{
    (void)page;
    (void)len;
    (void)advice;
    return 0;
}
#endif

static void a_child_knows_what_it_is_also_where_no_page_is_wiped(void **state)
{
    gw_fork_guard guard;
    int status = 0;
    pid_t child;

    (void)state;
    gw_fork_guard_init(&guard);
    assert_int_equal(gw_fork_guard_look(&guard), 0);
    child = fork();
    if (child == 0)
        _exit(gw_fork_guard_look(&guard) && !gw_fork_guard_look(&guard) ? 0
                                                                        : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(gw_fork_guard_look(&guard), 0);
    gw_fork_guard_deinit(&guard);
}

#endif

/* ---- Windows alone ------------------------------------------------------- */

#ifdef _WIN32

static int sockets_work(void)
{
    SOCKET fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd == INVALID_SOCKET) {
        assert_int_equal(WSAGetLastError(), WSANOTINITIALISED);
        return 0;
    }
    closesocket(fd);
    return 1;
}

/* Comes first: all others begin winsock and do not end it. */
static void every_start_of_winsock_is_ended(void **state)
{
    (void)state;
    assert_false(sockets_work());
    assert_int_equal(gw_net_start(), 0);
    assert_int_equal(gw_net_start(), 0);
    gw_net_stop();
    assert_true(sockets_work());
    gw_net_stop();
    assert_false(sockets_work());
}

/* More than one fd_set of sockets, each third of which cannot connect. */
static void failures_that_wsapoll_misses_are_found(void **state)
{
    enum { MANY = 3 * FD_SETSIZE };
    static gw_pollfd fds[MANY];
    uint64_t end = gw_net_now() + PATIENCE_MS;
    gw_socket holder, failed;
    size_t i, found;
    pair p;
    int rc;

    (void)state;
    pair_init(&p);
    failed = refused(&holder, &rc);
    assert_int_equal(rc, GW_EAGAIN);
    do {
        for (i = 0; i < MANY; i++) {
            fds[i].fd = i % 3 == 0 ? failed : p.ours;
            fds[i].events = i % 3 == 1 ? POLLIN : POLLOUT;
            fds[i].revents = 0;
        }
        found = find_unconnected(fds, MANY);
    } while (found == 0 && gw_net_now() < end);
    assert_int_equal(found, FD_SETSIZE);
    for (i = 0; i < MANY; i++)
        assert_int_equal(fds[i].revents != 0, i % 3 == 0);
    assert_int_equal(gw_net_connected(failed), WSAECONNREFUSED);
    gw_net_close(failed);
    sockets_close(holder);
    pair_deinit(&p);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef _WIN32
        cmocka_unit_test(every_start_of_winsock_is_ended),
        cmocka_unit_test(failures_that_wsapoll_misses_are_found),
#else
        cmocka_unit_test(a_child_knows_what_it_is_also_where_no_page_is_wiped),
        cmocka_unit_test(a_connection_to_itself_is_none_and_leaves_the_port),
#endif
        cmocka_unit_test(a_refused_connection_is_noticed_at_once),
        cmocka_unit_test(names_and_numbers_resolve),
        cmocka_unit_test(connections_are_not_inherited),
        cmocka_unit_test(parts_arrive_as_one),
        cmocka_unit_test(a_connection_is_quiet_until_something_comes),
        cmocka_unit_test(a_kept_connection_asks_for_signs_of_life),
        cmocka_unit_test(sending_to_one_that_is_gone_is_a_reset),
        cmocka_unit_test(a_wait_lasts_its_time),
        cmocka_unit_test(the_clock_is_finer_than_deadlines),
        cmocka_unit_test(random_bytes_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
