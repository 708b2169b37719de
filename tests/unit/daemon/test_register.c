/* The Register and the announcement to it, over the loopback. */
#include "support.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/listen.h"
#include "core/log.h"
#include "register/register.h"
#include "register/resolve.h"

#define LIST_OF(addresses)                                                     \
    LIT("{\"event\":\"broadcast_addresses\",\"addresses\":[" addresses "]}\n")

static gwd_loop *loop;
static gwd_register *reg;

static int setup(void **state)
{
    (void)state;
    loop = new_loop();
    reg = gwd_register_new(loop, LIT("s3cret"));
    assert_non_null(reg);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gwd_register_free(reg);
    assert_true(gwd_loop_drain(loop, WAIT_SECONDS));
    gwd_loop_free(loop);
    return 0;
}

/* A new connection to the Register; the peer's end. */
static int join(void)
{
    int fds[2];

    tcp_pair(fds);
    gwd_register_accept(reg, fds[0], "peer");
    return fds[1];
}

static int join_as(gw_slice line)
{
    int fd = join();

    send_bytes(fd, line);
    return fd;
}

static int join_gateway(const char *address)
{
    size_t before = gwd_register_count(reg);
    char line[200];
    int fd;

    snprintf(line, sizeof(line),
             "{\"event\":\"gateway_connect\", \"address\":\"%s\", "
             "\"secret_key\":\"s3cret\"}\n",
             address);
    fd = join_as(gw_slice_str(line));
    while (gwd_register_count(reg) == before)
        gwd_loop_turn(loop, true);
    return fd;
}

#define WORKER "{\"event\":\"worker_connect\",\"secret_key\":\"s3cret\"}\n"

static void a_worker_is_told_at_once_and_on_every_change(void **state)
{
    int worker = join_as(LIT(WORKER));
    int a, b;

    (void)state;
    expect_bytes(loop, worker, LIST_OF(""));
    a = join_gateway("10.0.0.1:2900");
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.1:2900\""));
    b = join_gateway("10.0.0.2:2900");
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.1:2900\",\"10.0.0.2:2900\""));
    close(a);
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.2:2900\""));
    close(b);
    expect_bytes(loop, worker, LIST_OF(""));
    close(worker);
}

static void lists_are_held_back_until_gateways_are_there(void **state)
{
    int worker, a, b, late;

    (void)state;
    gwd_register_hold(reg, WAIT_SECONDS);
    worker = join_as(LIT(WORKER));
    a = join_gateway("10.0.0.1:2900");
    b = join_gateway("10.0.0.2:2900");
    close(a);
    while (gwd_register_count(reg) != 1)
        gwd_loop_turn(loop, true);
    gwd_register_hold(reg, 1);
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.2:2900\""));
    late = join_as(LIT(WORKER)); /* that was it */
    expect_bytes(loop, late, LIST_OF("\"10.0.0.2:2900\""));
    close(b);
    expect_bytes(loop, worker, LIST_OF(""));
    close(late);
    close(worker);
}

static void an_address_is_listed_once(void **state)
{
    int a = join_gateway("10.0.0.1:2900");
    int b = join_gateway("10.0.0.1:2900");
    int worker = join_as(LIT(WORKER));

    (void)state;
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.1:2900\""));
    close(a);
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.1:2900\""));
    close(b);
    expect_bytes(loop, worker, LIST_OF(""));
    close(worker);
}

static void one_connection_may_be_both(void **state)
{
    int gateway = join_gateway("10.0.0.1:2900");
    int worker = join_as(LIT(WORKER));

    (void)state;
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.1:2900\""));
    send_bytes(gateway, LIT(WORKER));
    expect_bytes(loop, gateway, LIST_OF("\"10.0.0.1:2900\""));
    send_bytes(worker,
               LIT("{\"event\":\"gateway_connect\",\"secret_key\":\"s3cret\","
                   "\"address\":\"10.0.0.2:2900\"}\n"));
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.1:2900\",\"10.0.0.2:2900\""));
    expect_bytes(loop, gateway, LIST_OF("\"10.0.0.1:2900\",\"10.0.0.2:2900\""));
    close(gateway);
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.2:2900\""));
    close(worker);
}

/* Asks for lists without reading one, until it is closed. */
static void who_does_not_read_is_closed(void **state)
{
    static char lines[1000 * (sizeof(WORKER) - 1)];
    const gw_slice line = LIT(WORKER);
    size_t sent = 0;
    ssize_t len = 0;
    int fds[2];

    (void)state;
    for (size_t i = 0; i < sizeof(lines); i++)
        lines[i] = line.base[i % line.len];
    tcp_pair(fds);
    shrink_buffers(fds);
    gwd_register_accept(reg, fds[0], "peer");
    for (; len >= 0 || errno == EAGAIN; sent += len > 0 ? (size_t)len : 0) {
        size_t at = sent % sizeof(lines);

        assert_true(sent < (size_t)16 * 1024 * 1024);
        len = send(fds[1], lines + at, sizeof(lines) - at,
                   MSG_NOSIGNAL | MSG_DONTWAIT);
        gwd_loop_turn(loop, false);
    }
    close(fds[1]);
    fds[1] = join_as(line);
    expect_bytes(loop, fds[1], LIST_OF(""));
    close(fds[1]);
}

