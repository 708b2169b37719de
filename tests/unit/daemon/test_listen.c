#include "support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/listen.h"
#include "core/log.h"

#define MAX 100

typedef struct arrivals {
    int fds[MAX];
    size_t count;
    char peer[GWD_PEER_LEN + 1];
} arrivals;

static gwd_loop *loop;
static arrivals seen;

static void on_accept(void *arg, int fd, const struct sockaddr *peer)
{
    arrivals *a = arg;

    gwd_peer_format(peer, a->peer);
    a->fds[a->count++] = fd;
}

static int setup(void **state)
{
    (void)state;
    loop = new_loop();
    memset(&seen, 0, sizeof(seen));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < seen.count; i++)
        close(seen.fds[i]);
    gwd_loop_free(loop);
    return 0;
}

static gwd_listener *listen_anywhere(void)
{
    const char *why = NULL;
    int fd = gwd_socket_listen(LIT("127.0.0.1:0"), false, &why);
    gwd_listener *listener;

    assert_true(fd >= 0);
    listener = gwd_listener_new(loop, fd, on_accept, &seen);
    assert_non_null(listener);
    assert_true(gwd_listener_port(listener) != 0);
    return listener;
}

static int connect_to(const gwd_listener *listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(gwd_listener_port(listener));
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)),
                     0);
    return fd;
}

static bool has_arrived(void *arg)
{
    return seen.count >= *(size_t *)arg;
}

static void connections_come_in_ready_for_use(void **state)
{
    gwd_listener *listener = listen_anywhere();
    int peers[MAX];
    size_t want = MAX;
    int on = 0;
    socklen_t len = sizeof(on);

    (void)state;
    for (int i = 0; i < MAX; i++)
        peers[i] = connect_to(listener);
    run_until(loop, has_arrived, &want);
    assert_int_equal(seen.count, MAX);
    assert_int_equal(strncmp(seen.peer, "127.0.0.1:", 10), 0);
    getsockopt(seen.fds[0], IPPROTO_TCP, TCP_NODELAY, &on, &len);
    assert_int_equal(on, 1);
    assert_int_equal(recv(seen.fds[0], &on, 1, 0), -1);
    assert_int_equal(errno, EAGAIN);
    for (int i = 0; i < MAX; i++)
        close(peers[i]);
    gwd_listener_free(listener);
}

static void a_taken_port_is_told(void **state)
{
    gwd_listener *listener = listen_anywhere();
    char address[32];
    const char *why = NULL;

    (void)state;
    snprintf(address, sizeof(address), "127.0.0.1:%u",
             (unsigned)gwd_listener_port(listener));
    assert_int_equal(gwd_socket_listen(gw_slice_str(address), false, &why), -1);
    assert_int_equal(errno, EADDRINUSE);
    assert_string_equal(why, strerror(EADDRINUSE));
    gwd_listener_free(listener);
}

static void a_bad_address_is_told(void **state)
{
    const char *why = NULL;

    (void)state;
    assert_int_equal(gwd_socket_listen(LIT("nowhere"), false, &why), -1);
    assert_int_equal(errno, 0);
    assert_string_equal(why, "not HOST:PORT");
    assert_int_equal(gwd_socket_listen(LIT("a b:1"), false, &why), -1);
}

static int shared_socket(uint16_t port)
{
    const char *why = NULL;
    char address[32];

    snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)port);
    return gwd_socket_listen(gw_slice_str(address), true, &why);
}

static int plain_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

/* How the master takes a dead process out of the kernel's choice, and how the
 * next one comes back. */
static void a_socket_that_was_shut_down_listens_again(void **state)
{
    int first = shared_socket(0);
    uint16_t port = gwd_socket_port(first);
    int second = shared_socket(port);
    gwd_listener *listener;
    size_t want = 2;
    int peers[2];

    (void)state;
    assert_true(second >= 0);
    assert_int_equal(gwd_socket_port(second), port);
    if (shutdown(second, SHUT_RDWR) < 0)
        skip(); /* not on this system */
    assert_int_equal(shutdown(first, SHUT_RDWR), 0);
    assert_int_equal(plain_connect(port), -1);
    listener = gwd_listener_new(loop, second, on_accept, &seen);
    assert_non_null(listener);
    assert_int_equal(gwd_listener_port(listener), port);
    for (int i = 0; i < 2; i++)
        assert_true((peers[i] = plain_connect(port)) >= 0);
    run_until(loop, has_arrived, &want);
    close(peers[0]);
    close(peers[1]);
    close(first);
    gwd_listener_free(listener);
}

static void limit_files(int most, struct rlimit *before)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, before);
    limit = *before;
    limit.rlim_cur = (rlim_t)most;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* The lowest limit under which everything open now still works. */
