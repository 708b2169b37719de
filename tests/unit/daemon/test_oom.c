/* Memory that runs out in the daemon: linked so that malloc(), calloc(),
 * realloc(), event_add() and accept4() are ours first. The first call fails,
 * then the second and so on, until nothing needs more. */
#include "support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clients.h"
#include "core/listen.h"
#include "core/log.h"
#include "hub/hub.h"
#include "inner/query.h"
#include "inner/upgrade.h"
#include "register/register.h"

/* ---- what fails ---------------------------------------------------------- */

static struct {
    size_t calls;
    size_t fail_at; /* 0: none */
    bool failed;
    short events; /* 0: allocations; else event_add() for these */
} meter;

/* accept4() fails, once, for want of one. */
static bool no_descriptor;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
int __real_event_add(struct event *event, const struct timeval *timeout);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
int __real_accept4(int fd, struct sockaddr *peer, socklen_t *len, int flags);
int __wrap_accept4(int fd, struct sockaddr *peer, socklen_t *len, int flags)
    __attribute__((visibility("default")));
int __wrap_event_add(struct event *event, const struct timeval *timeout)
    __attribute__((visibility("default"))); /* libevent's own calls, too */

static bool fails(short events)
{
    if (meter.fail_at == 0 || meter.events != events ||
        ++meter.calls != meter.fail_at)
        return false;
    meter.failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails(0) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(0) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
    return fails(0) ? NULL : __real_realloc(ptr, size);
}

int __wrap_event_add(struct event *event, const struct timeval *timeout)
{
    short events = event_get_events(event) & (EV_READ | EV_WRITE);

    if (events != 0 && fails(events))
        return -1;
    return __real_event_add(event, timeout);
}

int __wrap_accept4(int fd, struct sockaddr *peer, socklen_t *len, int flags)
{
    if (no_descriptor) {
        no_descriptor = false;
        errno = EMFILE;
        return -1;
    }
    return __real_accept4(fd, peer, len, flags);
}

static void arm(size_t fail_at, short events)
{
    meter.calls = 0;
    meter.fail_at = fail_at;
    meter.failed = false;
    meter.events = events;
}

/* Whether it has failed meanwhile. */
static bool disarm(void)
{
    bool failed = meter.failed;

    meter.fail_at = 0;
    return failed;
}

/* ---- the hub ------------------------------------------------------------- */

#define MEMBERS 20 /* tables grow at 16 */

static const uint8_t seed[GW_SIPHASH_SEED_LEN] = {7};

typedef struct text {
    char base[16384];
    size_t len;
} text;

static void put(text *t, gw_slice s)
{
    assert_true(t->len + s.len + 1 < sizeof(t->base));
    if (s.len > 0)
        memcpy(t->base + t->len, s.base, s.len);
    t->len += s.len;
    t->base[t->len++] = ' ';
    t->base[t->len] = '\0';
}

static void put_key(void *arg, const gw_key *key, gw_slice s)
{
    (void)key;
    put(arg, s);
}

static void put_member(void *arg, gwd_member *member)
{
    char id[16];

    snprintf(id, sizeof(id), "\n%u:", (unsigned)member->id);
    put(arg, gw_slice_str(id));
    put(arg, gwd_member_uid(member));
    put(arg, gwd_member_session(member));
    gwd_member_each_group(member, put_key, arg);
}

/* All that can be known of the hub. */
static void describe(gwd_hub *hub, text *t)
{
    char counts[64];

    t->len = 0;
    snprintf(counts, sizeof(counts), "%zu %zu %zu", gwd_hub_count(hub),
             gwd_hub_uid_count(hub), gwd_hub_group_count(hub));
    put(t, gw_slice_str(counts));
    gwd_hub_each(hub, put_member, t);
    gwd_hub_each_group(hub, put_key, t);
}