static void a_line_may_come_in_pieces(void **state)
{
    const char *line = WORKER;
    int worker = join();

    (void)state;
    for (; *line != '\0'; line++) {
        send_bytes(worker, gw_slice_of(line, 1));
        gwd_loop_turn(loop, false);
    }
    expect_bytes(loop, worker, LIST_OF(""));
    close(worker);
}

static void several_lines_may_come_at_once(void **state)
{
    int worker = join_as(LIT("{\"event\":\"ping\"}\n" WORKER WORKER));

    (void)state;
    expect_bytes(loop, worker, LIST_OF(""));
    expect_bytes(loop, worker, LIST_OF(""));
    close(worker);
}

static void strangers_are_closed_without_a_word(void **state)
{
    static const char *const lines[] = {
        "{\"event\":\"worker_connect\",\"secret_key\":\"wrong\"}\n",
        "{\"event\":\"worker_connect\"}\n",
        "{\"event\":\"gateway_connect\",\"address\":\"a:1\","
        "\"secret_key\":\"\"}\n",
        "{\"event\":\"gateway_connect\",\"secret_key\":\"s3cret\"}\n",
        "{\"event\":\"gateway_connect\",\"address\":\"here\","
        "\"secret_key\":\"s3cret\"}\n",
        "{\"event\":\"dance\",\"secret_key\":\"s3cret\"}\n",
        "{\"event\":\"broadcast_addresses\",\"addresses\":[]}\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        int fd = join_as(gw_slice_str(lines[i]));

        expect_eof(loop, fd);
        close(fd);
    }
    assert_int_equal(gwd_register_count(reg), 0);
}

static void a_malformed_line_gets_a_word(void **state)
{
    static const char *const lines[] = {"GET / HTTP/1.1\r\n", "\n", "{}\n",
                                        "{\"event\":\"ping\"} x\n"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        int fd = join_as(gw_slice_str(lines[i]));

        expect_bytes(loop, fd,
                     LIT("Bad request: this is a Register, which takes one "
                         "JSON object with an \"event\" per line.\n"));
        expect_eof(loop, fd);
        close(fd);
    }
}

static void a_line_without_end_is_closed(void **state)
{
    int fd = join();
    char block[1000];

    (void)state;
    memset(block, 'x', sizeof(block));
    /* Until the Register has had enough. */
    while (send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0)
        gwd_loop_turn(loop, false);
    expect_eof(loop, fd);
    close(fd);
}

/* However it is cut: here its end comes with what is too much. */
static void a_whole_line_is_not_longer_either(void **state)
{
    int fd = join();
    char block[1024];

    (void)state;
    memset(block, ' ', sizeof(block));
    for (int i = 0; i < 64; i++) {
        send_bytes(fd, gw_slice_of(block, sizeof(block)));
        gwd_loop_turn(loop, false);
    }
    send_bytes(fd, LIT(WORKER));
    expect_eof(loop, fd);
    close(fd);
}

/* A ping shows no key, so it is no introduction. */
static void silence_and_pings_are_closed(void **state)
{
    int silent = join();
    int pinging = join_as(LIT("{\"event\":\"ping\"}\n"));
    int worker = join_as(LIT(WORKER "{\"event\":\"ping\"}\n"));

    (void)state;
    expect_eof(loop, silent);
    expect_eof(loop, pinging);
    close(join_gateway("10.0.0.1:2900"));
    expect_bytes(loop, worker, LIST_OF(""));
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.1:2900\""));
    close(silent);
    close(pinging);
    close(worker);
}

/* ---- the announcement --------------------------------------------------- */

static void on_accept(void *arg, int fd, const struct sockaddr *peer)
{
    char name[GWD_PEER_LEN + 1];

    (void)arg;
    gwd_peer_format(peer, name);
    gwd_register_accept(reg, fd, name);
}

static gwd_listener *listen_at(const char *host, unsigned port, char *address)
{
    gwd_listener *listener;
    const char *why = NULL;
    int fd;

    sprintf(address, "%s:%u", host, port);
    fd = gwd_socket_listen(gw_slice_str(address), false, &why);
    assert_true(fd >= 0);
    listener = gwd_listener_new(loop, fd, on_accept, NULL);
    assert_non_null(listener);
    sprintf(address, "%s:%u", host, (unsigned)gwd_listener_port(listener));
    return listener;
}

