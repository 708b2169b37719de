/* Many TLS connections: what each of them holds, and whom their handshakes keep
 * waiting. */
#include "tls_peer.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tls/context.h"

#define CROWD 64

/* Notes all input. */
typedef struct owner {
    gwd_stream stream; /* first: a stream is its owner */
    gw_buf got;
} owner;

static gwd_loop *loop;
static char folder[PATH_LEN];
static gwd_tls *tls;
static owner owners[CROWD];
static int pairs[CROWD][2];

static ssize_t on_data(gwd_stream *stream, const char *base, size_t len)
{
    gw_buf_put(&((owner *)stream)->got, base, len);
    return (ssize_t)len;
}

static void on_close(gwd_stream *stream)
{
    gw_buf_deinit(&((owner *)stream)->got);
}

static gwd_stream_kind kind = {.on_data = on_data, .on_close = on_close};

static void start(owner *o, int fd)
{
    memset(o, 0, sizeof(*o));
    gw_buf_init(&o->got, NULL, 0);
    assert_int_equal(gwd_stream_init(&o->stream, &kind, fd), GW_OK);
}

static void start_tls(owner *o, int fd)
{
    start(o, fd);
    assert_int_equal(gwd_stream_start_tls(&o->stream, tls), GW_OK);
}

static void make_pairs(void)
{
    for (int i = 0; i < CROWD; i++)
        tcp_pair(pairs[i]);
}

static void hang_up(void)
{
    for (int i = 0; i < CROWD; i++) {
        if (owners[i].stream.fd >= 0)
            gwd_stream_abort(&owners[i].stream);
        close(pairs[i][1]);
    }
    gwd_loop_turn(loop, false);
}

static bool has_talked(void *arg)
{
    const owner *o = arg;

    return o->got.len >= 5;
}

static bool all_have_talked(void *arg)
{
    (void)arg;
    for (int i = 0; i < CROWD; i++) {
        if (!has_talked(&owners[i]))
            return false;
    }
    return true;
}

static int make_tls(void **state)
{
    static char certificate[PATH_LEN], key[PATH_LEN];
    char error[GWD_TLS_ERROR_LEN + 1];
    gwd_tls_config config = {0};

    (void)state;
    make_folder(folder);
    make_certificate(folder, "main", "main.test", NULL);
    config.certificate = path_in(certificate, folder, "main", ".crt");
    config.key = path_in(key, folder, "main", ".key");
    tls = gwd_tls_new(&config, error);
    assert_non_null(tls);
    return 0;
}

static int free_tls(void **state)
{
    (void)state;
    gwd_tls_free(tls);
    remove_folder(folder);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    loop = kind.loop = new_loop();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(loop->streams, 0);
    gwd_loop_free(loop);
    return 0;
}

/* ---- memory ------------------------------------------------------------- */

#define IDLE_MAX ((size_t)16 * 1024)
#define MALLOC_HEAD 8

/* What OpenSSL holds in this process, the allocator's overhead included. */
static size_t held;

static void *count_in(void *memory)
{
    held += memory == NULL ? 0 : malloc_usable_size(memory) + MALLOC_HEAD;
    return memory;
}

static void count_out(void *memory)
{
    held -= memory == NULL ? 0 : malloc_usable_size(memory) + MALLOC_HEAD;
}

static void *counted_malloc(size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    return count_in(malloc(len));
}

static void *counted_realloc(void *old, size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    count_out(old);
    return count_in(realloc(old, len));
}

static void counted_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    count_out(memory);
    free(memory);
}

/* A process of clients, so that only our side is measured. Each says hello and
 * stays until the pipe ends. */
static pid_t start_clients(int stay, int version)
{
    pid_t pid = fork();
    char byte;

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    for (int i = 0; i < CROWD; i++) {
        struct pollfd wait = {pairs[i][1], POLLIN, 0};
        tls_peer client;

        alarm(WAIT_SECONDS);
        peer_begin(&client, pairs[i][1], version);
        while (SSL_do_handshake(client.ssl) != 1)
            poll(&wait, 1, WAIT_SECONDS * 1000);
        SSL_write(client.ssl, "hello", 5);
    }
    while (read(stay, &byte, 1) < 0)
        ;
    _exit(0);
}

/* Of each of CROWD connections that have talked. */
static size_t measure(void)
{
    size_t before = held;

    for (int i = 0; i < CROWD; i++)
        start_tls(&owners[i], pairs[i][0]);
    for (int i = 0; i < CROWD; i++)
        run_until(loop, has_talked, &owners[i]);
    return (held - before) / CROWD;
}

static size_t idle_bytes(int version)
{
    int stay[2];
    size_t bytes;
    pid_t pid;

    assert_int_equal(pipe(stay), 0);
    make_pairs();
    pid = start_clients(stay[0], version);
    bytes = measure();
    hang_up();
    close(stay[0]);
    close(stay[1]);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return bytes;
}