/* Step `i` of a life in the hub; `*more` false: there is none. */
static int step(gwd_hub *hub, gwd_member *members, size_t i, bool *more)
{
    gwd_member *m = &members[i % MEMBERS];
    char name[32];

    *more = true;
    snprintf(name, sizeof(name), "n%zu", i % MEMBERS);
    switch (i / MEMBERS) {
    case 0:
        return gwd_hub_add(hub, m, (uint32_t)i + 1);
    case 1:
        return gwd_hub_bind_uid(hub, m, gw_slice_str(name));
    case 2:
        return gwd_hub_join(hub, m, gw_slice_str(name));
    case 3:
        return gwd_hub_join(hub, m, LIT("42"));
    case 4:
        return gwd_hub_set_session(hub, m, gw_slice_str(name));
    case 5: /* from a uid of his own to one for all */
        return gwd_hub_bind_uid(hub, m, LIT("7"));
    case 6:
        return gwd_hub_set_session(hub, m, LIT("longer than before"));
    default:
        *more = false;
        return GW_OK;
    }
}

/* One life, in which one allocation fails; whether it did. */
static bool live(size_t fail_at, text *result)
{
    static gwd_member members[MEMBERS];
    static text before, after;
    gwd_hub *hub = gwd_hub_new(seed);
    bool more = true, failed = false;
    int error;

    memset(members, 0, sizeof(members));
    assert_non_null(hub);
    arm(fail_at, 0);
    for (size_t i = 0; more; i++) {
        describe(hub, &before);
        error = step(hub, members, i, &more);
        if (error != GW_OK) {
            assert_int_equal(error, GW_ENOMEM);
            failed = disarm();
            assert_true(failed);
            describe(hub, &after);
            assert_string_equal(before.base, after.base);
            assert_int_equal(step(hub, members, i, &more), GW_OK);
        }
    }
    failed |= disarm(); /* a table may go on without growing */
    describe(hub, result);
    for (size_t i = 0; i < MEMBERS; i++)
        gwd_hub_remove(hub, &members[i]);
    assert_int_equal(gwd_hub_uid_count(hub), 0);
    assert_int_equal(gwd_hub_group_count(hub), 0);
    gwd_hub_free(hub);
    return failed;
}

static void what_the_hub_cannot_do_changes_nothing(void **state)
{
    static text want, got;
    size_t n = 1;

    (void)state;
    assert_false(live(0, &want));
    while (live(n, &got)) {
        assert_string_equal(got.base, want.base);
        n++;
    }
    print_message("out of memory, hub: %zu points\n", n - 1);
    assert_true(n > 100);
}

/* ---- parsers ------------------------------------------------------------- */

#define QUERY "a=1&b[]=2&b[x][y]=3&c.d=%20&e[0]=4&e[]=5"

static int put_query(gw_buf *out)
{
    return gwd_query_put(out, LIT(QUERY), seed);
}

static int put_cookies(gw_buf *out)
{
    return gwd_cookies_put(out, LIT("a=1; b=2;c=%20; a=3"), seed);
}

static int put_upgrade(gw_buf *out)
{
    gwd_http_head head;
    gwd_upgrade upgrade = {&head, LIT("10.0.0.1"), 5000, 7272, seed};
    size_t consumed;

    assert_int_equal(
        gwd_http_head_read(LIT("GET /x?" QUERY " HTTP/1.1\r\nHost: h\r\n"
                               "X-A: 1\r\nx_a: 2\r\nCookie: a=b\r\n"
                               "Cookie: c=d\r\n\r\n"),
                           &head, &consumed),
        GW_OK);
    return gwd_upgrade_put(out, &upgrade);
}

static size_t sweep_parser(int (*parse)(gw_buf *out))
{
    gw_buf want, got;
    bool failed = true;
    size_t n;

    gw_buf_init(&want, NULL, 0);
    assert_int_equal(parse(&want), GW_OK);
    for (n = 1; failed; n++) {
        int error;

        gw_buf_init(&got, NULL, 0);
        arm(n, 0);
        error = parse(&got);
        failed = disarm();
        assert_int_equal(error, failed ? GW_ENOMEM : GW_OK);
        if (!failed)
            assert_slice_equal(gw_buf_slice(&got), gw_buf_slice(&want));
        gw_buf_deinit(&got);
    }
    gw_buf_deinit(&want);
    return n - 2;
}