static void lower_file_limit(struct rlimit *before)
{
    int next = dup(0);

    close(next);
    limit_files(next, before);
}

static void want_of_descriptors_is_waited_out(void **state)
{
    gwd_listener *listener = listen_anywhere();
    int peer = connect_to(listener);
    struct rlimit before;
    size_t want = 1;
    clock_t used;
    int later;

    (void)state;
    lower_file_limit(&before);
    gwd_loop_turn(loop, true); /* cannot accept: pauses */
    used = clock();
    for (int i = 0; i < 5; i++)
        gwd_loop_turn(loop, true); /* each waits for the end of a pause */
    assert_true(clock() - used < CLOCKS_PER_SEC / 5); /* no busy loop */
    assert_int_equal(seen.count, 0);
    setrlimit(RLIMIT_NOFILE, &before);
    /* valgrind, which plays the limit itself, has lost the first one. */
    later = connect_to(listener);
    run_until(loop, has_arrived, &want);
    close(later);
    close(peer);
    gwd_listener_free(listener);
}

/* Takes descriptors until `next` is the lowest free one. */
static size_t fill_up_to(int next, int *fillers)
{
    size_t count = 0;

    while ((fillers[count] = dup(0)) < next)
        count++;
    close(fillers[count]);
    return count;
}

static void the_reserve_is_for_others(void **state)
{
    enum { LIMIT = 256, RESERVED = LIMIT / 8 };
    gwd_listener *clients = listen_anywhere();
    gwd_listener *others = listen_anywhere();
    int fillers[LIMIT];
    int first, second, third;
    struct rlimit before;
    size_t want = 1, count;

    (void)state;
    limit_files(LIMIT, &before);
    gwd_listener_keep_reserve(clients);
    count = fill_up_to(LIMIT - RESERVED - 1, fillers);
    first = connect_to(clients); /* the last descriptor that is for clients */
    expect_eof(loop, first);     /* closes it and pauses */
    assert_int_equal(seen.count, 0);
    second = connect_to(others);
    run_until(loop, has_arrived, &want);
    while (count > 0)
        close(fillers[--count]);
    third = connect_to(clients);
    want = 2;
    run_until(loop, has_arrived, &want);
    setrlimit(RLIMIT_NOFILE, &before);
    close(first);
    close(second);
    close(third);
    gwd_listener_free(clients);
    gwd_listener_free(others);
}

static size_t lines_of(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t count = 0;
    int c;

    assert_non_null(file);
    while ((c = getc(file)) != EOF)
        count += c == '\n';
    fclose(file);
    return count;
}

/* Who is full for days has a place now and then, which is taken at once. */
static void want_of_descriptors_is_told_once_a_minute(void **state)
{
    enum { LIMIT = 256, RESERVED = LIMIT / 8, TIMES = 5 };
    gwd_listener *listener = listen_anywhere();
    char path[] = "/tmp/gwd_listen_XXXXXX";
    int log = mkstemp(path);
    int fillers[LIMIT], peers[2];
    struct rlimit before;
    size_t want = 0, count;

    (void)state;
    assert_true(log >= 0 && gwd_log_open(path));
    limit_files(LIMIT, &before);
    gwd_listener_keep_reserve(listener);
    count = fill_up_to(LIMIT - RESERVED, fillers);
    while (want < TIMES) {
        peers[0] = connect_to(listener);
        close(fillers[--count]);
        want++;
        run_until(loop, has_arrived, &want);
        peers[1] = connect_to(listener);
        expect_eof(loop, peers[1]); /* closes it and pauses */
        close(peers[0]);
        close(peers[1]);
    }
    assert_int_equal(lines_of(path), 1);
    while (count > 0)
        close(fillers[--count]);
    setrlimit(RLIMIT_NOFILE, &before);
    gwd_log_open("stderr");
    close(log);
    unlink(path);
    gwd_listener_free(listener);
}

static void addresses_are_written_with_ports(void **state)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    char out[GWD_PEER_LEN + 1];

    (void)state;
    inet_pton(AF_INET, "10.1.2.3", &v4.sin_addr);
    inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
    gwd_peer_format((struct sockaddr *)&v4, out);
    assert_string_equal(out, "10.1.2.3:80");
    gwd_peer_format((struct sockaddr *)&v6, out);
    assert_string_equal(out, "[2001:db8::1]:80");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(connections_come_in_ready_for_use),
        TEST(a_taken_port_is_told),
        TEST(a_bad_address_is_told),
        TEST(a_socket_that_was_shut_down_listens_again),
        TEST(want_of_descriptors_is_waited_out),
        TEST(the_reserve_is_for_others),
        TEST(want_of_descriptors_is_told_once_a_minute),
        TEST(addresses_are_written_with_ports),
    };

    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
