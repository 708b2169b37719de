/* net/stream: whether the network is gone. */
#include "support.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "net/stream.h"

#define PATIENCE_MS 30000

typedef struct pair {
    gwctl_stream stream;
    int listener;
    int peer;
} pair;

static void pair_open(pair *p)
{
    static const int small = 4096;
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    gwctl_stream_goal goal = {.host = "127.0.0.1",
                              .name = "127.0.0.1",
                              .ca_file = "",
                              .connect_timeout = PATIENCE_MS};
    char error[GWCTL_NET_ERROR_LEN + 1];

    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(p->listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    assert_int_equal(bind(p->listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(p->listener, 1), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&at, &len), 0);
    goal.port = ntohs(at.sin_port);
    assert_int_equal(gwctl_stream_open(&p->stream, &goal,
                                       gwctl_now_ms() + PATIENCE_MS, error),
                     0);
    p->peer = accept(p->listener, NULL, NULL);
    assert_true(p->peer >= 0);
}

static void pair_close(pair *p)
{
    gwctl_stream_close(&p->stream);
    close(p->peer);
    close(p->listener);
}

/* As much as fits. */
static void fill(pair *p)
{
    static const char piece[65536];
    char error[GWCTL_NET_ERROR_LEN + 1];
    ssize_t sent;

    do
        sent = gwctl_stream_write(&p->stream, piece, sizeof(piece), error);
    while (sent > 0);
    assert_int_equal(sent, GWCTL_NET_WANTS_WRITE);
}

static struct tcp_info info_of(const pair *p)
{
    struct tcp_info info;
    socklen_t len = sizeof(info);

    assert_int_equal(
        getsockopt(p->stream.fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    return info;
}

/* From now on its kernel drops what arrives, and says nothing. */
static void cut(pair *p)
{
    struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &none};

    assert_int_equal(setsockopt(p->peer, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                                sizeof(program)),
                     0);
}

static void a_peer_that_takes_nothing_is_not_lost(void **state)
{
    uint64_t deadline = gwctl_now_ms() + PATIENCE_MS;
    int limit = -1;
    socklen_t len = sizeof(limit);
    pair p;

    (void)state;
    pair_open(&p);
    getsockopt(p.stream.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, &len);
    assert_int_equal(limit, 0); /* the kernel's, for a full window too */
    while (info_of(&p).tcpi_backoff < 4) { /* asked so often for room */
        assert_true(gwctl_now_ms() < deadline);
        fill(&p);
        assert_false(gwctl_stream_is_lost(&p.stream, 0));
        poll(NULL, 0, 10);
    }
    pair_close(&p);
}

static void a_peer_that_is_heard_no_more_is_lost(void **state)
{
    uint64_t deadline = gwctl_now_ms() + PATIENCE_MS;
    pair p;

    (void)state;
    pair_open(&p);
    cut(&p);
    assert_false(gwctl_stream_is_lost(&p.stream, 0));
    fill(&p);
    while (!gwctl_stream_is_lost(&p.stream, 1000)) {
        assert_true(gwctl_now_ms() < deadline);
        poll(NULL, 0, 10);
    }
    assert_false(gwctl_stream_is_lost(&p.stream, 2 * PATIENCE_MS));
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_takes_nothing_is_not_lost),
        cmocka_unit_test(a_peer_that_is_heard_no_more_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