static void parsers_give_all_or_nothing(void **state)
{
    size_t n = sweep_parser(put_query) + sweep_parser(put_cookies) +
               sweep_parser(put_upgrade);

    (void)state;
    print_message("out of memory, parsers: %zu points\n", n);
    assert_true(n > 10);
}

/* ---- the Register -------------------------------------------------------- */

#define WORKER "{\"event\":\"worker_connect\",\"secret_key\":\"k\"}\n"
#define GATEWAY                                                                \
    "{\"event\":\"gateway_connect\",\"secret_key\":\"k\","                     \
    "\"address\":\"10.0.0.1:2900\"}\n"
#define NO_GATEWAYS "{\"event\":\"broadcast_addresses\",\"addresses\":[]}\n"
#define ONE_GATEWAY                                                            \
    "{\"event\":\"broadcast_addresses\",\"addresses\":[\"10.0.0.1:2900\"]}\n"

static int join(gwd_register *reg)
{
    int fds[2];

    tcp_pair(fds);
    gwd_register_accept(reg, fds[0], "peer");
    return fds[1];
}

/* Turns until the peer has a line or the end. 1: the line; 0: the end. */
static int line_or_end(gwd_loop *loop, int fd, char *line, size_t size)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;
    size_t len = 0;

    while ((int32_t)(end - gwd_loop_seconds()) > 0) {
        ssize_t n = recv(fd, line + len, size - len - 1, MSG_DONTWAIT);

        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return 0;
        len += n > 0 ? (size_t)n : 0;
        line[len] = '\0';
        if (strchr(line, '\n') != NULL)
            return 1;
        gwd_loop_turn(loop, false);
    }
    fail_msg("neither an answer nor the end; have %s", line);
    return -1;
}

/* `known`: the worker has a list already when a gateway comes. */
static bool ask_register(size_t fail_at, bool known)
{
    gwd_loop *loop = new_loop();
    gwd_register *reg = gwd_register_new(loop, LIT("k"));
    int worker = join(reg);
    int gateway = known ? join(reg) : -1;
    char line[200] = "";
    bool failed;

    if (known) {
        send_bytes(worker, LIT(WORKER));
        expect_bytes(loop, worker, LIT(NO_GATEWAYS));
    }
    arm(fail_at, 0);
    send_bytes(known ? gateway : worker, known ? LIT(GATEWAY) : LIT(WORKER));
    /* Whoever announces may be the one that is closed. */
    if (known) {
        while (gwd_register_count(reg) == 0 &&
               recv(gateway, line, 1, MSG_DONTWAIT | MSG_PEEK) < 0)
            gwd_loop_turn(loop, false);
    }
    if (!known || gwd_register_count(reg) > 0) {
        if (line_or_end(loop, worker, line, sizeof(line)) == 1)
            assert_string_equal(line, known ? ONE_GATEWAY : NO_GATEWAYS);
    }
    failed = disarm();
    close(worker);
    if (known)
        close(gateway);
    gwd_register_free(reg);
    assert_true(gwd_loop_drain(loop, WAIT_SECONDS));
    gwd_loop_free(loop);
    return failed;
}

static void whom_a_register_cannot_tell_it_closes(void **state)
{
    size_t n = 1, m = 1;

    (void)state;
    while (ask_register(n, false))
        n++;
    while (ask_register(m, true))
        m++;
    print_message("out of memory, Register: %zu points\n", n + m - 2);
    assert_true(n > 4 && m > 4);
}

/* ---- the announcement ---------------------------------------------------- */

static bool is_listed(void *arg)
{
    return gwd_register_count(arg) > 0;
}

static void on_accept(void *arg, int fd, const struct sockaddr *peer)
{
    (void)peer;
    gwd_register_accept(arg, fd, "peer");
}