static void an_idle_connection_is_small(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        size_t bytes;

        idle_bytes(versions[i]); /* what comes once only */
        bytes = idle_bytes(versions[i]);
        print_message("TLS 1.%zu, idle: %zu bytes\n", i + 2, bytes);
        assert_in_range(bytes, 1024, IDLE_MAX);
    }
}

/* ---- handshakes --------------------------------------------------------- */

static tls_peer peers[CROWD];

/* They all say hello before we look. */
static void say_hello(void)
{
    make_pairs();
    for (int i = 0; i < CROWD; i++) {
        start_tls(&owners[i], pairs[i][0]);
        peer_begin(&peers[i], pairs[i][1], TLS1_3_VERSION);
        assert_int_equal(SSL_do_handshake(peers[i].ssl), -1);
    }
}

static void say_goodbye(void)
{
    for (int i = 0; i < CROWD; i++)
        peer_end(&peers[i]);
    hang_up();
}

static bool has_answer(int i, int timeout)
{
    struct pollfd wait = {pairs[i][1], POLLIN, 0};

    return poll(&wait, 1, timeout) == 1;
}

static int answered(void)
{
    int count = 0;

    for (int i = 0; i < CROWD; i++)
        count += has_answer(i, 0);
    return count;
}

/* The kernel may take its time on a busy machine. */
static int answered_more_than(int count)
{
    uint32_t end = gwd_loop_seconds() + WAIT_SECONDS;
    int now;

    while ((now = answered()) <= count) {
        if ((int32_t)(end - gwd_loop_seconds()) <= 0)
            fail_msg("still %d answers", count);
        usleep(1000);
    }
    return now;
}

/* A turn takes a tenth of it: somebody else had the processor. */
#define STANDSTILL_US 20000

/* An old friend talks while strangers come all at once: it waits for some of
 * them at a time, not for all. */
static void handshakes_keep_nobody_waiting(void **state)
{
    owner friend;
    int fds[2];
    bool stood_still = false;
    int count = 0;
    int turns = 0;

    (void)state;
    tcp_pair(fds);
    start(&friend, fds[0]);
    send_bytes(fds[1], LIT("hi")); /* libevent begins with 32 events a turn */
    say_hello();
    while (count < CROWD) {
        struct pollfd wait = {fds[0], POLLIN, 0};
        uint64_t begun;

        assert_int_equal(poll(&wait, 1, WAIT_SECONDS * 1000), 1);
        begun = gwd_loop_microseconds();
        gwd_loop_turn(loop, false);
        stood_still |= gwd_loop_microseconds() - begun > STANDSTILL_US;
        turns++;
        assert_int_equal(friend.got.len, 2 * turns);
        send_bytes(fds[1], LIT("hi"));
        count = answered_more_than(count);
    }
    /* In two, if nobody made them wait. After a long turn more have theirs. */
    assert_true(turns >= 6 || stood_still);
    for (int i = 0; i < CROWD; i++) {
        peer_handshake(&peers[i], loop);
        peer_write(&peers[i], loop, LIT("hello"));
    }
    run_until(loop, all_have_talked, NULL);
    gwd_stream_abort(&friend.stream);
    say_goodbye();
    close(fds[1]);
}

static bool all_are_answered(void *arg)
{
    (void)arg;
    for (int i = 0; i < CROWD; i++) {
        if (owners[i].stream.fd >= 0 && !has_answer(i, 0))
            return false;
    }
    return true;
}

/* Whoever stands in line may be closed meanwhile: first, last, in between. */
static void who_waits_may_go(void **state)
{
    int waiting[CROWD];
    int count = 0;

    (void)state;
    say_hello();
    gwd_loop_turn(loop, false);
    for (int i = 0; i < CROWD; i++) {
        if (!has_answer(i, 0))
            waiting[count++] = i;
    }
    assert_true(count > 3);
    gwd_stream_abort(&owners[waiting[0]].stream);
    gwd_stream_end(&owners[waiting[count / 2]].stream);
    gwd_stream_close(&owners[waiting[count - 1]].stream);
    gwd_loop_turn(loop, false);
    assert_int_equal(owners[waiting[0]].stream.fd, -1);
    assert_int_equal(owners[waiting[count / 2]].stream.fd, -1);
    assert_int_equal(owners[waiting[count - 1]].stream.fd, -1);
    run_until(loop, all_are_answered, NULL);
    say_goodbye();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_idle_connection_is_small),
        TEST(handshakes_keep_nobody_waiting),
        TEST(who_waits_may_go),
    };

    CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free);
    return cmocka_run_group_tests_name("tls_crowd", tests, make_tls, free_tls);
}