/* A port where nobody listens, and only who reuses its address may. */
static int hold_port(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static bool is_announced(void *arg)
{
    return gwd_register_count(reg) == *(size_t *)arg;
}

static void a_gateway_announces_itself_and_leaves(void **state)
{
    char address[64];
    gwd_listener *listener = listen_at("127.0.0.1", 0, address);
    gwd_announcer *announcer = gwd_announcer_new(
        loop, gw_slice_str(address), LIT("10.0.0.9:2900"), LIT("s3cret"));
    size_t one = 1, none = 0;
    uint64_t online = 0;
    int worker;

    (void)state;
    gwd_announcer_count(announcer, &online);
    run_until(loop, is_announced, &one);
    assert_int_equal(online, 1);
    worker = join_as(LIT(WORKER));
    expect_bytes(loop, worker, LIST_OF("\"10.0.0.9:2900\""));
    gwd_announcer_free(announcer);
    assert_int_equal(online, 0);
    run_until(loop, is_announced, &none);
    expect_bytes(loop, worker, LIST_OF(""));
    close(worker);
    gwd_listener_free(listener);
}

static void a_register_may_be_named_by_host(void **state)
{
    char address[64];
    gwd_listener *listener = listen_at("127.0.0.1", 0, address);
    gwd_announcer *announcer;
    size_t one = 1;

    (void)state;
    sprintf(address, "localhost:%u", (unsigned)gwd_listener_port(listener));
    announcer = gwd_announcer_new(loop, gw_slice_str(address),
                                  LIT("10.0.0.9:1"), LIT("s3cret"));
    run_until(loop, is_announced, &one);
    gwd_announcer_free(announcer);
    gwd_listener_free(listener);
}

static void it_comes_back_when_the_register_does(void **state)
{
    char address[64];
    unsigned port;
    int held = hold_port(&port); /* it starts with no Register there */
    gwd_listener *listener;
    gwd_announcer *announcer;
    size_t one = 1;

    (void)state;
    sprintf(address, "127.0.0.1:%u", port);
    announcer = gwd_announcer_new(loop, gw_slice_str(address),
                                  LIT("10.0.0.9:1"), LIT("s3cret"));
    for (int i = 0; i < 3; i++)
        gwd_loop_turn(loop, true);
    listener = listen_at("127.0.0.1", port, address);
    close(held);
    run_until(loop, is_announced, &one);
    gwd_register_free(reg); /* the Register goes and comes */
    reg = gwd_register_new(loop, LIT("s3cret"));
    gwd_register_hold(reg, 60); /* over with the Register */
    assert_int_equal(gwd_register_count(reg), 0);
    run_until(loop, is_announced, &one);
    gwd_announcer_free(announcer);
    gwd_listener_free(listener);
}

/* As when all processes of a gatewayd end: its own Register may be first. */
static void nobody_is_lost_at_the_end(void **state)
{
    char path[] = "/tmp/gatewayd-register-XXXXXX";
    char address[64], text[1000];
    gwd_listener *listener = listen_at("127.0.0.1", 0, address);
    gwd_announcer *announcer = gwd_announcer_new(
        loop, gw_slice_str(address), LIT("10.0.0.9:1"), LIT("s3cret"));
    size_t one = 1;
    uint64_t online = 0;
    int fd = mkstemp(path);
    ssize_t len;

    (void)state;
    assert_true(gwd_log_open(path));
    gwd_announcer_count(announcer, &online);
    run_until(loop, is_announced, &one);
    gwd_loop_stop(loop);
    gwd_register_free(reg);
    while (online > 0)
        gwd_loop_turn(loop, true);
    gwd_announcer_free(announcer);
    gwd_listener_free(listener);
    assert_true(gwd_log_open("stderr"));
    len = read(fd, text, sizeof(text) - 1);
    assert_true(len > 0);
    text[len] = '\0';
    assert_non_null(strstr(text, "announcing to Register"));
    assert_null(strstr(text, "; trying again"));
    close(fd);
    unlink(path);
    reg = gwd_register_new(loop, LIT("s3cret"));
}

static void it_can_be_freed_at_any_time(void **state)
{
    char address[64];
    gwd_listener *listener = listen_at("127.0.0.1", 0, address);

    (void)state;
    for (int turns = 0; turns < 6; turns++) {
        gwd_announcer *announcer = gwd_announcer_new(
            loop, gw_slice_str(address), LIT("10.0.0.9:1"), LIT("wrong"));

        for (int i = 0; i < turns; i++)
            gwd_loop_turn(loop, true);
        gwd_announcer_free(announcer);
    }
    gwd_announcer_free(gwd_announcer_new(loop, LIT("no.such.host.invalid:1"),
                                         LIT("10.0.0.9:1"), LIT("")));
    assert_null(gwd_announcer_new(loop, LIT("nonsense"), LIT("a:1"), LIT("")));
    gwd_listener_free(listener);
}

static void a_lookup_under_way_can_be_dropped(void **state)
{
    gwd_announcer *announcer = gwd_announcer_new(
        loop, LIT("no.such.host.invalid:1"), LIT("10.0.0.9:1"), LIT(""));

    (void)state;
    gwd_loop_turn(loop, true); /* the lookup begins */
    gwd_announcer_free(announcer);
}

typedef struct lookup {
    size_t answers;
    bool found;
    char why[64];
} lookup;

static void on_resolved(void *arg, struct evutil_addrinfo *list,
                        const char *why)
{
    lookup *l = arg;

    assert_true((list == NULL) == (why != NULL));
    l->answers++;
    l->found = list != NULL;
    snprintf(l->why, sizeof(l->why), "%s", why == NULL ? "" : why);
    if (list != NULL)
        evutil_freeaddrinfo(list);
}

static bool is_answered(void *arg)
{
    return ((lookup *)arg)->answers == 1;
}

static void a_failed_lookup_is_not_the_last(void **state)
{
    static const char *const hosts[] = {"", "localhost", "", ""};
    gwd_resolver *resolver = gwd_resolver_new(loop);
    char nobody[70] = ""; /* longer than a name may be: fails at once */

    (void)state;
    memset(nobody, 'x', sizeof(nobody) - 1);
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        bool known = hosts[i][0] != '\0';
        lookup l = {0};

        gwd_resolver_lookup(resolver, known ? hosts[i] : nobody, 1, on_resolved,
                            &l);
        run_until(loop, is_answered, &l);
        assert_int_equal(l.found, known);
    }
    gwd_resolver_free(resolver);
}