/* A gateway that the kernel cannot be asked to watch tries again. */
static void an_announcement_is_tried_again(void **state)
{
    gwd_loop *loop = new_loop();
    gwd_register *reg = gwd_register_new(loop, LIT("k"));
    const char *why;
    int fd = gwd_socket_listen(LIT("127.0.0.1:0"), false, &why);
    gwd_listener *listener;
    gwd_announcer *announcer;
    char address[32];

    (void)state;
    assert_true(fd >= 0);
    snprintf(address, sizeof(address), "127.0.0.1:%u",
             (unsigned)gwd_socket_port(fd));
    listener = gwd_listener_new(loop, fd, on_accept, reg);
    announcer = gwd_announcer_new(loop, gw_slice_str(address),
                                  LIT("10.0.0.1:2900"), LIT("k"));
    assert_non_null(announcer);
    arm(1, EV_WRITE);
    run_until(loop, is_listed, reg);
    assert_true(disarm());
    gwd_announcer_free(announcer);
    gwd_listener_free(listener);
    gwd_register_free(reg);
    assert_true(gwd_loop_drain(loop, WAIT_SECONDS));
    gwd_loop_free(loop);
}

/* ---- listeners ----------------------------------------------------------- */

static bool has_one(void *arg)
{
    return *(int *)arg >= 0;
}

static void keep(void *arg, int fd, const struct sockaddr *peer)
{
    (void)peer;
    *(int *)arg = fd;
}

/* No descriptor, and then no memory to look for connections again. */
static void a_listener_does_not_stay_deaf(void **state)
{
    gwd_loop *loop = new_loop();
    const char *why;
    int fd = gwd_socket_listen(LIT("127.0.0.1:0"), false, &why);
    int accepted = -1, client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons(gwd_socket_port(fd))};
    gwd_listener *listener = gwd_listener_new(loop, fd, keep, &accepted);

    (void)state;
    assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
    no_descriptor = true;
    while (no_descriptor)
        gwd_loop_turn(loop, true);
    arm(1, EV_READ);
    run_until(loop, has_one, &accepted);
    assert_true(disarm());
    close(accepted);
    close(client);
    gwd_listener_free(listener);
    gwd_loop_free(loop);
}

/* ---- clients ------------------------------------------------------------- */

#define GREETING "{\"client_id\":\"{client_id}\"}"

/* Whoever came is counted again when he goes, whatever he goes for. */
static void expect_all_accounted(const gwd_metrics *metrics)
{
    uint64_t closed = 0;

    for (size_t i = 0; i < GWD_CLOSE_REASONS; i++)
        closed += metrics->closed[i];
    assert_int_equal(closed, metrics->accepted);
}

/* One client that speaks text. */
typedef struct meeting {
    gwd_loop *loop;
    gwd_hub *hub;
    gwd_clients *clients;
    gwd_client_port *port;
    int fds[2]; /* ours, and the client's */
} meeting;

static void prepare(meeting *m)
{
    gwd_clients_config config = {
        .gateway_ip = 0x7f000001,
        .gateway_port = 2900,
        .greeting = LIT(GREETING),
        .max_package_size = 1000,
        .send_to_client_buffer_size = 100 * 1000,
    };

    m->loop = config.loop = new_loop();
    m->hub = config.hub = gwd_hub_new(seed);
    m->clients = gwd_clients_new(&config);
    m->port = gwd_clients_add_port(
        m->clients, &(gwd_client_port_config){.protocol = GWD_CLIENT_TEXT});
    tcp_pair(m->fds);
}

/* Whether the client gets a line: "" if it does not. */
static bool hears(meeting *m, char line[200])
{
    line[0] = '\0';
    return line_or_end(m->loop, m->fds[1], line, 200) == 1;
}

static void part(meeting *m)
{
    close(m->fds[1]);
    assert_true(gwd_loop_drain(m->loop, WAIT_SECONDS));
    expect_all_accounted(m->loop->metrics);
    gwd_clients_free(m->clients);
    gwd_hub_free(m->hub);
    gwd_loop_free(m->loop);
}