static struct rlimit files_before;

static void forbid_more_files(void)
{
    struct rlimit limit;
    int next = dup(STDERR_FILENO);

    assert_true(next >= 0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files_before), 0);
    limit = files_before;
    limit.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void allow_more_files(void)
{
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files_before), 0);
}

static void look_up_without_files(gwd_resolver *resolver, const char *host,
                                  lookup *l)
{
    forbid_more_files();
    gwd_resolver_lookup(resolver, host, 1, on_resolved, l);
    allow_more_files();
}

/* No socket, no name server: there is nobody whose answer could come. */
static void a_lookup_without_name_servers_ends(void **state)
{
    gwd_resolver *resolver = gwd_resolver_new(loop);
    lookup l = {0};

    (void)state;
    look_up_without_files(resolver, "no.such.host.invalid", &l);
    run_until(loop, is_answered, &l);
    assert_string_equal(l.why, "no name server can be asked");
    l = (lookup){0}; /* the hosts that are known need none */
    look_up_without_files(resolver, "localhost", &l);
    run_until(loop, is_answered, &l);
    assert_true(l.found);
    l = (lookup){0};
    gwd_resolver_lookup(resolver, "localhost", 1, on_resolved, &l);
    run_until(loop, is_answered, &l);
    assert_true(l.found);
    gwd_resolver_free(resolver);
}

static void a_lookup_without_name_servers_can_be_dropped(void **state)
{
    gwd_resolver *resolver = gwd_resolver_new(loop);
    lookup l = {0};

    (void)state;
    look_up_without_files(resolver, "no.such.host.invalid", &l);
    gwd_resolver_free(resolver);
    gwd_loop_turn(loop, false);
    gwd_loop_turn(loop, false);
    assert_int_equal(l.answers, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_worker_is_told_at_once_and_on_every_change),
        TEST(lists_are_held_back_until_gateways_are_there),
        TEST(an_address_is_listed_once),
        TEST(one_connection_may_be_both),
        TEST(who_does_not_read_is_closed),
        TEST(a_line_may_come_in_pieces),
        TEST(several_lines_may_come_at_once),
        TEST(strangers_are_closed_without_a_word),
        TEST(a_malformed_line_gets_a_word),
        TEST(a_line_without_end_is_closed),
        TEST(a_whole_line_is_not_longer_either),
        TEST(silence_and_pings_are_closed),
        TEST(a_gateway_announces_itself_and_leaves),
        TEST(a_register_may_be_named_by_host),
        TEST(it_comes_back_when_the_register_does),
        TEST(nobody_is_lost_at_the_end),
        TEST(it_can_be_freed_at_any_time),
        TEST(a_lookup_under_way_can_be_dropped),
        TEST(a_failed_lookup_is_not_the_last),
        TEST(a_lookup_without_name_servers_ends),
        TEST(a_lookup_without_name_servers_can_be_dropped),
    };

    return cmocka_run_group_tests_name("register", tests, NULL, NULL);
}