/* It is greeted at once, or closed. */
static bool greet(size_t fail_at, bool end_without_memory)
{
    char line[200];
    meeting m;
    bool failed;

    prepare(&m);
    arm(fail_at, 0);
    gwd_clients_accept(m.port, m.fds[0], NULL);
    if (hears(&m, line))
        assert_memory_equal(line, "{\"client_id\":\"7f0000010b54", 26);
    failed = disarm();
    if (end_without_memory)
        arm(1, 0);
    gwd_clients_close_all(m.clients, WAIT_SECONDS);
    if (end_without_memory)
        assert_false(disarm());
    assert_int_equal(recv(m.fds[1], line, 1, MSG_DONTWAIT) > 0, 0);
    if (end_without_memory)
        expect_eof(m.loop, m.fds[1]);
    part(&m);
    return failed;
}

static void who_cannot_be_greeted_is_closed(void **state)
{
    size_t n = 1;

    (void)state;
    while (greet(n, false))
        n++;
    print_message("out of memory, greeting: %zu points\n", n - 1);
    assert_true(n > 4);
}

static void the_end_needs_no_memory(void **state)
{
    (void)state;
    assert_false(greet(0, true));
}

/* The number of the client, which has been greeted. */
static uint32_t meet(meeting *m)
{
    char line[200];
    unsigned id;

    prepare(m);
    gwd_clients_accept(m->port, m->fds[0], NULL);
    assert_true(hears(m, line));
    assert_int_equal(sscanf(line, "{\"client_id\":\"7f0000010b54%8x", &id), 1);
    return id;
}

static void send_line(const meeting *m, uint32_t id, gw_slice line)
{
    gwd_message *message = gwd_message_new(line, false);

    gwd_client_send(gwd_client_of(gwd_hub_find(m->hub, id)), message);
    gwd_message_unref(&message);
}

/* The client stays, and the next message is not held up. */
static void what_cannot_be_framed_is_counted(void **state)
{
    char line[200];
    uint32_t id;
    meeting m;

    (void)state;
    id = meet(&m);
    arm(3, 0); /* after the message itself */
    send_line(&m, id, LIT("lost"));
    assert_true(disarm());
    assert_int_equal(m.loop->metrics->dropped, 1);
    send_line(&m, id, LIT("not lost"));
    assert_true(hears(&m, line));
    assert_string_equal(line, "not lost\n");
    gwd_clients_close_all(m.clients, WAIT_SECONDS);
    part(&m);
}

/* Nor does it look as if it had gone by itself. */
static void who_cannot_be_sent_to_is_closed_for_that(void **state)
{
    char path[] = "/tmp/gwd-log-XXXXXX";
    int file = mkstemp(path);
    char log[1024] = "";
    uint32_t id;
    meeting m;

    (void)state;
    id = meet(&m);
    assert_true(gwd_log_open(path));
    send_line(&m, id, LIT("first"));
    arm(4, 0); /* after the message, its text and its line: their queue */
    send_line(&m, id, LIT("lost"));
    assert_true(disarm());
    expect_eof(m.loop, m.fds[1]);
    assert_true(gwd_log_open("stderr"));
    assert_true(read(file, log, sizeof(log) - 1) > 0);
    assert_non_null(strstr(log, " warning: out of memory: a connection is "
                                "closed\n"));
    assert_int_equal(m.loop->metrics->closed[GWD_CLOSE_ERROR], 1);
    assert_int_equal(m.loop->metrics->dropped, 1);
    close(file);
    unlink(path);
    part(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_hub_cannot_do_changes_nothing),
        cmocka_unit_test(parsers_give_all_or_nothing),
        cmocka_unit_test(whom_a_register_cannot_tell_it_closes),
        cmocka_unit_test(an_announcement_is_tried_again),
        cmocka_unit_test(a_listener_does_not_stay_deaf),
        cmocka_unit_test(who_cannot_be_greeted_is_closed),
        cmocka_unit_test(the_end_needs_no_memory),
        cmocka_unit_test(what_cannot_be_framed_is_counted),
        cmocka_unit_test(who_cannot_be_sent_to_is_closed_for_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
